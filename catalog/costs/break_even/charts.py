"""The three charts of a break-even: what 1,000 requests cost on both models while one thing about a request moves."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, log10

from django.urls import reverse

from catalog import charts, exact, figures
from catalog.costs.break_even.course import Cheaper, Course, Crossing
from catalog.costs.break_even.pair import Pair
from catalog.costs.break_even.proportions import Axis, Proportions, cost_of, thresholds
from catalog.costs.break_even.table import LABELS
from catalog.costs.break_even.words import decimal_of, number, share
from catalog.costs.offered import Priced
from catalog.figures import Display
from catalog.pricing import Rate

TITLES = {
    Axis.RATIO: "With more or less output",
    Axis.CACHED: "With more or less of the prompt cached",
    Axis.PROMPT: "With longer or shorter prompts",
}
MOST_CROSSINGS = 4  # as many words as fit above a chart; the table has all
MOST_PERCENT = 5  # a ratio above 500% reads better in times
STEPS_OF_DECADE = 8  # places looked at per decade of prompt sizes: a fixed price makes a line bend


def break_even_chart(
    axis: Axis, course: Course, about: str, request: Proportions, pair: Pair, display: Display
) -> charts.Chart | None:
    """Both costs along an axis, with the reader's workload, the crossings, and whose stretch it is; None when neither cost
    is known anywhere on it."""
    low, high = extent(axis, course, request, pair)
    places = _places(axis, low, high, request, pair)
    lines = [
        _line(axis, places, name, cost.priced, request, display)
        for name, cost in zip(pair.names, pair.costs, strict=True)
    ]
    values = [value for line in lines for _, value in line.values if isinstance(value, Decimal)]
    if not values:
        return None
    return charts.line_chart(
        f"by-{axis}",
        TITLES[axis],
        about,
        lines=lines,
        x=_x_scale(axis, decimal_of(low), decimal_of(high)),
        y=_y_scale(axis, values, display),
        x_title=LABELS[axis],
        y_title=f"{display.code} for 1,000 requests",
        markers=_markers(axis, course, request, high),
        zones=_zones(course, pair.names, low, high),
    )


def extent(axis: Axis, course: Course, request: Proportions, pair: Pair) -> tuple[Fraction, Fraction]:
    """How much of an axis is drawn: what matters on it, and as much again around it."""
    crossings = [crossing.at for crossing in course.crossings()]
    if axis is Axis.RATIO:
        return Fraction(0), 2 * max([request.ratio, *crossings]) or Fraction(1)
    if axis is Axis.CACHED:
        return Fraction(0), Fraction(1)
    tiers = thresholds([rate for cost in pair.costs for rate in cost.priced.rates], request)
    marks = [request.prompt_tokens, *crossings, *(Fraction(tier) for tier in tiers if tier < request.largest_prompt())]
    low = Fraction(10) ** (floor(log10(min(marks))) - 1)
    high = Fraction(10) ** (ceil(log10(max(marks))) + 1)
    return max(low, Fraction(1)), min(high, request.largest_prompt())


def _places(axis: Axis, low: Fraction, high: Fraction, request: Proportions, pair: Pair) -> list[Fraction]:
    """Where the lines have corners: on the linear axes at both ends; along the prompt at every cliff, and in small steps
    between, for a straight line with a fixed part is bent on logarithmic axes."""
    if axis is not Axis.PROMPT:
        end = min(high, 1 - request.written_share) if axis is Axis.CACHED else high
        return [low, end]
    steps = range(ceil(STEPS_OF_DECADE * log10(high / low)))
    found = {low, high, *(Fraction(round(low * Fraction(10 ** (step / STEPS_OF_DECADE)))) for step in steps)}
    tiers = thresholds([rate for cost in pair.costs for rate in cost.priced.rates], request)
    found |= {Fraction(tier + above) for tier in tiers for above in (0, 1)}
    return sorted(place for place in found if low <= place <= high)


def _line(
    axis: Axis, places: Sequence[Fraction], name: str, priced: Priced, request: Proportions, display: Display
) -> charts.Line:
    values = tuple((decimal_of(at), _amount(priced.rates, request.moved(axis, at), display)) for at in places)
    address = reverse("catalog:model", args=[priced.vendor, priced.slug])
    return charts.Line(name, values, address, end_word="" if values[-1][1] is not None else "then not known")


def _amount(rates: Iterable[Rate], request: Proportions, display: Display) -> Decimal | None:
    """What 1,000 requests cost; None where it is not known to the last part."""
    cost = cost_of(rates, request)
    return None if cost.missing else display.convert(decimal_of(1000 * cost.amount))


def _x_scale(axis: Axis, low: Decimal, high: Decimal) -> charts.Scale:
    if axis is Axis.PROMPT:
        return charts.Logarithmic(low, high, lambda value: figures.short(int(value)), spacing=44)
    if high > MOST_PERCENT:
        return charts.linear(low, high, lambda value: f"{_short(value)}×", spacing=60)
    return charts.linear(low, high, lambda value: f"{exact.plain(value * 100)}%", spacing=60)


def _short(value: Decimal) -> str:
    return exact.plain(value) if value < 1000 else figures.short(int(value))


def _y_scale(axis: Axis, values: Sequence[Decimal], display: Display) -> charts.Scale:
    def write(value: Decimal) -> str:
        return figures.money(value, display.symbol)

    paid = [value for value in values if value > 0]
    if axis is Axis.PROMPT and paid:
        return charts.logarithmic(min(paid), max(paid), write, has_free=len(paid) < len(values))
    return charts.from_zero(values, write)


def _markers(axis: Axis, course: Course, request: Proportions, high: Fraction) -> list[charts.Marker]:
    """The reader's workload, and the first crossings; what only begins or ends with the axis has no line of its own."""
    own = {Axis.RATIO: request.ratio, Axis.CACHED: request.cached_share, Axis.PROMPT: request.prompt_tokens}[axis]
    shown = [crossing for crossing in course.crossings() if crossing.before and crossing.after and crossing.at <= high]
    return [
        charts.Marker(decimal_of(own), "your workload"),
        *(charts.Marker(decimal_of(each.at), _crossing_word(axis, each)) for each in shown[:MOST_CROSSINGS]),
    ]


def _crossing_word(axis: Axis, crossing: Crossing) -> str:
    if axis is Axis.PROMPT:
        at = int(crossing.at)
        return f"the same at {at:,}" if crossing.on is Cheaper.NEITHER else f"changes above {at - 1:,}"
    place = f"{number(crossing.at)} times" if axis is Axis.RATIO and crossing.at > 2 else share(crossing.at)
    return f"{'the same' if crossing.on is Cheaper.NEITHER else 'changes'} at {place}"


def _zones(course: Course, names: tuple[str, str], low: Fraction, high: Fraction) -> list[charts.Zone]:
    """Whose stretch it is, where there is more than one."""
    pieces = [piece for piece in course.pieces if not piece.is_point]
    if len(pieces) < 2:
        return []
    words = {
        Cheaper.FIRST: f"{names[0]} is cheaper",
        Cheaper.SECOND: f"{names[1]} is cheaper",
        Cheaper.NEITHER: "the same",
        Cheaper.UNKNOWN: "not known",
    }
    return [
        charts.Zone(
            decimal_of(max(piece.start, low)),
            decimal_of(high if piece.end is None else piece.end),
            words[piece.cheaper],
        )
        for piece in pieces
        if piece.start < high
    ]
