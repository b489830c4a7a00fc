"""What a value in a filter stands for: a count, a price or a day as people write it, and the span of values it means. Pure."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

Bound = Decimal | date


class Kind(Enum):
    """What a column holds; decides what may be written in its filter."""

    TOKENS = "tokens"
    COUNT = "count"
    PRICE = "price"
    DAY = "day"
    TEXT = "text"


NOUNS = {
    Kind.TOKENS: "a number of tokens",
    Kind.COUNT: "a number",
    Kind.PRICE: "a price in dollars per million tokens",
    Kind.DAY: "a day, month or year",
    Kind.TEXT: "words",
}
EXAMPLES = {
    Kind.TOKENS: "128k, >=128k, 32k..128k or !unknown",
    Kind.COUNT: "24b, >=100b, 7b..24b or unknown",
    Kind.PRICE: "<0.5, 0.1..2, !free or unknown",
    Kind.DAY: ">=2025-12, 2025 or 2025-12-01..2026-03",
    Kind.TEXT: 'large, !instruct or "Mistral Large"',
}
THOUSANDS_OF = {"": (1, 1), "k": (10**3, 2**10), "m": (10**6, 2**20), "b": (10**9, 2**30), "t": (10**12, 2**40)}
MOST = Decimal(10**15)  # more than any model has of anything; keeps every comparison within a database's integers
COUNT = re.compile(r"([0-9][0-9,]{0,19}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})\s*([kmbt]?)", re.IGNORECASE)
PRICE = re.compile(r"\$?\s*([0-9]{1,9}(?:\.[0-9]{1,12})?|\.[0-9]{1,12})")
# A comma means or; but who writes 0,5 or 1,5m without a space behind it means a fraction, in many languages.
DECIMAL_COMMA = {
    Kind.PRICE: re.compile(r"(?<![0-9.,])([0-9]+),([0-9]+)(?![0-9.,])"),
    Kind.TOKENS: re.compile(r"(?<![0-9.,])([0-9]+),([0-9]{1,2}\s*[kmbt])(?![0-9.,a-z])", re.IGNORECASE),
}
DECIMAL_COMMA[Kind.COUNT] = DECIMAL_COMMA[Kind.TOKENS]
DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


class FilterError(ValueError):
    """What cannot be read. The message is a sentence for a person; `start` is the place of the fault, from 0 on."""

    def __init__(self, sentence: str, start: int) -> None:
        super().__init__(sentence)
        self.start = start


@dataclass(frozen=True, slots=True)
class Operand:
    """One value as it is written, and all that it stands for: from `low` to `high`, both included.

    128k is 128,000 to 131,072 tokens, 2025-12 the whole of December, 0.50 that price alone.
    """

    text: str
    low: Bound
    high: Bound


def read_operand(text: str, kind: Kind, start: int = 0) -> Operand:
    """Raises FilterError where the text is not a value of this kind; `start` is where it stands in the whole filter."""
    written = text.strip()
    place = start + len(text) - len(text.lstrip())
    if not written:
        raise FilterError(
            f"Something is missing at character {place + 1}. Write {NOUNS[kind]}, such as {EXAMPLES[kind]}.", place
        )
    found = {Kind.TOKENS: _count, Kind.COUNT: _count, Kind.PRICE: _price, Kind.DAY: _day}[kind](written, kind)
    if found is None:
        shown = written if len(written) <= 30 else f"{written[:29]}…"
        raise FilterError(
            f"“{shown}” at character {place + 1} cannot be read. Write {NOUNS[kind]}, such as {EXAMPLES[kind]}.", place
        )
    return found


def refuse_decimal_comma(text: str, kind: Kind) -> None:
    """Raises FilterError where a comma is more likely meant as a decimal point than as “or”."""
    found = DECIMAL_COMMA[kind].search(text) if kind in DECIMAL_COMMA else None
    if found:
        whole, rest = found.groups()
        raise FilterError(
            f"“{found[0]}” at character {found.start() + 1}: did you mean {whole}.{rest}? "
            f"A comma means or; with a space behind it, {whole}, {rest} is one or the other.",
            found.start(),
        )


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _count(text: str, kind: Kind) -> Operand | None:
    found = COUNT.fullmatch(text)
    if not found:
        return None
    number, suffix = Decimal(found[1].replace(",", "")), found[2].lower()
    thousand, kibi = THOUSANDS_OF[suffix]
    low = number * thousand
    high = number * kibi if kind is Kind.TOKENS else low
    return Operand(f"{_plain(number)}{suffix}", low, high) if high <= MOST else None


def _price(text: str, kind: Kind) -> Operand | None:
    found = PRICE.fullmatch(text)
    if not found:
        return None
    amount = Decimal(found[1])
    return Operand(_plain(amount), amount, amount)


def _day(text: str, kind: Kind) -> Operand | None:
    found = DAY.fullmatch(text)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    try:
        if found[3]:
            exact = date(year, month, day)
            return Operand(exact.isoformat(), exact, exact)
        if found[2]:
            last = date(year, month, calendar.monthrange(year, month)[1])
            return Operand(f"{year:04}-{month:02}", last.replace(day=1), last)
        return Operand(f"{year:04}", date(year, 1, 1), date(year, 12, 31))
    except ValueError:
        return None
