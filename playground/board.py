"""The board: what one column shows, the same for the page, for the stream, and for a run that ended long ago.

The text is always escaped text. Every part that changes while an answer comes has an id of its own, made of its name
and the run's id, so that a message of the stream can replace just that part.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal, localcontext
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString

from catalog import exact, figures, markdown, pricing
from playground.live import LiveRun
from playground.models import Run, State

LONGEST_SHOWN = 200_000  # characters of one answer on the page; the file has all of it
LONGEST_RENDERED = 40_000  # characters
STATE_WORDS = {State.STOPPING: "Stopped, reading on for the exact cost"}
STATE_CLASSES = {State.QUEUED: "waiting", State.CONNECTING: "waiting", State.STOPPING: "stopped"}


@dataclass(frozen=True)
class Figures:
    """The figures of one column as a person reads them; empty where there is none yet."""

    state: str
    first: str
    speed: str
    tokens: str
    cost: str


def state_words(state: State) -> SafeString:
    """A state as its dot and word."""
    return format_html(
        '<span class="status {}">{}</span>', STATE_CLASSES.get(state, state.value), STATE_WORDS.get(state, state.label)
    )


def _speed(rate: Decimal | None) -> str:
    return "" if rate is None else f"{rate:f}"


def live_figures(live: LiveRun) -> Figures:
    """While an answer comes: counts and cost are about right until the usage is known."""
    tokens, is_exact = live.tokens_so_far()
    cost = live.cost_so_far()
    about = "" if is_exact else "about "
    return Figures(
        state=state_words(live.state),
        first="" if live.first_token_ms is None else figures.seconds(live.first_token_ms),
        speed=_speed(live.tokens_per_second()),
        tokens=f"{about}{tokens:,}" if tokens else "",
        cost=f"{about}{figures.usd(cost)}" if tokens and cost is not None else "",
    )


def run_figures(run: Run) -> Figures:
    """From the row: what a finished run was, or where a running one stood at its last write."""
    usage = run.priced_usage()
    return Figures(
        state=state_words(State(run.state)),
        first="" if run.first_token_ms is None else figures.seconds(run.first_token_ms),
        speed=_speed(run.tokens_per_second),
        tokens="" if usage is None else f"{usage.completion_tokens:,}",
        cost=final_cost(run) if run.is_over else "",
    )


def final_amount(run: Run) -> Decimal | None:
    """What a finished run cost, or would have cost: billed, else computed; 0 where certainly nothing was billed."""
    text = run.computed_usd if run.is_rehearsal else (run.billed_usd or run.computed_usd)
    if text:
        return exact.parse_amount(text)
    hold = getattr(run, "hold", None)
    is_free = hold is not None and hold.spent == 0 and not run.is_rehearsal
    return Decimal(0) if is_free else None


def final_cost(run: Run) -> str:
    amount = final_amount(run)
    if amount is None:
        return "not known"
    return figures.usd_exact(amount) if amount else "$0"


def summary(runs: Iterable[Run]) -> str:
    """The board in a sentence or two, once all runs are over: the sum, the cheapest, how much dearer the dearest was."""
    runs = list(runs)
    if not runs or any(not run.is_over for run in runs):
        return ""
    known = sorted((amount, run.model_name) for run in runs if (amount := final_amount(run)) is not None)
    would = "would have cost" if runs[0].is_rehearsal else "cost"
    sentences = []
    if known:
        with localcontext(exact.EXACT):
            total = sum((amount for amount, _ in known), Decimal(0))
        sentences.append(f"All together this {would} {figures.usd_exact(total)}.")
    if len(known) < len(runs):
        sentences.append(f"{len(runs) - len(known)} of {len(runs)} costs are not known.")
    paid = [(amount, name) for amount, name in known if amount]
    if len(paid) > 1 and paid[0][0] < paid[-1][0]:
        (least, cheapest), (most, dearest) = paid[0], paid[-1]
        sentences.append(f"Cheapest: {cheapest}. {dearest} {would} {figures.multiple(most / least)} as much.")
    return " ".join(sentences)


@dataclass(frozen=True)
class Column:
    """One run as its column shows it."""

    run: Run
    figures: Figures
    bill: pricing.Bill | None
    rendered: SafeString | str = ""

    @property
    def key(self) -> str:
        return self.run.pk.hex

    @property
    def computed(self) -> Decimal | None:
        return exact.parse_amount(self.run.computed_usd)

    @property
    def billed(self) -> Decimal | None:
        return exact.parse_amount(self.run.billed_usd)

    @property
    def difference(self) -> Decimal | None:
        """Billed less computed; None where either is missing or they agree."""
        if self.billed is None or self.computed is None or self.billed == self.computed:
            return None
        return self.billed - self.computed

    @property
    def difference_in_words(self) -> str:
        if self.difference is None:
            return ""
        return f"{figures.usd_exact(abs(self.difference))} {'more' if self.difference > 0 else 'less'} than computed"

    @property
    def text(self) -> str:
        return self.run.text[:LONGEST_SHOWN]

    @property
    def reasoning(self) -> str:
        return self.run.reasoning[:LONGEST_SHOWN]

    @property
    def is_cut(self) -> bool:
        """Whether the page shows only the beginning of the answer."""
        return len(self.run.text) > LONGEST_SHOWN

    @property
    def exceeds_worst_case(self) -> bool:
        """Whether the upstream billed more than was thought possible: a wrong price, or a wrong bill."""
        worst = exact.parse_amount(self.run.estimate_usd)
        return self.billed is not None and worst is not None and self.billed > worst

    @property
    def cost_label(self) -> str:
        return "Would have cost" if self.run.is_rehearsal else "Cost"

    @property
    def held(self) -> Decimal | None:
        """What is still set aside because the cost is not known."""
        hold = getattr(self.run, "hold", None)
        if not self.run.is_over or hold is None or hold.settled_at or not hold.amount:
            return None
        return Decimal(hold.amount).scaleb(-12)

    @property
    def took(self) -> str:
        duration = self.run.duration
        return "" if duration is None else figures.seconds(round(duration.total_seconds() * 1000))

    @property
    def served_otherwise(self) -> bool:
        return bool(self.run.served_model) and self.run.served_model != self.run.upstream_id


def columns(runs: Iterable[Run]) -> list[Column]:
    """The columns of a board. Markdown is rendered for finished answers only, and only up to a size: hostile text costs
    time. Blocking; keep it off the event loop."""
    return [Column(run, run_figures(run), run.bill(), _rendered(run)) for run in runs]


def _rendered(run: Run) -> SafeString | str:
    if not run.is_over or not run.text or len(run.text) > LONGEST_RENDERED:
        return ""
    return markdown.render(run.text)


def finished_column(run: Run) -> str:
    """The whole column as an out-of-band replacement of the one that was streaming."""
    return render_to_string("playground/_column.html", {"column": columns([run])[0], "out_of_band": True})


def _part(name: str, key: str, style: str, content: str) -> str:
    return f'<span hx-swap-oob="{style}:#{name}-{key}">{content}</span>'


def _whole(key: str, text: str, reasoning: str, figures_now: Figures) -> str:
    return (
        _part("out", key, "innerHTML", f"<span>{escape(text)}</span>")
        + _part("thought", key, "innerHTML", f"<span>{escape(reasoning)}</span>")
        + _figure_parts(key, None, figures_now)
    )


def snapshot(live: LiveRun) -> str:
    """Everything a column shows right now; replaces whatever text the page has, so that it can be sent at any time."""
    return _whole(live.id.hex, live.text[:LONGEST_SHOWN], live.reasoning[:LONGEST_SHOWN], live_figures(live))


def stored_snapshot(run: Run) -> str:
    """The same from the row, for a run that another process has in memory."""
    return _whole(run.pk.hex, run.text[:LONGEST_SHOWN], run.reasoning[:LONGEST_SHOWN], run_figures(run))


def additions(live: LiveRun, text: str, reasoning: str) -> str:
    """New text at the end of the column's text. The inner span keeps a leading newline from being eaten."""
    sent = ""
    if text:
        sent += _part("out", live.id.hex, "beforeend", f"<span>{escape(text)}</span>")
    if reasoning:
        sent += _part("thought", live.id.hex, "beforeend", f"<span>{escape(reasoning)}</span>")
    return sent


def changes(live: LiveRun, before: Figures, now: Figures) -> str:
    """Only the figures that differ from what was sent last."""
    return _figure_parts(live.id.hex, before, now)


def _figure_parts(key: str, before: Figures | None, now: Figures) -> str:
    return "".join(
        _part(field.name, key, "innerHTML", conditional_escape(getattr(now, field.name)))
        for field in fields(now)
        if before is None or getattr(before, field.name) != getattr(now, field.name)
    )


def stream_end(prompt_id: UUID, announcement: str, summing_up: str = "") -> str:
    """Replace the connecting element, so that nothing connects again, say so once to who listens, and sum up."""
    return (
        f'<span hx-swap-oob="innerHTML:#summary-{prompt_id.hex}">{escape(summing_up)}</span>'
        f'<div id="stream-{prompt_id.hex}" hidden hx-swap-oob="true"></div>'
        f'<span hx-swap-oob="innerHTML:#announcement-{prompt_id.hex}">{escape(announcement)}</span>'
    )
