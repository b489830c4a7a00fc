"""Asking an upstream afterwards what a run cost that ended without a usage: stopped, broken off, or its process gone.

OpenRouter keeps a record of each answer (`GET /generation`), which is not there at once: it is asked for 1, 2, 5, 15, 60 and
300 seconds after the end of the run. A record gives the run its usage and its cost and settles its hold, once; the run's
state stays what it was. After the last try the run is "unreconciled", and its hold stays: unknown is never 0. The board
says so in words.

What waits is in the database, so that a restart forgets nothing. A process takes a run by moving its `reconcile_at`
forward in one UPDATE, which only one of several can do; if that process dies, the run is due again after LEASE.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from catalog import exact, pricing
from playground import ledger, settlement, upstreams, usage
from playground.models import Hold, Reconciliation, Run
from playground.models.money import LARGEST
from playground.upstream.errors import UpstreamError

logger = logging.getLogger(__name__)
T = TypeVar("T")

TRIES = (1, 2, 5, 15, 60, 300)  # seconds after the end of the run
ASKED = frozenset({upstreams.MAIN, upstreams.REHEARSAL})  # the upstreams that keep such records
AT_ONCE = 10
LEASE = timedelta(seconds=45)
MOST_SECONDS = 30.0  # for one question; shorter than the lease
# What is kept of a record. Not in it: whose request it was, from where, and under which names of ours.
KEPT = (
    "model", "provider_name", "api_type", "streamed", "cancelled", "created_at", "finish_reason", "native_finish_reason",
    "tokens_prompt", "tokens_completion", "native_tokens_prompt", "native_tokens_completion", "native_tokens_reasoning",
    "native_tokens_cached", "native_tokens_completion_images", "num_search_results", "total_cost", "usage",
    "upstream_inference_cost", "cache_discount", "is_byok", "service_tier", "latency", "generation_time",
    "moderation_latency", "data_region",
)  # fmt: skip


class Upstream(Protocol):
    """What is asked: an upstream client with the record of one answer, exact, or None while there is none."""

    async def generation(self, generation_id: str) -> dict[str, Any] | None: ...


class Ready(Protocol):
    """The upstreams of a process. Raises LookupError for one that is not configured."""

    async def ready(self, name: str) -> Upstream: ...


class InDatabase(Protocol):
    """Runs blocking database work in a thread and waits for it."""

    def __call__(self, work: Callable[[], T]) -> Awaitable[T]: ...


@dataclass(frozen=True)
class Question:
    """One run that this process has taken. `tries` counts this one."""

    run_id: UUID
    upstream: str
    generation_id: str
    tries: int
    ended_at: datetime


@dataclass
class Asked:
    """What came of asking: how many were asked, learnt and given up, and why an upstream could not be asked."""

    asked: int = 0
    learnt: int = 0
    given_up: int = 0
    trouble: str = ""


async def ask_due(connections: Ready, in_database: InDatabase) -> int:
    """Ask for the costs that are due now, at most ten at once; how many were learnt.

    It waits for the network, up to half a minute: give it a task of its own. Never raises for what an upstream does.
    """
    questions = await in_database(lambda: take(timezone.now()))
    return (await _ask_all(connections, in_database, questions)).learnt if questions else 0


async def ask_now(connections: Ready, in_database: InDatabase, *, again: bool = False) -> Asked:
    """Ask for every cost that waits, due or not, and with `again` for those that were given up; each once.

    The rehearsal's records live in the server that it belongs to, so that only that one asks it.
    """
    total = Asked()
    begun = timezone.now()
    done: set[UUID] = set()
    while questions := await in_database(partial(take, begun, everything=True, again=again, but=frozenset(done))):
        done |= {question.run_id for question in questions}
        part = await _ask_all(connections, in_database, questions)
        total.asked += part.asked
        total.learnt += part.learnt
        total.given_up += part.given_up
        total.trouble = total.trouble or part.trouble
    return total


async def _ask_all(connections: Ready, in_database: InDatabase, questions: list[Question]) -> Asked:
    total = Asked(asked=len(questions))

    async def ask(question: Question) -> None:
        try:
            record = await _record(connections, question)
        except (UpstreamError, LookupError, TimeoutError) as error:
            record = None
            total.trouble = (
                total.trouble or getattr(error, "sentence", "") or str(error) or "It did not answer in time."
            )
        except Exception:
            logger.exception("The cost of run %s could not be asked for.", question.run_id)
            record = None
        if record is not None and await in_database(lambda: learn(question.run_id, record)):
            total.learnt += 1
        elif await in_database(lambda: put_off(question, timezone.now())):
            total.given_up += 1

    await asyncio.gather(*map(ask, questions))
    return total


async def _record(connections: Ready, question: Question) -> dict[str, Any] | None:
    async with asyncio.timeout(MOST_SECONDS):
        upstream = await connections.ready(question.upstream)
        return await upstream.generation(question.generation_id)


# What is in the database; each of these is blocking and short


def take(now: datetime, *, everything: bool = False, again: bool = False, but: Iterable[UUID] = ()) -> list[Question]:
    """Up to ten runs to ask for, taken so that no other process asks at the same time. `everything`: also those that are
    not due yet; `again`: also those that were given up and whose hold still stands."""
    runs = Run.objects.over().filter(upstream__in=ASKED).exclude(generation_id="").exclude(pk__in=set(but))
    if everything:
        states = [Reconciliation.WAITING, *([Reconciliation.UNRECONCILED] if again else [])]
        found = runs.filter(reconciliation__in=states, upstream=upstreams.MAIN, hold__settled_at=None)
        found = found.order_by("created_at")
    else:
        found = runs.awaiting_cost(now)
    questions = []
    for run in found.only("upstream", "generation_id", "reconcile_tries", "reconcile_at", "ended_at", "created_at")[
        :AT_ONCE
    ]:
        mine = Run.objects.filter(
            pk=run.pk,
            reconcile_tries=run.reconcile_tries,
            reconcile_at=run.reconcile_at,
            reconciliation=run.reconciliation,
        )
        tries = run.reconcile_tries + 1
        if mine.update(reconcile_tries=min(tries, 1000), reconcile_at=timezone.now() + LEASE):
            ended = run.ended_at or run.created_at
            questions.append(Question(run.pk, run.upstream, run.generation_id, tries, ended))
    return questions


def put_off(question: Question, now: datetime) -> bool:
    """Wait for the next try; after the last one give up. True where the run was given up here."""
    waiting = Run.objects.filter(
        pk=question.run_id, reconciliation=Reconciliation.WAITING, reconcile_tries=question.tries
    )
    if question.tries < len(TRIES):
        waiting.update(reconcile_at=_next(question, now))
        return False
    given_up = bool(waiting.update(reconciliation=Reconciliation.UNRECONCILED, reconcile_at=None))
    Run.objects.filter(pk=question.run_id, reconciliation=Reconciliation.UNRECONCILED).update(reconcile_at=None)
    return given_up


def _next(question: Question, now: datetime) -> datetime:
    """By the schedule; where that has passed, because no server ran, with the schedule's distance from now."""
    planned = question.ended_at + timedelta(seconds=TRIES[question.tries])
    return planned if planned > now else now + timedelta(seconds=TRIES[question.tries] - TRIES[question.tries - 1])


def learn(run_id: UUID, record: dict[str, Any]) -> bool:
    """Give a run the usage and the cost of its record, and settle its hold, in one transaction and once. False where the
    record names no usable cost, or the run was reconciled or settled by hand meanwhile; nothing is changed then."""
    with transaction.atomic():
        asked_for = (Reconciliation.WAITING, Reconciliation.UNRECONCILED)
        run = Run.objects.select_for_update().filter(pk=run_id, reconciliation__in=asked_for).first()
        if run is None:
            return False
        run.usage = run.usage or reported(record)
        computed, billed = _computed(run), None if run.is_rehearsal else usage.read_cost(reported(record))
        spent = Decimal(0) if run.is_rehearsal else billed
        booked = None if spent is None else ledger.booked_amount(spent)
        if booked is None or booked > LARGEST:
            return False
        hold = Hold.objects.filter(run_id=run_id, settled_at=None)
        # The hold of a rehearsal is settled from its end on, and nothing is booked on it.
        if not hold.update(spent=booked, settled_at=timezone.now()) and not run.is_rehearsal:
            return False
        run.usage = usage.storable(run.usage)
        run.computed_usd = "" if computed is None else exact.plain(computed)
        run.billed_usd = "" if billed is None else exact.plain(billed)
        would_cost = None if computed is None else ledger.booked_amount(computed)
        cost = would_cost if run.is_rehearsal else booked
        run.cost = None if cost is None or cost > LARGEST else cost
        run.generation = {name: usage.storable(record[name]) for name in KEPT if name in record}
        run.served_model = run.served_model or _text(record, "model", 150)
        run.served_provider = run.served_provider or _text(record, "provider_name", 100)
        run.finish_reason = run.finish_reason or _text(record, "finish_reason", 40)
        run.native_finish_reason = run.native_finish_reason or _text(record, "native_finish_reason", 40)
        run.error = settlement.once_known(run.error)
        run.reconciliation, run.reconcile_at = Reconciliation.RECONCILED, None
        run.save(update_fields=WRITTEN)
    return True


WRITTEN = [
    "usage", "computed_usd", "billed_usd", "cost", "generation", "served_model", "served_provider", "finish_reason",
    "native_finish_reason", "error", "reconciliation", "reconcile_at",
]  # fmt: skip


def _computed(run: Run) -> Decimal | None:
    priced = usage.bill(run.usage, run.pricing_rates(), run.started_at or run.created_at)
    return priced.total if priced is not None and priced.status is pricing.Status.EXACT else None


def _text(record: dict[str, Any], name: str, longest: int) -> str:
    value = record.get(name)
    return usage.storable_text(value, longest) if isinstance(value, str) else ""


def reported(record: dict[str, Any]) -> dict[str, Any]:
    """A record in the names of a usage. Counts are the provider's own, by which it bills; a count that is missing is left
    out, so that nothing unknown reads as 0."""
    details = {
        "prompt_tokens_details": {"cached_tokens": record.get("native_tokens_cached")},
        "completion_tokens_details": {
            "reasoning_tokens": record.get("native_tokens_reasoning"),
            "image_tokens": record.get("native_tokens_completion_images"),
        },
        "cost_details": {"upstream_inference_cost": record.get("upstream_inference_cost")},
    }
    found = {
        "prompt_tokens": record.get("native_tokens_prompt"),
        "completion_tokens": record.get("native_tokens_completion"),
        "cost": record.get("total_cost"),
        "is_byok": record.get("is_byok"),
        "num_search_results": record.get("num_search_results"),
        **{name: {key: value for key, value in each.items() if value is not None} for name, each in details.items()},
    }
    return {name: value for name, value in found.items() if value not in (None, {})}
