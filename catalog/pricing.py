"""What a usage costs: rates and token counts in, a bill out. Pure arithmetic on `Decimal`; no Django, no float.

The rules, each from the way the upstreams bill:

* Cached, cache-written and audio tokens are parts of the prompt tokens; reasoning, audio and image tokens are parts
  of the completion tokens. No token is in two parts (cached audio counts as cached). What is left over is charged
  at the plain rate, and a negative rest is an error that names both numbers.
* A part without a rate of its own costs what the other prompt or completion tokens cost.
* A tier is a cliff: prompt tokens strictly above its threshold move *all* tokens of the request to the tier.
* Overrides: each rate stands or falls by its own condition, all of whose parts must hold. Of the rates of one
  component that apply the last one of the list wins; components that no override names keep their base rate.
* A condition nobody knows is not applied, and the bill says that the price is conditional.
* A missing rate is not zero: the bill is then `at least` its total, or `unknown`. Free is an explicit 0.
* What is sold by the page, the minute or the character and has no price for tokens costs an unknown amount for a request
  that has none of them: never 0, and not "no price" either (docs/decisions/0011).
* A discount takes its part off every rate of an endpoint, as OpenRouter documents it: price x (1 - discount).
* With the customer's own key at a provider (BYOK), what was spent is the market's fee plus the provider's charge.

Worked example, Mistral Large 3 at $0.50, $0.05 (cached) and $1.50 per million: 10,000 prompt tokens of which 4,000
cached, and 1,000 completion tokens, cost 6,000 x 0.0000005 + 4,000 x 0.00000005 + 1,000 x 0.0000015
= 0.003 + 0.0002 + 0.0015 = $0.0047.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal, localcontext
from enum import StrEnum

from catalog.exact import EXACT
from catalog.usage import Usage as Usage


class Component(StrEnum):
    """What a rate charges for. The unit is one token unless the name says otherwise: one request, image or search; one page
    read, plain or annotated; one minute of audio heard; one character read aloud."""

    INPUT = "input"
    CACHE_READ = "cache_read"
    CACHE_WRITE = "cache_write"
    INPUT_AUDIO = "input_audio"
    OUTPUT = "output"
    REASONING = "reasoning"
    OUTPUT_AUDIO = "output_audio"
    OUTPUT_IMAGE = "output_image"
    REQUEST = "request"
    IMAGE = "image"
    WEB_SEARCH = "web_search"
    PAGE = "page"
    ANNOTATED = "annotated"
    AUDIO_MINUTE = "audio_minute"
    CHARACTER = "character"


LABELS = {
    Component.INPUT: "Input",
    Component.CACHE_READ: "Cached input",
    Component.CACHE_WRITE: "Cache write",
    Component.INPUT_AUDIO: "Audio input",
    Component.OUTPUT: "Output",
    Component.REASONING: "Reasoning",
    Component.OUTPUT_AUDIO: "Audio output",
    Component.OUTPUT_IMAGE: "Image output",
    Component.REQUEST: "Request",
    Component.IMAGE: "Image",
    Component.WEB_SEARCH: "Web search",
    Component.PAGE: "Page",
    Component.ANNOTATED: "Annotated page",
    Component.AUDIO_MINUTE: "Minute of audio",
    Component.CHARACTER: "Character",
}
EACH = frozenset({Component.REQUEST, Component.IMAGE, Component.WEB_SEARCH})
# Units of their own: what reads documents or speech, or reads aloud, may be sold by nothing else.
BY_UNIT = frozenset({Component.PAGE, Component.ANNOTATED, Component.AUDIO_MINUTE, Component.CHARACTER})
PER_TOKEN = frozenset(Component) - EACH - BY_UNIT
BILLED_OTHERWISE = "It is not billed by the token, and this request has nothing that it is billed by."
# What has no rate of its own is charged as the general component.
PART_OF = {
    Component.CACHE_READ: Component.INPUT,
    Component.CACHE_WRITE: Component.INPUT,
    Component.INPUT_AUDIO: Component.INPUT,
    Component.REASONING: Component.OUTPUT,
    Component.OUTPUT_AUDIO: Component.OUTPUT,
    Component.OUTPUT_IMAGE: Component.OUTPUT,
}


class Status(StrEnum):
    EXACT = "exact"
    AT_LEAST = "at_least"
    UNKNOWN = "unknown"


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

    def might_hold(self, usage: Usage, at: datetime | None, batch: bool) -> bool:
        """Whether all of it holds but what cannot be judged: an unknown condition, or a window without a time."""
        judged = replace(self, unknown="")
        if at is None:
            judged = replace(judged, utc_start=None, utc_end=None)
        return judged != self and judged.holds(usage, at, batch)

    def in_words(self) -> str:
        """What a rate under this condition does, as the end of a sentence that its component begins."""
        if self.unknown:
            return f"may differ: {self.unknown}"
        return f"has another price from {self.utc_start:%H:%M} to {self.utc_end:%H:%M} UTC"


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
    has_batch_price, is_priced = False, False
    asked = _quantities(usage)
    for rate in rates:
        is_priced = True
        if rate.condition.holds(usage, at, batch):
            in_force[rate.component] = rate.amount
            has_batch_price |= rate.condition.batch
        elif asked[rate.component] and rate.condition.might_hold(usage, at, batch):
            conditions.append(f"{LABELS[rate.component]} {rate.condition.in_words()}.")
    if batch and is_priced and not has_batch_price:
        conditions.append("No batch price is known: priced as a single request.")

    lines: list[Line] = []
    reasons: list[str] = []
    with localcontext(EXACT):
        for component, quantity in _charged(asked, in_force).items():
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
    elif BY_UNIT.issuperset(in_force) and not any(asked[component] for component in BY_UNIT):
        reasons = [BILLED_OTHERWISE]
    return Bill(tuple(lines), tuple(reasons), tuple(dict.fromkeys(conditions)))


def _quantities(usage: Usage) -> dict[Component, int]:
    """How much there is of each component."""
    return {
        Component.INPUT: usage.fresh_tokens,
        Component.CACHE_READ: usage.cached_tokens,
        Component.CACHE_WRITE: usage.cache_write_tokens,
        Component.INPUT_AUDIO: usage.input_audio_tokens,
        Component.OUTPUT: usage.answer_tokens,
        Component.REASONING: usage.reasoning_tokens,
        Component.OUTPUT_AUDIO: usage.output_audio_tokens,
        Component.OUTPUT_IMAGE: usage.output_image_tokens,
        Component.REQUEST: usage.requests,
        Component.IMAGE: usage.images,
        Component.WEB_SEARCH: usage.web_searches,
        Component.PAGE: usage.pages,
        Component.ANNOTATED: usage.annotated_pages,
        Component.AUDIO_MINUTE: usage.audio_minutes,
        Component.CHARACTER: usage.characters,
    }


def _charged(quantities: dict[Component, int], in_force: dict[Component, Decimal | None]) -> dict[Component, int]:
    """How much of each component is charged; what has no rate of its own falls to the general one."""
    charged = dict(quantities)
    for part, general in PART_OF.items():
        if in_force.get(part) is None:
            charged[general] += charged.pop(part)
    return charged


def discounted(rates: Iterable[Rate], discount: Decimal) -> list[Rate]:
    """The same rates with `discount`, a part of one, taken off each: 0.25 makes $2.00 into $1.50. Exact."""
    if not discount:
        return list(rates)
    with localcontext(EXACT):
        rest = 1 - discount
        return [rate if rate.amount is None else replace(rate, amount=rate.amount * rest) for rate in rates]


def spent(cost: Decimal, upstream_cost: Decimal | None, is_own_key: bool) -> Decimal | None:
    """What a request took from its customer, in USD: the market's `cost`, and with an own key also what the provider
    charges that key (None when that is not told). Without an own key both name the same money, and adding them would
    double it."""
    if not is_own_key:
        return cost
    return None if upstream_cost is None else EXACT.add(cost, upstream_cost)
