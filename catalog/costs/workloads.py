"""What a workload costs on each model: prices and token counts in, bills out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal, Inexact
from fractions import Fraction

from catalog import measures, pricing
from catalog.costs.offered import Priced
from catalog.exact import EXACT
from catalog.figures import counted
from catalog.pricing import Bill, Usage

DAYS_OF_MONTH, DAYS_OF_YEAR, MONTHS_OF_YEAR = 30, 365, 12
UNKNOWN_OUTPUT, NO_TEXT = "The output price is not known.", "It writes no text: only what it reads is priced."
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
        return self.priced.has_room(self.workload.usage)

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
        return reasons(self.bill, self.priced.writes_text, self.priced.rates, self.priced.currency)

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


def reasons(
    bill: Bill, writes_text: bool, rates: Iterable[pricing.Rate] = (), currency: str = "USD"
) -> tuple[str, ...]:
    """Why a bill is not exact, in sentences. What writes no text, such as an embedding, has no output price to be unknown; and
    what `rates` sell by the page, the minute or the character says for how much."""
    if pricing.BILLED_OTHERWISE in bill.reasons and (amounts := measures.priced_by_unit(rates)):
        return (measures.no_tokens(amounts, currency),)
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
