"""Answers kept in this process until the catalog changes: what took a scan to find out is asked for again and again.

Nothing is true only here: every answer can be computed anew, and each process keeps its own.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """The `most` answers last asked for, all of one version of the catalog.

    Put in only what was computed from rows that were in step with the version (`freshness.state`). Version 0 is that of a
    catalog whose changes nobody noted, and nothing is kept under it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._version = 0
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, version: int, key: Hashable) -> Answer | None:
        with self._lock:
            if version != self._version or key not in self._answers:
                return None
            self._answers.move_to_end(key)
            return self._answers[key]

    def put(self, version: int, key: Hashable, answer: Answer) -> None:
        if not version:
            return
        with self._lock:
            if version != self._version:
                self._answers.clear()
                self._version = version
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._answers.clear()
