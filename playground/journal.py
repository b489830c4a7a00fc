"""The journal: what the runner writes of runs that are on their way, so that nothing true lives in memory only."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from playground.endings import served
from playground.ledger import INTERRUPTED, Outcome, settle
from playground.live import LiveRun
from playground.models import Run, State
from playground.models.runs import LIVE


@dataclass(frozen=True)
class Mark:
    """How much of a live run is in the database: parts of text and reasoning, its state, and when it was written."""

    parts: int
    reasoning_parts: int
    state: str
    has_identity: bool
    at: float


@dataclass(frozen=True)
class News:
    """What one write adds to one run."""

    run_id: UUID
    text: str
    reasoning: str
    fields: dict[str, Any]


def claim(run_id: UUID, process: str) -> Run | None:
    """The run, marked as this process's own; None when somebody has it already or it is over.

    This is what makes a run start at most once, whoever asks and however often.
    """
    now = timezone.now()
    claimed = Run.objects.filter(pk=run_id, state=State.QUEUED, process="").update(
        process=process, state=State.CONNECTING, started_at=now, heartbeat_at=now
    )
    if not claimed:
        return None
    return Run.objects.select_related("listing").get(pk=run_id)


def mark(live: LiveRun) -> Mark:
    return Mark(
        len(live.parts), len(live.reasoning_parts), live.state, bool(live.identity.generation_id), time.monotonic()
    )


def is_due(before: Mark | None, now: Mark, heartbeat_every: float) -> bool:
    if before is None:
        return True
    changed = (before.parts, before.reasoning_parts, before.state, before.has_identity) != (
        now.parts,
        now.reasoning_parts,
        now.state,
        now.has_identity,
    )
    return changed or now.at - before.at >= heartbeat_every


def news(live: LiveRun, before: Mark | None, now: Mark) -> News:
    """What has come since `before`, up to `now`."""
    text_from, reasoning_from = (before.parts, before.reasoning_parts) if before else (0, 0)
    fields: dict[str, Any] = {"state": live.state, "first_token_ms": live.first_token_ms}
    if live.identity.generation_id:
        fields |= served(live)
    return News(
        live.id,
        "".join(live.parts[text_from : now.parts]),
        "".join(live.reasoning_parts[reasoning_from : now.reasoning_parts]),
        fields,
    )


def write(batch: list[News], live_ids: list[UUID]) -> set[UUID]:
    """Write a batch in one transaction, and return which of the live runs somebody has asked to stop."""
    now = timezone.now()
    with transaction.atomic():
        for each in batch:
            fields = each.fields | {"heartbeat_at": now}
            if each.text:
                fields["text"] = Concat(F("text"), Value(each.text))
            if each.reasoning:
                fields["reasoning"] = Concat(F("reasoning"), Value(each.reasoning))
            Run.objects.filter(pk=each.run_id, state__in=LIVE).update(**fields)
    return set(Run.objects.filter(pk__in=live_ids, stop_requested=True).values_list("pk", flat=True))


def interrupt_where(is_gone: Callable[[str], bool]) -> int:
    """End the live runs whose process is certainly gone. Their cost is unknown and their holds stay."""
    ended = 0
    for run_id, process in list(Run.objects.live().exclude(process="").values_list("pk", "process")):
        if is_gone(process):
            ended += settle(run_id, Outcome(State.INTERRUPTED, {"error": INTERRUPTED}, spent=None))
    return ended
