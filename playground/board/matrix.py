"""A board of many runs as a table: a row for each row of values, a column for each offer, repeats stacked in a cell.

A cell says how its run ended, how its answer begins, what it cost and when its first token came; the foot sums up each
offer. Everything is read from loaded runs: the number of queries does not grow with them.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from statistics import median

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog import figures
from playground.board.costs import cost_words, final_amount, total
from playground.board.figures import Figures, run_figures
from playground.board.names import letters, name_of, offer_of, shuffled
from playground.models import Prompt, Run, State
from playground.models.runs import BEGINNING
from playground.variables import Rows, read

LONGEST_VALUE = 120  # characters of a value beside its row


# Written here and not in a template: six hundred of them in a template cost more than all the rest of the page.
CELL = (
    '<div id="cell-{key}" class="cell"{out_of_band}><p>{state} <output id="cost-{key}">{cost}</output> '
    '<small id="first-{key}">{first}</small></p><p id="out-{key}"{aside} hx-disable><span>{beginning}</span></p></div>'
)
LINKED = '<a id="state-{}" href="{}">{}</a>'
UNLINKED = '<span id="state-{}">{}</span>'
OUT_OF_BAND = SafeString(' hx-swap-oob="true"')
ASIDE = SafeString(' class="quiet"')


def beginning(text: str) -> str:
    """The first characters of an answer, and a sign where there is more."""
    return text if len(text) <= BEGINNING else f"{text[:BEGINNING]}…"


class Cell:
    """One run of a matrix: whole, or as `RunQuerySet.for_cells` reads it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        is_cut = hasattr(run, "begins")
        self.text: str = run.begins if is_cut else run.text
        self._calls = (run.calls_instead or []) if is_cut else run.tool_calls

    @property
    def key(self) -> str:
        return self.run.pk.hex

    @cached_property
    def figures(self) -> Figures:
        return run_figures(self.run)

    @property
    def beginning(self) -> str:
        """The answer’s first characters, else what stands in its place."""
        run = self.run
        if self.text:
            return beginning(self.text)
        if self._calls:
            return beginning("Calls " + ", ".join(call["name"] for call in self._calls))
        return beginning(run.error) if run.is_over and not run.prompt.hides_names else ""

    @property
    def is_aside(self) -> bool:
        """Whether what stands there is not the model's own text."""
        return self.run.is_over and not self.text

    def html(self, *, is_shared: bool = False, out_of_band: bool = False) -> SafeString:
        """The cell, everything in it escaped; its state leads to the run's own page, which others may not see."""
        figures_now = self.figures
        state = (
            format_html(UNLINKED, self.key, figures_now.state)
            if is_shared
            else format_html(LINKED, self.key, self.url, figures_now.state)
        )
        return format_html(
            CELL,
            key=self.key,
            out_of_band=OUT_OF_BAND if out_of_band else "",
            state=state,
            cost=figures_now.cost,
            first=figures_now.first,
            aside=ASIDE if self.is_aside else "",
            beginning=self.beginning,
        )

    @property
    def url(self) -> str:
        return reverse("playground:run", args=[self.run.prompt_id, self.run.pk])


@dataclass(frozen=True)
class Value:
    """One value of a row: the variable's name, the value as far as it is shown, and all of it."""

    name: str
    text: str

    @property
    def shown(self) -> str:
        return self.text if len(self.text) <= LONGEST_VALUE else f"{self.text[:LONGEST_VALUE]}…"


@dataclass(frozen=True)
class Line:
    """One row of values with its cells, for each offer a list of its repeats."""

    number: int
    values: list[Value]
    cells: list[list[Cell]]


@dataclass(frozen=True)
class Sums:
    """What one offer came to over all of its runs, in words."""

    ended: str
    cost: str = ""
    first: str = ""
    speed: str = ""


@dataclass(frozen=True)
class Head:
    """One offer: what it is called, and the model's page in the catalog, blank where the name is hidden."""

    name: str
    url: str
    sums: Sums


@dataclass(frozen=True)
class Matrix:
    """The whole table. `has_values` is false where there are only repeats."""

    heads: list[Head]
    lines: list[Line]
    has_values: bool
    hides_names: bool
    cost_label: str


def matrix_of(prompt: Prompt) -> Matrix:
    """The table of a prompt whose runs are loaded with their holds, listings, models and vendors; none of their texts is
    read that is longer than a cell shows."""
    runs = list(prompt.runs.all())
    by_offer: dict[str, list[Run]] = defaultdict(list)
    by_place: dict[tuple[int, str], list[Run]] = defaultdict(list)
    for run in runs:
        by_offer[offer_of(run)].append(run)
        by_place[run.row or 0, offer_of(run)].append(run)
    offers = shuffled(prompt.pk, by_offer) if prompt.hides_names else list(by_offer)
    called = letters(prompt.pk, offers) if prompt.hides_names else {each: name_of(by_offer[each][0]) for each in offers}
    rows = read(prompt.variables)
    lines = [
        Line(row + 1, _values(rows, row), [[Cell(run) for run in by_place[row, offer]] for offer in offers])
        for row in sorted({row for row, _ in by_place})
    ]
    return Matrix(
        [_head(called[offer], by_offer[offer]) for offer in offers],
        lines,
        has_values=bool(rows),
        hides_names=prompt.hides_names,
        cost_label="Would have cost" if runs and runs[0].is_rehearsal else "Cost",
    )


def _values(rows: Rows, row: int) -> list[Value]:
    return [Value(name, text) for name, text in rows.values(row).items()] if rows else []


def _head(name: str, runs: list[Run]) -> Head:
    listing = runs[0].listing
    url = "" if listing is None or runs[0].prompt.hides_names else listing.model.get_absolute_url()
    return Head(name, url, sums_of(runs))


def sums_of(runs: list[Run]) -> Sums:
    """The totals of one offer: what is not known is counted in words, and never as zero."""
    ended = _ended(runs)
    if runs[0].prompt.hides_names:
        return Sums(ended)
    over = [run for run in runs if run.is_over]
    amounts = [final_amount(run) for run in over]
    known = [amount for amount in amounts if amount is not None]
    words = [cost_words(total(known))] if known else []
    words += [f"{len(amounts) - len(known)} not known"] if len(known) < len(amounts) else []
    firsts = [run.first_token_ms for run in runs if run.first_token_ms is not None]
    speeds = [speed for run in over if (speed := run.tokens_per_second) is not None]
    return Sums(
        ended,
        ", ".join(words),
        figures.seconds(round(median(firsts))) if firsts else "",
        f"{median(speeds).quantize(Decimal('0.1')):f}" if speeds else "",
    )


def _ended(runs: list[Run]) -> str:
    """How many runs ended how: “97 done, 3 failed, 20 to come”."""
    states = Counter(State(run.state) for run in runs if run.is_over)
    words = [f"{count} {SHORT.get(state, state.label.lower())}" for state, count in states.most_common()]
    live = len(runs) - states.total()
    return ", ".join(words + ([f"{live} to come"] if live else []))


SHORT = {State.TRUNCATED: "cut"}
