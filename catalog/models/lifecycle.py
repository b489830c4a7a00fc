"""Where a model stands on a day, computed from dates alone: announced, active, deprecated, retiring, retired or delisted.

The rule stands here once for loaded rows and once, in `variants.with_status`, as SQL; a test holds the two together.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models

RETIRING_DAYS = 180  # a retirement this near is said in days; one further off (or a placeholder year) is not news yet


class Status(models.TextChoices):
    """The first that fits on a day: delisted, retired, retiring, deprecated, announced, active."""

    ANNOUNCED = "announced", "Announced"
    ACTIVE = "active", "Active"
    DEPRECATED = "deprecated", "Deprecated"
    RETIRING = "retiring", "Retiring"
    RETIRED = "retired", "Retired"
    DELISTED = "delisted", "Delisted"


@dataclass(frozen=True, slots=True)
class Dates:
    """The days that decide. `listed_on`, `delisted_on` and `absences` are those of the main listing; each absence is
    from a day (inclusive) to a day (exclusive)."""

    announced_on: date | None = None
    released_on: date | None = None
    deprecated_on: date | None = None
    retires_on: date | None = None
    listed_on: date | None = None
    delisted_on: date | None = None
    absences: tuple[tuple[date, date], ...] = ()

    def status(self, day: date) -> Status:
        if (self.delisted_on and self.delisted_on <= day) or any(start <= day < end for start, end in self.absences):
            return Status.DELISTED
        if self.retires_on and self.retires_on <= day:
            return Status.RETIRED
        if self.retires_on and self.retires_on <= day + timedelta(days=RETIRING_DAYS):
            return Status.RETIRING
        if self.deprecated_on and self.deprecated_on <= day:
            return Status.DEPRECATED
        if self.is_only_announced(day):
            return Status.ANNOUNCED
        return Status.ACTIVE

    def is_only_announced(self, day: date) -> bool:
        """Made known, and neither released by its vendor nor listed by `day`."""
        if self.listed_on and self.listed_on <= day:
            return False
        if self.released_on:
            return self.released_on > day
        return self.announced_on is not None

    def boundaries(self) -> set[date]:
        """Every day on which the status can change."""
        days = {self.released_on, self.deprecated_on, self.retires_on, self.listed_on, self.delisted_on}
        if self.retires_on:
            days.add(self.retires_on - timedelta(days=RETIRING_DAYS))
        for absence in self.absences:
            days.update(absence)
        return {day for day in days if day is not None}

    def days_left(self, day: date) -> int | None:
        """Whole days until the vendor retires the model; None where no day is known or it has passed."""
        return (self.retires_on - day).days if self.retires_on and self.retires_on > day else None


def words(status: Status | str, days_left: int | None) -> str:
    """The status as people read it: `Retires in 12 days`, `Retires tomorrow`, otherwise its own word."""
    if status == Status.RETIRING and days_left is not None:
        return "Retires tomorrow" if days_left == 1 else f"Retires in {days_left} days"
    return Status(status).label
