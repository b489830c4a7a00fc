"""Medians, percentiles and bins of what was measured. Pure; no Django, and no money is rounded here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from statistics import median
from typing import Self

MOST_BINS = 10


@dataclass(frozen=True)
class Spread:
    """Half of the values are at most `half`, nine of ten at most `most`; of `count` values, in their own unit.

    `half` is the median, of an even count the mean of the two in the middle; `most` is the value of the nearest rank: of
    10 values the ninth.
    """

    half: Decimal
    most: Decimal
    count: int

    @classmethod
    def of(cls, values: Iterable[Decimal | int]) -> Self | None:
        ordered = sorted(Decimal(value) for value in values)
        if not ordered:
            return None
        rank = int((Decimal(len(ordered)) * 9 / 10).to_integral_value(ROUND_CEILING))
        return cls(median(ordered), ordered[rank - 1], len(ordered))

    @property
    def half_ms(self) -> int:
        return round(self.half)

    @property
    def most_ms(self) -> int:
        return round(self.most)


@dataclass(frozen=True)
class Bin:
    """How many values are in [start, end); the last bin has no end and takes all that is above."""

    start: int
    end: int | None
    count: int


def bins(values: Sequence[int], nine_of_ten: int) -> list[Bin]:
    """The values in at most eleven bins of one width, a 1, 2 or 5 of a decade; the last one is open, so that a few slow ones
    do not flatten the others. Of 120, 180, 240 and 9,000 with 9 of 10 below 260: bins of 50 from 0 to 300, and above."""
    if not values:
        return []
    width = _width(max(1, nine_of_ten))
    last = nine_of_ten // width + 1
    counts = [0] * (last + 1)
    for value in values:
        counts[min(value // width, last)] += 1
    found = [Bin(place * width, (place + 1) * width, count) for place, count in enumerate(counts[:-1])]
    return [*found, Bin(last * width, None, counts[-1])]


def _width(highest: int) -> int:
    """The smallest 1, 2 or 5 of a decade of which ten reach beyond the highest."""
    size = 1
    while True:
        for digit in (1, 2, 5):
            if digit * size * MOST_BINS > highest:
                return digit * size
        size *= 10
