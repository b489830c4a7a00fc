"""Which of two costs is less along an axis, when both are straight lines between known cuts: the pieces of the axis and
the crossings between them. Pure arithmetic on `Fraction`; no Django, no float, no rounding.

A price that is not known makes a cost a lower bound, and nothing is guessed from it: an exact cost below the lower bound
of the other is cheaper for certain, and in every other case it cannot be said which is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from catalog.pricing import Component

Costs = Callable[[Fraction], tuple["KnownCost", "KnownCost"]]


class Cheaper(StrEnum):
    """Which of two models costs less."""

    FIRST = "first"
    SECOND = "second"
    NEITHER = "neither"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class KnownCost:
    """What is known of a request's cost, in the currency of its rates; a lower bound when a component's price is missing."""

    amount: Fraction
    missing: tuple[Component, ...] = ()


def cheaper_of(first: KnownCost, second: KnownCost) -> Cheaper:
    """Which of two costs is less, as far as that is certain."""
    if first.amount < second.amount and not first.missing:
        return Cheaper.FIRST
    if second.amount < first.amount and not second.missing:
        return Cheaper.SECOND
    return Cheaper.UNKNOWN if first.missing or second.missing else Cheaper.NEITHER


@dataclass(frozen=True)
class Piece:
    """A part of an axis on which one answer holds, with or without its two ends; `end` is None where it goes on for ever."""

    start: Fraction
    end: Fraction | None
    cheaper: Cheaper
    has_start: bool = False
    has_end: bool = False

    @property
    def is_point(self) -> bool:
        return self.start == self.end

    def holds(self, value: Fraction) -> bool:
        if value == self.start or value == self.end:
            return (value == self.start and self.has_start) or (value == self.end and self.has_end)
        return self.start < value and (self.end is None or value < self.end)


@dataclass(frozen=True)
class Crossing:
    """Where the cheaper one changes: what holds before it, on it and after it; None where the axis begins or ends."""

    at: Fraction
    before: Cheaper | None
    on: Cheaper
    after: Cheaper | None


@dataclass(frozen=True)
class Course:
    """Which of two is cheaper along a whole axis: pieces without a gap, no two neighbours alike.

    `missing` are the components of the first and of the second model whose price is needed somewhere and not known.
    """

    pieces: tuple[Piece, ...]
    missing: tuple[tuple[Component, ...], tuple[Component, ...]] = ((), ())

    @property
    def start(self) -> Fraction:
        return self.pieces[0].start

    @property
    def end(self) -> Fraction | None:
        return self.pieces[-1].end

    def cheaper_at(self, value: Fraction) -> Cheaper:
        return next(piece.cheaper for piece in self.pieces if piece.holds(value))

    def crossings(self) -> list[Crossing]:
        """Every place where the answer changes, in order. A single point between two pieces is one crossing, not two."""
        found: list[Crossing] = []
        place = 0
        while place + 1 < len(self.pieces):
            piece, following = self.pieces[place], self.pieces[place + 1]
            before: Cheaper | None = piece.cheaper
            after: Cheaper | None = following.cheaper
            if following.is_point:
                place += 1
                after = self.pieces[place + 1].cheaper if place + 1 < len(self.pieces) else None
            elif piece.is_point and not following.has_start:
                before = None  # only the very beginning of the axis is a point of its own there
            on = following.cheaper if following.has_start else piece.cheaper
            found.append(Crossing(following.start, before, on, after))
            place += 1
        return found

    def in_whole_tokens(self) -> "Course":
        """The same course where only whole numbers occur: every piece from its first to its last one, both included."""
        pieces = []
        for piece in self.pieces:
            first = ceil(piece.start) if piece.has_start else floor(piece.start) + 1
            end = first if piece.end is None else piece.end
            last = floor(end) if piece.has_end else ceil(end) - 1
            if first <= last:
                pieces.append(Piece(Fraction(first), Fraction(last), piece.cheaper, True, True))
        return replace(self, pieces=_merged(pieces))


def course_along(costs: Costs, cuts: Sequence[Fraction], is_endless: bool = False) -> Course:
    """The whole axis from the first cut to the last one; between two cuts both costs have to be straight lines."""
    seen: list[tuple[KnownCost, KnownCost]] = []

    def asked(value: Fraction) -> tuple[KnownCost, KnownCost]:
        seen.append(costs(value))
        return seen[-1]

    pieces = [_point(asked, cuts[0])]
    for start, end in pairwise(cuts):
        pieces += [*_between(asked, start, end), _point(asked, end)]
    if is_endless:
        pieces += _between(asked, cuts[-1], None)
    missing = [dict.fromkeys(part for pair in seen for part in pair[side].missing) for side in (0, 1)]
    return Course(_merged(pieces), (tuple(missing[0]), tuple(missing[1])))


def _point(costs: Costs, value: Fraction) -> Piece:
    return Piece(value, value, cheaper_of(*costs(value)), True, True)


def _between(costs: Costs, start: Fraction, end: Fraction | None) -> list[Piece]:
    """The pieces of an open stretch without a cliff: one, or two with the point between them where the lines meet."""
    step = Fraction(1) if end is None else (end - start) / 3
    gaps = [first.amount - second.amount for first, second in map(costs, (start + step, start + 2 * step))]
    slope = (gaps[1] - gaps[0]) / step
    meeting = start + step - gaps[0] / slope if slope else start
    if meeting <= start or (end is not None and meeting >= end):
        return [Piece(start, end, cheaper_of(*costs(start + step)))]
    after = meeting + 1 if end is None else (meeting + end) / 2
    return [
        Piece(start, meeting, cheaper_of(*costs((start + meeting) / 2))),
        _point(costs, meeting),
        Piece(meeting, end, cheaper_of(*costs(after))),
    ]


def _merged(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1].cheaper is piece.cheaper:
            merged[-1] = replace(merged[-1], end=piece.end, has_end=piece.has_end)
        else:
            merged.append(piece)
    return tuple(merged)
