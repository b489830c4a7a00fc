"""Settlement: how a run comes to its end in the database, once, and what becomes of its hold and its texts.

Every function here is one short transaction for each run. The other half of the ledger is `ledger.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Length
from django.utils import timezone

from catalog import exact
from playground import forgetting, retention, searchable
from playground.amounts import booked_amount
from playground.models import Hold, Prompt, Reconciliation, Recording, Run, State
from playground.models.money import LARGEST
from playground.models.runs import LIVE
from playground.process import identity

SETTLED = (
    "prompt__is_stored",
    "is_rehearsal",
    "upstream",
    "generation_id",
)  # the text only where it is needed
ASKABLE = ("openrouter", "rehearsal")  # whose record of an answer can be asked for afterwards
LEARNT = ("usage", "computed_usd", "billed_usd", "cost")  # what is booked of an answer whose end came too late
FIRST_ASKED_AFTER = timedelta(seconds=1)
LONGEST_SEARCHED = 1_000_000  # characters of all texts of one prompt: a matrix has hundreds of answers
INTERRUPTED = "The server stopped while this answer was coming. What came is kept; its cost is not known."
REHEARSAL_INTERRUPTED = "The server stopped while this answer was coming. What came is kept."
NEVER_SENT = "The server stopped before this was sent, so nothing is billed. Send the prompt again."


@dataclass
class Outcome:
    """How a run ended. `spent` is exact USD, or None where the cost is not known: the hold then stays.

    `recording` holds the bytes that came, and whether that is only their beginning.
    """

    state: State
    fields: dict[str, Any]
    spent: Decimal | None
    recording: tuple[bytes, bool] | None = None


def settle(run_id: Any, outcome: Outcome, among: Any = None) -> bool:
    """Bring a run to its end, exactly once. False when it had already reached one, or is not `among` the given runs any
    more; nothing is changed then. But a cost that is known after all is booked where another process took the run for lost.

    Where its prompt is not to be stored, no text is written, and the prompt's own goes with the last of its runs.
    """
    now = timezone.now()
    with transaction.atomic():
        run = Run.objects.filter(pk=run_id).select_related("prompt").only(*SETTLED).first()
        if run is None:
            return False
        is_stored = run.prompt.is_stored
        if not is_stored:
            # Of two last runs that end at the same moment the later has to see the end of the earlier.
            Prompt.objects.select_for_update().values_list("pk").get(pk=run.prompt_id)
        fields = {"ended_at": now, "heartbeat_at": now} | outcome.fields
        fields |= _cost(run, fields, outcome.spent)
        fields |= _to_ask(run, fields, outcome.spent, now)
        written = fields if is_stored else forgetting.without_texts(fields)
        runs = Run.objects.all() if among is None else among
        if not runs.filter(pk=run_id, state__in=LIVE).update(state=outcome.state, **written):
            if among is None:
                _book_late(run, fields, outcome.spent, now)
            return False
        if outcome.spent is not None:
            Hold.objects.filter(run_id=run_id, settled_at=None).update(
                spent=booked_amount(outcome.spent), settled_at=now
            )
        if is_stored:
            _keep(run, outcome.state, fields, outcome.recording)
        elif not Run.objects.live().filter(prompt=run.prompt_id).exists():
            retention.purge([run.prompt_id], now)
    return True


def _book_late(run: Run, fields: dict[str, Any], spent: Decimal | None, now: datetime) -> None:
    """Book what a run cost that another process had ended as interrupted, its cost unknown: once, and its state stays.

    That happens where a process was still for longer than its heartbeats may be: suspended, or cut off from the database.
    """
    if spent is None:
        return
    # The run before its hold, as everywhere: it may be learning its cost in the same moment (reconciling.py).
    ended = Run.objects.select_for_update().filter(pk=run.pk, state=State.INTERRUPTED).only("error").first()
    holds = Hold.objects.filter(run_id=run.pk, settled_at=None)
    if ended is None or not holds.update(spent=booked_amount(spent), settled_at=now):
        return
    learnt = {name: fields[name] for name in LEARNT if name in fields}
    learnt["error"] = once_known(ended.error)
    Run.objects.filter(pk=run.pk).update(reconciliation="", reconcile_at=None, **learnt)


def once_known(sentence: str) -> str:
    """What an interrupted run says once its cost is known: the clause that it is not would not be true any more."""
    if sentence == INTERRUPTED:
        return REHEARSAL_INTERRUPTED
    if sentence == forgetting.without_promise(INTERRUPTED):
        return forgetting.without_promise(REHEARSAL_INTERRUPTED)
    return sentence


def _cost(run: Run, fields: dict[str, Any], spent: Decimal | None) -> dict[str, int | None]:
    """The final cost in ledger units: what is booked, and of a rehearsal what it would have cost; null is not known."""
    amount = exact.parse_amount(fields.get("computed_usd", "")) if run.is_rehearsal else spent
    units = None if amount is None else booked_amount(amount)
    return {"cost": None if units is None or units > LARGEST else units}


def _to_ask(run: Run, fields: dict[str, Any], spent: Decimal | None, now: datetime) -> dict[str, Any]:
    """Whether the upstream has to be asked what a run cost that ended without saying so."""
    is_known = fields["cost"] is not None if run.is_rehearsal else spent is not None
    has_usage = fields.get("usage") is not None  # a run that lost its process has none in its row
    named = fields.get("generation_id") or run.generation_id
    if is_known or not named or run.upstream not in ASKABLE or (run.is_rehearsal and has_usage):
        return {}
    return {"reconciliation": Reconciliation.WAITING, "reconcile_at": now + FIRST_ASKED_AFTER}


def _keep(run: Run, state: State, fields: dict[str, Any], recording: tuple[bytes, bool] | None) -> None:
    """What the end of a run leaves elsewhere: its words for the search, and the bytes as they came."""
    # What a run that lost its process had written is in its row.
    missing = [name for name in searchable.FIELDS if name not in fields]
    answer = fields | (Run.objects.values(*missing).get(pk=run.pk) if missing else {})
    if text := searchable.words_of(answer, state):
        searched = Prompt.objects.annotate(length=Length("searched")).filter(length__lt=LONGEST_SEARCHED)
        searched.filter(pk=run.prompt_id).update(searched=Concat("searched", Value("\n" + text)))
    if recording is not None and recording[0]:
        Recording.objects.create(run=run, content=recording[0], is_cut=recording[1])


def interrupt(runs: Any, but: Collection[UUID] = ()) -> int:
    """End the live ones among `runs`, whose process is gone, and leave those of `but` alone. Their cost is unknown and
    their holds stay; how many.

    A run that no process had taken yet was certainly not sent, and the rehearsal bills nothing.
    """
    ended = 0
    for run_id, process, is_rehearsal in list(runs.values_list("pk", "process", "is_rehearsal")):
        if run_id in but:
            continue
        outcome = Outcome(State.INTERRUPTED, {"error": INTERRUPTED}, None)
        if not process:
            outcome = Outcome(State.INTERRUPTED, {"error": NEVER_SENT, "computed_usd": "0"}, Decimal(0))
        elif is_rehearsal:
            outcome = Outcome(State.INTERRUPTED, {"error": REHEARSAL_INTERRUPTED}, Decimal(0))
        # Somebody may have taken it since it was looked at: then it is not judged by what it was.
        ended += settle(run_id, outcome, among=runs.filter(process=process))
    return ended


def interrupt_orphans(silent_since: datetime, but: Collection[UUID] = ()) -> int:
    """End live runs whose process has given no sign of life since then. Returns how many.

    Never this process's own, nor those of `but`, which wait in it: after a suspended machine wakes, its heartbeats are late
    by as long as it slept, for they go by a clock that stood still.
    """
    return interrupt(Run.objects.orphaned(silent_since).exclude(process=identity()), but)
