"""What a workload costs on each model: listings and token counts in, rows in the order of their cost out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from catalog import figures, pricing
from catalog.models import Listing, PricePeriod
from catalog.models.variants import Status
from catalog.pricing import Bill, Component, Usage

SHOWN_LINES = (Component.INPUT, Component.CACHE_READ, Component.OUTPUT)


@dataclass(frozen=True)
class Cost:
    """One model's bill for one request of a workload, and for all of its requests."""

    listing: Listing
    status: Status
    usage: Usage
    bill: Bill
    requests: int
    note: str = ""

    @property
    def total(self) -> Decimal | None:
        return self.bill.total

    @property
    def is_at_least(self) -> bool:
        return self.bill.status is pricing.Status.AT_LEAST

    @property
    def reason(self) -> str:
        """Why the figure is not exact, in sentences."""
        return " ".join((*self.bill.reasons, *self.bill.conditions))

    @property
    def all_requests(self) -> Decimal | None:
        return self.times(self.requests)

    @property
    def per_thousand(self) -> Decimal | None:
        return self.times(1000)

    def times(self, requests: int) -> Decimal | None:
        return None if self.total is None else pricing.EXACT.multiply(self.total, Decimal(requests))

    def line_texts(self) -> list[str]:
        """What fresh, cached and output tokens cost; tokens without a rate of their own are counted as fresh ones."""
        amounts = {line.component: line.amount for line in self.bill.lines}
        texts = [figures.usd_exact(amounts[part]) if part in amounts else figures.UNKNOWN for part in SHOWN_LINES]
        if self.usage.cached_tokens and Component.CACHE_READ not in amounts and Component.INPUT in amounts:
            texts[1] = "as fresh"
        return texts


@dataclass(frozen=True, slots=True)
class RankedCost:
    """A cost beside others, its figures written once: the multiplier to the cheapest, its share of the dearest."""

    cost: Cost
    url: str
    vendor: str
    slug: str
    name: str
    total: str
    multiple: str
    share: int
    is_cheapest: bool
    lines: list[str]
    per_thousand: str
    all_requests: str
    note: str


def period_for(listing: Listing, day: date) -> tuple[PricePeriod | None, str]:
    """The USD period in force on `day`, else the last one before it with a sentence that says so."""
    period = listing.period_on(day)
    if period is None:
        ended = [known for known in listing.periods.all() if known.currency == "USD" and known.starts_on <= day]
        period = max(ended, key=lambda known: known.starts_on, default=None)
        if period is None:
            return None, ""
        return period, f"Last price, until {period.ends_on:%b} {period.ends_on.day}, {period.ends_on.year}."
    return period, ""


def cost_of(listing: Listing, usage: Usage, requests: int, day: date, at: datetime | None = None) -> Cost:
    """Price one request on a listing that was loaded by `with_prices`."""
    period, note = period_for(listing, day)
    status = listing_status(listing, day)
    if status is Status.DELISTED and not note:
        note = "Last price."
    return Cost(
        listing, status, usage, pricing.bill(period.pricing_rates() if period else [], usage, at), requests, note
    )


def listing_status(listing: Listing, day: date) -> Status:
    if not listing.is_listed_on(day):
        return Status.DELISTED
    model = listing.model
    if model.retires_on and model.retires_on <= day:
        return Status.RETIRED
    if model.deprecated_on and model.deprecated_on <= day:
        return Status.DEPRECATED
    return Status.ACTIVE


def ranked(listings: Iterable[Listing], usage: Usage, requests: int, day: date) -> list[RankedCost]:
    """Every listing's cost, cheapest first; lower bounds stand where their known part puts them, unknown ones last."""
    costs = [cost_of(listing, usage, requests, day) for listing in listings]
    costs.sort(key=lambda cost: (cost.total is None, cost.total or Decimal(0), cost.listing.model.name))
    totals = [cost.total for cost in costs if cost.total is not None and not cost.is_at_least]
    cheapest = min(totals, default=None)
    paid = min((total for total in totals if total), default=None)
    dearest = max((cost.total for cost in costs if cost.total is not None), default=None)
    return [_written(cost, cheapest, paid, dearest) for cost in costs]


def _written(cost: Cost, cheapest: Decimal | None, paid: Decimal | None, dearest: Decimal | None) -> RankedCost:
    model, total = cost.listing.model, cost.total
    multiple = "free" if total == 0 else figures.multiple(total / paid) if total and paid else ""
    return RankedCost(
        cost,
        url=model.get_absolute_url(),
        vendor=model.vendor.slug,
        slug=model.slug,
        name=model.name,
        total=figures.usd_exact(total),
        multiple="at least" if cost.is_at_least else multiple,
        share=round(100 * total / dearest) if total and dearest else 0,
        is_cheapest=total is not None and total == cheapest and not cost.is_at_least,
        lines=cost.line_texts(),
        per_thousand=figures.usd(cost.per_thousand),
        all_requests=figures.usd(cost.all_requests),
        note=" ".join(part for part in (cost.note, cost.reason) if part),
    )


def unpriced(ids: list[str], listings: Iterable[Listing]) -> list[str]:
    """The ids that were asked for and have no listing."""
    listed = {listing.model.public_id for listing in listings}
    return [model_id for model_id in ids if model_id not in listed]
