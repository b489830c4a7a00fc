"""What each model is sold for on a day: its main listing with the rates that speak for that day.

Every listed model is priced, because only then is it known which is the cheapest. So prices are read as plain tuples,
in two queries however many models there are, and the whole list is kept until the catalog changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog import freshness, pricing, terms
from catalog.exact import parse_amount, parse_share, plain
from catalog.kept import Kept
from catalog.models import Listing, Rate
from catalog.models.lifecycle import NOT_SOLD, Status, days_left, first_retired, is_over, status_of, words
from catalog.pricing import Component, Condition

ALWAYS = Condition()
NOTHING_OFF = Decimal(0)


@dataclass(frozen=True, slots=True)
class Priced:
    """One model with the rates that speak for a day."""

    vendor: str
    slug: str
    name: str
    status: Status
    rates: list[pricing.Rate]
    note: str = ""
    listing_id: int = 0
    tokenizer: str = ""
    context: int | None = None  # tokens of prompt and answer together; None where no source says
    is_sold: bool = True  # listed on that day so far as known, at a price in force
    days_left: int | None = None  # until its vendor retires it
    writes_text: bool = True  # also where nobody says what it writes
    is_dated: bool = True  # not called retired without a day
    currency: str = "USD"  # of the rates

    @property
    def public_id(self) -> str:
        return f"{self.vendor}/{self.slug}"

    def has_room(self, usage: pricing.Usage) -> bool:
        """Whether its context holds the request, as far as is known."""
        return self.context is None or usage.prompt_tokens + usage.completion_tokens <= self.context

    @property
    def status_text(self) -> str:
        """The status as people read it: Active, Retires in 12 days."""
        return words(self.status, self.days_left, self.is_dated)


_kept: Kept[list[Priced]] = Kept(most=2)  # today and the day that is compared with it


def priced_on(day: date, model_ids: list[str], is_past: bool = False) -> list[Priced]:
    """The main listings of these models (of all, when none is named) with the USD rates that speak for `day`: those in
    force, or else the last ones before it, with a sentence that says so. For a past day, models that came later are left
    out.

    Two queries; for all models one more, and only that one while the catalog stays as it is.
    """
    if model_ids:
        return _read(day, model_ids, is_past)
    version = freshness.version()  # before the rows: what is kept may be newer than its version, never older
    if (found := _kept.get(version, (day, is_past))) is None:
        found = _read(day, [], is_past)
        _kept.put(version, (day, is_past), found)
    return found


def _read(day: date, model_ids: list[str], is_past: bool) -> list[Priced]:
    rates: dict[int, list[pricing.Rate]] = {}
    ended: dict[int, date] = {}
    discounts: dict[int, Decimal] = {}
    for listing_id, ends_on, rate, discount in rates_on(day):
        rates.setdefault(listing_id, []).append(rate)
        if discount:
            discounts[listing_id] = discount
        if ends_on is not None and ends_on <= day:
            ended[listing_id] = ends_on
    found = []
    for (
        listing_id,
        vendor,
        slug,
        name,
        announced_on,
        released_on,
        deprecated_on,
        retires_on,
        called_retired_on,
        listed_on,
        delisted_on,
        is_absent,
        market,
        is_vendors_own,
        last_seen_on,
        tokenizer,
        own_context,
        context,
        writes_no_text,
    ) in Listing.objects.for_costs(model_ids, day):
        began = min((since for since in (released_on, listed_on) if since is not None), default=None)
        if is_past and began is not None and began > day and listing_id not in rates:
            continue
        status = status_of(
            day,
            announced_on=announced_on,
            released_on=released_on,
            deprecated_on=deprecated_on,
            retires_on=retires_on,
            listed_on=listed_on,
            delisted_on=delisted_on,
            is_absent=is_absent,
            called_retired_on=called_retired_on,
        )
        is_ended = is_over(day, first_retired(retires_on, called_retired_on), last_seen_on, is_vendors_own)
        seen_on = min(last_seen_on, day) if last_seen_on else None
        about = ""
        if is_ended and status is Status.RETIRED:
            about = terms.over(market, is_vendors_own, retires_on, last_seen_on)
        elif status is Status.RETIRED:
            about = terms.still_sold(market, seen_on)
        found.append(
            Priced(
                vendor,
                slug,
                name,
                status,
                rates.get(listing_id, []),
                _note(status, ended.get(listing_id), discounts.get(listing_id), about if listing_id in rates else ""),
                listing_id,
                tokenizer,
                own_context or context,
                status not in NOT_SOLD and not is_ended and listing_id in rates and listing_id not in ended,
                days_left(retires_on, day),
                not writes_no_text,
                retires_on is not None,
            )
        )
    return found


def rates_on(day: date) -> Iterator[tuple[int, date | None, pricing.Rate, Decimal]]:
    """Each USD rate that speaks for `day` after its discount, with its listing, the end of its period and the discount as
    a part of one, in the order in which later ones win. One query."""
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
        discount,
    ) in Rate.objects.for_costs(day):
        condition = Condition(over, start, end, batch, unknown) if is_conditional else ALWAYS
        rate = pricing.Rate(Component(component), parse_amount(amount), condition)
        share = parse_share(discount) if discount else NOTHING_OFF
        yield listing_id, ends_on, pricing.discounted([rate], share)[0], share


def _note(status: Status, ended_on: date | None, discount: Decimal | None, retirement: str) -> str:
    """`retirement` says of what is retired whether it is sold still."""
    parts = []
    if ended_on is not None:
        parts.append(terms.last_price(ended_on))
    elif status is Status.DELISTED:
        parts.append("Last price.")
    elif retirement:
        parts.append(retirement)
    if discount:
        parts.append(f"After {plain(discount * 100)}% off.")
    return " ".join(parts)


def unpriced(ids: list[str], priced: Iterable[Priced]) -> list[str]:
    """The ids that were asked for and have no listing."""
    listed = {each.public_id for each in priced}
    return [model_id for model_id in ids if model_id not in listed]
