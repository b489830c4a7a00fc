"""The sections as they were last written, for as long as no run has begun, ended or learnt its cost: a model's page is read
far more often than its model is asked, and counting thousands of runs takes longer than all the rest of it.

Nothing is true only here: every process keeps its own, and writes them anew at any time.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.safestring import SafeString

from playground.models import Reconciliation, Run
from playground.models.runs import LIVE

MOST_KEPT = 50  # models
LONGEST = 60.0  # seconds, for what the mark does not tell: a cost that was settled by hand, a model's new name


def mark() -> Hashable:
    """What changes with every run that begins, ends, or learns its cost: the newest run, and those that are not settled;
    None where nothing ever ran. Two queries by index, however many runs there are."""
    newest = Run.objects.order_by("-created_at").values_list("pk", flat=True).first()
    if newest is None:
        return None
    unsettled = Run.objects.filter(Q(state__in=LIVE) | Q(reconciliation=Reconciliation.WAITING)).order_by()
    return newest, frozenset(unsettled.values_list("pk", "reconciliation"))


@dataclass(frozen=True)
class Written:
    """The sections of one model, by their templates."""

    mark: Hashable
    at: float
    sections: dict[str, SafeString]


class Kept:
    """The sections of the models last asked for."""

    def __init__(self) -> None:
        self._written: OrderedDict[str, Written] = OrderedDict()
        self._lock = threading.Lock()
        self._forgotten = 0  # how often

    def get(self, model_id: str, mark: Hashable, write: Callable[[], dict[str, SafeString]]) -> dict[str, SafeString]:
        """Those that are kept under this mark, or else what `write` writes. Two at a time may write the same."""
        with self._lock:
            found, forgotten = self._written.get(model_id), self._forgotten
        if found is not None and found.mark == mark and time.monotonic() - found.at < LONGEST:
            return found.sections
        written = Written(mark, time.monotonic(), write())
        with self._lock:
            if forgotten != self._forgotten:  # read before, perhaps: good for this page, not for the next
                return written.sections
            self._written[model_id] = written
            self._written.move_to_end(model_id)
            while len(self._written) > MOST_KEPT:
                self._written.popitem(last=False)
        return written.sections

    def forget(self) -> None:
        """Write everything anew: runs count from now on that did not before, which no mark tells, as a blind prompt's do
        when its names are shown. Another process learns of it within `LONGEST`."""
        with self._lock:
            self._written.clear()
            self._forgotten += 1


kept = Kept()
