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
        return status_of(
            day,
            announced_on=self.announced_on,
            released_on=self.released_on,
            deprecated_on=self.deprecated_on,
            retires_on=self.retires_on,
            listed_on=self.listed_on,
            delisted_on=self.delisted_on,
            is_absent=any(start <= day < end for start, end in self.absences),
        )

    def words(self, day: date) -> str:
        """The status as people read it. Before the vendor spoke of a model nobody can say that it was announced."""
        status = self.status(day)
        if status is Status.ANNOUNCED and not (self.announced_on and self.announced_on <= day):
            return "Not released yet"
        return words(status, self.days_left(day))

    def boundaries(self) -> set[date]:
        """Every day on which the status can change."""
        days = {self.released_on, self.deprecated_on, self.retires_on, self.listed_on, self.delisted_on}
        if self.retires_on:
            days.add(self.retires_on - timedelta(days=RETIRING_DAYS))
        for absence in self.absences:
            days.update(absence)
        return {day for day in days if day is not None}

    def days_left(self, day: date) -> int | None:
        return days_left(self.retires_on, day)


def status_of(
    day: date,
    *,
    announced_on: date | None = None,
    released_on: date | None = None,
    deprecated_on: date | None = None,
    retires_on: date | None = None,
    listed_on: date | None = None,
    delisted_on: date | None = None,
    is_absent: bool = False,
) -> Status:
    """The rule itself, for days that were read as plain values; `is_absent` says that `day` is within an absence.

    A retirement is no news before the deprecation that announced it: until then nobody on that day could know of it.
    """
    if is_absent or (delisted_on and delisted_on <= day):
        return Status.DELISTED
    if retires_on and retires_on <= day:
        return Status.RETIRED
    is_known = deprecated_on is None or deprecated_on <= day
    if retires_on and is_known and retires_on <= day + timedelta(days=RETIRING_DAYS):
        return Status.RETIRING
    if deprecated_on and deprecated_on <= day:
        return Status.DEPRECATED
    if is_only_announced(day, announced_on, released_on, listed_on):
        return Status.ANNOUNCED
    return Status.ACTIVE


def is_only_announced(day: date, announced_on: date | None, released_on: date | None, listed_on: date | None) -> bool:
    """Made known, and neither released by its vendor nor listed by `day`. A model of which no such day is on record
    was always there, as far as anybody knows."""
    if listed_on and listed_on <= day:
        return False
    if released_on:
        return released_on > day
    return announced_on is not None or listed_on is not None


def days_left(retires_on: date | None, day: date) -> int | None:
    """Whole days until the vendor retires a model; None where no day is known or it has passed."""
    return (retires_on - day).days if retires_on and retires_on > day else None


def words(status: Status | str, days_left: int | None) -> str:
    """The status as people read it: `Retires in 12 days`, `Retires tomorrow`, otherwise its own word."""
    if status == Status.RETIRING and days_left is not None:
        return "Retires tomorrow" if days_left == 1 else f"Retires in {days_left} days"
    return Status(status).label
