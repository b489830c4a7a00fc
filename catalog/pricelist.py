"""The prices of a model's page: the rates in force with their conditions, and how they moved from day to day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from catalog import figures, terms
from catalog.exact import EXACT, parse_amount, parse_share, plain
from catalog.models import Listing, PricePeriod, Rate
from catalog.pricing import LABELS, PER_TOKEN, Component, discounted


@dataclass(frozen=True)
class Price:
    """One rate in words: component, figure with its unit, and when it applies."""

    label: str
    figure: str
    unit: str
    condition: str
    exact: str


@dataclass(frozen=True)
class CurrentPrices:
    listing: Listing
    period: PricePeriod
    prices: list[Price]
    is_last: bool


@dataclass(frozen=True)
class History:
    """All periods of one listing in one currency, latest first."""

    listing: Listing
    currency: str
    periods: list[tuple[PricePeriod, str, str, str]]


def annotated(model: Any, name: str) -> Decimal | None:
    """The price `input`, `output` or `cache` of a model annotated by `with_prices`, in USD per token, after the discount."""
    amount = parse_amount(getattr(model, f"{name}_amount") or "")
    if amount is None or not model.price_discount:
        return amount
    return EXACT.multiply(amount, 1 - parse_share(model.price_discount))


def period_for(listing: Listing, day: date) -> tuple[PricePeriod | None, str]:
    """The USD period in force on `day`, else the last one before it; a sentence says where it is a last price."""
    period = listing.period_on(day)
    if period is None:
        ended = [known for known in listing.periods.all() if known.currency == "USD" and known.starts_on <= day]
        period = max(ended, key=lambda known: known.starts_on, default=None)
        if period is None:
            return None, ""
        return period, terms.last_price(period.ends_on)
    return period, "Last price." if listing.delisted_on and listing.delisted_on <= day else ""


def head(listing: Listing | None, day: date) -> dict[str, Decimal | None]:
    """The input and output amounts that a page opens with."""
    period, _ = period_for(listing, day) if listing else (None, "")
    return {
        "input": period.amount(Component.INPUT) if period else None,
        "output": period.amount(Component.OUTPUT) if period else None,
    }


def current_prices(listings: Iterable[Listing], day: date) -> list[CurrentPrices]:
    """For each listing the USD period in force on `day`, or its last one before."""
    found = []
    for listing in listings:
        periods = [period for period in listing.periods.all() if period.starts_on <= day]
        for currency in sorted({period.currency for period in periods}, key=lambda code: (code != "USD", code)):
            latest = max((p for p in periods if p.currency == currency), key=lambda period: period.starts_on)
            prices = [price(rate, currency, latest.discount_share()) for rate in latest.rates.all()]
            found.append(CurrentPrices(listing, latest, prices, not latest.covers(day)))
    return found


def price(rate: Rate, currency: str, discount: Decimal = Decimal(0)) -> Price:
    component = Component(rate.component)
    amount = discounted([rate.as_pricing()], discount)[0].amount
    is_per_token = component in PER_TOKEN
    known = amount if amount is None else figures.per_million(amount) if is_per_token else plain(amount)
    figure = known or figures.UNKNOWN
    unit = f"{currency} per million tokens" if is_per_token else f"{currency} each"
    exact = "" if amount is None else f"{plain(amount)} {currency} per {'token' if is_per_token else 'unit'}"
    off = f"after {plain(discount * 100)}% off" if discount else ""
    applies = ", ".join(part for part in (terms.applies(rate.as_pricing().condition), off) if part)
    return Price(LABELS[component], figure, unit, applies, exact)


def histories(listings: Iterable[Listing]) -> list[History]:
    """One table for each listing and currency with a price on record; US dollars first."""
    found = []
    for listing in listings:
        periods = list(listing.periods.all())
        for currency in sorted({period.currency for period in periods}, key=lambda code: (code != "USD", code)):
            rows = [
                (
                    period,
                    figures.per_million(period.amount(Component.INPUT)),
                    figures.per_million(period.amount(Component.CACHE_READ)),
                    figures.per_million(period.amount(Component.OUTPUT)),
                )
                for period in sorted(periods, key=lambda period: period.starts_on, reverse=True)
                if period.currency == currency
            ]
            found.append(History(listing, currency, rows))
    return found
