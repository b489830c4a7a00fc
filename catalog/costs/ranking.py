"""Costs beside one another, written for the page: multipliers to the cheapest, shares of the dearest, what changed them.

Only the rows that are shown are written out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from catalog import figures
from catalog.costs.effects import Effect, charges_cached_as_fresh, effects
from catalog.costs.workloads import Cost
from catalog.figures import DOLLARS, Display
from catalog.pricing import Component

SHOWN_LINES = (Component.INPUT, Component.CACHE_READ, Component.OUTPUT)
SPANS = ("day", "month", "year")


@dataclass(frozen=True, slots=True)
class RankedCost:
    """One row: a cost, its multiplier to the cheapest one, its share of the dearest, and sentences about it."""

    cost: Cost
    url: str
    total: str
    multiple: str
    share: int
    is_cheapest: bool
    lines: list[str]
    others: str
    per_thousand: str
    spans: list[str]
    changes: list[str]


class Ranking:
    """A sequence for a paginator: `costs`, in their order, are written when they are asked for.

    The cheapest, and what multipliers count from, is one that can be bought: on sale on that day, at an exactly known
    price, and with room for the request. One model alone is not the cheapest of anything.
    """

    def __init__(self, costs: Iterable[Cost], display: Display = DOLLARS) -> None:
        self._costs, self._display = list(costs), display
        known = [cost.total for cost in self._costs if cost.total is not None and cost.can_be_bought]
        self._cheapest = min(known) if len(self._costs) > 1 and known else None
        self._paid = min((total for total in known if total), default=None)
        self._dearest = max((cost.total for cost in self._costs if cost.total is not None), default=None)

    def __len__(self) -> int:
        return len(self._costs)

    def __getitem__(self, part: slice) -> list[RankedCost]:
        return [self._written(cost) for cost in self._costs[part]]

    def _written(self, cost: Cost) -> RankedCost:
        total, display = cost.total, self._display
        multiple = figures.multiple(total / self._paid) if total and self._paid and total >= self._paid else ""
        bound = "≥ " if cost.is_at_least else ""
        if total == 0 and cost.workload.has_tokens:
            multiple = "free" if cost.priced.is_sold else "was free"
        return RankedCost(
            cost,
            url=reverse("catalog:model", args=[cost.priced.vendor, cost.priced.slug]),
            total=display.to_the_digit(total),
            multiple="at least" if cost.is_at_least else multiple,
            share=round(100 * total / self._dearest) if total and self._dearest else 0,
            is_cheapest=total is not None and total == self._cheapest and cost.can_be_bought,
            lines=self._lines(cost),
            others=self._others(cost),
            per_thousand=bound + display.round_money(cost.per_thousand()),
            spans=[bound + display.round_money(cost.in_a(span)) for span in SPANS],
            changes=self._changes(cost),
        )

    def _lines(self, cost: Cost) -> list[str]:
        """What fresh, cached and output tokens cost; tokens without a rate of their own are counted as fresh ones."""
        amounts = {line.component: line.amount for line in cost.bill.lines}
        texts = [
            self._display.to_the_digit(amounts[part]) if part in amounts else figures.UNKNOWN for part in SHOWN_LINES
        ]
        if charges_cached_as_fresh(cost.bill, cost.workload.usage):
            texts[1] = "as fresh"
        return texts

    def _others(self, cost: Cost) -> str:
        """The lines that have no column, in words: Reasoning $0.0018, Request $0.001."""
        others = (line for line in cost.bill.lines if line.component not in SHOWN_LINES)
        return ", ".join(f"{line.label} {self._display.to_the_digit(line.amount)}" for line in others)

    def _changes(self, cost: Cost) -> list[str]:
        workload = cost.workload
        found = effects(cost.priced.rates, workload.usage, cost.bill, workload.at, workload.is_batch)
        return [self._sentence(effect) for effect in found]

    def _sentence(self, effect: Effect) -> str:
        amount = f"{self._display.money(abs(effect.amount))} ({figures.percent(effect.share)})"
        direction = "saves" if effect.amount < 0 else "adds"
        if effect.name == "tier":
            return f"Above {effect.threshold:,} prompt tokens other prices hold for the whole request: that {direction} {amount}."
        return f"The {effect.name} {direction} {amount}."
