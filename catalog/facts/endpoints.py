"""The providers behind a listing, as a page shows them: what each charges after its discount, and its limits."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import prefetch_related_objects

from catalog import figures, frozen
from catalog.exact import parse_share, plain
from catalog.models import Endpoint, Listing
from catalog.pricing import Component, Condition, Rate, discounted

SHOWN = (Component.INPUT, Component.CACHE_READ, Component.OUTPUT)


@dataclass(frozen=True)
class Provided:
    """One endpoint: its row, and its prices per million tokens after the discount. `more` counts rates that depend on
    something, or are charged for something else."""

    endpoint: Endpoint
    prices: list[str]
    discount: str
    more: int


@dataclass(frozen=True)
class Behind:
    """The endpoints of one listing: those that the market names today, and those that it named once."""

    listing: Listing
    there: list[Provided]
    gone: list[Provided]


def behind(listings: list[Listing]) -> list[Behind]:
    """For each listing whose providers are on record. One query; a comparison, which shows none of this, is spared it."""
    prefetch_related_objects(listings, "endpoints")
    found = []
    for listing in listings:
        rows = [_provided(endpoint) for endpoint in listing.endpoints.all()]
        if rows:
            there = [row for row in rows if row.endpoint.gone_on is None]
            found.append(Behind(listing, there, [row for row in rows if row.endpoint.gone_on]))
    return found


def _provided(endpoint: Endpoint) -> Provided:
    discount = parse_share(endpoint.discount)
    rates = discounted([frozen.thaw(rate) for rate in endpoint.rates], discount)
    amounts: dict[Component, Decimal | None] = {}
    for rate in rates:
        if _is_shown(rate):
            amounts[rate.component] = rate.amount
    more = sum(1 for rate in rates if not _is_shown(rate))
    off = f"after {plain(discount * 100)}% off" if discount else ""
    return Provided(endpoint, [figures.per_million(amounts.get(component)) for component in SHOWN], off, more)


def _is_shown(rate: Rate) -> bool:
    return rate.component in SHOWN and rate.condition == Condition()
