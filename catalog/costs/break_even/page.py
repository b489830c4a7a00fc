"""The break-even page of two models: its verdict, one part for each thing that can move, and the table under them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from catalog.charts import Chart
from catalog.costs.break_even.charts import break_even_chart
from catalog.costs.break_even.course import Course
from catalog.costs.break_even.pair import Pair
from catalog.costs.break_even.prices import price_rows
from catalog.costs.break_even.proportions import Axis, Proportions, along, proportions_of, thresholds
from catalog.costs.break_even.table import Group, crossing_rows, nowhere
from catalog.costs.break_even.words import decimal_of, sentence
from catalog.costs.break_even.workload import (
    difference,
    held_sentence,
    range_sentence,
    requests_sentence,
    tiers_sentence,
    workload_sentence,
)
from catalog.costs.ranking import SPANS
from catalog.costs.workloads import Workload
from catalog.figures import Display


@dataclass(frozen=True)
class Part:
    """One thing that moves: what comes of it in a sentence, what is held meanwhile, and the chart if a cost is known."""

    axis: Axis
    sentence: str
    held: str
    chart: Chart | None


@dataclass(frozen=True)
class BreakEven:
    """Everything the page says of two models and a workload."""

    pair: Pair
    verdict: str
    here: str
    requests: str
    parts: list[Part]
    groups: list[Group]


def break_even_of(pair: Pair, workload: Workload, display: Display) -> BreakEven:
    """Raises PricingError for a workload without prompt tokens."""
    contexts = [cost.priced.context for cost in pair.costs]
    room = max((context or 0 for context in contexts), default=0) if all(contexts) else None
    request = replace(proportions_of(workload.usage, workload.at, workload.is_batch), room=room)
    rates = pair.first.priced.rates, pair.second.priced.rates
    courses = {axis: along(axis, *rates, request) for axis in Axis}
    courses[Axis.PROMPT] = courses[Axis.PROMPT].in_whole_tokens()
    parts = [_part(axis, course, request, pair, display) for axis, course in courses.items()]
    crossings = [row for axis, course in courses.items() for row in crossing_rows(axis, course, request, pair, display)]
    crossings.append(nowhere("Number of requests", courses[Axis.RATIO].cheaper_at(request.ratio), pair))
    return BreakEven(
        pair,
        verdict=next((part for part in parts if courses[part.axis].crossings()), parts[0]).sentence,
        here=workload_sentence(pair.names, pair.bills, request.ratio, display.to_the_digit),
        requests=_requests(pair, workload, display),
        parts=parts,
        groups=[
            Group("Where the cheaper one changes", crossings),
            Group("Prices used", price_rows(request, pair, display)),
        ],
    )


def _part(axis: Axis, course: Course, request: Proportions, pair: Pair, display: Display) -> Part:
    said, held = sentence(axis, course, pair.names), held_sentence(axis, request)
    if axis is Axis.PROMPT:
        tiers = (thresholds(cost.priced.rates, request) for cost in pair.costs)
        named = (tiers_sentence(name, found) for name, found in zip(pair.names, tiers, strict=True))
        room = f"The longer context has room for {request.room:,} tokens." if request.room else ""
        held = " ".join(part for part in (*named, held, room, range_sentence(course)) if part)
    return Part(axis, said, held, break_even_chart(axis, course, f"{said} {held}", request, pair, display))


def _requests(pair: Pair, workload: Workload, display: Display) -> str:
    amount = difference(pair.bills)
    spans: Sequence[str] = ()
    if amount:
        spans = [display.money(decimal_of(Fraction(amount) * workload.requests_in(span))) for span in SPANS]
    return requests_sentence(amount, workload.requests, workload.per, spans)
