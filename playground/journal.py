"""The journal: what the runner writes of runs that are on their way, so that nothing true lives in memory only."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
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
    """What one write adds to one run, and who really answers, as far as it is known."""

    run_id: UUID
    text: str
    reasoning: str
    state: str
    first_token_ms: int | None
    served: dict[str, str]


# One prepared statement for all runs: a hundred updates through the ORM hold the interpreter for a tenth of a second,
# in which the event loop gets hardly a turn. Runs that have ended meanwhile are left alone.
APPEND = f"""
    UPDATE playground_run
    SET text = text || %s, reasoning = reasoning || %s, state = %s, first_token_ms = %s, heartbeat_at = %s,
        generation_id = %s, served_model = %s, served_provider = %s
    WHERE id = %s AND state IN ({", ".join(f"'{state.value}'" for state in LIVE)})
"""  # noqa: S608  the states are our own constants


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
    """What has come since `before`, up to `now`. The generation id is kept as soon as it is known."""
    text_from, reasoning_from = (before.parts, before.reasoning_parts) if before else (0, 0)
    return News(
        live.id,
        "".join(live.parts[text_from : now.parts]),
        "".join(live.reasoning_parts[reasoning_from : now.reasoning_parts]),
        live.state.value,
        live.first_token_ms,
        served(live),
    )


def write(batch: list[News], live_ids: list[UUID]) -> set[UUID]:
    """Write a batch in one transaction, and return which of the live runs somebody has asked to stop."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    key = Run._meta.pk
    rows = [
        (
            *(each.text, each.reasoning, each.state, each.first_token_ms, now),
            *each.served.values(),
            key.get_db_prep_value(each.run_id, connection),
        )
        for each in batch
    ]
    if rows:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(APPEND, rows)
    return set(Run.objects.filter(pk__in=live_ids, stop_requested=True).values_list("pk", flat=True))


def interrupt_where(is_gone: Callable[[str], bool]) -> int:
    """End the live runs whose process is certainly gone. Their cost is unknown and their holds stay."""
    ended = 0
    for run_id, process in list(Run.objects.live().exclude(process="").values_list("pk", "process")):
        if is_gone(process):
            ended += settle(run_id, Outcome(State.INTERRUPTED, {"error": INTERRUPTED}, spent=None))
    return ended
