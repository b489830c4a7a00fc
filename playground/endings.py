"""How a run ends: from what came and what went wrong to one terminal state, its costs and its sentence.

Pure decisions; `settlement.settle` writes them. The cost is the upstream's own figure where it gives one, else usage
times the frozen rates, else unknown. Only what certainly was not billed costs 0.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalog import exact, pricing
from playground import usage
from playground.live import LiveRun
from playground.models import State
from playground.settlement import INTERRUPTED, REHEARSAL_INTERRUPTED, Outcome
from playground.upstream.error_bodies import MOST_RETRY_SECONDS
from playground.upstream.errors import Refused, UpstreamError
from playground.usage import read_cost, read_usage, storable, storable_text

BY_FINISH = {"length": State.TRUNCATED, "content_filter": State.REFUSED, "error": State.FAILED}
LONGEST_BODY = 65_536  # characters

STOPPED = "Stopped."
STOPPED_UNKNOWN = "Stopped. The connection was closed, and the upstream said nothing of the cost."
STOPPED_READ_ON = "Stopped. This provider bills the whole answer, so Windrose read on to learn the exact cost."
STOPPED_READ_ON_UNSURE = (
    "Stopped. Whether stopping ends the bill here is not known, so Windrose read on to learn the exact cost."
)
STOPPED_NOT_STREAMED = "Stopped. An answer that is not streamed cannot be cancelled, so Windrose waited for its cost."
STOPPED_LOST = "Stopped. Windrose read on to learn the cost, but the upstream did not say it."
STOPPED_FREE = "Stopped before anything could be billed."
NO_END = "The answer ended without the upstream saying that it was complete."
NO_END_OF_CALL = "The answer ended in the middle of a tool call, without the upstream saying that it was complete."
EMPTY = "The upstream finished without sending any text."
ONLY_THOUGHTS = "The model thought and then finished without an answer."
ONLY_THOUGHTS_CUT = (
    "Thinking used up the whole output limit, so no answer was written. Raise the maximum output tokens, or lower the "
    "reasoning effort."
)
NO_CALL = "The model said that it calls a tool, and sent no call."
FILTERED = "The provider’s content filter ended this answer."
TROUBLE = "The provider reported an error at the end of this answer."
CRASHED = "Windrose itself failed while this answer was coming. The server’s log says why."
UNSTORABLE = "This answer could not be stored. The server’s log says why."
NOT_STARTED = "The server was stopping, so nothing was sent. Send the prompt again."
SWITCHED_OFF = "The playground was switched off before this was sent, so nothing was sent and nothing is billed."
ACCOUNT_OFF = "This account was switched off before this was sent, so nothing was sent and nothing is billed."


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
        "rest": live.rest,
        "tool_calls": live.tool_calls,
        "usage": storable(live.usage),
        **served(live),
        "finish_reason": storable_text(live.finish, 40),
        "native_finish_reason": storable_text(live.native_finish, 40),
        "first_token_ms": live.first_token_ms,
        "last_token_ms": live.last_token_ms,
    }


def _costs(live: LiveRun) -> tuple[dict[str, str], Decimal | None]:
    """The computed and the billed cost as exact text, and what is to be booked as spent (None: unknown)."""
    bill = usage.bill(live.usage, live.rates, live.began_at)
    computed = bill.total if bill is not None and bill.status is pricing.Status.EXACT else None
    billed = None if live.is_rehearsal else read_cost(live.usage)
    if billed is None and not live.is_done and not live.finish:
        computed = None  # the answer broke off, and some servers count as they go: this usage is not the last one
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
    return Outcome(state, _facts(live) | texts | words, spent, (bytes(live.recorded), live.is_recording_cut))


def completed(live: LiveRun) -> Outcome:
    """The upstream closed the stream in good order, or at least without an error."""
    if not live.is_done and not live.finish:
        return _outcome(live, State.INCOMPLETE, NO_END_OF_CALL if live.calls and not live.parts else NO_END)
    state = BY_FINISH.get(live.finish, State.REFUSED if live.refused else State.DONE)
    if state is State.FAILED and live.has_answer:
        state = State.INCOMPLETE
    return _outcome(live, state, _sentence(live, state))


def _sentence(live: LiveRun, state: State) -> str:
    """What went wrong with an answer that came to its end. What its state says already, the board puts into words."""
    if state in (State.FAILED, State.INCOMPLETE):
        return TROUBLE
    if state is State.REFUSED:
        return "" if live.refused else FILTERED
    is_silent = not live.parts and not live.calls
    if state is State.TRUNCATED:
        return ONLY_THOUGHTS_CUT if is_silent and live.reasoning_parts else ""
    if is_silent:
        if live.finish == "tool_calls":
            return NO_CALL
        return ONLY_THOUGHTS if live.reasoning_parts else EMPTY
    return ""


def broken(live: LiveRun, error: UpstreamError) -> Outcome:
    """The upstream refused, failed or fell silent. Text that came stays."""
    if live.has_answer:
        state = State.INCOMPLETE
    elif isinstance(error, Refused) and error.status == 403:
        state = State.REFUSED
    else:
        state = State.FAILED
    outcome = _outcome(live, state, error.sentence, error.detail, is_free=error.nothing_billed)
    outcome.fields |= _refusal(error, timezone.now())
    return outcome


def _refusal(error: UpstreamError, now: datetime) -> dict[str, Any]:
    """What the upstream said when it refused, and when it said to come again."""
    seconds = error.retry_after
    wait = None if seconds is None else timedelta(seconds=min(max(0, seconds), MOST_RETRY_SECONDS))
    status = error.status if error.status is not None and 0 < error.status < 1000 else None
    return {
        "error_status": status,
        "error_kind": storable_text(error.kind, 60),
        "error_body": storable_text(error.body, LONGEST_BODY),
        "retry_at": None if wait is None else now + wait,
    }


def stopped(live: LiveRun, *, may_be_billed: bool) -> Outcome:
    """The person pressed Stop: before anything was sent, in mid-answer, or while the rest was read for its cost."""
    if not may_be_billed:
        return _outcome(live, State.STOPPED, STOPPED_FREE, is_free=True)
    if live.is_rehearsal:
        return _outcome(live, State.STOPPED, STOPPED)
    if live.state is not State.STOPPING:
        return _outcome(live, State.STOPPED, STOPPED if live.usage is not None else STOPPED_UNKNOWN)
    if read_usage(live.usage) is None and read_cost(live.usage) is None:
        return _outcome(live, State.STOPPED, STOPPED_LOST)
    if not live.streams:
        return _outcome(live, State.STOPPED, STOPPED_NOT_STREAMED)
    return _outcome(live, State.STOPPED, STOPPED_READ_ON_UNSURE if live.stop_ends_billing is None else STOPPED_READ_ON)


def interrupted(live: LiveRun) -> Outcome:
    """This server process is going away while the answer is coming. What it cost, if anything, is not known."""
    if not live.is_sent:
        return _outcome(live, State.INTERRUPTED, NOT_STARTED, is_free=True)
    return _outcome(live, State.INTERRUPTED, REHEARSAL_INTERRUPTED if live.is_rehearsal else INTERRUPTED)


def crashed(live: LiveRun) -> Outcome:
    """A fault of our own; the log has it. The cost is unknown where the request may have been sent."""
    return _outcome(live, State.FAILED, CRASHED, is_free=not live.is_sent)


def unstorable(live: LiveRun) -> Outcome:
    """The database took nothing of the answer: only its end is kept, and by whom its cost can be asked for."""
    return Outcome(State.FAILED, {"error": UNSTORABLE, **served(live)}, Decimal(0) if live.is_rehearsal else None)


def unsent(sentence: str) -> Outcome:
    """Certainly nothing was sent, and the sentence says why."""
    return Outcome(State.FAILED, {"error": sentence, "computed_usd": "0"}, Decimal(0))


def not_started() -> Outcome:
    """No process took the run."""
    return unsent(NOT_STARTED)


def switched_off() -> Outcome:
    """An administrator turned the playground off while the run waited."""
    return unsent(SWITCHED_OFF)


def account_off() -> Outcome:
    """An administrator deactivated the account while the run waited."""
    return unsent(ACCOUNT_OFF)
