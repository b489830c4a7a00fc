"""The sections Performance, Activity and Uptime of a model's page."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from catalog import figures
from catalog.models import LanguageModel
from catalog.panels import Panel
from playground.amounts import in_usd
from playground.performance import drawing, failures, reading
from playground.performance.drawing import Chart, ColumnChart, ModelFigures
from playground.performance.kept import kept, mark
from playground.performance.measures import Bin, Spread, bins
from playground.performance.reading import DayFigures, Days, Measured

MOST_COMPARED = 40  # models in the table beside the charts; the charts have them all


@dataclass
class Performance:
    """What one model's runs come to. They are `real` ones, or where there are none the rehearsals, as `is_rehearsal` says;
    the other kind is only counted. `latest` are the answers that speeds are made of."""

    real: int
    rehearsals: int
    latest: list[Measured] = field(default_factory=list)
    models: list[ModelFigures] = field(default_factory=list)
    month: Days = field(default_factory=lambda: Days([], []))

    @property
    def is_rehearsal(self) -> bool:
        return not self.real and bool(self.rehearsals)

    @property
    def runs(self) -> int:
        return self.real or self.rehearsals

    # Performance

    @property
    def this(self) -> ModelFigures:
        return self.models[0]

    @cached_property
    def firsts(self) -> Spread | None:
        """Of all runs whose first token came, whatever their end."""
        return Spread.of(self._first_ms)

    @property
    def first_text(self) -> str:
        return figures.seconds(self.firsts.half_ms if self.firsts else None)

    @property
    def first_most_text(self) -> str:
        return f"nine of ten within {figures.seconds(self.firsts.most_ms)}" if self.firsts else ""

    @property
    def _first_ms(self) -> list[int]:
        return [each.first_ms for each in self.latest if each.first_ms is not None]

    @cached_property
    def first_bins(self) -> list[Bin]:
        return bins(self._first_ms, self.firsts.most_ms) if self.firsts else []

    @property
    def comparing(self) -> list[Chart]:
        found = (drawing.cost_by_first(self.models), drawing.cost_by_speed(self.models))
        return [chart for chart in found if chart is not None]

    @property
    def first_chart(self) -> ColumnChart | None:
        return drawing.first_tokens(self.first_bins, self.firsts)

    @property
    def compared(self) -> list[ModelFigures]:
        return self.models[:MOST_COMPARED]

    @property
    def compared_by_name(self) -> list[ModelFigures]:
        """The same in an order that does not say which is asked the most."""
        return sorted(self.compared, key=lambda each: (not each.is_this, each.name))

    # Activity

    @property
    def active_days(self) -> list[DayFigures]:
        """The days with runs, the latest first."""
        return [day for day in reversed(self.month.days) if day.runs]

    @property
    def day_charts(self) -> list[ColumnChart]:
        days = self.month.days
        return [
            drawing.runs_by_day(days),
            drawing.tokens_by_day(days),
            drawing.cost_by_day(days, is_rehearsal=self.is_rehearsal),
        ]

    def _sum(self, name: str) -> int:
        return sum(getattr(day, name) for day in self.month.days)

    @cached_property
    def month_runs(self) -> int:
        return self._sum("runs")

    @property
    def prompt_tokens(self) -> int:
        return self._sum("prompt_tokens")

    @property
    def completion_tokens(self) -> int:
        return self._sum("completion_tokens")

    @property
    def cost(self) -> Decimal:
        return in_usd(self._sum("units"))

    @property
    def unknown_costs(self) -> int:
        return self._sum("unknown")

    # Uptime

    @cached_property
    def answered(self) -> int:
        return self._sum("answered")

    @cached_property
    def failed(self) -> int:
        return self._sum("failed")

    @property
    def aside(self) -> int:
        return self._sum("aside")

    @property
    def uptime(self) -> str:
        """Answered runs in percent of those that say something of the upstream; blank where none does."""
        judged = self.answered + self.failed
        return figures.percent(Decimal(self.answered) / judged) if judged else ""

    @property
    def judged_days(self) -> list[tuple[DayFigures, str]]:
        """The days with runs that count, the latest first, each with its share."""
        judged = [day for day in self.active_days if day.judged]
        return [(day, figures.percent(Decimal(day.answered) / day.judged)) for day in judged]

    @property
    def uptime_chart(self) -> ColumnChart:
        return drawing.share_by_day(self.month.days)

    @property
    def uptime_chart_for_strangers(self) -> ColumnChart:
        return drawing.share_by_day(self.month.days, says_counts=False)

    @property
    def kinds(self) -> list[str]:
        return failures.in_words(self.month.kinds)

    @property
    def kinds_for_strangers(self) -> list[str]:
        return failures.names(self.month.kinds)


def performance_of(model_id: str, name: str, today: date) -> Performance:
    """At most four queries, however many runs there are, and one where there are none."""
    real, rehearsals = reading.counts(model_id)
    found = Performance(real, rehearsals)
    if not found.runs:
        return found
    found.latest = reading.latest(model_id, found.is_rehearsal)
    found.models = _models(model_id, name, found.latest, reading.of_all(found.is_rehearsal))
    found.month = reading.days(model_id, found.is_rehearsal, today)
    return found


def _models(
    model_id: str, name: str, latest: list[Measured], of_all: Iterable[tuple[str, str, Measured]]
) -> list[ModelFigures]:
    """This model by its own latest runs, then the others by theirs among the latest of all, the most asked first."""
    names: dict[str, str] = {}
    answers: dict[str, list[Measured]] = defaultdict(list)
    for other_id, other_name, measured in of_all:
        names.setdefault(other_id, other_name)
        answers[other_id].append(measured)
    answers.pop(model_id, None)
    others = [_figures(other_id, names[other_id], each) for other_id, each in answers.items()]
    others.sort(key=lambda each: (-each.answers, each.name))
    return [_figures(model_id, name, [each for each in latest if each.is_whole], is_this=True), *others]


def _figures(model_id: str, name: str, answers: list[Measured], is_this: bool = False) -> ModelFigures:
    return ModelFigures(
        model_id,
        name,
        len(answers),
        Spread.of(each.first_ms for each in answers if each.first_ms is not None),
        Spread.of(each.speed for each in answers if each.speed is not None),
        _in_usd(Spread.of(each.cost for each in answers if each.cost is not None)),
        is_this,
    )


def _in_usd(spread: Spread | None) -> Spread | None:
    """Of 10^-12 USD; half of one of them is kept."""
    return spread and Spread(spread.half.scaleb(-12), spread.most.scaleb(-12), spread.count)


SECTIONS = {"performance": "Performance", "activity": "Activity", "uptime": "Uptime"}
STRANGERS = "strangers-"


def _written(performance: Performance) -> dict[str, SafeString]:
    """Each section twice: by its name for those who sign in, and as `strangers-<name>` without what was run and paid."""
    return {
        f"{prefix}{name}": render_to_string(
            f"playground/_{name}.html", {"figures": performance, "is_for_strangers": bool(prefix)}
        )
        for name in SECTIONS
        for prefix in ("", STRANGERS)
    }


def model_panel(model: LanguageModel) -> list[Panel]:
    """The sections Performance, Activity and Uptime of a model's page, as they were written last or anew."""
    today = datetime.now(UTC).date()

    def write() -> dict[str, SafeString]:
        return _written(performance_of(model.public_id, model.name, today))

    now = mark()
    sections = _written(Performance(0, 0)) if now is None else kept.get(model.public_id, (now, today), write)
    return [
        Panel(
            name,
            title,
            "playground/_written.html",
            {"html": sections[name], "html_for_strangers": sections[STRANGERS + name]},
        )
        for name, title in SECTIONS.items()
    ]
