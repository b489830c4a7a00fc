"""A scale of days: ticks at days, Mondays, months or years, as there is room. Pure; no Django, floats for pixels only."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

from catalog.charts.scales import Tick, Value

MONTHS = (1, 3, 6, 12, 24, 60, 120)
DAY_LABEL, MONTH_LABEL, YEAR_LABEL = 88.0, 66.0, 44.0  # pixels that "Dec 11, 2025", "Dec 2025" and "2025" need


@dataclass(frozen=True)
class Days:
    """Equal steps for equal days."""

    low: date
    high: date
    start: float = 0.0
    end: float = 100.0

    def at(self, value: Value) -> float:
        if not isinstance(value, date):
            raise TypeError(f"An axis of days has no place for {value!r}.")
        length = (self.high - self.low).days
        share = (value - self.low).days / length if length else 0.5
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[Tick]:
        room = abs(self.end - self.start)
        length = (self.high - self.low).days
        for step in (1, 2, 7):
            if length // step * DAY_LABEL > room:
                continue  # counted before they are made: an axis may span thousands of years
            days = list(self._days(step))
            if days and len(days) * DAY_LABEL <= room:
                return [Tick(self.at(day), f"{day:%b} {day.day}, {day.year}") for day in days]
        for step in MONTHS:
            days = list(self._months(step))
            width = MONTH_LABEL if step < 12 else YEAR_LABEL
            if len(days) * width <= room or step == MONTHS[-1]:
                return [Tick(self.at(day), f"{day:%b %Y}" if step < 12 else f"{day.year}") for day in days]
        return []

    def _days(self, step: int) -> Iterator[date]:
        """Every day, every second one, or every Monday: ordinal 1 is a Monday."""
        for ordinal in range(self.low.toordinal(), self.high.toordinal() + 1):
            if ordinal % step == 1 % step:
                yield date.fromordinal(ordinal)

    def _months(self, step: int) -> Iterator[date]:
        """The first days of every so many months, counted from the year 0."""
        month = self.low.year * 12 + self.low.month - (1 if self.low.day == 1 else 0)
        month += -month % step
        while month < self.high.year * 12 + self.high.month:
            yield date(month // 12, month % 12 + 1, 1)
            month += step

    def over(self, start: float, end: float) -> Self:
        return replace(self, start=start, end=end)


def dates(low: date, high: date) -> Days:
    """An axis from one day to another, a week long at least."""
    return Days(min(low, high - timedelta(days=7)), high)
