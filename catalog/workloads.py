"""What a workload costs on each model: prices and token counts in, rows in the order of their cost out.

Every listed model is priced, because only then is it known which is the cheapest; only the rows that are shown are
written out. So prices are read as plain tuples, in two queries however many models there are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from catalog import exact, figures, pricing
from catalog.models import Listing, Rate
from catalog.models.variants import Status
from catalog.pricing import Bill, Component, Condition, Usage

SHOWN_LINES = (Component.INPUT, Component.CACHE_READ, Component.OUTPUT)


@dataclass(frozen=True, slots=True)
class Priced:
    """One model with the rates that speak for a day."""

    vendor: str
    slug: str
    name: str
    status: Status
    rates: list[pricing.Rate]
    note: str = ""

    @property
    def public_id(self) -> str:
        return f"{self.vendor}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Cost:
    """One model's bill for one request of a workload, and for all of its requests. `total` is the bill's, added up once."""

    priced: Priced
    usage: Usage
    bill: Bill
    total: Decimal | None
    requests: int

    @property
    def is_at_least(self) -> bool:
        return self.bill.status is pricing.Status.AT_LEAST

    @property
    def note(self) -> str:
        """What to know beside the figure: that the price is an old one, or why it is not exact."""
        return " ".join(part for part in (self.priced.note, *self.bill.reasons, *self.bill.conditions) if part)

    @property
    def all_requests(self) -> Decimal | None:
        return self.times(self.requests)

    @property
    def per_thousand(self) -> Decimal | None:
        return self.times(1000)

    def times(self, requests: int) -> Decimal | None:
        return None if self.total is None else exact.EXACT.multiply(self.total, Decimal(requests))

    def line_texts(self) -> list[str]:
        """What fresh, cached and output tokens cost; tokens without a rate of their own are counted as fresh ones."""
        amounts = {line.component: line.amount for line in self.bill.lines}
        texts = [figures.usd_exact(amounts[part]) if part in amounts else figures.UNKNOWN for part in SHOWN_LINES]
        if self.usage.cached_tokens and Component.CACHE_READ not in amounts and Component.INPUT in amounts:
            texts[1] = "as fresh"
        return texts


@dataclass(frozen=True, slots=True)
class RankedCost:
    """A cost as it is written beside others: the multiplier to the cheapest, its share of the dearest."""

    cost: Cost
    url: str
    total: str
    multiple: str
    share: int
    is_cheapest: bool
    lines: list[str]
    per_thousand: str
    all_requests: str


class Ranking:
    """Costs, cheapest first; lower bounds stand where their known part puts them, unknown ones last.

    A sequence for a paginator: rows are written when they are asked for.
    """

    def __init__(self, costs: Iterable[Cost]) -> None:
        self._costs = sorted(costs, key=lambda cost: (cost.total is None, cost.total or Decimal(0), cost.priced.name))
        exact = [cost.total for cost in self._costs if cost.total is not None and not cost.is_at_least]
        self._cheapest = min(exact, default=None)
        self._paid = min((total for total in exact if total), default=None)
        self._dearest = max((cost.total for cost in self._costs if cost.total is not None), default=None)

    def __len__(self) -> int:
        return len(self._costs)

    def __getitem__(self, part: slice) -> list[RankedCost]:
        return [self._written(cost) for cost in self._costs[part]]

    def _written(self, cost: Cost) -> RankedCost:
        total = cost.total
        multiple = "free" if total == 0 else figures.multiple(total / self._paid) if total and self._paid else ""
        return RankedCost(
            cost,
            url=reverse("catalog:model", args=[cost.priced.vendor, cost.priced.slug]),
            total=figures.usd_exact(total),
            multiple="at least" if cost.is_at_least else multiple,
            share=round(100 * total / self._dearest) if total and self._dearest else 0,
            is_cheapest=total is not None and total == self._cheapest and not cost.is_at_least,
            lines=cost.line_texts(),
            per_thousand=figures.usd(cost.per_thousand),
            all_requests=figures.usd(cost.all_requests),
        )


def priced_on(day: date, model_ids: list[str]) -> list[Priced]:
    """The main listings of these models (of all, when none is named) with the USD rates that speak for `day`: those in
    force, or else the last ones before it, with a sentence that says so. Two queries."""
    rates: dict[int, list[pricing.Rate]] = {}
    ended: dict[int, date] = {}
    for (
        listing_id,
        ends_on,
        component,
        amount,
        is_conditional,
        over,
        start,
        end,
        batch,
        unknown,
    ) in Rate.objects.for_costs(day):
        condition = Condition(over, start, end, batch, unknown) if is_conditional else ALWAYS
        rate = pricing.Rate(Component(component), exact.parse_amount(amount), condition)
        rates.setdefault(listing_id, []).append(rate)
        if ends_on is not None and ends_on <= day:
            ended[listing_id] = ends_on
    return [
        Priced(vendor, slug, name, status, rates.get(listing_id, []), _note(status, ended.get(listing_id)))
        for listing_id, vendor, slug, name, status in (
            (listing_id, vendor, slug, name, _status(day, delisted_on, retires_on, deprecated_on))
            for listing_id, vendor, slug, name, delisted_on, retires_on, deprecated_on in Listing.objects.for_costs(
                model_ids
            )
        )
    ]


ALWAYS = Condition()


def _status(day: date, delisted_on: date | None, retires_on: date | None, deprecated_on: date | None) -> Status:
    """The rule of `LanguageModel.status_on`, for dates that were read as a tuple."""
    dated = ((delisted_on, Status.DELISTED), (retires_on, Status.RETIRED), (deprecated_on, Status.DEPRECATED))
    return next((status for since, status in dated if since is not None and since <= day), Status.ACTIVE)


def _note(status: Status, ended_on: date | None) -> str:
    if ended_on is not None:
        return f"Last price, until {ended_on:%b} {ended_on.day}, {ended_on.year}."
    return "Last price." if status is Status.DELISTED else ""


def cost_of(priced: Priced, usage: Usage, requests: int) -> Cost:
    """Price one request."""
    bill = pricing.bill(priced.rates, usage)
    return Cost(priced, usage, bill, bill.total, requests)


def ranking(priced: Iterable[Priced], usage: Usage, requests: int) -> Ranking:
    return Ranking(cost_of(each, usage, requests) for each in priced)


def unpriced(ids: list[str], priced: Iterable[Priced]) -> list[str]:
    """The ids that were asked for and have no listing."""
    listed = {each.public_id for each in priced}
    return [model_id for model_id in ids if model_id not in listed]
