"""The page of changes: a hundred events by day, what is to come, since when there are records, and the same as a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.core.paginator import Page, Paginator

from catalog.changes import reads
from catalog.changes.events import Event, Told
from catalog.changes.record import Record
from catalog.exports import Sheet, Value
from catalog.facts import day_text

PAGE_EVENTS = 100
MOST_COMING = 12


@dataclass(frozen=True)
class Day:
    """The events of one day, as a person reads them."""

    day: date
    events: list[Told]


@dataclass(frozen=True)
class ChangesPage:
    """`coming` stands on the first page alone; `more_coming` counts what is left out of it. `found` are the events shown."""

    page: Page[Event]
    days: list[Day]
    coming: list[Told]
    more_coming: int

    @property
    def found(self) -> list[Told]:
        return [*self.coming, *(event for day in self.days for event in day.events)]


def page_of(record: Record, number: int, shows_all_coming: bool = False) -> ChangesPage:
    """One page of a record; a number past the last page is the last one."""
    page = Paginator(record.past, PAGE_EVENTS).get_page(number)
    coming = record.coming if page.number == 1 else []
    if not shows_all_coming:
        coming = coming[:MOST_COMING]
    told = record.told([*coming, *page.object_list])
    past = told[len(coming) :]
    days = [Day(day, list(events)) for day, events in groupby(past, key=lambda event: event.day)]
    return ChangesPage(page, days, told[: len(coming)], len(record.coming) - len(coming) if page.number == 1 else 0)


def since() -> str:
    """Since when changes are on record, in a sentence. Three queries."""
    first, recorded = reads.first_days()
    if first is None and recorded is None:
        return "Nothing is on record yet."
    sentence = f"Listings and prices are on record since {day_text(first)}." if first else ""
    history = f"Imports and edits are on record since {day_text(recorded)}." if recorded else ""
    if not history:
        history = "Imports and edits are from the first one on; there has been none yet."
    return f"{sentence} {history}".strip()


def sheet(events: Iterable[Told]) -> Sheet:
    """One row for each event shown, with its first source."""
    columns = ["Day", "Kind", "Model", "Id", "Vendor", "Family", "What", "To come", "Source", "Read on", "Address"]
    rows: list[list[Value]] = []
    for event in events:
        source = event.sources[0] if event.sources else None
        rows.append(
            [
                event.day,
                event.kind.label,
                event.name,
                event.public_id,
                event.vendor,
                event.family,
                event.sentence,
                event.when,
                source.title if source else event.note or ("An edit here" if event.is_edit else ""),
                source.day if source else None,
                source.url if source else "",
            ]
        )
    return Sheet("changes", columns, rows)
