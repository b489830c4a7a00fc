"""What every reader has in common: it walks through one file once and gives an entry or a bad entry for each. Pure."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, BinaryIO

from catalog.imports.entries import BadEntry, EndpointEntry, Entry, Unreadable
from catalog.imports.readers.fields import Fields, Unusable
from catalog.imports.readers.streaming import Json
from catalog.imports.readers.texts import MOST_ID, cut, line

Read = Entry | BadEntry | EndpointEntry
MOST_ENTRIES = 250_000  # models.dev, the longest list of all, had 7,717


class Reading:
    """One file being read, on the day of which it speaks. Iterate once; what the envelope says is known afterwards.

    `total_count` and `next_link` are what the file says of the whole list that it may be a page of. `seen` holds the
    ids that were read: give the pages of one list the same set, and an id that stands on two of them is found.
    """

    total_count: int | None = None
    next_link = ""

    def __init__(self, file: BinaryIO, day: date, seen: set[str] | None = None) -> None:
        self.json = Json(file)
        self.day = day
        self.seen: set[str] = set() if seen is None else seen
        self.count = 0

    def __iter__(self) -> Iterator[Read]:
        for place, read in enumerate(self.entries(), 1):
            if place > MOST_ENTRIES:
                raise Unreadable(f"The file has more than {MOST_ENTRIES:,} entries. No list of models is that long.")
            yield read
        self.json.end()

    def entries(self) -> Iterator[Read]:
        raise NotImplementedError

    @property
    def size(self) -> int | None:
        """The file's length in bytes, where it can be told."""
        return self.json.file.size

    @property
    def bytes_read(self) -> int:
        return self.json.file.bytes_read

    def entry(self, id: str, raw: Any, problem: str, make: Callable[[str, Fields], Read]) -> Read:
        """The entry that `make` reads from `raw`, or a bad one with the first sentence that speaks against it."""
        self.count += 1
        kept = raw if isinstance(raw, dict) else None
        if not id:
            return BadEntry(f"entry {self.count}", "It has no id.", kept)
        shown_id = cut(line(id), MOST_ID)
        if len(id) > MOST_ID or shown_id != id:
            return BadEntry(
                shown_id, f"Its id is longer than {MOST_ID} characters or holds signs that no id has.", kept
            )
        if kept is None:
            return BadEntry(id, problem or "It is not an object.")
        if id in self.seen:
            return BadEntry(id, "This id stands in the file twice. The first one was read.", kept)
        self.seen.add(id)
        if problem:
            return BadEntry(id, problem, kept)
        try:
            return make(id, Fields(kept))
        except Unusable as unusable:
            return BadEntry(id, str(unusable), kept)
