"""Events from price periods: what a listing's price became against the period before it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

from catalog import pricing
from catalog.changes import price_words
from catalog.changes.events import Event, Kind
from catalog.changes.reads import ListingRow, PeriodRow, RateRow
from catalog.exact import EXACT, parse_amount, parse_share
from catalog.facts import day_text

LATE_DAYS = 31  # a first price that was read later says nothing of how the listing began
# What the note of a period says where its first day is only the day on which somebody read the price.
UNDATED = re.compile(r"not on record|not dated|no source dates|first seen|seen on that day", re.IGNORECASE)
Rates = Mapping[int, list[RateRow]]
Step = tuple[PeriodRow, PeriodRow]


def of_prices(listings: Mapping[int, ListingRow], periods: Iterable[PeriodRow], rates: Rates) -> Iterator[Event]:
    """One event for each listing and day on which its price changed, in whatever currencies. Periods that say the same
    as the one before them are none, and the price with which a listing begins is told with the listing."""
    changed: dict[tuple[int, date], list[Step]] = {}
    ended: list[PeriodRow] = []
    for (listing_id, _), group in groupby(periods, key=lambda row: (row.listing_id, row.currency)):
        course = list(group)
        last, listing = course[-1], listings[listing_id]
        for before, after in pairwise(course):
            if not _is_same(before, after, rates):
                changed.setdefault((listing_id, after.starts_on), []).append((before, after))
        if last.ends_on and not (listing.delisted_on and listing.delisted_on <= last.ends_on):
            ended.append(last)
    for (listing_id, day), steps in changed.items():
        listing = listings[listing_id]
        say = _say(listing, steps, rates)
        yield Event(day, Kind.PRICE, _key("price", listing), listing.model_id, say, source_id=steps[0][1].source_id)
    for period in ended:
        listing = listings[period.listing_id]
        if (listing.pk, period.ends_on) not in changed:
            key = f"{_key('ended', listing)}:{period.currency}"
            say = _say_ended(listing, period)
            yield Event(period.ends_on, Kind.PRICE, key, listing.model_id, say, source_id=period.source_id)


def first_prices(periods: Iterable[PeriodRow], rates: Rates) -> Callable[[ListingRow], str]:
    """Finds the first dollar price on record of a listing, as the end of a phrase: `, for $0.50 / $1.50 per million
    tokens`; with its day where that is a later one, and blank where there is none of about that time."""
    first: dict[int, PeriodRow] = {}
    for row in periods:
        if row.currency == "USD":
            first.setdefault(row.listing_id, row)

    def price(listing: ListingRow) -> str:
        period = first.get(listing.pk)
        words = price_words.first_price(_pricing(period, rates)) if period else ""
        if period is None or not words:
            return ""
        late = (period.starts_on - (listing.listed_on or period.starts_on)).days
        if late <= 0:
            return f" for {words}"
        if late > LATE_DAYS:
            return ""
        return f" (first price on record: {words}, {day_text(period.starts_on)})"

    return price


def price_sources(periods: Iterable[PeriodRow]) -> dict[int, tuple[int, int]]:
    """By listing, the sources of its first and of its last price: where a price was read, the listing was seen."""
    found: dict[int, tuple[PeriodRow, PeriodRow]] = {}
    for row in periods:
        first, last = found.get(row.listing_id, (row, row))
        found[row.listing_id] = (
            min(first, row, key=lambda each: each.starts_on),
            max(last, row, key=lambda each: each.starts_on),
        )
    return {listing_id: (first.source_id, last.source_id) for listing_id, (first, last) in found.items()}


def _key(what: str, row: ListingRow) -> str:
    return f"{what}:{row.market}:{row.upstream_id}"


def _is_same(before: PeriodRow, after: PeriodRow, rates: Rates) -> bool:
    """Whether both charge the same. Equal text is equal; only other text is computed with, up to the first difference."""
    old, new = rates.get(before.pk, []), rates.get(after.pk, [])
    if before.discount == after.discount and old == new:
        return True
    was, now = ({(rate.component, rate.terms): rate.amount for rate in rows} for rows in (old, new))
    if was.keys() != now.keys():
        return False
    return all(_net(was[key], before.discount) == _net(now[key], after.discount) for key in was)


def _net(amount: str, discount: str) -> Decimal | None:
    """An amount after the discount; None where it is not known."""
    known = parse_amount(amount)
    return known if known is None or not discount else EXACT.multiply(known, 1 - parse_share(discount))


def _pricing(period: PeriodRow, rates: Rates) -> list[pricing.Rate]:
    found = [
        pricing.Rate(pricing.Component(row.component), parse_amount(row.amount), pricing.Condition(*row.terms))
        for row in rates.get(period.pk, [])
    ]
    return pricing.discounted(found, parse_share(period.discount))


def _say(listing: ListingRow, steps: list[Step], rates: Rates) -> Callable[[date], str]:
    def say(today: date) -> str:
        told = "; ".join(_step(before, after, rates) for before, after in steps)
        is_undated = any(UNDATED.search(after.note) for _, after in steps)
        return f"At {listing.place}: {told}{'; first seen that day' if is_undated else ''}."

    return say


def _step(before: PeriodRow, after: PeriodRow, rates: Rates) -> str:
    words = price_words.changed(_pricing(before, rates), _pricing(after, rates), after.currency)
    if before.ends_on and before.ends_on < after.starts_on:
        words += f"; no price from {day_text(before.ends_on)} until then"
    return words


def _say_ended(listing: ListingRow, period: PeriodRow) -> Callable[[date], str]:
    word = "price" if period.currency == "USD" else f"{period.currency} price"
    return lambda today: f"At {listing.place}: the {word} ended, and no later one is known."
