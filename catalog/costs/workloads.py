"""What a workload costs on each model: prices and token counts in, bills out.

Every listed model is priced, because only then is it known which is the cheapest. So prices are read as plain tuples,
in two queries however many models there are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, Inexact
from fractions import Fraction

from catalog import pricing
from catalog.exact import EXACT, parse_amount, parse_share, plain
from catalog.figures import counted
from catalog.models import Listing, Rate
from catalog.models.lifecycle import Status, days_left, status_of, words
from catalog.pricing import Bill, Component, Condition, Usage
from catalog.terms import last_price

DAYS_OF_MONTH, DAYS_OF_YEAR, MONTHS_OF_YEAR = 30, 365, 12
UNKNOWN_OUTPUT, NO_TEXT = "The output price is not known.", "It writes no text: only what it reads is priced."
NOT_SOLD = (Status.DELISTED, Status.ANNOUNCED)  # retiring and retired models are on sale while a market lists them
ENDLESS = Context(prec=20)  # for a thirtieth of a month that never ends


@dataclass(frozen=True, slots=True)
class Workload:
    """The usage of one request, and how many such requests there are per day or month.

    A month has 30 days; a year has 365 days, and twelve of the months that were asked for. `at` is the UTC time at
    which requests start, None when they may start at any hour.
    """

    usage: Usage
    requests: int = 1
    per: str = "month"
    is_batch: bool = False
    at: datetime | None = None

    @property
    def has_tokens(self) -> bool:
        return bool(self.usage.prompt_tokens or self.usage.completion_tokens)

    def in_words(self) -> str:
        """The workload in a sentence: 10,000 prompt tokens, 4,000 of them cached, and 1,000 completion tokens; ..."""
        usage = self.usage
        parts = [f"{usage.cached_tokens:,} of them cached"] if usage.cached_tokens else []
        parts += [f"{usage.cache_write_tokens:,} written to a cache"] if usage.cache_write_tokens else []
        inside = f", {', '.join(parts)}," if parts else ""
        thought = f", {usage.reasoning_tokens:,} of them reasoning" if usage.reasoning_tokens else ""
        terms = f" at {self.at:%H:%M} UTC" if self.at else ""
        terms += ", as a batch" if self.is_batch else ""
        prompt = counted(usage.prompt_tokens, "prompt token") + inside
        completion = counted(usage.completion_tokens, "completion token") + thought
        return f"{prompt} and {completion}; {counted(self.requests, 'request')} a {self.per}{terms}."

    def requests_in(self, span: str) -> Fraction:
        """How many requests there are in a day, month or year."""
        counted = Fraction(self.requests)
        if self.per == "day":
            return counted * {"day": 1, "month": DAYS_OF_MONTH, "year": DAYS_OF_YEAR}[span]
        return counted * {"day": Fraction(1, DAYS_OF_MONTH), "month": 1, "year": MONTHS_OF_YEAR}[span]


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
    is_sold: bool = True  # listed on that day, at a price in force
    days_left: int | None = None  # until its vendor retires it
    writes_text: bool = True  # also where nobody says what it writes

    @property
    def public_id(self) -> str:
        return f"{self.vendor}/{self.slug}"

    @property
    def status_text(self) -> str:
        """The status as people read it: Active, Retires in 12 days."""
        return words(self.status, self.days_left)


@dataclass(frozen=True, slots=True)
class Cost:
    """One model's bill for one request of a workload, and for all of its requests. `total` is the bill's, added up once."""

    priced: Priced
    workload: Workload
    bill: Bill
    total: Decimal | None

    @property
    def is_exact(self) -> bool:
        return self.bill.status is pricing.Status.EXACT

    @property
    def is_at_least(self) -> bool:
        return self.bill.status is pricing.Status.AT_LEAST

    @property
    def fits(self) -> bool:
        """Whether the model's context has room for the request, as far as is known."""
        usage, context = self.workload.usage, self.priced.context
        return context is None or usage.prompt_tokens + usage.completion_tokens <= context

    @property
    def can_be_bought(self) -> bool:
        return self.is_exact and self.priced.is_sold and self.fits

    @property
    def caveat(self) -> str:
        """What to know of the offer itself: that the price is an old one, that the request does not fit."""
        too_long = "" if self.fits else f"Longer than its context of {self.priced.context:,} tokens."
        return " ".join(part for part in (self.priced.note, too_long) if part)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the bill is not exact, in sentences."""
        return reasons(self.bill, self.priced.writes_text)

    @property
    def note(self) -> str:
        """All that is to know beside the figure: the caveat, and why the figure is not exact or may differ."""
        return " ".join(part for part in (self.caveat, *self.reasons, *self.bill.conditions) if part)

    def per_thousand(self) -> Decimal | None:
        return self.times(Fraction(1000))

    def in_a(self, span: str) -> Decimal | None:
        """The cost of all requests of a day, month or year."""
        return self.times(self.workload.requests_in(span))

    def times(self, requests: Fraction) -> Decimal | None:
        """The cost of so many requests: exact, or with 20 digits where a part of a request never ends."""
        if self.total is None:
            return None
        amount = EXACT.multiply(self.total, Decimal(requests.numerator))
        if requests.denominator == 1:
            return amount
        try:
            return EXACT.divide(amount, Decimal(requests.denominator))
        except Inexact:
            return ENDLESS.divide(amount, Decimal(requests.denominator))


def priced_on(day: date, model_ids: list[str], is_past: bool = False) -> list[Priced]:
    """The main listings of these models (of all, when none is named) with the USD rates that speak for `day`: those in
    force, or else the last ones before it, with a sentence that says so. For a past day, models that came later are left
    out. Two queries."""
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
        listed_on,
        delisted_on,
        is_absent,
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
        )
        found.append(
            Priced(
                vendor,
                slug,
                name,
                status,
                rates.get(listing_id, []),
                _note(status, ended.get(listing_id), discounts.get(listing_id), listing_id in rates),
                listing_id,
                tokenizer,
                own_context or context,
                status not in NOT_SOLD and listing_id in rates and listing_id not in ended,
                days_left(retires_on, day),
                not writes_no_text,
            )
        )
    return found


ALWAYS = Condition()
NOTHING_OFF = Decimal(0)


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


def _note(status: Status, ended_on: date | None, discount: Decimal | None, is_priced: bool) -> str:
    parts = []
    if ended_on is not None:
        parts.append(last_price(ended_on))
    elif status is Status.DELISTED:
        parts.append("Last price.")
    elif status is Status.RETIRED and is_priced:
        parts.append("Its vendor retired it; it is still sold.")
    if discount:
        parts.append(f"After {plain(discount * 100)}% off.")
    return " ".join(parts)


def reasons(bill: Bill, writes_text: bool) -> tuple[str, ...]:
    """Why a bill is not exact, in sentences. What writes no text, such as an embedding, has no output price to be unknown."""
    if writes_text:
        return bill.reasons
    return tuple(NO_TEXT if reason == UNKNOWN_OUTPUT else reason for reason in bill.reasons)


def cost_of(priced: Priced, workload: Workload) -> Cost:
    """Price one request of the workload."""
    bill = pricing.bill(priced.rates, workload.usage, workload.at, workload.is_batch)
    return Cost(priced, workload, bill, bill.total)


def costs_of(priced: Iterable[Priced], workload: Workload) -> list[Cost]:
    """What is on sale first, cheapest first, then what was once; lower bounds stand where their known part
    puts them, unknown ones last."""
    return sorted((cost_of(each, workload) for each in priced), key=_place)


def _place(cost: Cost) -> tuple[bool, bool, Decimal, str, str]:
    is_unknown = cost.total is None
    return is_unknown, not cost.priced.is_sold, cost.total or Decimal(0), cost.priced.name, cost.priced.public_id


def unpriced(ids: list[str], priced: Iterable[Priced]) -> list[str]:
    """The ids that were asked for and have no listing."""
    listed = {each.public_id for each in priced}
    return [model_id for model_id in ids if model_id not in listed]
