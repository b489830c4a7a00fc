"""The parts of a column that change as a whole: its state, its figures, its tool calls.

Of a blind board only the state and the calls are told while the names are hidden: speed, length and cost betray a model.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog import figures
from catalog.usage import Usage
from playground import upstreams
from playground.board import sentences
from playground.board.calls import calls_html
from playground.board.costs import final_cost
from playground.live import LiveRun
from playground.models import Run, State
from playground.usage import read_usage

THINKING = "Thinking"
STATE_WORDS = {State.STOPPING: "Stopped, reading on for the exact cost"}
STATE_CLASSES = {State.QUEUED: "waiting", State.CONNECTING: "waiting", State.STOPPING: "stopped"}


@dataclass(frozen=True)
class Figures:
    """What a person reads of one run, each part as the text or safe HTML of the element of its name; blank where there
    is nothing yet. `reasoned` is how much of the answer was reasoning, `calls` the tool calls, `stopping` what is going on
    once Stop was pressed, in place of the button."""

    state: str
    first: str = ""
    speed: str = ""
    tokens: str = ""
    cost: str = ""
    reasoned: str = ""
    calls: str = ""
    stopping: str = ""


# A cell of a matrix has only these, and the beginning of the answer.
CELL_PARTS = ("state", "first", "cost")


def state_words(state: State, *, is_thinking: bool = False, hides_names: bool = False) -> SafeString:
    """A state as its dot and word. That somebody's answer is read on after Stop would betray who bills it all."""
    words = STATE_WORDS.get(state, state.label)
    if is_thinking:
        words = THINKING
    elif hides_names and state is State.STOPPING:
        words = state.label
    return format_html('<span class="status {}">{}</span>', STATE_CLASSES.get(state, state.value), words)


def _speed(rate: Decimal | None) -> str:
    return "" if rate is None else f"{rate:f}"


def _first(milliseconds: int | None) -> str:
    return "" if milliseconds is None else figures.seconds(milliseconds)


def live_figures(live: LiveRun) -> Figures:
    """While an answer comes: counts and cost are about right until the usage is known."""
    state = state_words(live.state, is_thinking=live.is_thinking, hides_names=live.hides_names)
    calls = "" if live.is_cell or not live.calls else calls_html(live.tool_calls, is_over=False)
    stopping = "" if live.is_cell or not live.stop.is_set() else _stopped_live(live)
    if live.hides_names:
        return Figures(state, calls=calls, stopping=stopping)
    tokens, is_exact = live.tokens_so_far()
    amount = live.cost_so_far()
    about = "" if is_exact else "about "
    first = _first(live.first_token_ms)
    cost = f"{about}{figures.usd(amount)}" if tokens and amount is not None else ""
    if live.is_cell:
        return Figures(state, first, cost=cost)
    return Figures(
        state,
        first,
        _speed(live.tokens_per_second()),
        f"{about}{tokens:,}" if tokens else "",
        cost,
        _reasoned(read_usage(live.usage)),
        calls,
        stopping,
    )


def run_figures(run: Run, *, is_alone: bool = False) -> Figures:
    """From the row, with its prompt: what a finished run was, or where a running one stood at its last write.

    `is_alone` gives all parts also of a run that is one cell of many.
    """
    is_cell = run.prompt.is_matrix and not is_alone
    hides_names = run.prompt.hides_names
    is_thinking = run.state == State.STREAMING and bool(run.reasoning) and not (run.text or run.tool_calls)
    state = state_words(State(run.state), is_thinking=is_thinking, hides_names=hides_names)
    calls = "" if is_cell else calls_html(run.tool_calls, is_over=run.is_over)
    stopping = "" if is_cell or run.is_over or not run.stop_requested else _stopped(run)
    if hides_names:
        return Figures(state, calls=calls, stopping=stopping)
    first, cost = _first(run.first_token_ms), final_cost(run) if run.is_over else ""
    if is_cell:
        return Figures(state, first, cost=cost)
    usage = run.priced_usage()
    tokens = "" if usage is None else f"{usage.completion_tokens:,}"
    return Figures(state, first, _speed(run.tokens_per_second), tokens, cost, _reasoned(usage), calls, stopping)


def _stopped_live(live: LiveRun) -> str:
    return sentences.on_stopped(
        hides_names=live.hides_names,
        is_sent=live.is_sent,
        streams=live.streams,
        closes=live.closes_on_stop(),
        ends=live.stop_ends_billing,
    )


def _stopped(run: Run) -> str:
    ends = upstreams.stop_ends_billing(run)
    return sentences.on_stopped(
        hides_names=run.prompt.hides_names,
        is_sent=run.started_at is not None,
        streams=run.streams,
        closes=run.first_token_ms is None if ends is None else ends,
        ends=ends,
    )


def _reasoned(usage: Usage | None) -> str:
    return figures.counted(usage.reasoning_tokens, "token") if usage is not None and usage.reasoning_tokens else ""
