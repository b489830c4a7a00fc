"""Where a model stands on a day, computed from dates alone: announced, active, deprecated, retiring, retired or delisted;
and whether it can still be bought where it was listed.

The rules stand here once for loaded rows and once as SQL, in `variant_reads`; a test holds the two together.
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


NOT_SOLD = (Status.DELISTED, Status.ANNOUNCED)  # retiring and retired models are on sale while a market lists them
DAY_NOT_KNOWN = "day not known"


@dataclass(frozen=True, slots=True)
class Dates:
    """The days that decide. `listed_on`, `delisted_on`, `last_seen_on` and `absences` are those of the main listing, and
    `is_vendors_own` says that its market is the vendor's own; each absence is from a day (inclusive) to a day (exclusive).
    `called_retired_on` is the day on which the vendor was read to call it retired without naming a day."""

    announced_on: date | None = None
    released_on: date | None = None
    deprecated_on: date | None = None
    retires_on: date | None = None
    listed_on: date | None = None
    delisted_on: date | None = None
    absences: tuple[tuple[date, date], ...] = ()
    called_retired_on: date | None = None
    last_seen_on: date | None = None
    is_vendors_own: bool = False

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
            called_retired_on=self.called_retired_on,
        )

    def is_sold(self, day: date) -> bool:
        """Whether its main listing is an offer on the day, as far as anybody knows."""
        return self.status(day) not in NOT_SOLD and not self.is_over(day)

    def is_over(self, day: date) -> bool:
        retired_on = first_retired(self.retires_on, self.called_retired_on)
        return is_over(day, retired_on, self.last_seen_on, self.is_vendors_own)

    def words(self, day: date) -> str:
        """The status as people read it. Before the vendor spoke of a model nobody can say that it was announced."""
        status = self.status(day)
        if status is Status.ANNOUNCED and not (self.announced_on and self.announced_on <= day):
            return "Not released yet"
        return words(status, self.days_left(day), is_dated=self.retires_on is not None)

    def boundaries(self) -> set[date]:
        """Every day on which the status can change."""
        days = {self.released_on, self.deprecated_on, self.retires_on, self.listed_on, self.delisted_on}
        days.add(self.called_retired_on)
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
    called_retired_on: date | None = None,
) -> Status:
    """The rule itself, for days that were read as plain values; `is_absent` says that `day` is within an absence.

    A retirement is no news before the deprecation that announced it: until then nobody on that day could know of it.
    """
    if is_absent or (delisted_on and delisted_on <= day):
        return Status.DELISTED
    retired_on = first_retired(retires_on, called_retired_on)
    if retired_on and retired_on <= day:
        return Status.RETIRED
    is_known = deprecated_on is None or deprecated_on <= day
    if retires_on and is_known and retires_on <= day + timedelta(days=RETIRING_DAYS):
        return Status.RETIRING
    if deprecated_on and deprecated_on <= day:
        return Status.DEPRECATED
    if is_only_announced(day, announced_on, released_on, listed_on):
        return Status.ANNOUNCED
    return Status.ACTIVE


def first_retired(retires_on: date | None, called_retired_on: date | None) -> date | None:
    """The first day on which a model is known to be retired: its vendor's, or where the vendor calls it retired and names
    none, the one on which that was read. Before it nobody can say when it was."""
    return retires_on or called_retired_on


def is_over(day: date, retired_on: date | None, last_seen_on: date | None, is_vendors_own: bool) -> bool:
    """Whether a listing that nobody saw end is no offer any more on `day`, since its model's vendor has retired it by then.

    A vendor stops serving what it retires: at the vendor's own market it ends on that very day, unless it was seen there
    later. Another market may go on, as it or others may have the weights; but one that was last seen before the
    retirement may have ended with it, and to call it sold would be a guess. Of one at another market of which nobody
    noted when it was seen, the list itself is believed.
    """
    if retired_on is None or retired_on > day:
        return False
    if last_seen_on is None:
        return is_vendors_own
    return last_seen_on <= retired_on if is_vendors_own else last_seen_on < retired_on


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


def words(status: Status | str, days_left: int | None, is_dated: bool = True) -> str:
    """The status as people read it: `Retires in 12 days`, `Retires tomorrow`, otherwise its own word. `is_dated`: the
    vendor has named a day of retirement."""
    if status == Status.RETIRING and days_left is not None:
        return "Retires tomorrow" if days_left == 1 else f"Retires in {days_left} days"
    if status == Status.RETIRED and not is_dated:
        return f"{Status.RETIRED.label}, {DAY_NOT_KNOWN}"
    return Status(status).label
