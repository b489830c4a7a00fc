"""Old news: entries that say what was so before the day on which the catalog last heard of them. Nothing is taken from them,
and a person is told so: a file of an earlier day must never read as one in which nothing differs.
"""

from collections.abc import Iterator
from datetime import date

from catalog.imports.drafts import Draft
from catalog.models import Change

MOST_NAMED = 5


class Older:
    """Counts the entries as they are read, and names the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.names: list[str] = []
        self.days: set[date] = set()

    def note(self, subject: str, seen_on: date) -> None:
        self.count += 1
        self.days.add(seen_on)
        if len(self.names) < MOST_NAMED:
            self.names.append(subject)

    def drafts(self) -> Iterator[Draft]:
        """One line for all of them; none where there are none."""
        if not self.count:
            return
        entries = f"{self.count:,} {'entry' if self.count == 1 else 'entries'}"
        first, last = min(self.days), max(self.days)
        when = (
            f"{last}, when the catalog last heard of"
            if first == last
            else f"{first} to {last}, the days of the last news of"
        )
        says, them = ("says", "it") if self.count == 1 else ("say", "them")
        more = " and others" if self.count > len(self.names) else ""
        sentence = (
            f"{entries} {says} what was so before {when} {them}: nothing is taken from {them} "
            f"({', '.join(self.names)}{more}). If that day is a mistake, undo the import that brought it."
        )
        yield Draft(Change.Kind.BAD, entries, sentence, {}, field="day")
