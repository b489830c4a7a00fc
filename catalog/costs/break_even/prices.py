"""The prices that a break-even was worked out with: what is in force for requests like the reader's, size by size."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from catalog import exact, terms
from catalog.costs.break_even.pair import Pair
from catalog.costs.break_even.proportions import Axis, Proportions, in_force, thresholds
from catalog.costs.break_even.table import Figure, Row
from catalog.figures import Display
from catalog.pricing import LABELS, PART_OF, PER_TOKEN, Component, Rate

Sizes = tuple[int, int | None]  # the first and the last prompt token of a stretch; None where it goes on


def price_rows(request: Proportions, pair: Pair, display: Display) -> list[Row]:
    """Every component that these requests are charged for, in each stretch of prompt sizes in which its prices differ."""
    stretches = _stretches(thresholds([rate for cost in pair.costs for rate in cost.priced.rates], request))
    rows = []
    for component in _components(request, pair):
        unit = f"{display.code} per million tokens" if component in PER_TOKEN else f"{display.code} each"
        found: list[tuple[Sizes, tuple[Figure, Figure]]] = []
        for sizes in stretches:
            there = request.moved(Axis.PROMPT, Fraction(sizes[0]))
            first, second = (_price(component, in_force(cost.priced.rates, there), display) for cost in pair.costs)
            if found and found[-1][1] == (first, second):
                sizes = (found.pop()[0][0], sizes[1])
            found.append((sizes, (first, second)))
        rows += [Row(LABELS[component], _sizes(*sizes), prices, unit) for sizes, prices in found]
    return rows


def _stretches(cuts: Sequence[int]) -> list[Sizes]:
    return list(zip([1, *(cut + 1 for cut in cuts)], [*cuts, None], strict=True))


def _components(request: Proportions, pair: Pair) -> list[Component]:
    """Input, cached input and output always; the rest where the request has it or a model asks for it."""
    named = {rate.component for cost in pair.costs for rate in cost.priced.rates}
    shown = {
        Component.INPUT: True,
        Component.CACHE_READ: True,
        Component.CACHE_WRITE: bool(request.written_share),
        Component.OUTPUT: True,
        Component.REASONING: bool(request.reasoning_share),
        Component.REQUEST: Component.REQUEST in named,
    }
    return [component for component, is_shown in shown.items() if is_shown]


def _sizes(first: int, last: int | None) -> str:
    if last is None:
        return "always" if first == 1 else f"above {first - 1:,} prompt tokens"
    upper = f"up to {last:,} prompt tokens"
    return upper if first == 1 else f"above {first - 1:,} and {upper}"


def _price(component: Component, rates: dict[Component, Rate], display: Display) -> Figure:
    """The price in force, with what else it hangs on; or whose price is charged in its place."""
    rate = rates.get(component)
    if rate is None or rate.amount is None:
        instead = f"as {LABELS[PART_OF[component]].lower()}" if component in PART_OF else ""
        words = instead or ("none" if component is Component.REQUEST and rate is None else "not known")
        return Figure(words, words)
    if component in PER_TOKEN:
        text, amount = display.per_million(rate.amount), exact.per_million(rate.amount)
    else:
        text, amount = display.to_the_digit(rate.amount).removeprefix(display.symbol), rate.amount
    value = display.convert(amount) or Decimal(0)
    note = terms.applies_within_its_tier(rate.condition)
    return Figure(f"{text} ({note})", f"{exact.plain(value)} ({note})") if note else Figure(text, value)
