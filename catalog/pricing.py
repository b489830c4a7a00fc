"""What a usage costs: rates and token counts in, a bill out. Pure arithmetic on `Decimal`; no Django, no float.

The rules, each from the way the upstreams bill:

* Cached and cache-written tokens are *inside* the prompt tokens; reasoning tokens are *inside* the completion tokens.
  What is left over is charged at the plain rate, and a negative rest is an error that names both numbers.
* Without a rate of their own, cached and cache-written tokens cost what other prompt tokens cost, and reasoning
  costs what other completion tokens cost.
* A tier is a cliff: prompt tokens strictly above its threshold move *all* tokens of the request to the tier.
* Several rates of one component may apply; the last one of the list wins.
* A condition nobody knows is not applied, and the bill says that the price is conditional.
* A missing rate is not zero: the bill is then `at least` its total, or `unknown`. Free is an explicit 0.

Worked example, Mistral Large 3 at $0.50, $0.05 (cached) and $1.50 per million: 10,000 prompt tokens of which 4,000
cached, and 1,000 completion tokens, cost 6,000 x 0.0000005 + 4,000 x 0.00000005 + 1,000 x 0.0000015
= 0.003 + 0.0002 + 0.0015 = $0.0047.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal, localcontext
from enum import StrEnum

from catalog.exact import EXACT, PricingError


class Component(StrEnum):
    """What a rate charges for. The unit is one token unless the name says otherwise."""

    INPUT = "input"
    CACHE_READ = "cache_read"
    CACHE_WRITE = "cache_write"
    OUTPUT = "output"
    REASONING = "reasoning"
    REQUEST = "request"
    IMAGE = "image"
    WEB_SEARCH = "web_search"


LABELS = {
    Component.INPUT: "Input",
    Component.CACHE_READ: "Cached input",
    Component.CACHE_WRITE: "Cache write",
    Component.OUTPUT: "Output",
    Component.REASONING: "Reasoning",
    Component.REQUEST: "Request",
    Component.IMAGE: "Image",
    Component.WEB_SEARCH: "Web search",
}
PER_TOKEN = frozenset(
    {Component.INPUT, Component.CACHE_READ, Component.CACHE_WRITE, Component.OUTPUT, Component.REASONING}
)


class Status(StrEnum):
    EXACT = "exact"
    AT_LEAST = "at_least"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Usage:
    """Token counts of one answer. `prompt_tokens` includes both caches, `completion_tokens` includes reasoning."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    requests: int = 1
    images: int = 0
    web_searches: int = 0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 0:
                raise PricingError(f"{name.replace('_', ' ').capitalize()} cannot be negative ({value:,}).")
        if self.cached_tokens + self.cache_write_tokens > self.prompt_tokens:
            raise PricingError(
                f"Cached tokens ({self.cached_tokens + self.cache_write_tokens:,}) are part of the prompt tokens "
                f"and cannot exceed them ({self.prompt_tokens:,})."
            )
        if self.reasoning_tokens > self.completion_tokens:
            raise PricingError(
                f"Reasoning tokens ({self.reasoning_tokens:,}) are part of the completion tokens "
                f"and cannot exceed them ({self.completion_tokens:,})."
            )

    @property
    def fresh_tokens(self) -> int:
        """Prompt tokens that were neither read from a cache nor written to one."""
        return self.prompt_tokens - self.cached_tokens - self.cache_write_tokens


@dataclass(frozen=True)
class Condition:
    """When a rate applies; all that is set must hold. The default always applies."""

    over_prompt_tokens: int | None = None  # strictly more prompt tokens than this
    utc_start: time | None = (
        None  # half-open window [start, end), judged at the start of the request; may wrap midnight
    )
    utc_end: time | None = None
    batch: bool = False
    unknown: str = ""  # a condition as the source wrote it that nobody here can judge

    def holds(self, usage: Usage, at: datetime | None, batch: bool) -> bool:
        if self.unknown or (self.batch and not batch):
            return False
        if self.over_prompt_tokens is not None and usage.prompt_tokens <= self.over_prompt_tokens:
            return False
        return self._in_window(at)

    def _in_window(self, at: datetime | None) -> bool:
        if self.utc_start is None or self.utc_end is None:
            return True
        if at is None:
            return False
        moment = at.time()
        if self.utc_start <= self.utc_end:
            return self.utc_start <= moment < self.utc_end
        return moment >= self.utc_start or moment < self.utc_end

    def is_judged_without_time(self) -> bool:
        return self.utc_start is None or self.utc_end is None


@dataclass(frozen=True)
class Rate:
    """The price of one unit of a component in the period's currency; `amount` is None when the source does not know it."""

    component: Component
    amount: Decimal | None
    condition: Condition = Condition()


@dataclass(frozen=True)
class Line:
    """One component of a bill: `amount` is `quantity` x `rate`, or None where the rate is unknown."""

    component: Component
    quantity: int
    rate: Decimal | None
    amount: Decimal | None

    @property
    def label(self) -> str:
        return LABELS[self.component]


@dataclass(frozen=True)
class Bill:
    """A usage priced. `reasons` says in sentences why the status is not exact."""

    lines: tuple[Line, ...]
    reasons: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()

    @property
    def status(self) -> Status:
        if not self.reasons:
            return Status.EXACT
        return Status.AT_LEAST if any(line.amount is not None for line in self.lines) else Status.UNKNOWN

    @property
    def total(self) -> Decimal | None:
        """The sum of the known lines, exact; None when nothing is known. With status `at_least` it is a lower bound."""
        if self.status is Status.UNKNOWN:
            return None
        with localcontext(EXACT):
            return sum((line.amount for line in self.lines if line.amount is not None), Decimal(0))

    @property
    def is_conditional(self) -> bool:
        return bool(self.conditions)


def bill(rates: Iterable[Rate], usage: Usage, at: datetime | None = None, batch: bool = False) -> Bill:
    """Price `usage` with `rates`, in the order of the list; `at` is the UTC start of the request.

    Lines whose quantity is 0 are left out. The amounts are exact: nothing is rounded.
    """
    in_force: dict[Component, Decimal | None] = {}
    conditions: list[str] = []
    for rate in rates:
        if rate.condition.holds(usage, at, batch):
            in_force[rate.component] = rate.amount
        elif rate.condition.unknown:
            conditions.append(f"{LABELS[rate.component]} may differ: {rate.condition.unknown}.")
        elif at is None and not rate.condition.is_judged_without_time():
            conditions.append(f"{LABELS[rate.component]} differs at some hours of the day.")

    lines: list[Line] = []
    reasons: list[str] = []
    with localcontext(EXACT):
        for component, quantity in _quantities(usage, in_force).items():
            rate_in_force = in_force.get(component)
            if component is Component.REQUEST and component not in in_force:
                continue
            if quantity == 0:
                continue
            if rate_in_force is None:
                reasons.append(f"The {LABELS[component].lower()} price is not known.")
            lines.append(
                Line(component, quantity, rate_in_force, None if rate_in_force is None else rate_in_force * quantity)
            )
    if not in_force:
        reasons = ["No price is known."]
    return Bill(tuple(lines), tuple(reasons), tuple(dict.fromkeys(conditions)))


def _quantities(usage: Usage, in_force: dict[Component, Decimal | None]) -> dict[Component, int]:
    """How much of each component is charged; what has no rate of its own falls to the general one."""
    quantities = {
        Component.INPUT: usage.fresh_tokens,
        Component.CACHE_READ: usage.cached_tokens,
        Component.CACHE_WRITE: usage.cache_write_tokens,
        Component.OUTPUT: usage.completion_tokens - usage.reasoning_tokens,
        Component.REASONING: usage.reasoning_tokens,
        Component.REQUEST: usage.requests,
        Component.IMAGE: usage.images,
        Component.WEB_SEARCH: usage.web_searches,
    }
    for specific, general in (
        (Component.CACHE_READ, Component.INPUT),
        (Component.CACHE_WRITE, Component.INPUT),
        (Component.REASONING, Component.OUTPUT),
    ):
        if in_force.get(specific) is None:
            quantities[general] += quantities.pop(specific)
    return quantities
