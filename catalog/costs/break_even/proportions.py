"""Where the cheaper of two models changes: by the ratio of output to input, by the cached share of the prompt, and by the
size of the prompt. Pure arithmetic on `Fraction`, so that a fifth is exactly a fifth; no Django, no float, no rounding.

A request is held in its proportions while one of them moves. What it costs is then a straight line as long as no
threshold of a tier is passed, for every quantity that is charged grows evenly. So between two cliffs two models change
places at most once, where the two lines meet, and the cliffs themselves are the only other places: a tier begins
strictly above its threshold, so that the threshold still belongs to what is below it.

By hand, Devstral 2 (0.40 in, 2.00 out per million) and Mistral Large 3 (0.50, 1.50) with nothing cached: the first is
0.10 cheaper for input and 0.50 dearer for output, so they meet where output is 0.10 / 0.50 = 1/5 of input.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor

from catalog.costs.break_even.course import Course, KnownCost, course_along
from catalog.exact import PricingError
from catalog.pricing import PART_OF, Component, Condition, Rate, Usage

LARGEST_PROMPT = 10_000_000


class Axis(StrEnum):
    """What moves while the rest of the request is held."""

    RATIO = "ratio"
    CACHED = "cached"
    PROMPT = "prompt"


@dataclass(frozen=True)
class Proportions:
    """One request in proportions: `ratio` is completion tokens for each prompt token, the shares are parts of one (cached
    and cache-written of the prompt, reasoning of the completion). `at` is the UTC start, None for any hour; `room` is the
    most tokens of prompt and completion together that are looked at, None where no context is known."""

    prompt_tokens: Fraction
    ratio: Fraction = Fraction(0)
    cached_share: Fraction = Fraction(0)
    written_share: Fraction = Fraction(0)
    reasoning_share: Fraction = Fraction(0)
    at: datetime | None = None
    is_batch: bool = False
    room: int | None = None

    def moved(self, axis: Axis, value: Fraction) -> "Proportions":
        """The same request at another place of one axis."""
        if axis is Axis.RATIO:
            return replace(self, ratio=value)
        return replace(self, cached_share=value) if axis is Axis.CACHED else replace(self, prompt_tokens=value)

    def largest_prompt(self) -> Fraction:
        """How far prompts are looked at: as far as there is room for them and their completion, and at least as far as the
        prompt itself; without a known context 10 million tokens, or ten times the prompt where that is more."""
        if self.room is not None:
            return max(Fraction(floor(self.room / (1 + self.ratio))), self.prompt_tokens)
        return max(Fraction(LARGEST_PROMPT), 10 * self.prompt_tokens)

    def holds(self, condition: Condition) -> bool:
        # Thresholds are whole tokens, so a part of a token is above one exactly when the next whole token is.
        return condition.holds(Usage(prompt_tokens=ceil(self.prompt_tokens)), self.at, self.is_batch)


def proportions_of(usage: Usage, at: datetime | None = None, is_batch: bool = False) -> Proportions:
    """The proportions of a request. Raises PricingError without prompt tokens, for then there is nothing to measure by."""
    if not usage.prompt_tokens:
        raise PricingError("A break-even is measured against the prompt: give it at least one token.")
    prompt, completion = Fraction(usage.prompt_tokens), Fraction(usage.completion_tokens)
    return Proportions(
        prompt,
        completion / prompt,
        usage.cached_tokens / prompt,
        usage.cache_write_tokens / prompt,
        usage.reasoning_tokens / completion if completion else Fraction(0),
        at,
        is_batch,
    )


def in_force(rates: Iterable[Rate], request: Proportions) -> dict[Component, Rate]:
    """The rate of each component that applies to a request: the last of the list whose condition holds."""
    return {rate.component: rate for rate in rates if request.holds(rate.condition)}


def thresholds(rates: Iterable[Rate], request: Proportions) -> list[int]:
    """The prompt tokens above which another price begins for requests like this one, whatever their size."""
    found = {
        rate.condition.over_prompt_tokens or 0
        for rate in rates
        if request.holds(replace(rate.condition, over_prompt_tokens=None))
    }
    return sorted(found - {0})


def cost_of(rates: Iterable[Rate], request: Proportions) -> KnownCost:
    """What a request in these proportions costs by the rules of `pricing.bill`, also for parts of a token."""
    prices = {component: rate.amount for component, rate in in_force(rates, request).items()}
    total, missing = Fraction(0), []
    for component, quantity in _quantities(request).items():
        if prices.get(component) is None and component in PART_OF:
            component = PART_OF[component]
        price = prices.get(component)
        if component is Component.REQUEST and component not in prices:
            continue
        if quantity and price is None:
            missing.append(component)
        elif quantity and price is not None:
            total += quantity * Fraction(price)
    return KnownCost(total, tuple(dict.fromkeys(missing)))


def _quantities(request: Proportions) -> dict[Component, Fraction]:
    prompt, completion = request.prompt_tokens, request.prompt_tokens * request.ratio
    return {
        Component.INPUT: prompt * (1 - request.cached_share - request.written_share),
        Component.CACHE_READ: prompt * request.cached_share,
        Component.CACHE_WRITE: prompt * request.written_share,
        Component.OUTPUT: completion * (1 - request.reasoning_share),
        Component.REASONING: completion * request.reasoning_share,
        Component.REQUEST: Fraction(1),
    }


def along(axis: Axis, first: Sequence[Rate], second: Sequence[Rate], request: Proportions) -> Course:
    """Which of two models is cheaper along one axis, while the rest of the request stays in proportion.

    The ratio goes from 0 without end; the cached share from 0 to all that is not written to a cache; the prompt from 1
    token to `largest_prompt`.
    """

    def costs(value: Fraction) -> tuple[KnownCost, KnownCost]:
        moved = request.moved(axis, value)
        return cost_of(first, moved), cost_of(second, moved)

    if axis is Axis.RATIO:
        return course_along(costs, [Fraction(0)], is_endless=True)
    if axis is Axis.CACHED:
        return course_along(costs, sorted({Fraction(0), 1 - request.written_share}))
    most = request.largest_prompt()
    cuts = {Fraction(cut) for cut in thresholds((*first, *second), request) if cut < most}
    return course_along(costs, sorted({Fraction(1), *cuts, most}))
