"""Exact decimal amounts: read as their source wrote them, scaled and written without rounding. Pure; no Django, no float."""

import re
from decimal import Context, Decimal, Inexact, InvalidOperation

# Wide enough for any 28-digit rate times any 18-digit count; if a sum ever needs more, it raises instead of rounding.
EXACT = Context(prec=80, traps=[Inexact, InvalidOperation])
# What the admin may enter, so that the longest product of all (amount, discount, tokens, requests, currency) stays exact.
MOST_DECIMALS, MOST_SHARE_DECIMALS, MOST_CURRENCY_DECIMALS = 30, 6, 10
DECIMAL_TEXT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


class PricingError(ValueError):
    """Counts or amounts that cannot be priced; the message is a sentence for a person."""


def parse_amount(text: str) -> Decimal | None:
    """A price as its source wrote it. Blank and -1 mean that the source does not know it.

    Raises PricingError for anything that is not a plain decimal number of 0 or more.
    """
    text = text.strip()
    if not text:
        return None
    if not DECIMAL_TEXT.fullmatch(text):
        raise PricingError(f"“{text[:40]}” is not a price. Write a plain number, such as 0.50.")
    amount = Decimal(text)
    if amount == -1:
        return None
    if amount < 0:
        raise PricingError(f"A price cannot be negative ({text}).")
    return amount


def decimals_of(amount: Decimal) -> int:
    """How many digits stand behind the point of the exact amount."""
    return max(0, -int(amount.normalize(EXACT).as_tuple().exponent))


def parse_share(text: str) -> Decimal:
    """A part of one, such as a discount of 0.25; blank is 0. Raises PricingError for anything else."""
    text = text.strip() or "0"
    if not DECIMAL_TEXT.fullmatch(text) or not 0 <= Decimal(text) <= 1:
        raise PricingError(f"“{text[:40]}” is not a discount. Write a part of one, such as 0.25 for a quarter off.")
    if decimals_of(Decimal(text)) > MOST_SHARE_DECIMALS:
        raise PricingError(f"A discount has at most {MOST_SHARE_DECIMALS} decimals; “{text[:40]}” has more.")
    return Decimal(text)


def plain(amount: Decimal) -> str:
    """The exact amount without an exponent and without trailing zeros."""
    text = format(amount, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def per_token(per_million: Decimal) -> Decimal:
    """An amount per million tokens as an amount per token, exact."""
    return per_million.scaleb(-6, EXACT)


def per_million(amount: Decimal) -> Decimal:
    """An amount per token as an amount per million tokens, exact."""
    return amount.scaleb(6, EXACT)
