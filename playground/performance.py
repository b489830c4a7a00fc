"""How a model did in this installation's own runs: speed, activity and uptime for its page.

Only answers of real upstreams count. The rehearsal says nothing of a model, so its runs are named and left out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median

from catalog.models import LanguageModel
from catalog.panels import Panel
from playground.models import Run, State

LATEST = 500  # runs that the figures are made of
DAYS = 30
GOOD = {State.DONE, State.TRUNCATED, State.REFUSED}  # the model answered, if only to say no
BAD = {State.FAILED, State.INCOMPLETE}  # the upstream let it down; stopped and interrupted runs say nothing of it


@dataclass(frozen=True)
class Day:
    """One day of activity: how many runs, and its bar in a drawing of 300 x 44 whose busiest day is 40 high."""

    day: date
    runs: int
    height: int
    left: int

    @property
    def top(self) -> int:
        return 42 - self.height


@dataclass(frozen=True)
class Performance:
    """What the latest real runs of one model come to. Times in milliseconds; None where nothing was measured."""

    runs: int
    rehearsals: int
    first_token_ms: int | None
    tokens_per_second: Decimal | None
    prompt_tokens: int
    completion_tokens: int
    days: list[Day]
    answered: int
    failed: int

    @property
    def uptime(self) -> Decimal | None:
        """Answered runs in percent of those that the upstream could answer."""
        judged = self.answered + self.failed
        return (Decimal(100 * self.answered) / judged).quantize(Decimal("0.1")) if judged else None

    @property
    def active_days(self) -> list[Day]:
        return [day for day in self.days if day.runs]


def performance_of(model_id: str, today: date) -> Performance:
    """Two queries, however many runs there are."""
    runs = list(
        Run.objects.real()
        .over()
        .filter(model_public_id=model_id)
        .defer("text", "reasoning", "request")
        .order_by("-created_at")[:LATEST]
    )
    rehearsals = Run.objects.filter(model_public_id=model_id, is_rehearsal=True).count()
    usages = [usage for run in runs if (usage := run.priced_usage()) is not None]
    firsts = [run.first_token_ms for run in runs if run.first_token_ms is not None]
    speeds = [speed for run in runs if (speed := run.tokens_per_second) is not None]
    states = Counter(run.state for run in runs)
    return Performance(
        runs=len(runs),
        rehearsals=rehearsals,
        first_token_ms=round(median(firsts)) if firsts else None,
        tokens_per_second=median(speeds).quantize(Decimal("0.1")) if speeds else None,
        prompt_tokens=sum(usage.prompt_tokens for usage in usages),
        completion_tokens=sum(usage.completion_tokens for usage in usages),
        days=_days((run.created_at.astimezone(UTC).date() for run in runs), today),
        answered=sum(states[state] for state in GOOD),
        failed=sum(states[state] for state in BAD),
    )


def _days(run_days: Iterable[date], today: date) -> list[Day]:
    counts = Counter(run_days)
    first = today - timedelta(days=DAYS - 1)
    span = [first + timedelta(days=offset) for offset in range(DAYS)]
    busiest = max((counts[day] for day in span), default=0) or 1
    return [Day(day, counts[day], round(40 * counts[day] / busiest), 10 * place) for place, day in enumerate(span)]


def model_panel(model: LanguageModel) -> list[Panel]:
    """The sections Performance, Activity and Uptime of a model's page."""
    context = {"figures": performance_of(model.public_id, datetime.now(UTC).date())}
    return [
        Panel("performance", "Performance", "playground/_performance.html", context),
        Panel("activity", "Activity", "playground/_activity.html", context),
        Panel("uptime", "Uptime", "playground/_uptime.html", context),
    ]
