"""A source's name, as a link where it has an address on the web."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.models import Source

register = template.Library()


@register.simple_tag
def source_link(source: Source) -> SafeString:
    """Its title; what it holds is escaped, and only an address of the web becomes a link."""
    if source.url.startswith(("https://", "http://")):
        return format_html('<a href="{}" rel="nofollow noopener">{}</a>', source.url, source.title)
    return format_html("{}", source.title)
