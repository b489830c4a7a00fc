"""What a workload costs by the vendors' own price lists in other currencies. Never a conversion, and never converted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from catalog import figures, terms
from catalog.costs.effects import charges_cached_as_fresh
from catalog.costs.offered import Priced
from catalog.costs.ranking import SPANS
from catalog.costs.workloads import Cost, Workload, cost_of
from catalog.facts import day_text
from catalog.models import PricePeriod
from catalog.pricing import Rate, bill


@dataclass(frozen=True)
class OwnPrice:
    """One model's cost by one market's price list in its own currency."""

    market: str
    currency: str
    cost: Cost

    @property
    def total(self) -> str:
        return self._written(self.cost.total)

    @property
    def per_thousand(self) -> str:
        return self._written(self.cost.per_thousand())

    @property
    def spans(self) -> list[str]:
        return [self._written(self.cost.in_a(span)) for span in SPANS]

    def _written(self, amount: Decimal | None) -> str:
        prefix = "at least " if self.cost.is_at_least and amount is not None else ""
        return prefix + figures.round_money(amount, figures.symbol(self.currency))


def _note(period: PricePeriod, rates: list[Rate], day: date, workload: Workload) -> str:
    """What to know of a list's price: that it has ended, that the model is gone from that market, what it does not price."""
    gone = period.listing.delisted_on
    parts = []
    if gone and gone <= day:
        parts.append(f"Last price: {period.listing.market} sells it no more since {day_text(gone)}.")
    elif not period.covers(day):
        parts.append(terms.last_price(period.ends_on))
    elif period.listing.is_over_on(day):
        listing = period.listing
        seen_on, retires_on = listing.last_seen_on, listing.model.retires_on
        parts.append(terms.over(str(listing.market), listing.is_vendors_own(), retires_on, seen_on))
    if charges_cached_as_fresh(bill(rates, workload.usage, workload.at, workload.is_batch), workload.usage):
        parts.append("The list has no price for cached tokens: they are charged as fresh.")
    return " ".join(parts)


def own_prices(priced: Iterable[Priced], day: date, workload: Workload) -> list[OwnPrice]:
    """The prices in force on `day` in currencies other than USD of the models of these rows, in the order of the rows.
    Two queries however many rows."""
    rows = {each.listing_id: each for each in priced}
    order = {listing_id: place for place, listing_id in enumerate(rows)}
    found = []
    for period in PricePeriod.objects.in_other_currencies(day, list(rows)):
        main = period.main_listing_id
        each = rows[main]
        rates = period.pricing_rates()
        note = _note(period, rates, day, workload)
        own = replace(each, rates=rates, note=note, currency=period.currency)  # what it writes and holds is the same
        found.append((order[main], OwnPrice(str(period.listing.market), period.currency, cost_of(own, workload))))
    return [own for _, own in sorted(found, key=lambda pair: (pair[0], pair[1].market, pair[1].currency))]
