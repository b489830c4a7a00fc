"""What the cache, a tier or a batch changed in a bill: the same request priced without them. Pure; no Django, no float."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext

from catalog import pricing
from catalog.exact import EXACT
from catalog.pricing import Bill, Component, Rate, Status, Usage


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that changed a bill: `amount` is what it added (above zero) or saved (below zero), in the bill's currency.

    `threshold` is the tier's, in prompt tokens; `share` is the amount as a part of the bill without the effect.
    """

    name: str
    amount: Decimal
    share: Decimal
    threshold: int | None = None


def effects(
    rates: Iterable[Rate], usage: Usage, bill: Bill, at: datetime | None = None, batch: bool = False
) -> list[Effect]:
    """Cache, tier and batch, each against the same request without it; only those that changed something are told."""
    rates = list(rates)
    found = []
    if usage.cached_tokens or usage.cache_write_tokens:
        found.append(_effect("cache", bill, pricing.bill(rates, usage.without_cache(), at, batch)))
    tier = tier_in_force(rates, usage, at, batch)
    if tier is not None:
        base = [rate for rate in rates if rate.condition.over_prompt_tokens is None]
        found.append(_effect("tier", bill, pricing.bill(base, usage, at, batch), tier))
    if batch:
        found.append(_effect("batch", bill, pricing.bill(rates, usage, at)))
    return [effect for effect in found if effect is not None]


def tier_in_force(rates: Iterable[Rate], usage: Usage, at: datetime | None = None, batch: bool = False) -> int | None:
    """The highest threshold, in prompt tokens, that the request is above; None when no tier applies."""
    thresholds = [
        rate.condition.over_prompt_tokens
        for rate in rates
        if rate.condition.over_prompt_tokens is not None and rate.condition.holds(usage, at, batch)
    ]
    return max(thresholds, default=None)


def charges_cached_as_fresh(bill: Bill, usage: Usage) -> bool:
    """Whether cached tokens were charged as fresh ones, at a known price, as no price of their own applied."""
    amounts = {line.component: line.amount for line in bill.lines}
    is_apart = Component.CACHE_READ in amounts
    return bool(usage.cached_tokens) and not is_apart and amounts.get(Component.INPUT) is not None


def _effect(name: str, bill: Bill, without: Bill, threshold: int | None = None) -> Effect | None:
    if bill.status is not Status.EXACT or without.status is not Status.EXACT:
        return None
    with localcontext(EXACT):
        before, after = without.total or Decimal(0), bill.total or Decimal(0)
        changed = after - before
    if not changed:
        return None
    share = changed / before if before else Decimal(0)
    return Effect(name, changed, share, threshold)
