"""Prices as sources write them: $0.50/M, 0.0000005, $2 per 1M, 0.4 USD (0.35 EUR) per million tokens. Pure; no Django.

A `Decimal` is an amount of US dollars per unit (per token), as rates are. A bare number in a text says nothing of its unit:
below a tenth of a cent it is read as per token, otherwise as per million, since no model costs $1,000 per million tokens
and none costs a thousandth of a dollar for as many. What stands in parentheses (a second currency, a variant) is passed over.
"""

import re
from decimal import Decimal

from catalog.agreement.verdicts import CANNOT_TELL, DIFFERENT, SAME, Agreement, apart

MARKS = {"$": "usd", "us$": "usd", "usd": "usd", "€": "eur", "eur": "eur", "£": "gbp", "gbp": "gbp"}
CURRENCY = r"us\$|\$|usd|€|eur|£|gbp"
AMOUNT = re.compile(
    rf"({CURRENCY})?\s*([0-9]{{1,3}}(?:,[0-9]{{3}})+(?:\.[0-9]{{1,30}})?|[0-9]{{0,12}}\.?[0-9]{{1,40}}(?:e-?[0-9]{{1,2}})?)"
    rf"\s*({CURRENCY})?\s*(.*)"
)
PARENTHESES = re.compile(r"\([^()]*\)")
OF_TOKENS = r"(?:\s*(?:of|input|output|prompt|completion|cached|tokens?|toks?))*"
PER_MILLION = re.compile(rf"(?:/|per)\s*(?:1\s*m|m|mtok|mtoks|(?:1|one)?\s*million|1,?000,?000){OF_TOKENS}")
PER_THOUSAND = re.compile(rf"(?:/|per)\s*(?:1\s*k|k|ktok|ktoks|(?:1|one)?\s*thousand|1,?000){OF_TOKENS}")
PER_TOKEN = re.compile(r"(?:/|per)\s*(?:one|1|input|output|prompt|completion|cached)?\s*(?:token|tok)")
BARE_PER_TOKEN_BELOW = Decimal("0.001")
SAME_WITHIN = Decimal("1e-9")  # binary floats of a source's JSON: 4.9999999999999996e-07


def prices(shown: object, said: object) -> Agreement:
    """Two prices, equal as amounts. Other currencies and other units than each other's cannot be compared."""
    ours, theirs = _price(shown), _price(said)
    if ours is None or theirs is None:
        return CANNOT_TELL
    if not ours[0] and not theirs[0]:
        return SAME
    if ours[1:] != theirs[1:] and ours[0] and theirs[0]:
        return CANNOT_TELL
    if not ours[0] or not theirs[0]:
        return DIFFERENT
    return SAME if abs(theirs[0] / ours[0] - 1) <= SAME_WITHIN else apart(ours[0], theirs[0])


def usd_per_token(value: object) -> Decimal | None:
    """What a source's words for a price come to, in US dollars per token; None where they say it in another way."""
    found = _price(value)
    return found[0] if found and found[1:] == ("usd", "token") else None


def _price(value: object) -> tuple[Decimal, str, str] | None:
    """The amount, its currency, and its unit: per token where it is one for tokens, or else the unit's own words."""
    if isinstance(value, Decimal):
        return (value, "usd", "token") if value >= 0 else None
    text = " ".join(PARENTHESES.sub(" ", str(value)[:200]).lower().split())
    if text == "free":
        return Decimal(0), "usd", "token"
    found = AMOUNT.fullmatch(text)
    if not found or (found[1] and found[3] and MARKS[found[1]] != MARKS[found[3]]):
        return None
    amount = Decimal(found[2].replace(",", ""))
    currency = MARKS[found[1] or found[3] or "usd"]
    unit = found[4].strip(" .")
    if not unit:
        is_per_token = amount < BARE_PER_TOKEN_BELOW
        return (amount if is_per_token else amount.scaleb(-6)), currency, "token"
    for pattern, power in ((PER_MILLION, -6), (PER_THOUSAND, -3), (PER_TOKEN, 0)):
        if pattern.fullmatch(unit):
            return amount.scaleb(power), currency, "token"
    # Only what reads as a unit is one; anything else is a second price or a sentence that nobody here can judge.
    return (amount, currency, unit) if re.fullmatch(r"(?:/|per)\s*[0-9, ]*[a-z ]{1,40}", unit) else None
