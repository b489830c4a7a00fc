"""The page of the history: thirty lines of what was found, all of it counted, and two small charts. A fixed number of
queries, however many prompts there are."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property
from django.utils.http import urlencode

from catalog import figures
from catalog.exports import Sheet
from playground.history import days
from playground.history.days import BarChart
from playground.history.forms import HistoryForm
from playground.history.narrowing import Found, found
from playground.history.rows import Row, rows
from playground.history.sheet import MOST_ROWS, sheet
from playground.history.tallies import Sums, Tally
from playground.models import Label, Prompt, Run

PER_PAGE = 30


class Counted(Paginator):
    """A paginator that is told how many there are, as they have been counted already."""

    def __init__(self, prompts: Any, count: int) -> None:
        super().__init__(prompts, PER_PAGE)
        self._known = count

    @cached_property
    def count(self) -> int:
        return self._known


@dataclass(frozen=True)
class Sort:
    """A column's way of sorting: how it is sorted now, blank where it is not, and what a press on its head asks for."""

    direction: str
    next: str


@dataclass(frozen=True)
class DrawnBar:
    bar: days.Bar
    url: str


@dataclass(frozen=True)
class Drawing:
    """A chart with the address that each of its bars leads to."""

    chart: BarChart
    bars: list[DrawnBar]


class Look:
    """One look back: what the form asks for, found, counted and laid out."""

    def __init__(self, user: Any, form: HistoryForm) -> None:
        self.user, self.form = user, form
        self.found: Found = found(user, form.wanted())

    @cached_property
    def tally(self) -> Tally:
        return Tally.of(self.found.prompts)

    @cached_property
    def page(self) -> Any:
        prompts = self.found.ordered(self.form.order()).for_history()
        return Counted(prompts, self.tally.prompts).get_page(self.form.value("page", 1))

    @cached_property
    def rows(self) -> list[Row]:
        return rows(self.page.object_list)

    @property
    def is_narrowed(self) -> bool:
        return self.form.wanted().is_narrowed()

    @property
    def apart_url(self) -> str:
        """The address of the prompts of which the bounds of cost say nothing."""
        return f"?{urlencode(self.form.pairs(least='', most='', cost='unknown'))}"

    def sorts(self) -> dict[str, Sort]:
        """By column. The first press puts the newest or the dearest first, the next one turns it round."""
        order = self.form.order()
        found = {}
        for column in ("date", "cost"):
            direction = {column: "ascending", f"-{column}": "descending"}.get(order, "")
            found[column] = Sort(direction, column if direction == "descending" else f"-{column}")
        return found

    def sheet(self) -> Sheet:
        """The lines of the page, or with `rows=all` every one up to the most that a file has."""
        lines = self.rows
        if self.form.value("rows") == "all":
            lines = rows(self.found.ordered(self.form.order()).for_history()[:MOST_ROWS])
        return sheet(lines, self.form.about())

    def drawings(self) -> list[Drawing]:
        """What was spent, or would have been, and how many runs there were, by day or by month; nothing without a run."""
        tally = self.tally
        if tally.first is None or tally.last is None:
            return []
        along = days.stretches(tally.first, tally.last, tally.is_monthly)
        each = "month" if tally.is_monthly else "day"
        cost = "Would have cost" if not tally.real.runs else "Cost"
        beside = ", and what rehearsals would have cost" if tally.real.runs and tally.rehearsed.runs else ""
        costs = days.bar_chart(
            "cost-by-time",
            f"{cost} per {each}",
            f"The known costs{beside}, in US dollars, by the {each} (UTC) that prompts were sent on.",
            along,
            self._by_time(lambda sums: sums.usd),
            figures.usd,
        )
        runs = days.bar_chart(
            "runs-by-time",
            f"Runs per {each}",
            f"How many answers were asked for, by the {each} (UTC).",
            along,
            self._by_time(lambda sums: Decimal(sums.runs)),
            lambda count: f"{count:,.0f}",
        )
        return [self._linked(costs), self._linked(runs)]

    def _by_time(self, value: Callable[[Sums], Decimal]) -> dict[date, Decimal]:
        return {start: value(sums) for start, sums in self.tally.by_time.items()}

    def _linked(self, chart: BarChart) -> Drawing:
        pairs = [(name, value) for name, value in self.form.pairs() if name not in ("since", "until")]
        return Drawing(
            chart,
            [
                DrawnBar(bar, f"?{urlencode([*pairs, ('since', bar.stretch.start), ('until', bar.stretch.end)])}")
                for bar in chart.bars
            ],
        )

    def models(self) -> list[tuple[str, str]]:
        """The models that were ever asked, for the filter: ids, and where one was asked at several places its offers too."""
        asked = {model.offer: model.name for model in self.tally.models}
        if self.is_narrowed or self.tally.hidden:
            runs = Run.objects.filter(prompt__user=self.user).order_by()
            asked = dict(runs.values_list("offer", "model_name").distinct())
        places = Counter(offer.partition("@")[0] for offer in asked)
        found = {offer.partition("@")[0]: name for offer, name in asked.items()}
        for offer, name in asked.items():
            public_id, _, market = offer.partition("@")
            if market and places[public_id] > 1:
                found[offer] = f"{name}, only at {market}"
        return sorted(found.items(), key=lambda pair: pair[1])

    @cached_property
    def labels(self) -> list[str]:
        """The labels that file a prompt."""
        filed = Label.objects.filter(user=self.user, pk__in=Prompt.labels.through.objects.values("label"))
        return list(filed.values_list("name", flat=True))

    @cached_property
    def has_any(self) -> bool:
        """Whether the person has sent a prompt at all."""
        return bool(self.tally.prompts) or Prompt.objects.of(self.user).exists()
