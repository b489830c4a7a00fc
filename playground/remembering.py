"""Answers that are over and stored nowhere: kept in memory for the page that asked, which may come for them a moment later.

That they are not stored is a promise, so they are few, small together, and soon gone: whoever looks for one after its time
finds nothing, also where nobody has cleared it away yet.
"""

import time
from collections.abc import Iterator
from uuid import UUID

from playground.live import LiveRun

MOST = 100
MOST_BYTES = 32 * 1_048_576  # of all of them, as they lie in memory; the newest one stays in any case
SECONDS = 300.0


class Remembered:
    """The answers by their run, the oldest first. Only used on the event loop."""

    def __init__(self) -> None:
        self._answers: dict[UUID, tuple[LiveRun, float]] = {}  # and when each of them ended
        self.size = 0

    def __len__(self) -> int:
        return len(self._answers)

    def __iter__(self) -> Iterator[UUID]:
        return iter(list(self._answers))

    def keep(self, live: LiveRun) -> None:
        """Keep what the page shows of an answer, and let go of older ones where they are too many or too much."""
        live.drop_unshown()
        self._drop(live.id)
        self._answers[live.id] = (live, time.monotonic())
        self.size += live.size
        while len(self) > 1 and (len(self) > MOST or self.size > MOST_BYTES):
            self._drop(next(iter(self)))

    def get(self, run_id: UUID) -> LiveRun | None:
        live, ended = self._answers.get(run_id, (None, 0.0))
        return live if time.monotonic() - ended < SECONDS else None

    def forget(self) -> None:
        """Let go of those whose time is over."""
        now = time.monotonic()
        for run_id in [run_id for run_id, (_, ended) in self._answers.items() if now - ended >= SECONDS]:
            self._drop(run_id)

    def clear(self) -> None:
        self._answers.clear()
        self.size = 0

    def _drop(self, run_id: UUID) -> None:
        live, _ = self._answers.pop(run_id, (None, 0.0))
        if live is not None:
            self.size -= live.size
