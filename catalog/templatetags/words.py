"""The template filters for words: Markdown as safe HTML, and days as people write them."""

from django import template

from catalog import facts, markdown

register = template.Library()
register.filter("markdown", markdown.render)
register.filter("day", facts.day_text)
