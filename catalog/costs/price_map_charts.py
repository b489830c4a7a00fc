"""The two charts of the price map, with the cheapest frontier of each and what it means in a sentence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from catalog import charts
from catalog.costs.forms import MOST_PRICED
from catalog.costs.frontier import cheapest_from, cheapest_until
from catalog.costs.over_time_chart import written
from catalog.costs.price_map import STATUS_WORDS, MapRow
from catalog.figures import Display

KINDS = [(status.value, word) for status, word in STATUS_WORDS.items()]
CONTEXTS = tuple((1024 * thousands, f"{thousands}K") for thousands in (2, 8, 32, 128, 256)) + tuple(
    (1024 * 1024 * millions, f"{millions}M") for millions in (1, 2, 10, 100)
)
MOST_MARKS = 1_000  # of one chart: more of them no eye tells apart, and each is a piece of the page
MOST_TOLD = 4  # names in a sentence; the table has them all


@dataclass(frozen=True, slots=True)
class Side:
    """What is said of one chart: `best_for` is what its frontier is cheapest for, `frontier` what the legend calls it."""

    name: str
    title: str
    about: str
    x_title: str
    best_for: str
    frontier: str
    sentence: str


BY_CONTEXT = Side(
    "context",
    "Cost against context length",
    "Each mark is one model: further right is a longer context, further down is cheaper. Both axes grow by equal factors.",
    "Context, tokens",
    "its context",
    "Cheapest with that much context",
    "The thin line is the cheapest model on sale with at least that much context: nothing beats these on both price and "
    "context.",
)
BY_RELEASE = Side(
    "release",
    "Cost against release day",
    "The same models by the day their vendor released them, all at the prices of one day: further down is cheaper.",
    "Released",
    "its release day",
    "Cheapest released by then",
    "The thin line is the cheapest model on sale that had been released by each day: nothing released earlier costs as "
    "little as these.",
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One chart of the map, the models on its frontier by name, and the address that narrows the costs to these."""

    chart: charts.Chart
    sentence: str
    best: str
    address: str


@dataclass(frozen=True, slots=True)
class Place:
    """A row at its place along the chart, and that place in words."""

    row: MapRow
    along: Any
    words: str


class PriceMap:
    """Both charts over the same rows. Drawing one marks the rows on its frontier with what they are cheapest for."""

    def __init__(self, rows: Sequence[MapRow], display: Display, query: str) -> None:
        self._rows = [row for row in rows if row.amount is not None]
        self._display, self._query = display, query

    def drawn(self) -> list[Drawn]:
        """The charts that have a point."""
        return [each for each in (self._by_context(), self._by_release()) if each is not None]

    def _by_context(self) -> Drawn | None:
        places = [
            Place(row, row.context, f"{row.context_text} tokens") for row in self._rows if row.context is not None
        ]
        if not places:
            return None
        lengths = [place.along for place in places]
        x = charts.logarithmic(min(lengths), max(lengths), marks=CONTEXTS, spacing=34)
        best = cheapest_from(self._on_sale(places))
        # Up to a model's own context its cost is the least there is: each cost holds from the length before.
        starts = [x.low, *(context for context, _ in best)]
        costs = [*(self._display.convert(amount) for _, amount in best), None]
        return self._chart(BY_CONTEXT, places, x, best, list(zip(starts, costs, strict=True)))

    def _by_release(self) -> Drawn | None:
        places = [
            Place(row, row.released_on, f"released {row.released_text}")
            for row in self._rows
            if row.released_on is not None
        ]
        if not places:
            return None
        days = [place.along for place in places]
        room = max(timedelta(days=3), (max(days) - min(days)) / 40)  # no mark stands on an axis or over the edge
        x = charts.dates(min(days) - room, max(days) + room)
        best = cheapest_until(self._on_sale(places))
        steps = [(day, self._display.convert(amount)) for day, amount in best]
        return self._chart(BY_RELEASE, places, x, best, [*steps, (x.high, None)])

    def _on_sale(self, places: Iterable[Place]) -> list[tuple[Any, Decimal]]:
        return [(place.along, place.row.amount) for place in places if place.row.is_sold]

    def _chart(
        self,
        side: Side,
        places: Sequence[Place],
        x: charts.Scale,
        best: Sequence[tuple[Any, Decimal]],
        treads: Sequence[tuple[Any, Decimal | None]],
    ) -> Drawn:
        on_it = set(best)
        leading = [place for place in places if place.row.is_sold and (place.along, place.row.amount) in on_it]
        leaders = [place.row for place in leading]
        for row in leaders:
            row.best_for = ", ".join(filter(None, (row.best_for, side.best_for)))
        marked = _few(places, leading)
        chart = charts.scatter_chart(
            side.name,
            side.title,
            side.about,
            points=self._points(marked),
            x=x,
            y=self._costs(marked),
            x_title=side.x_title,
            y_title=f"{self._display.code} for 1,000 requests",
            frontier=charts.Line(side.frontier, tuple(treads), is_step=True) if best else None,
            kinds=KINDS,
        )
        sentence = side.sentence
        if len(marked) < len(places):
            sentence += f" Of {len(places):,} models the {MOST_MARKS:,} cheapest are drawn, and those on the line."
        return Drawn(chart, sentence, told([row.name for row in leaders]), self._narrowed(leaders))

    def _costs(self, places: Sequence[Place]) -> charts.Scale:
        amounts = [self._display.convert(place.row.amount) for place in places if place.row.amount]
        if not amounts:
            return charts.from_zero([], self._write)
        return charts.logarithmic(min(amounts), max(amounts), self._write, has_free=len(amounts) < len(places))

    def _write(self, amount: Decimal) -> str:
        return written(amount, self._display)

    def _points(self, places: Iterable[Place]) -> list[charts.Point]:
        """One point for each place: models of the same cost at the same length or day share one, which leads to all."""
        together: dict[tuple[Any, Decimal | None], list[Place]] = {}
        for place in places:
            together.setdefault((place.along, place.row.amount), []).append(place)
        return [self._point(group) for group in together.values()]

    def _point(self, group: Sequence[Place]) -> charts.Point:
        first, others = group[0], len(group) - 1
        statuses = {place.row.status for place in group}
        return charts.Point(
            first.along,
            self._display.convert(first.row.amount) or Decimal(0),
            f"{first.row.name} and {others} more" if others else first.row.name,
            self._narrowed([place.row for place in group]) if others else first.row.url,
            f"{first.row.per_thousand}, {first.words}",
            statuses.pop() if len(statuses) == 1 else "mixed",
            len(group),
        )

    def _narrowed(self, rows: Iterable[MapRow]) -> str:
        """The costs of just these models; of as many as that page takes by name."""
        ids = urlencode([("model", row.public_id) for row in rows][:MOST_PRICED])
        return f"{reverse('catalog:costs')}?{'&'.join(filter(None, (self._query, ids)))}"


def _few(places: Sequence[Place], leading: Sequence[Place]) -> Sequence[Place]:
    """The places, or of very many the cheapest and those on the frontier. They come cheapest first."""
    if len(places) <= MOST_MARKS:
        return places
    return [*places[:MOST_MARKS], *(place for place in leading if place not in places[:MOST_MARKS])]


def told(names: Sequence[str]) -> str:
    """A, B and C; or A, B, C and 3 more."""
    if len(names) > MOST_TOLD:
        return f"{', '.join(names[: MOST_TOLD - 1])} and {len(names) - MOST_TOLD + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
