"""The template filters for figures; every one is a name for a function of `catalog.figures`."""

from decimal import Decimal

from django import template

from catalog import exact, figures

register = template.Library()


def _decimal(value: Decimal | str | None) -> Decimal | None:
    return exact.parse_amount(value) if isinstance(value, str) else value


@register.filter
def usd(value: Decimal | str | None) -> str:
    return figures.usd(_decimal(value))


@register.filter
def usd_exact(value: Decimal | str | None) -> str:
    return figures.usd_exact(_decimal(value))


@register.filter
def per_million(value: Decimal | str | None) -> str:
    return figures.per_million(_decimal(value))


@register.filter
def thousandfold(value: Decimal | str | None) -> str:
    return figures.DOLLARS.thousandfold(_decimal(value))


register.filter("tokens", figures.tokens)
register.filter("short", figures.short)
register.filter("seconds", figures.seconds)
