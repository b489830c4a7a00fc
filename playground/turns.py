"""Whose turn it is: runs that wait for a place, in an order that is fair between prompts. Pure.

Only so many runs are connected at once. A matrix of 600 runs would otherwise hold every place until its end, and the
prompt of somebody else would wait behind all of it; so a free place goes to each waiting prompt in turn.
"""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """Waiting runs in groups, one group for each prompt. A run waits once, however often it is added."""

    def __init__(self) -> None:
        self._groups: deque[OrderedDict[T, None]] = deque()
        self._group_of: dict[T, OrderedDict[T, None]] = {}

    def __len__(self) -> int:
        return len(self._group_of)

    def __contains__(self, run: object) -> bool:
        return run in self._group_of

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._group_of))

    def add(self, runs: Iterable[T]) -> None:
        """A group that waits behind all others; within it the order stays."""
        group = OrderedDict((run, None) for run in runs if run not in self._group_of)
        if group:
            self._groups.append(group)
            self._group_of.update(dict.fromkeys(group, group))

    def next(self) -> T | None:
        """The run whose turn it is; its group goes behind the others. None when nobody waits."""
        while self._groups:
            group = self._groups.popleft()
            if not group:
                continue
            run, _ = group.popitem(last=False)
            del self._group_of[run]
            self._groups.append(group)
            return run
        return None

    def leave(self, run: T) -> bool:
        """Take a run out of its turn. False when it does not wait."""
        group = self._group_of.pop(run, None)
        if group is None:
            return False
        del group[run]
        return True
