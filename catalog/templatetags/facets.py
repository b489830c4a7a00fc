"""The values of a facet as links, all in one tag: a hundred of them in a template cost more than counting them."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from catalog.table.facets import Choice

register = template.Library()

CHOICE = '<li><a id="{}" href="{}"{}><span>{}</span> <small>{}</small></a></li>'
CHOSEN = SafeString(' aria-current="true" title="Take this choice back"')


@register.simple_tag
def facet_choices(choices: Iterable[Choice], facet: str) -> SafeString:
    """Each value with its count; the id keeps the keyboard's focus on it when the page's part is replaced."""
    fields = (
        (
            f"{facet}-{'-'.join(choice.label.split())}",
            choice.url,
            CHOSEN if choice.is_chosen else "",
            choice.label,
            choice.count,
        )
        for choice in choices
    )
    return format_html_join("", CHOICE, fields)
