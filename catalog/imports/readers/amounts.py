"""Prices as a source writes them, made into exact amounts in USD per unit, or into a sentence. Pure.

Text and numbers are told apart on purpose: OpenRouter writes text, the others write numbers, and a file that does it the
other way round is not what its source documents.
"""

from decimal import Decimal

from catalog import exact
from catalog.imports.readers.fields import Fields, Unusable, shown
from catalog.imports.readers.texts import cut, line
from catalog.pricing import EACH, Component
from catalog.sane import check_amount

MOST_DIGITS = 40  # significant ones; the longest ever seen has 15


def from_text(fields: Fields, key: str, component: Component) -> Decimal | None:
    """The amount per unit that stands as text; None for -1, by which OpenRouter says that it does not know it."""
    text = fields.raw[key]
    if not isinstance(text, str):
        raise Unusable(f"The price {fields.named(key)} is {shown(text)}. It is due as text, such as “0.0000005”.")
    if not exact.DECIMAL_TEXT.fullmatch(text.strip()):
        raise Unusable(f"The price {fields.named(key)} is “{cut(line(text), 40)}”, which is not a plain number.")
    amount = Decimal(text.strip())
    return None if amount == -1 else _sane(fields, key, component, amount)


def from_number(fields: Fields, key: str, component: Component, per: int = 0) -> Decimal | None:
    """The amount per unit that stands as a number for 10 to the power of `per` units; None when it is absent or null."""
    value = fields.raw.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unusable(f"The price {fields.named(key)} is {shown(value)}. It is due as a number.")
    return _sane(fields, key, component, Decimal(value), per)


def per_million_or_thousand(component: Component) -> int:
    """The power of ten of the units that genai-prices and models.dev price together."""
    return 3 if component in EACH else 6


def share(fields: Fields, key: str) -> Decimal:
    """A discount as a part of one, 0 when absent; OpenRouter documents a number, and text is as clear."""
    value = fields.raw.get(key)
    if value is None:
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise Unusable(f"The discount {fields.named(key)} is {shown(value)} and not a part of one.")
    text = line(str(value))
    if len(text) > MOST_DIGITS:
        raise Unusable(f"The discount {fields.named(key)} is “{cut(text, MOST_DIGITS)}” and not a part of one.")
    try:
        return exact.parse_share(text) or Decimal(0)
    except exact.PricingError as error:
        raise Unusable(str(error)) from None


def _sane(fields: Fields, key: str, component: Component, amount: Decimal, per: int = 0) -> Decimal:
    if amount < 0:
        raise Unusable(f"The price {fields.named(key)} is negative ({cut(str(amount), 40)}).")
    if not amount:
        return Decimal(0)
    # Before any arithmetic: an exponent of 999 would be written out digit by digit.
    if len(amount.as_tuple().digits) > MOST_DIGITS or abs(amount.adjusted()) > MOST_DIGITS:
        raise Unusable(f"The price {fields.named(key)} is absurd ({cut(str(amount), 40)}).")
    amount = amount.scaleb(-per, exact.EXACT)
    try:
        check_amount(component, amount)
    except exact.PricingError as error:
        raise Unusable(f"The price {fields.named(key)} cannot be right. {error}") from None
    return Decimal(exact.plain(amount))
