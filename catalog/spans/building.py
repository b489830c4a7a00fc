"""How one model's dates and prices become spans: the days are cut wherever something can change, and neighbours between
which nothing did are joined again. No query is made here.

Example: released on March 1, $0.50 from March 1, $0.40 from June 1, deprecated on June 1: one span from March 1 (active,
$0.50) and one from June 1 without an end (deprecated, $0.40).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation, localcontext

from catalog.exact import EXACT, PricingError, parse_amount, parse_share, plain
from catalog.models.lifecycle import Dates, Status
from catalog.models.spans import ALWAYS

WIDEST_AMOUNT = 60  # the width of Span's columns
SORTED_DECIMALS = Decimal(1).scaleb(-18)
DEAREST_SORTED = Decimal(10) ** 6  # a sort copy has six digits before its point


@dataclass(frozen=True, slots=True)
class Amounts:
    """USD per token after the discount, exact; None where it is not known or no price is in force."""

    input: Decimal | None = None
    output: Decimal | None = None
    cache: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A price period of the main listing, from a day (inclusive) to a day (exclusive, None for no end)."""

    starts_on: date
    ends_on: date | None
    amounts: Amounts

    def covers(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The days of a span, from one (inclusive) to another (exclusive), and what may differ between spans of a model."""

    from_day: date
    to_day: date
    status: Status
    amounts: Amounts
    is_sold: bool = True


def stretches(dates: Dates, periods: Sequence[Period], today: date) -> list[Stretch]:
    """A model's days from the first on which it was known, without a gap and in their order."""
    first = first_known(dates, periods, today)
    cuts = sorted({first} | {day for day in _boundaries(dates, periods) if first < day < ALWAYS})
    found: list[Stretch] = []
    for start, end in zip(cuts, [*cuts[1:], ALWAYS], strict=True):
        stretch = Stretch(
            start,
            end,
            dates.status(start),
            _amounts_on(periods, start, is_over=bool(dates.delisted_on and dates.delisted_on <= start)),
            dates.is_sold(start),
        )
        if found and replace(stretch, from_day=found[-1].from_day, to_day=found[-1].to_day) == found[-1]:
            found[-1] = replace(found[-1], to_day=end)
        else:
            found.append(stretch)
    return found


def first_known(dates: Dates, periods: Iterable[Period], today: date) -> date:
    """The day on which the model was announced, released, listed or priced, whichever came first; `date.min` where no
    such day is known. A model that is written down today is known today, though all its days are still to come."""
    days = [dates.announced_on, dates.released_on, dates.listed_on, *(period.starts_on for period in periods)]
    known = [day for day in days if day is not None]
    return min(*known, today) if known else date.min


def amount(text: str, discount: str) -> Decimal | None:
    """A rate's exact amount after the discount of its period. What is not an amount is not known: one row that slipped
    in past the checks must not keep the whole table from being written."""
    try:
        found = parse_amount(text)
        if found is not None and discount:
            found = EXACT.multiply(found, 1 - parse_share(discount))
    except (PricingError, ArithmeticError):
        return None
    return found if found is None or len(plain(found)) <= WIDEST_AMOUNT else None


def sort_copy(amount: Decimal | None) -> Decimal | None:
    """The amount as it is ordered and filtered by: rounded to 18 decimals, alike on every database."""
    if amount is None or amount >= DEAREST_SORTED:
        return None
    with localcontext() as context:
        context.prec = 40
        try:
            return amount.quantize(SORTED_DECIMALS)
        except InvalidOperation:
            return None


def _boundaries(dates: Dates, periods: Iterable[Period]) -> set[date]:
    days = dates.boundaries()
    for period in periods:
        days.add(period.starts_on)
        if period.ends_on is not None:
            days.add(period.ends_on)
    return days


def _amounts_on(periods: Iterable[Period], day: date, is_over: bool = False) -> Amounts:
    """What is in force on the day; where the listing is over, its last price."""
    found = [period for period in periods if period.covers(day) or (is_over and period.starts_on <= day)]
    return max(found, key=lambda period: period.starts_on).amounts if found else Amounts()
