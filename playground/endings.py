"""How a run ends: from what came and what went wrong to one terminal state, its costs and its sentence.

Pure decisions; `ledger.settle` writes them. The cost is the upstream's own figure where it gives one, else usage times
the frozen rates, else unknown. Only what certainly was not billed costs 0.
"""

from decimal import Decimal
from typing import Any

from catalog import exact, pricing
from playground.ledger import INTERRUPTED, Outcome
from playground.live import LiveRun
from playground.models import State
from playground.upstream.errors import Refused, UpstreamError
from playground.usage import read_cost, read_usage, storable, storable_text

BY_FINISH = {"length": State.TRUNCATED, "content_filter": State.REFUSED, "error": State.FAILED}
STOPPED_UNKNOWN = "Stopped. The connection was closed, and the upstream said nothing of the cost."
STOPPED_READ_ON = "Stopped. This provider bills the whole answer, so Windrose read on to learn the exact cost."
NO_END = "The answer ended without the upstream saying that it was complete."
EMPTY = "The upstream finished without sending any text."
FILTERED = "The provider’s content filter ended this answer."
TROUBLE = "The provider reported an error at the end of this answer."


def served(live: LiveRun) -> dict[str, str]:
    """Who really answers, as the upstream says: the only way to learn the cost of a run that breaks off."""
    return {
        "generation_id": storable_text(live.identity.generation_id, 100),
        "served_model": storable_text(live.identity.model, 150),
        "served_provider": storable_text(live.identity.provider, 100),
    }


def _facts(live: LiveRun) -> dict[str, Any]:
    """Everything about the answer that is kept, whatever the end."""
    return {
        "text": live.text,
        "reasoning": live.reasoning,
        "usage": storable(live.usage),
        **served(live),
        "finish_reason": storable_text(live.finish, 40),
        "first_token_ms": live.first_token_ms,
        "last_token_ms": live.last_token_ms,
    }


def _costs(live: LiveRun) -> tuple[dict[str, str], Decimal | None]:
    """The computed and the billed cost as exact text, and what is to be booked as spent (None: unknown)."""
    counted = read_usage(live.usage)
    computed = None
    if counted is not None:
        bill = pricing.bill(live.rates, counted, live.created_at)
        computed = bill.total if bill.status is pricing.Status.EXACT else None
    billed = None if live.is_rehearsal else read_cost(live.usage)
    texts = {
        "computed_usd": "" if computed is None else exact.plain(computed),
        "billed_usd": "" if billed is None else exact.plain(billed),
    }
    if live.is_rehearsal:
        return texts, Decimal(0)
    return texts, computed if billed is None else billed


def _outcome(live: LiveRun, state: State, sentence: str = "", detail: str = "", *, is_free: bool = False) -> Outcome:
    texts, spent = _costs(live)
    if is_free and not texts["computed_usd"]:
        texts["computed_usd"] = "0"
        spent = Decimal(0) if spent is None else spent
    words = {"error": storable_text(sentence, 500), "error_detail": storable_text(detail, 1000)}
    return Outcome(state, _facts(live) | texts | words, spent)


def completed(live: LiveRun) -> Outcome:
    """The upstream closed the stream in good order, or at least without an error."""
    if not live.is_done and not live.finish:
        return _outcome(live, State.INCOMPLETE, NO_END)
    state = BY_FINISH.get(live.finish, State.REFUSED if live.refused else State.DONE)
    if state is State.REFUSED and not live.refused:
        return _outcome(live, state, FILTERED)
    if state is State.FAILED:
        return _outcome(live, State.INCOMPLETE if live.parts else State.FAILED, TROUBLE)
    if not live.parts and not live.reasoning_parts:
        return _outcome(live, state, EMPTY)
    return _outcome(live, state)


def broken(live: LiveRun, error: UpstreamError) -> Outcome:
    """The upstream refused, failed or fell silent. Text that came stays."""
    if live.parts or live.reasoning_parts:
        state = State.INCOMPLETE
    elif isinstance(error, Refused) and error.status == 403:
        state = State.REFUSED
    else:
        state = State.FAILED
    return _outcome(live, state, error.sentence, error.detail, is_free=error.nothing_billed)


def stopped(live: LiveRun, *, may_be_billed: bool) -> Outcome:
    """The person pressed Stop: before anything was sent, in mid-answer, or while the rest was read for its cost."""
    if not may_be_billed:
        return _outcome(live, State.STOPPED, "Stopped before anything could be billed.", is_free=True)
    if read_usage(live.usage) is not None or live.is_rehearsal:
        sentence = "Stopped." if live.is_rehearsal else STOPPED_READ_ON
        return _outcome(live, State.STOPPED, sentence)
    return _outcome(live, State.STOPPED, STOPPED_UNKNOWN)


def interrupted(live: LiveRun) -> Outcome:
    """This server process is going away while the answer is coming. What it cost, if anything, is not known."""
    return _outcome(live, State.INTERRUPTED, INTERRUPTED)


def crashed(live: LiveRun) -> Outcome:
    """A fault of our own; the log has it. The cost is unknown, because the request may have been sent."""
    return _outcome(
        live, State.FAILED, "Windrose itself failed while this answer was coming. The server’s log says why."
    )


def unstorable() -> Outcome:
    """The database took nothing of the answer: only its end is kept."""
    return Outcome(State.FAILED, {"error": "This answer could not be stored. The server’s log says why."}, None)


def not_started() -> Outcome:
    """No process took the run: certainly nothing was sent."""
    sentence = "The server was stopping, so nothing was sent. Send the prompt again."
    return Outcome(State.FAILED, {"error": sentence, "computed_usd": "0"}, Decimal(0))
