"""How many tokens a prompt is by its models' own tokenizers, asked for while a page waits only a moment. No Django.

Counting happens in a child process behind a queue (`catalog.tokenizers.counting`), which may be busy, starting, or away.
So a count is asked for in a thread of its own; the page takes what is known after 0.3 seconds and asks again a second
later for the rest. What is known is remembered by a digest of the text, never with the text itself, and a text that
could not be counted is left alone for some seconds.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from catalog.tokenizers import counting
from catalog.tokenizers.counting import Count
from catalog.tokenizers.errors import CountingError
from catalog.tokenizers.kinds import Kind

PATIENCE = 0.3  # seconds that a page waits
MOST_KEPT = 5_000
MOST_AT_ONCE = 2  # threads of this process that wait for counts
JOB_SECONDS = 10.0  # for all the texts of one request together
LEFT_ALONE = 15.0  # seconds after a failure
TOO_MUCH = "Counting all of it takes too long."

Key = tuple[Kind, bytes]


@dataclass
class Counted:
    """What is known of the texts that were asked for. `is_pending`: ask again in a second. `problem`: why some of it
    stays unknown, in a sentence."""

    numbers: dict[Key, Count] = field(default_factory=dict)
    is_pending: bool = False
    problem: str = ""

    def of(self, text: str, kind: Kind) -> Count | None:
        return self.numbers.get(key_of(text, kind))


def key_of(text: str, kind: Kind) -> Key:
    return kind, sha256(text.encode("utf-8", "surrogatepass")).digest()


class Counts:
    """The counts of this process. `counter` counts one text by several kinds, as `counting.count` does."""

    def __init__(self, counter: Callable[[str, Iterable[Kind]], dict[Kind, Count]] = counting.count) -> None:
        self._counter = counter
        self._changed = threading.Condition()
        self._known: OrderedDict[Key, Count] = OrderedDict()
        self._failed: dict[Key, tuple[float, str]] = {}
        self._underway: set[Key] = set()
        self._threads = 0

    def of(self, wanted: Iterable[tuple[str, Kind]], patience: float = PATIENCE) -> Counted:
        """What is known of these texts within `patience` seconds; the counting of the others goes on behind."""
        texts = {key_of(text, kind): text for text, kind in wanted}
        with self._changed:
            self._begin({key: text for key, text in texts.items() if self._is_new(key)})
            self._changed.wait_for(lambda: not self._waiting(texts), patience)
            return self._counted(texts)

    def _is_new(self, key: Key) -> bool:
        until, _ = self._failed.get(key, (0.0, ""))
        return key not in self._known and key not in self._underway and time.monotonic() >= until

    def _waiting(self, keys: Iterable[Key]) -> bool:
        return any(key in self._underway for key in keys)

    def _begin(self, new: dict[Key, str]) -> None:
        """Start one thread for what nobody counts yet. Where there are enough of them the page comes back anyway."""
        if not new or self._threads >= MOST_AT_ONCE:
            return
        by_text: dict[str, list[Kind]] = {}
        for (kind, _), text in new.items():
            by_text.setdefault(text, []).append(kind)
        self._underway |= new.keys()
        self._threads += 1
        threading.Thread(target=self._count, args=(by_text,), name="prompt-counts", daemon=True).start()

    def _count(self, by_text: dict[str, list[Kind]]) -> None:
        deadline = time.monotonic() + JOB_SECONDS
        try:
            for text, kinds in by_text.items():
                found: dict[Kind, Count] = {}
                problem = TOO_MUCH
                if time.monotonic() < deadline:
                    try:
                        found = self._counter(text, kinds)
                    except CountingError as error:
                        problem = str(error)
                self._keep([key_of(text, kind) for kind in kinds], found, problem)
        finally:
            with self._changed:
                self._threads -= 1
                # What an unforeseen error left behind is not underway any more: the next page asks for it anew.
                self._underway -= {key_of(text, kind) for text, kinds in by_text.items() for kind in kinds}
                self._changed.notify_all()

    def _keep(self, keys: list[Key], found: dict[Kind, Count], problem: str) -> None:
        now = time.monotonic()
        with self._changed:
            for key in keys:
                if key[0] in found:
                    self._known[key] = found[key[0]]
                else:
                    self._failed[key] = (now + LEFT_ALONE, problem)
            self._underway -= set(keys)
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
            if len(self._failed) > MOST_KEPT:
                self._failed = {key: said for key, said in self._failed.items() if said[0] > now}
            self._changed.notify_all()

    def _counted(self, keys: Iterable[Key]) -> Counted:
        counted = Counted()
        for key in keys:
            if key in self._known:
                self._known.move_to_end(key)
                counted.numbers[key] = self._known[key]
            elif key in self._failed and not self._is_new(key):
                counted.problem = self._failed[key][1]
            else:
                counted.is_pending = True
        return counted


counts = Counts()
