"""What the part of a board that keeps things needs, whoever renders the board."""

from django import template

from playground.forms import new_key

register = template.Library()


@register.simple_tag
def fresh_key() -> str:
    """A fresh idempotency key: pressing the same button twice sends once."""
    return new_key()
