"""Scales: where a value stands on an axis, and which values are worth a tick. Pure; no Django.

Values come in as Decimal, int or day, and no amount is ever read back from a scale: floats are pixels here, and nothing
but pixels. A tick's value is a Decimal again, made of whole digits, so that its label says exactly what it marks.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Protocol, Self

from catalog.exact import plain

Number = Decimal | int | float
Value = Number | date
Write = Callable[[Decimal], str]
FREE_BAND = 30.0  # pixels under a logarithmic axis, where amounts of 0 stand
FACTOR_FOR_LOGARITHM = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A marked place of an axis: its pixel and its words."""

    at: float
    label: str


class Scale(Protocol):
    """What a chart asks of an axis. `over` gives the same scale between two other pixels."""

    @property
    def low(self) -> Value: ...

    @property
    def high(self) -> Value: ...

    def at(self, value: Value) -> float: ...

    def ticks(self) -> list[Tick]: ...

    def over(self, start: float, end: float) -> Self: ...


@dataclass(frozen=True)
class Linear:
    """Equal steps for equal differences; ticks at multiples of 1, 2 or 5 times a power of ten."""

    low: Number
    high: Number
    write: Write = plain
    spacing: float = 44  # pixels that a label needs
    start: float = 0.0
    end: float = 100.0

    def at(self, value: Value) -> float:
        return _between(_number(value), float(self.low), float(self.high), self.start, self.end)

    def ticks(self) -> list[Tick]:
        low, high = float(self.low), float(self.high)
        if high <= low:
            return [Tick(self.at(self.low), self.write(Decimal(str(self.low))))]
        step = _step((high - low) / max(1, int(abs(self.end - self.start) / self.spacing)))
        first, last = math.ceil(low / float(step) - 1e-9), math.floor(high / float(step) + 1e-9)
        return [Tick(self.at(step * count), self.write(step * count)) for count in range(first, last + 1)]

    def over(self, start: float, end: float) -> Self:
        return replace(self, start=start, end=end)


@dataclass(frozen=True)
class Logarithmic:
    """Equal steps for equal factors. `marks` are values with words of their own to take as ticks; without them ticks are
    1, 2 and 5 of each decade, or as few of these as there is room for.

    0 has no place on such an axis. With `has_free` a band at its start is kept for it, and says so.
    """

    low: Number
    high: Number
    write: Write = plain
    spacing: float = 30
    has_free: bool = False
    marks: tuple[tuple[int, str], ...] = ()
    start: float = 0.0
    end: float = 100.0

    def at(self, value: Value) -> float:
        number = _number(value)
        if number <= 0:
            return round((self.start + self.first) / 2, 1)
        low, high = math.log10(self.low), math.log10(self.high)
        return _between(math.log10(number), low, high, self.first, self.end)

    @property
    def first(self) -> float:
        """The pixel of `low`: the start of the axis, or the end of the band for what is free."""
        return self.start + (math.copysign(FREE_BAND, self.end - self.start) if self.has_free else 0)

    def ticks(self) -> list[Tick]:
        found = self._marked() if self.marks else [Tick(self.at(value), self.write(value)) for value in self._values()]
        return [Tick(self.at(0), "free"), *found] if self.has_free else found

    def _marked(self) -> list[Tick]:
        """The marks on this axis, without those that would stand too close to the one before."""
        found: list[Tick] = []
        for value, word in self.marks:
            tick = Tick(self.at(value), word)
            if self.low <= value <= self.high and (not found or abs(tick.at - found[-1].at) >= self.spacing):
                found.append(tick)
        return found

    def _values(self) -> list[Decimal]:
        """1, 2 and 5 of each decade where they fit; else every decade, or every second one, and so on."""
        low, high = Decimal(str(self.low)), Decimal(str(self.high))
        decade = abs(self.end - self.first) / max(math.log10(high / low), 1e-9)
        digits = (1, 2, 5) if decade * math.log10(2) >= self.spacing else (1,)
        every = max(1, math.ceil(self.spacing / decade))
        exponents = [each for each in range(low.adjusted(), high.adjusted() + 1) if each % every == 0]
        values = [Decimal(digit).scaleb(exponent) for exponent in exponents for digit in digits]
        return [value for value in values if low <= value <= high]

    def over(self, start: float, end: float) -> Self:
        return replace(self, start=start, end=end)


def linear(low: Number, high: Number, write: Write = plain, spacing: float = 44) -> Linear:
    """An axis from `low` to `high`, exactly; where they are equal, all of it is one place in the middle."""
    return Linear(low, high, write, spacing)


def logarithmic(
    low: Number,
    high: Number,
    write: Write = plain,
    spacing: float = 30,
    has_free: bool = False,
    marks: Sequence[tuple[int, str]] = (),
) -> Logarithmic:
    """An axis that holds `low` to `high`, both above 0. It is widened to the next 1, 2 or 5 of a decade, so that every
    axis has at least two ticks; with `marks`, by two fifths at both ends."""
    if low <= 0 or high < low:
        raise ValueError(f"A logarithmic axis goes from a number above 0 upwards, not from {low} to {high}.")
    if marks:
        return Logarithmic(float(low) / 1.4, float(high) * 1.4, write, spacing, has_free, tuple(marks))
    return Logarithmic(_below(Decimal(str(low))), _above(Decimal(str(high))), write, spacing, has_free)


def amounts(values: Iterable[Number], write: Write = plain, spacing: float = 30) -> Linear | Logarithmic:
    """The axis that reads better for these amounts: logarithmic when the largest is more than five times the smallest
    above 0, with a band for free ones; else from 0 up to a round number above the largest."""
    known = sorted(Decimal(str(value)) for value in values)
    paid = [value for value in known if value > 0]
    if paid and paid[-1] > FACTOR_FOR_LOGARITHM * paid[0]:
        return logarithmic(paid[0], paid[-1], write, spacing, has_free=known[0] == 0)
    return from_zero(known, write, spacing)


def from_zero(values: Iterable[Number], write: Write = plain, spacing: float = 44) -> Linear:
    """The linear axis from 0 up to a round number that is not below any of these amounts. Where all are 0, that is all there
    is of it: one tick, in the middle."""
    top = max((Decimal(str(value)) for value in values if value > 0), default=None)
    if top is None:
        return linear(0, 0, write, spacing)
    step = _step(float(top) / 4)
    return linear(0, step * math.ceil(top / step), write, spacing)


def _number(value: Value) -> float:
    return float(value.toordinal()) if isinstance(value, date) else float(value)


def _between(value: float, low: float, high: float, start: float, end: float) -> float:
    if high <= low:
        return (start + end) / 2
    return round(start + (value - low) / (high - low) * (end - start), 1)


def _step(least: float) -> Decimal:
    """The smallest of 1, 2 and 5 times a power of ten that is not below `least`."""
    exponent = math.floor(math.log10(least))
    for digit in (1, 2, 5):
        if digit * 10.0**exponent >= least * (1 - 1e-9):
            return Decimal(digit).scaleb(exponent)
    return Decimal(1).scaleb(exponent + 1)


def _below(value: Decimal) -> Decimal:
    """The last 1, 2 or 5 of a decade below `value`."""
    exponent = value.adjusted()
    return next(
        step for step in (Decimal(d).scaleb(e) for e in (exponent, exponent - 1) for d in (5, 2, 1)) if step < value
    )


def _above(value: Decimal) -> Decimal:
    """The first 1, 2 or 5 of a decade above `value`."""
    exponent = value.adjusted()
    return next(
        step for step in (Decimal(d).scaleb(e) for e in (exponent, exponent + 1) for d in (1, 2, 5)) if step > value
    )
