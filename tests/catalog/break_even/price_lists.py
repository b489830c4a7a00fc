"""Price lists and requests that the tests of break-even share."""

from decimal import Decimal
from fractions import Fraction

from catalog.costs.break_even.course import Cheaper
from catalog.costs.break_even.proportions import proportions_of
from catalog.pricing import Component, Condition, Rate, Usage

FIRST, SECOND, NEITHER, UNKNOWN = Cheaper


F = Fraction


def per_million(component: str, price: str | None, **condition) -> Rate:
    amount = None if price is None else Decimal(price) / 1_000_000
    return Rate(Component(component), amount, Condition(**condition))


def rates(input: str | None, output: str | None, cached: str | None = None, each: str | None = None) -> list[Rate]:
    """A price list in dollars per million tokens, and for one request; None is a price that is not known, or no rate."""
    found = [per_million("input", input), per_million("output", output)]
    if cached is not None:
        found.append(per_million("cache_read", cached))
    if each is not None:
        found.append(Rate(Component.REQUEST, Decimal(each)))
    return found


LARGE = rates("0.50", "1.50", "0.05")


DEVSTRAL = rates("0.40", "2.00", "0.04")


PLAIN = proportions_of(Usage(10_000, 1_000))


CACHED = proportions_of(Usage(10_000, 1_000, cached_tokens=4_000))
NAMES = ("Devstral", "Large")


TIERED = [*DEVSTRAL, per_million("input", "3.00", over_prompt_tokens=200_000)]


TURNING = [
    *rates("0.10", "0", each="0.01"),
    per_million("input", "0.40", over_prompt_tokens=100_000),
    per_million("input", "0.10", over_prompt_tokens=300_000),
]


UNSAID = rates("0.40", None)
