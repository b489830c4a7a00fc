"""The prices of a model's page: the rates in force with their conditions, and how they moved from day to day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from catalog import measures, terms
from catalog.exact import EXACT, parse_amount, parse_share, plain
from catalog.facts.wording import day_text
from catalog.models import Listing, PricePeriod, Rate
from catalog.pricing import BY_UNIT, LABELS, PER_TOKEN, Component, discounted

OF_TOKENS = (Component.INPUT, Component.CACHE_READ, Component.OUTPUT)


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
    last: str  # that it is no price of today, in a sentence; blank where it is one


@dataclass(frozen=True)
class History:
    """All periods of one listing in one currency, latest first, each with its end in words and its prices under `heads`:
    those of tokens, and those of pages, minutes or characters where a period has any. What has no price for tokens has no
    columns for them."""

    listing: Listing
    currency: str
    heads: list[str]
    periods: list[tuple[PricePeriod, str, list[str]]]


def annotated(model: Any, name: str) -> Decimal | None:
    """The price `input`, `output` or `cache` of a model annotated by `with_prices`, in USD per token, after the discount."""
    amount = parse_amount(getattr(model, f"{name}_amount") or "")
    if amount is None or not model.price_discount:
        return amount
    return EXACT.multiply(amount, 1 - parse_share(model.price_discount))


def period_for(listing: Listing, day: date) -> tuple[PricePeriod | None, str]:
    """The USD period in force on `day`, else the last one before it; a sentence says where it is a last price. Reads the
    loaded market and model of the listing."""
    period = listing.period_on(day)
    if period is None:
        ended = [known for known in listing.periods.all() if known.currency == "USD" and known.starts_on <= day]
        period = max(ended, key=lambda known: known.starts_on, default=None)
        if period is None:
            return None, ""
        return period, terms.last_price(period.ends_on)
    return period, last_price(listing, period, day)


def last_price(listing: Listing, period: PricePeriod, day: date) -> str:
    """That what a period says is a last price on `day`, and why; blank where it is the price of that day."""
    if not period.covers(day):
        return terms.last_price(period.ends_on)
    if (listing.delisted_on and listing.delisted_on <= day) or listing.is_absent_on(day):
        return "Last price."
    if listing.is_over_on(day):
        return terms.over(str(listing.market), listing.is_vendors_own(), listing.model.retires_on, listing.last_seen_on)
    return ""


def head(listing: Listing | None, day: date) -> dict[str, Decimal | None]:
    """The input and output amounts that a page opens with."""
    period, _ = period_for(listing, day) if listing else (None, "")
    return {
        "input": period.amount(Component.INPUT) if period else None,
        "output": period.amount(Component.OUTPUT) if period else None,
    }


def opening(listing: Listing | None, day: date) -> list[tuple[str, str]]:
    """The prices that a page opens with, in US dollars, each with its words: input and output, or what the model is billed by
    where that is not the token."""
    period, _ = period_for(listing, day) if listing else (None, "")
    shown = measures.priced_by_unit(period.pricing_rates()) if period else {}
    shown = shown or {part: period.amount(part) if period else None for part in (Component.INPUT, Component.OUTPUT)}
    return [
        (f"{LABELS[component]}, $ {measures.measure_of(component).words}", measures.figure(amount, component))
        for component, amount in shown.items()
    ]


def current_prices(listings: Iterable[Listing], day: date) -> list[CurrentPrices]:
    """For each listing the USD period in force on `day`, or its last one before."""
    found = []
    for listing in listings:
        periods = [period for period in listing.periods.all() if period.starts_on <= day]
        for currency in sorted({period.currency for period in periods}, key=lambda code: (code != "USD", code)):
            latest = max((p for p in periods if p.currency == currency), key=lambda period: period.starts_on)
            prices = [price(rate, currency, latest.discount_share()) for rate in latest.rates.all()]
            found.append(CurrentPrices(listing, latest, prices, last_price(listing, latest, day)))
    return found


def price(rate: Rate, currency: str, discount: Decimal = Decimal(0)) -> Price:
    component = Component(rate.component)
    amount = discounted([rate.as_pricing()], discount)[0].amount
    measure = measures.measure_of(component)
    exact = "" if amount is None else f"{plain(amount)} {currency} per {measure.unit}"
    off = f"after {plain(discount * 100)}% off" if discount else ""
    applies = ", ".join(part for part in (terms.applies(rate.as_pricing().condition), off) if part)
    figure = measures.figure(amount, component)
    return Price(LABELS[component], figure, f"{currency} {measure.words}", applies, exact)


def histories(listings: Iterable[Listing], day: date) -> list[History]:
    """One table for each listing and currency with a price on record; US dollars first."""
    found = []
    for listing in listings:
        periods = list(listing.periods.all())
        for currency in sorted({period.currency for period in periods}, key=lambda code: (code != "USD", code)):
            latest_first = sorted(periods, key=lambda period: period.starts_on, reverse=True)
            of_currency = [period for period in latest_first if period.currency == currency]
            columns = _columns(of_currency)
            rows = [
                (period, until(listing, period, day), [measures.figure(period.amount(part), part) for part in columns])
                for period in of_currency
            ]
            found.append(History(listing, currency, [_column(part, currency) for part in columns], rows))
    return found


def until(listing: Listing, period: PricePeriod, day: date) -> str:
    """Up to when a price holds, in words; what is still open is so today only where it has begun and is sold."""
    if period.ends_on:
        return day_text(period.ends_on)
    if period.starts_on > day:
        return "to come"
    return "last price" if last_price(listing, period, day) else "today"


def _columns(periods: Iterable[PricePeriod]) -> list[Component]:
    """The components that a history shows."""
    named = {Component(rate.component) for period in periods for rate in period.rates.all()}
    by_unit = [component for component in Component if component in named & BY_UNIT]
    return by_unit if by_unit and not named & PER_TOKEN else [*OF_TOKENS, *by_unit]


def _column(component: Component, currency: str) -> str:
    if component in PER_TOKEN:
        return f"{LABELS[component].removesuffix(' input')} {currency}/M"
    return f"{LABELS[component]}, {currency} {measures.measure_of(component).words}"
