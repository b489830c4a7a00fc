"""The journal: what the runner writes of runs that are on their way, so that nothing true lives in memory only."""

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from playground import settlement
from playground.endings import account_off, served, switched_off
from playground.live import GrowingCall, LiveRun
from playground.models import House, Run, State
from playground.models.runs import LIVE

ALWAYS_WRITTEN = 65_536  # characters of tool calls


@dataclass(frozen=True)
class Mark:
    """How much of a live run is in the database: parts of what it says, its state, and when it was written."""

    parts: int
    reasoning_parts: int
    tool_call_parts: int
    tool_call_size: int  # characters
    state: str
    has_identity: bool
    at: float

    def differs(self, other: "Mark") -> bool:
        return (self.parts, self.reasoning_parts, self.tool_call_parts, self.state, self.has_identity) != (
            other.parts,
            other.reasoning_parts,
            other.tool_call_parts,
            other.state,
            other.has_identity,
        )


@dataclass(frozen=True)
class News:
    """What one write adds to one run, and who really answers, as far as it is known. `calls` are all tool calls, None where
    they have not changed.

    It is made on the event loop, which a hundred long answers must not hold up: texts are put together where it is written.
    """

    run_id: UUID
    parts: list[str]
    reasoning_parts: list[str]
    calls: list[GrowingCall] | None
    state: str
    first_token_ms: int | None
    served: dict[str, str]

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def reasoning(self) -> str:
        return "".join(self.reasoning_parts)

    @property
    def tool_calls(self) -> str | None:
        """JSON, as the column keeps it."""
        return None if self.calls is None else json.dumps([call.to_json() for call in self.calls])


# One prepared statement for all runs: a hundred updates through the ORM hold the interpreter for a tenth of a second,
# in which the event loop gets hardly a turn. Runs that have ended meanwhile are left alone.
APPEND = f"""
    UPDATE playground_run
    SET text = text || %s, reasoning = reasoning || %s, tool_calls = COALESCE(%s, tool_calls), state = %s,
        first_token_ms = %s, heartbeat_at = %s, generation_id = %s, served_model = %s, served_provider = %s
    WHERE id = %s AND state IN ({", ".join(f"'{state.value}'" for state in LIVE)})
"""  # noqa: S608  the states are our own constants


def claim(run_id: UUID, process: str) -> Run | None:
    """The run, marked as this process's own; None when somebody has it already or it is over.

    This is what makes a run start at most once, whoever asks and however often. While the playground is switched off
    a run that has not begun is ended here, unsent, and so is one of an account that was: a long table outlives neither.
    """
    end = None if House.now().is_open else switched_off()
    if end is None and Run.objects.filter(pk=run_id, prompt__user__is_active=False).exists():
        end = account_off()
    if end is not None:
        settlement.settle(run_id, end, among=Run.objects.filter(state=State.QUEUED, process=""))
        return None
    now = timezone.now()
    claimed = Run.objects.filter(pk=run_id, state=State.QUEUED, process="").update(
        process=process, state=State.CONNECTING, started_at=now, heartbeat_at=now
    )
    if not claimed:
        return None
    return Run.objects.select_related("listing", "prompt").get(pk=run_id)


def mark(live: LiveRun, before: Mark | None = None) -> Mark:
    """How much the next write brings into the database, after `before`.

    Tool calls are written whole each time, so long ones only once they have grown by an eighth: otherwise a call of some
    megabytes would be written hundreds of times. Their last state comes with the end of the run in any case.
    """
    calls = (live.tool_call_parts, live.tool_call_size)
    if before is not None and ALWAYS_WRITTEN < calls[1] < before.tool_call_size * 9 // 8:
        calls = (before.tool_call_parts, before.tool_call_size)
    return Mark(
        len(live.parts),
        len(live.reasoning_parts),
        *calls,
        live.state,
        bool(live.identity.generation_id),
        time.monotonic(),
    )


def is_due(before: Mark | None, now: Mark, heartbeat_every: float) -> bool:
    return before is None or before.differs(now) or now.at - before.at >= heartbeat_every


def news(live: LiveRun, before: Mark | None, now: Mark) -> News:
    """What has come since `before`, up to `now`. The generation id is kept as soon as it is known, and the texts of a
    prompt that is not to be stored never are."""
    text_from, reasoning_from, calls_from = (
        (before.parts, before.reasoning_parts, before.tool_call_parts) if before else (0, 0, 0)
    )
    is_new_call = live.is_stored and now.tool_call_parts > calls_from
    return News(
        live.id,
        live.parts[text_from : now.parts] if live.is_stored else [],
        live.reasoning_parts[reasoning_from : now.reasoning_parts] if live.is_stored else [],
        live.calls_now() if is_new_call else None,
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
            *(each.text, each.reasoning, each.tool_calls, each.state, each.first_token_ms, now),
            *each.served.values(),
            key.get_db_prep_value(each.run_id, connection),
        )
        for each in batch
    ]
    if rows:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(APPEND, rows)
    return asked_to_stop() & set(live_ids)


def asked_to_stop() -> set[UUID]:
    """The live runs of any process that somebody has asked to stop: a few at any time."""
    return set(Run.objects.live().filter(stop_requested=True).values_list("pk", flat=True))


def keep_waiting(run_ids: Iterable[UUID]) -> bool:
    """Give runs that wait for a place a sign of life. False when the playground is off, so that none of them is sent."""
    Run.objects.filter(pk__in=list(run_ids), state=State.QUEUED, process="").update(heartbeat_at=timezone.now())
    return House.now().is_open


def interrupt_where(is_gone: Callable[[str], bool], silent_since: datetime | None = None) -> int:
    """End the live runs whose process is certainly gone. Their cost is unknown and their holds stay.

    With `silent_since`, only those without a sign of life since then: two containers may share a host's name and not
    see each other's processes, and a run that gives signs of life is nobody's orphan.
    """
    begun = Run.objects.live() if silent_since is None else Run.objects.orphaned(silent_since)
    begun = begun.exclude(process="")
    gone = [process for process in set(begun.values_list("process", flat=True)) if is_gone(process)]
    return settlement.interrupt(begun.filter(process__in=gone)) if gone else 0
