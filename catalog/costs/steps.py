"""From price periods to steps: what one request cost from which day to which. Pure; no Django, no float.

A day has one price, so periods of a listing in one currency never overlap; between two of them there may be days without
one. Days are half-open: a period holds from its first day up to the day before its end.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from catalog.pricing import Bill, Component, Condition, Rate, Status

Price = Callable[[Sequence[Rate]], Bill]
Gap = tuple[date, date]  # from a day (inclusive) to a day (exclusive)


@dataclass(frozen=True, slots=True)
class Period:
    """The rates that held from a day (inclusive) to a day (exclusive), None while they hold."""

    starts_on: date
    ends_on: date | None
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """An exact cost of one request, in the currency of the rates, from a day (inclusive) to a day (exclusive)."""

    starts_on: date
    ends_on: date
    total: Decimal


@dataclass(frozen=True, slots=True)
class Change:
    """One rate that differs between two periods: amounts per unit, None where it is not known. `was` and `is_now` say
    whether there was and is such a rate at all."""

    component: Component
    condition: Condition
    before: Decimal | None
    after: Decimal | None
    was: bool
    is_now: bool


def steps(periods: Iterable[Period], price: Price, until: date, gaps: Iterable[Gap] = ()) -> list[Step]:
    """What the workload cost up to `until`, the first day that is no longer told of. Periods that follow one another at
    the same cost are one step; those whose cost is not exactly known are none, and neither are the days of `gaps`, on
    which nobody could buy it."""
    found: list[Step] = []
    away = sorted(gaps)
    for period in sorted(periods, key=lambda each: each.starts_on):
        ends_on = min(period.ends_on or until, until)
        bill = price(period.rates)
        if period.starts_on >= ends_on or bill.status is not Status.EXACT or bill.total is None:
            continue
        for start, end in _without(period.starts_on, ends_on, away):
            last = found[-1] if found else None
            if last and last.ends_on == start and last.total == bill.total:
                found[-1] = replace(last, ends_on=end)
            else:
                found.append(Step(start, end, bill.total))
    return found


def _without(start: date, end: date, gaps: Sequence[Gap]) -> list[Gap]:
    """The stretch of days without the gaps, which are in their order."""
    parts = []
    for gap_start, gap_end in gaps:
        if gap_end <= start or gap_start >= end:
            continue
        if start < gap_start:
            parts.append((start, gap_start))
        start = max(start, gap_end)
    return [*parts, (start, end)] if start < end else parts


def changes(before: Iterable[Rate], after: Iterable[Rate]) -> list[Change]:
    """Which rates differ, by component and condition, in the order of the later list, and then those that are gone."""
    old, new = ({(rate.component, rate.condition): rate.amount for rate in rates} for rates in (before, after))
    return [
        Change(*key, old.get(key), new.get(key), key in old, key in new)
        for key in dict.fromkeys([*new, *old])
        if (key in old) != (key in new) or old.get(key) != new.get(key)
    ]
