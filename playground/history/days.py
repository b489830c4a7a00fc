"""The bars of a small chart: one for each day or month, also for those without anything. Pure; floats are pixels only."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from catalog.charts import Tick, from_zero
from catalog.charts.geometry import px
from catalog.charts.labels import Box, text_width

WIDTH, HEIGHT, TEXT = 360, 168, 11
TOP, UNDER, RIGHT = 8, 24, 10
LEAST_BARS = 14  # so that the bars of one busy day do not fill the drawing
WIDEST = 26.0
LEAST_HEIGHT = 2.0  # of a bar that stands for anything at all


@dataclass(frozen=True)
class Stretch:
    """A day or a month, from its first to its last day."""

    start: date
    end: date

    @property
    def label(self) -> str:
        if self.start == self.end:
            return f"{self.start:%b} {self.start.day}"
        return f"{self.start:%b %Y}"

    @property
    def words(self) -> str:
        return f"{self.label}, {self.start.year}" if self.start == self.end else self.label


@dataclass(frozen=True)
class Bar:
    """One stretch with anything in it: its rectangle as SVG has it, the place that can be pressed, and its words."""

    stretch: Stretch
    words: str
    x: str
    y: str
    width: str
    height: str
    band: str
    band_width: str


@dataclass(frozen=True)
class BarChart:
    """A drawn chart, in the drawing's own pixels. `name` is a word for ids, one for each chart of a page."""

    name: str
    title: str
    about: str
    width: int
    height: int
    text: int
    plot: Box
    x_ticks: list[Tick]
    y_ticks: list[Tick]
    bars: list[Bar]


def stretches(first: date, last: date, is_monthly: bool) -> list[Stretch]:
    """Every day or month from the first to the last, and before them as many as make up the least number."""
    found = list(_months(first, last) if is_monthly else _days(min(first, last - timedelta(LEAST_BARS - 1)), last))
    while len(found) < LEAST_BARS and is_monthly:
        found.insert(0, _month(found[0].start - timedelta(days=1)))
    return found


def _days(first: date, last: date) -> Iterator[Stretch]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield Stretch(date.fromordinal(ordinal), date.fromordinal(ordinal))


def _months(first: date, last: date) -> Iterator[Stretch]:
    while first <= last:
        yield _month(first)
        first = _month(first).end + timedelta(days=1)


def _month(day: date) -> Stretch:
    return Stretch(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def bar_chart(
    name: str,
    title: str,
    about: str,
    along: Sequence[Stretch],
    values: Mapping[date, Decimal],
    write: Callable[[Decimal], str],
) -> BarChart:
    """One bar for each stretch whose value is above 0; `values` has them by first days, `write` turns one into words."""
    scale = from_zero(values.values(), write, spacing=34)
    bottom = HEIGHT - UNDER
    labels = scale.over(bottom, TOP).ticks()
    left = round(max(text_width(tick.label, TEXT) for tick in labels)) + 10
    plot = Box(left, TOP, WIDTH - RIGHT, bottom)
    upward = scale.over(plot.bottom, plot.top)
    band = plot.width / len(along)
    bars = []
    for place, stretch in enumerate(along):
        value = values.get(stretch.start, Decimal(0))
        if value > 0:
            middle, width = plot.left + (place + 0.5) * band, min(WIDEST, max(2.0, band * 0.76))
            height = max(LEAST_HEIGHT, plot.bottom - upward.at(value))
            bars.append(
                Bar(
                    stretch,
                    f"{stretch.words}: {write(value)}",
                    *(px(each) for each in (middle - width / 2, plot.bottom - height, width, height)),
                    *(px(each) for each in (plot.left + place * band, band)),
                )
            )
    return BarChart(name, title, about, WIDTH, HEIGHT, TEXT, plot, _named(along, plot, band), upward.ticks(), bars)


def _named(along: Sequence[Stretch], plot: Box, band: float) -> list[Tick]:
    """The words under the bars: the last one's, and as many before it as stand clear of each other."""
    widest = max(text_width(stretch.label, TEXT) for stretch in along) + 14
    every = max(1, -(-widest // band))
    found = []
    for place in range(len(along) - 1, -1, -int(every)):
        half = text_width(along[place].label, TEXT) / 2
        at = plot.left + (place + 0.5) * band
        if at - half >= 0:
            found.append(Tick(round(min(at, WIDTH - half), 1), along[place].label))
    return found[::-1]
