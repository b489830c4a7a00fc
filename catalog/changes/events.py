"""Events: one thing that changed about one model on one day, before and after it is put into words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from django.db import models

COMING_DAYS = 2 * 366  # what is further off is a placeholder year, not news


class Kind(models.TextChoices):
    """What an event is about; the order is that of the events of one day."""

    NEW = "new", "New"
    BACK = "back", "Back"
    PRICE = "price", "Price"
    RETIREMENT = "retirement", "Retirement"
    ENDING = "ending", "Ending"
    GONE = "gone", "Delisting"
    NAME = "name", "Name"
    PARAMETER = "parameter", "Parameters"
    LIMIT = "limit", "Limits"
    FACT = "fact", "Fact"


ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Event:
    """One event, not yet in words, as only those of a page are told.

    `key` is what makes it this event and no other one of its model and day. `say` writes the sentence as of a day: what
    is still to come reads otherwise. `fields` are the fields whose observations speak of it, the first above all;
    `source_id` is the source of its row, told where nothing was observed of the first field. `others` are further models
    that it is about. `is_edit`: known from an edit made here.
    `is_by_day`: only an observation that names the event's day speaks of it, as the same field of another listing has
    a day of its own.
    """

    day: date
    kind: Kind
    key: str
    model_id: int
    say: Callable[[date], str]
    fields: tuple[str, ...] = ()
    source_id: int | None = None
    others: tuple[int, ...] = ()
    is_edit: bool = False
    is_by_day: bool = False
    note: str = ""  # who says so, where that is no source of its own


@dataclass(frozen=True, slots=True)
class Said:
    """A source and the day on which it was read."""

    title: str
    url: str
    day: date


@dataclass(frozen=True, slots=True)
class Told:
    """One event in words, with its model and its sources. `days_away` is above zero for what is still to come."""

    day: date
    kind: Kind
    name: str
    public_id: str
    url: str
    vendor: str
    family: str
    sentence: str
    sources: tuple[Said, ...]
    is_edit: bool
    note: str
    days_away: int
    urn: str

    @property
    def is_coming(self) -> bool:
        return self.days_away > 0

    @property
    def when(self) -> str:
        """In 12 days, tomorrow; blank for what has come."""
        if self.days_away <= 0:
            return ""
        return "tomorrow" if self.days_away == 1 else f"in {self.days_away} days"


def urn(public_id: str, key: str, day: date) -> str:
    """The lasting id of an event: the same for the same event, whenever and wherever it is computed."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'windrose:changes/{public_id}/{key}/{day.isoformat()}')}"
