"""The charts of the three sections: values in, drawings out. Amounts reach a drawing as words and as places of marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse

from catalog import charts, figures
from catalog.charts import Chart, Linear, Logarithmic
from catalog.exact import plain
from playground.performance.columns import HIGH, Column, ColumnChart, Mark, column_chart
from playground.performance.measures import Bin, Spread
from playground.performance.reading import DayFigures

THIS, OTHER = "line-1", "other"  # the classes of a model's point
MOST_MARKS = 50  # models in one drawing: this one and the most asked
A_FEW = Decimal(4)  # a scale of counts goes up to at least this, so that its ticks are whole numbers


@dataclass(frozen=True)
class ModelFigures:
    """One model in the comparison: how many whole answers, and their spreads (milliseconds, tokens per second, USD)."""

    public_id: str
    name: str
    answers: int
    first: Spread | None
    speed: Spread | None
    cost: Spread | None
    is_this: bool = False

    @property
    def url(self) -> str:
        return f"{reverse('catalog:model', args=self.public_id.split('/', 1))}#performance"

    @property
    def first_text(self) -> str:
        return figures.seconds(self.first.half_ms if self.first else None)

    @property
    def speed_text(self) -> str:
        return f"{self.speed.half:.1f}" if self.speed else figures.UNKNOWN

    @property
    def cost_text(self) -> str:
        return figures.usd(self.cost.half if self.cost else None)


def cost_by_first(models: Sequence[ModelFigures]) -> Chart | None:
    """Each model's cost of an answer against its wait for the first token; None without a model that has both."""
    placed = [(each, each.first.half / 1000, each.cost.half) for each in models if each.first and each.cost]
    return _scatter(
        "own-cost-first",
        "Cost against the wait for the first token",
        "Each mark is one model: further left began sooner, further down cost less. Medians of whole answers.",
        placed,
        x_title="First token, seconds",
        unit="s",
    )


def cost_by_speed(models: Sequence[ModelFigures]) -> Chart | None:
    """Each model's cost of an answer against its tokens per second; None without a model that has both."""
    placed = [(each, each.speed.half, each.cost.half) for each in models if each.speed and each.cost]
    return _scatter(
        "own-cost-speed",
        "Cost against speed",
        "The same models: further right wrote faster, further down cost less.",
        placed,
        x_title="Tokens per second",
        unit="tokens/s",
    )


def _scatter(
    name: str,
    title: str,
    about: str,
    placed: Sequence[tuple[ModelFigures, Decimal, Decimal]],
    *,
    x_title: str,
    unit: str,
) -> Chart | None:
    if not placed:
        return None
    points = [
        charts.Point(
            along,
            cost,
            model.name,
            model.url,
            f"{figures.money(cost)}, {_short(along)} {unit}",
            THIS if model.is_this else OTHER,
        )
        for model, along, cost in placed[:MOST_MARKS]
    ]
    x = charts.amounts([point.x for point in points], plain, spacing=44)
    y = charts.amounts([point.y for point in points], figures.money)
    return charts.scatter_chart(
        name,
        title,
        about,
        points=points,
        x=x,
        y=y,
        x_title=_titled(x_title, x),
        y_title=_titled("USD an answer", y),
        kinds=[(THIS, "This model"), (OTHER, "Other models")],
    )


def _titled(title: str, scale: Linear | Logarithmic) -> str:
    """The title of an axis, which says where equal steps are equal factors."""
    return f"{title}, logarithmic" if isinstance(scale, Logarithmic) else title


def _short(value: Decimal) -> str:
    """Three digits, as a name is followed by it."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def first_tokens(found: Sequence[Bin], spread: Spread | None) -> ColumnChart | None:
    """How long answers let wait for their first token."""
    if not found or spread is None:
        return None
    width = found[0].end or 1
    columns = [
        Column(_edge(each.start), f"{_range(each)}: {figures.counted(each.count, 'answer')}", (Decimal(each.count),))
        for each in found
    ]
    marks = [
        Mark(min(float(spread.most) / width, len(found)), f"nine of ten within {figures.seconds(spread.most_ms)}"),
        Mark(
            min(float(spread.half) / width, len(found)),
            f"half within {figures.seconds(spread.half_ms)}",
            is_before=True,
        ),
    ]
    return column_chart(
        "own-first-token",
        "How long the first token took",
        f"{figures.counted(spread.count, 'answer')} by seconds to the first token; the last column is all that took longer.",
        columns,
        _counts([each.count for each in found]),
        [("runs", "Answers")],
        marks,
        HIGH,
        is_edged=True,
    )


def _edge(milliseconds: int) -> str:
    return plain(Decimal(milliseconds) / 1000)


def _range(each: Bin) -> str:
    if each.end is None:
        return f"{_edge(each.start)} s and more"
    return f"{_edge(each.start)} to {_edge(each.end)} s"


def runs_by_day(days: Sequence[DayFigures]) -> ColumnChart:
    columns = [_column(each, figures.counted(each.runs, "run"), Decimal(each.runs)) for each in days]
    return column_chart(
        "own-runs",
        "Runs a day",
        "How often it was asked, by UTC day.",
        columns,
        _counts([each.runs for each in days]),
        [("runs", "Runs")],
    )


def tokens_by_day(days: Sequence[DayFigures]) -> ColumnChart:
    columns = [
        _column(
            each,
            f"{each.prompt_tokens:,} in, {each.completion_tokens:,} out",
            Decimal(each.prompt_tokens),
            Decimal(each.completion_tokens),
        )
        for each in days
    ]
    scale = charts.from_zero([sum(each.values, Decimal(0)) for each in columns], _thousands, spacing=36)
    return column_chart(
        "own-tokens",
        "Tokens a day",
        "Prompt and completion tokens as the upstream reported them.",
        columns,
        scale,
        [("in", "In"), ("out", "Out")],
    )


def cost_by_day(days: Sequence[DayFigures], *, is_rehearsal: bool) -> ColumnChart:
    columns = [_column(each, figures.usd(each.cost), each.cost) for each in days]
    would = "What the runs of a day would have cost" if is_rehearsal else "What the runs of a day cost"
    return column_chart(
        "own-cost",
        "Cost a day",
        f"{would}, as far as it is known, in US dollars.",
        columns,
        charts.from_zero([each.cost for each in days], figures.money, spacing=36),
        [("runs", "Cost")],
    )


def share_by_day(days: Sequence[DayFigures], *, says_counts: bool = True) -> ColumnChart:
    """The share answered, of those runs that say something of the upstream; with how many they are, or in percent alone."""
    columns = []
    for each in days:
        share = Decimal(100 * each.answered) / each.judged if each.judged else Decimal(0)
        words = _judged(each) if says_counts else _share(each, share)
        columns.append(_column(each, words, share, Decimal(100) - share if each.judged else Decimal(0)))
    return column_chart(
        "own-answered",
        "Answered, by day",
        "The share of each UTC day’s runs that were answered; a day without a column had none.",
        columns,
        charts.linear(0, 100, lambda value: f"{plain(value)}%", spacing=50),
        [("answered", "Answered"), ("failed", "Failed or incomplete")],
    )


def _judged(each: DayFigures) -> str:
    return f"{each.answered:,} of {each.judged:,} answered" if each.judged else "no runs"


def _share(each: DayFigures, share: Decimal) -> str:
    return f"{figures.percent(share / 100)} answered" if each.judged else "no runs"


def _column(each: DayFigures, words: str, *values: Decimal) -> Column:
    label = f"{each.day:%b} {each.day.day}"
    return Column(label, f"{label}: {words}", values)


def _counts(values: Sequence[int]) -> charts.Scale:
    return charts.from_zero([max(A_FEW, Decimal(max(values, default=0)))], plain, spacing=36)


def _thousands(value: Decimal) -> str:
    return figures.short(int(value))
