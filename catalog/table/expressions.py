"""The language of the table's filters: one short text for each column, read into an expression and written back.

    >=128k    <1m    0.1..2    128k..    free    !free    unknown    <0.2, >5    2025-12    large instruct, "Codestral"

A comma means or. A term that begins with `!` takes away what it names, whatever the other terms find. What is unknown is
found by the word `unknown` alone: nobody can say that it is above, below or not something. In counts k, m, b and t stand
for thousands, millions, billions and more; a count of tokens written so also stands for the power of two that goes by the
same name, because markets write 262,144 as 256k. Days may be whole years or months. Pure; no Django.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from catalog.table.operands import (
    EXAMPLES,
    NOUNS,
    Bound,
    FilterError,
    Kind,
    Operand,
    read_operand,
    refuse_decimal_comma,
)

MOST_TERMS = 20
MOST_WORDS = 8
UNKNOWN_WORD, FREE_WORD = "unknown", "free"


class Sign(StrEnum):
    FROM = ">="
    UP_TO = "<="
    ABOVE = ">"
    BELOW = "<"
    IS = "="


@dataclass(frozen=True, slots=True)
class Compared:
    """A sign and what stands behind it."""

    sign: Sign
    operand: Operand

    def __str__(self) -> str:
        return f"{self.sign}{self.operand.text}"

    def fits(self, value: Bound) -> bool:
        low, high = self.operand.low, self.operand.high
        return {
            Sign.FROM: value >= low,  # type: ignore[operator]
            Sign.UP_TO: value <= high,  # type: ignore[operator]
            Sign.ABOVE: value > high,  # type: ignore[operator]
            Sign.BELOW: value < low,  # type: ignore[operator]
            Sign.IS: low <= value <= high,  # type: ignore[operator]
        }[self.sign]


@dataclass(frozen=True, slots=True)
class Between:
    """From one operand to another, both included; one of them may be left out."""

    first: Operand | None
    last: Operand | None

    def __str__(self) -> str:
        return f"{self.first.text if self.first else ''}..{self.last.text if self.last else ''}"

    def fits(self, value: Bound) -> bool:
        is_late_enough = self.first is None or value >= self.first.low  # type: ignore[operator]
        return is_late_enough and (self.last is None or value <= self.last.high)  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class Named:
    """A word that stands for a state: `unknown`, and of prices `free`."""

    word: str

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True, slots=True)
class Words:
    """Words that all occur somewhere in the text, large or small letters."""

    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole text, between quotes, large or small letters."""

    text: str

    def __str__(self) -> str:
        return f'"{self.text}"'


Test = Compared | Between | Named | Words | Whole


@dataclass(frozen=True, slots=True)
class Term:
    test: Test
    is_negated: bool = False

    @property
    def is_unknown(self) -> bool:
        return isinstance(self.test, Named) and self.test.word == UNKNOWN_WORD

    def __str__(self) -> str:
        return f"{'!' if self.is_negated else ''}{self.test}"


@dataclass(frozen=True, slots=True)
class Expression:
    """What one column has to be like; `terms` are as written, in their order."""

    kind: Kind
    terms: tuple[Term, ...]

    @property
    def finds_unknown(self) -> bool:
        return any(term.is_unknown and not term.is_negated for term in self.terms)

    @property
    def wanted(self) -> list[Test]:
        """The tests of which a known value has to pass one, where there are any."""
        return [term.test for term in self.terms if not term.is_negated and not term.is_unknown]

    @property
    def unwanted(self) -> list[Test]:
        """The tests of which a known value may pass none."""
        return [term.test for term in self.terms if term.is_negated and not term.is_unknown]

    @property
    def finds_known(self) -> bool:
        return any(term.is_negated or not term.is_unknown for term in self.terms)

    def __str__(self) -> str:
        return ", ".join(str(term) for term in self.terms)


def write(expression: Expression) -> str:
    """The expression as it is written; `parse` reads the same one from it."""
    return str(expression)


def parse(text: str, kind: Kind, plain: Sign = Sign.IS) -> Expression | None:
    """Reads a filter for a column of this kind; None for a blank one. A number without a sign is compared by `plain`.

    Raises FilterError, a sentence with the place of what cannot be read.
    """
    refuse_decimal_comma(text, kind)
    parts = list(_parts(text, kind))
    if len(parts) > MOST_TERMS:
        raise FilterError(f"At most {MOST_TERMS} alternatives fit into one filter; these are {len(parts)}.", 0)
    terms = tuple(_term(part, start, kind, plain) for start, part in parts)
    return Expression(kind, terms) if terms else None


THOUSANDS = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")


def _parts(text: str, kind: Kind) -> Iterator[tuple[int, str]]:
    """What stands between the commas, each with its place; a comma between quotes or within 131,072 separates nothing."""
    inside: set[int] = set()
    if kind in (Kind.TOKENS, Kind.COUNT):
        inside = {place for found in THOUSANDS.finditer(text) for place in range(*found.span())}
    start, is_quoted, last_quote = 0, False, 0
    for place, letter in enumerate(f"{text},"):
        if letter == '"':
            is_quoted, last_quote = not is_quoted, place
        if letter == "," and (place == len(text) or not (is_quoted or place in inside)):
            part = text[start:place]
            if part.strip():
                yield start + len(part) - len(part.lstrip()), part.strip()
            start = place + 1
    if is_quoted:
        raise FilterError(
            f"The quote at character {last_quote + 1} has no other end. Write both, such as {EXAMPLES[Kind.TEXT]}.",
            last_quote,
        )


def _term(part: str, start: int, kind: Kind, plain: Sign) -> Term:
    is_negated = part.startswith("!")
    rest = part[1:].lstrip() if is_negated else part
    place = start + len(part) - len(rest)
    if not rest or rest.startswith("!"):
        raise FilterError(
            f"The ! at character {start + 1} needs something behind it: write for example {EXAMPLES[kind]}.", start
        )
    if rest.lower() == UNKNOWN_WORD or (rest.lower() == FREE_WORD and kind is Kind.PRICE):
        return Term(Named(rest.lower()), is_negated)
    test = _text_test(rest, place) if kind is Kind.TEXT else _value_test(rest, place, kind, plain)
    return Term(test, is_negated)


def _text_test(text: str, start: int) -> Test:
    if len(text) > 1 and text.startswith('"') and text.endswith('"') and text.count('"') == 2:
        inner = " ".join(text[1:-1].split())
        if not inner:
            raise FilterError(f"There is nothing between the quotes at character {start + 1}.", start)
        return Whole(inner)
    if '"' in text:
        place = start + text.index('"')
        raise FilterError(
            f"Quotes stand around a whole alternative, and the one at character {place + 1} does not: "
            f"write for example {EXAMPLES[Kind.TEXT]}.",
            place,
        )
    words = tuple(text.split())
    if len(words) > MOST_WORDS:
        raise FilterError(f"At most {MOST_WORDS} words fit into one alternative; these are {len(words)}.", start)
    return Words(words)


SIGNED = re.compile(r"(>=|<=|=<|=>|[<>=≥≤])\s*(.*)", re.DOTALL)
SPELLED = {"≥": Sign.FROM, "=>": Sign.FROM, "≤": Sign.UP_TO, "=<": Sign.UP_TO}


def _value_test(text: str, start: int, kind: Kind, plain: Sign) -> Test:
    signed = SIGNED.fullmatch(text)
    if signed:
        sign = SPELLED.get(signed[1]) or Sign(signed[1])
        return Compared(sign, read_operand(signed[2], kind, start + signed.start(2)))
    before, dots, after = text.partition("..")
    if not dots:
        return Compared(plain, read_operand(text, kind, start))
    first = read_operand(before, kind, start) if before.strip() else None
    last = read_operand(after, kind, start + len(before) + 2) if after.strip() else None
    if first is None and last is None:
        raise FilterError(f"The .. at character {start + 1} needs {NOUNS[kind]} before or behind it.", start)
    if first and last and first.low > last.high:  # type: ignore[operator]
        raise FilterError(
            f"“{text}” runs backwards: {last.text} comes before {first.text}. Write {last.text}..{first.text}.", start
        )
    return Between(first, last)


def fits(expression: Expression, value: Bound | str | tuple[str, ...] | None) -> bool:
    """Whether a value passes; None, a blank text and no texts are unknown. Of several texts each may hold a word."""
    if value is None or value == "" or value == ():
        return expression.finds_unknown
    if not expression.finds_known or any(_passes(test, value) for test in expression.unwanted):
        return False
    wanted = expression.wanted
    return any(_passes(test, value) for test in wanted) if wanted else True


def _passes(test: Test, value: Bound | str | tuple[str, ...]) -> bool:
    texts = (value,) if isinstance(value, str) else value
    if isinstance(test, Words):
        assert isinstance(texts, tuple)  # noqa: S101
        return all(any(word.lower() in text.lower() for text in texts) for word in test.words)
    if isinstance(test, Whole):
        assert isinstance(texts, tuple)  # noqa: S101
        return any(test.text.lower() == text.lower() for text in texts)
    assert not isinstance(value, str | tuple)  # noqa: S101
    return value == 0 if isinstance(test, Named) else test.fits(value)
