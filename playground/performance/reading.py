"""What is read of this installation's runs for a model's page: four queries, whose rows are bounded however many runs there
are. Never a text, never a person, and no run whose model's name is still hidden from the one who judges it: the page is
public, and would betray it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    CharField,
    Count,
    ExpressionWrapper,
    F,
    Func,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Substr

from playground import endings
from playground.amounts import in_usd
from playground.models import Prompt, Run, State
from playground.models.runs import RunQuerySet
from playground.performance import failures
from playground.performance.failures import Standing
from playground.speed import tokens_per_second
from playground.usage import MOST_TOKENS

LATEST = 500  # runs of one model that its speeds are made of
LATEST_OF_ALL = 1_000  # runs of all models that the models are compared by
DAYS = 30
WHOLE = (State.DONE, State.TRUNCATED)  # answers whose cost and speed are those of an answer


class Reported(Func):
    """A token count of the reported usage, null where it is none: a sum must not meet a text or an absurd number. Looked up
    once and again in its own words, as Django's own look-ups ask six questions where these two are enough."""

    output_field = BigIntegerField()

    def __init__(self, name: str) -> None:
        """`name` is one of ours: it becomes part of the statement."""
        super().__init__(F("usage"), name=name, most=MOST_TOKENS)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        value = "JSON_EXTRACT(%(expressions)s, '$.%(name)s')"
        return self.as_sql(
            compiler, connection, template=f"CASE WHEN {value} BETWEEN 0 AND %(most)s THEN {value} END", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        value = "(%(expressions)s ->> '%(name)s')::numeric"
        # One CASE inside the other: only so is the text of a count surely not read as a number.
        inner = f"CASE WHEN {value} BETWEEN 0 AND %(most)s THEN {value}::bigint END"
        outer = f"CASE WHEN jsonb_typeof(%(expressions)s -> '%(name)s') = 'number' THEN {inner} END"
        return self.as_sql(compiler, connection, template=outer, **context)


# Failures that never reached the upstream, or that were this server's own.
OURS = ExpressionWrapper(
    Q(state__in=list(failures.FAILED))
    & (
        Q(started_at=None)
        | Q(error__in=[endings.CRASHED, endings.UNSTORABLE, endings.NOT_STARTED, endings.SWITCHED_OFF])
        | Q(error__contains="othing was sent")
    ),
    output_field=BooleanField(),
)
# An answer that came in one piece has no first token to wait for.
FIRST = Case(When(streams=True, then=F("first_token_ms")), default=Value(None))


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known of one run: milliseconds to the first token, and of a whole answer tokens per second and its cost in
    10^-12 USD."""

    first_ms: int | None
    speed: Decimal | None
    cost: int | None
    is_whole: bool


@dataclass
class DayFigures:
    """One UTC day: runs by what they say of the upstream, tokens as reported, and the costs that are known."""

    day: date
    answered: int = 0
    failed: int = 0
    aside: int = 0
    known: int = 0  # runs whose cost is known
    prompt_tokens: int = 0
    completion_tokens: int = 0
    units: int = 0  # 10^-12 USD

    @property
    def runs(self) -> int:
        return self.answered + self.failed + self.aside

    @property
    def cost(self) -> Decimal:
        return in_usd(self.units)

    @property
    def unknown(self) -> int:
        """Runs whose cost nobody knows."""
        return self.runs - self.known

    @property
    def judged(self) -> int:
        return self.answered + self.failed


def counts(model_id: str) -> tuple[int, int]:
    """How many runs of the model are over: real ones, and rehearsals."""
    found = (
        _shown()
        .filter(model_public_id=model_id)
        .aggregate(real=Count("pk", filter=Q(is_rehearsal=False)), rehearsed=Count("pk", filter=Q(is_rehearsal=True)))
    )
    return found["real"], found["rehearsed"]


def over(is_rehearsal: bool) -> RunQuerySet:
    return _shown().filter(is_rehearsal=is_rehearsal)


def _shown() -> RunQuerySet:
    """Runs that are over and whose names are shown. The few hidden prompts are found once for a statement, not run by run."""
    return Run.objects.over().exclude(prompt__in=Prompt.objects.filter(is_blind=True, revealed_at=None).order_by())


def latest(model_id: str, is_rehearsal: bool) -> list[Measured]:
    """The latest answers of one model."""
    found = over(is_rehearsal).filter(model_public_id=model_id).order_by("-created_at")
    rows = found.annotate(first=FIRST).values_list(
        "state", "first", "first_token_ms", "last_token_ms", Reported("completion_tokens"), "cost"
    )
    return [measured(*row) for row in rows[:LATEST]]


def of_all(is_rehearsal: bool) -> Iterator[tuple[str, str, Measured]]:
    """Model id, model name and measures of the latest answers of every model that the catalog still has."""
    found = over(is_rehearsal).filter(state__in=WHOLE, listing__isnull=False).order_by("-created_at")
    rows = found.annotate(first=FIRST).values_list(
        "model_public_id",
        "model_name",
        "state",
        "first",
        "first_token_ms",
        "last_token_ms",
        Reported("completion_tokens"),
        "cost",
    )
    for model_id, name, *row in rows[:LATEST_OF_ALL]:
        yield model_id, name, measured(*row)


def measured(
    state: str, first: int | None, began_ms: int | None, ended_ms: int | None, tokens: int | None, cost: int | None
) -> Measured:
    if state not in WHOLE:
        return Measured(first, None, None, is_whole=False)
    speed = tokens_per_second(tokens, began_ms, ended_ms)
    return Measured(first, speed, cost, is_whole=True)


@dataclass(frozen=True)
class Days:
    """The last 30 days, each with its figures, and the kinds of the upstream's failures in them."""

    days: list[DayFigures]
    kinds: list[tuple[str, int]]


def days(model_id: str, is_rehearsal: bool, today: date) -> Days:
    """Summed up in the database: one row for each day, state and status."""
    first = today - timedelta(days=DAYS - 1)
    began = datetime.combine(first, time(), UTC)
    found = {first + timedelta(days=place): DayFigures(first + timedelta(days=place)) for place in range(DAYS)}
    kinds = []
    runs = over(is_rehearsal).filter(model_public_id=model_id, created_at__gte=began)
    for row in _grouped(runs):
        day = found.get(date.fromisoformat(row["day"]))
        if day is None:  # asked after `today`
            continue
        what = failures.standing(row["state"], row["error_status"], is_ours=row["is_ours"])
        setattr(day, what.value, getattr(day, what.value) + row["count"])
        if what is Standing.FAILED:
            kinds.append((failures.kind(row["state"], row["error_status"]), row["count"]))
        day.known += row["known"]
        day.prompt_tokens += row["prompt_tokens"] or 0
        day.completion_tokens += row["completion_tokens"] or 0
        day.units += int(row["sum"] or 0)
    return Days(list(found.values()), kinds)


def _grouped(runs: RunQuerySet) -> Any:
    # The day is cut from the stored text: calling back into Python for each of thousands of rows costs more than the rest.
    named = runs.order_by().annotate(day=Substr(Cast("created_at", CharField()), 1, len("2026-11-21")), is_ours=OURS)
    return named.values("day", "state", "error_status", "is_ours").annotate(
        count=Count("pk"),
        known=Count("cost"),
        sum=Sum("cost"),
        prompt_tokens=Sum(Reported("prompt_tokens")),
        completion_tokens=Sum(Reported("completion_tokens")),
    )
