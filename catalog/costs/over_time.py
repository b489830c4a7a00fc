"""What a workload cost over time: for a few models every price period on record, priced, with what changed and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.urls import reverse

from catalog import figures, pricing
from catalog.charts import MOST_LINES
from catalog.costs.change_words import change_words
from catalog.costs.offered import Priced
from catalog.costs.steps import Gap, Period, Step, changes, steps
from catalog.costs.workloads import Cost, Workload, cost_of, costs_of
from catalog.exports import Sheet, Value
from catalog.facts import day_text
from catalog.figures import Display
from catalog.models import Listing, PricePeriod
from catalog.models.lifecycle import first_retired


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One price period of one model, priced. `share` is the change against the period before as a part of its cost; None
    for a first period and where either cost is not exactly known, or the one before was free."""

    priced: Priced
    starts_on: date
    ends_on: date | None
    until: str
    cost: Cost
    total: str
    per_thousand: str
    share: Decimal | None
    change: str
    why: str


@dataclass(frozen=True, slots=True)
class Course:
    """One model's way through its prices: the steps of the chart, and a row for each period, newest first. `end` is the day on
    which its listing ended, so far as known, and how."""

    priced: Priced
    url: str
    steps: list[Step]
    rows: list[PeriodRow]
    end: "End | None"


@dataclass(frozen=True, slots=True)
class End:
    """The first day on which a listing was no offer any more, and why: delisted, retired, last seen. `told_on` is the day that
    stands beside the word."""

    day: date
    word: str
    told_on: date


def chosen(priced: Sequence[Priced], asked: Sequence[str], workload: Workload) -> list[Priced]:
    """Up to six models: those asked for, in their order; of more than six of them the cheapest; and where none is asked
    for, the cheapest of those that are sold on the day at an exactly known price."""
    known = {each.public_id: each for each in priced}
    named = [known[model_id] for model_id in asked if model_id in known]
    if asked and len(named) <= MOST_LINES:
        return named
    if asked:
        return [cost.priced for cost in costs_of(named, workload)][:MOST_LINES]
    sold = (each for each in priced if each.is_sold)
    return [cost.priced for cost in costs_of(sold, workload) if cost.is_exact][:MOST_LINES]


def courses(models: Sequence[Priced], workload: Workload, day: date, display: Display) -> list[Course]:
    """The courses of these models up to `day`, in their order. Three queries however many models and periods."""
    periods: dict[int, list[PricePeriod]] = {each.listing_id: [] for each in models}
    for period in PricePeriod.objects.for_courses(list(periods), day):
        periods[period.listing_id].append(period)
    return [_course(each, periods[each.listing_id], workload, day, display) for each in models]


def _course(priced: Priced, found: Sequence[PricePeriod], workload: Workload, day: date, display: Display) -> Course:
    listing = found[0].listing if found else None
    end = _end(listing, day) if listing else None
    gaps = [(gap.from_day, gap.to_day) for gap in listing.absences.all() if gap.to_day <= day] if listing else []
    periods = [Period(each.starts_on, each.ends_on, tuple(each.pricing_rates())) for each in found]
    price = partial(pricing.bill, usage=workload.usage, at=workload.at, batch=workload.is_batch)
    until = end.day if end else day + timedelta(days=1)
    rows = []
    for index, period in enumerate(periods):
        before = periods[index - 1] if index else None
        rows.append(_row(priced, period, before, workload, day, end, gaps, display))
    return Course(
        priced,
        reverse("catalog:model", args=[priced.vendor, priced.slug]),
        steps(periods, price, until, gaps),
        rows[::-1],
        end,
    )


def _end(listing: Listing, day: date) -> End | None:
    """How its listing had ended by `day`; None where it goes on."""
    if listing.delisted_on and listing.delisted_on <= day:
        return End(listing.delisted_on, "delisted", listing.delisted_on)
    away = next((gap for gap in listing.absences.all() if gap.from_day <= day < gap.to_day), None)
    if away:
        return End(away.from_day, "not listed", away.from_day)
    if not listing.is_over_on(day):
        return None
    retired_on = first_retired(listing.model.retires_on, listing.model.called_retired_on)
    if listing.is_vendors_own() or listing.last_seen_on is None:
        return End(retired_on, "retired", retired_on)
    return End(listing.last_seen_on + timedelta(days=1), "last seen", listing.last_seen_on)


def _row(
    priced: Priced,
    period: Period,
    before: Period | None,
    workload: Workload,
    day: date,
    end: End | None,
    gaps: Sequence[Gap],
    display: Display,
) -> PeriodRow:
    cost = cost_of(_at_rates(priced, period), workload)
    earlier = cost_of(_at_rates(priced, before), workload) if before else None
    ends_on = period.ends_on if period.ends_on and period.ends_on <= day else None
    until = day_text(ends_on) if ends_on else "in force"
    if end and end.day <= period.starts_on:
        until = "last price"
    elif end and (ends_on is None or end.day <= ends_on):
        ends_on, until = end.day, f"{day_text(end.told_on)}, {end.word}"
    absent = [
        f"Not listed from {day_text(first)} to {day_text(back)}."
        for first, back in gaps
        if period.starts_on < back and (ends_on is None or first < ends_on)
    ]
    prefix = "at least " if cost.is_at_least else ""
    is_free = cost.is_exact and cost.total == 0
    return PeriodRow(
        priced,
        period.starts_on,
        ends_on,
        until,
        cost,
        "free" if is_free else prefix + display.to_the_digit(cost.total),
        "free" if is_free else prefix + display.money(cost.per_thousand()),
        _share(cost, earlier),
        _change(cost, earlier),
        " ".join([_why(cost, earlier, period, before, display), *absent]),
    )


def _at_rates(priced: Priced, period: Period) -> Priced:
    """The model at the rates of one period, without what is to know of today's offer."""
    return replace(priced, rates=list(period.rates), note="", context=None)


def _share(cost: Cost, earlier: Cost | None) -> Decimal | None:
    """The change as a part of the cost before, rounded far beyond what is shown."""
    if earlier is None or not (cost.is_exact and earlier.is_exact) or not earlier.total or cost.total is None:
        return None
    return figures.ROUNDING.divide(cost.total - earlier.total, earlier.total)


def _change(cost: Cost, earlier: Cost | None) -> str:
    """+193%, −66%, none; in words where a percentage would say nothing."""
    if earlier is None or not (cost.is_exact and earlier.is_exact):
        return figures.UNKNOWN
    if cost.total == earlier.total:
        return "none"
    share = _share(cost, earlier)
    if share is None:
        return "was free"
    return f"{'+' if share > 0 else '−'}{figures.percent(share)}"


def _why(cost: Cost, earlier: Cost | None, period: Period, before: Period | None, display: Display) -> str:
    """What changed, in words: input 0.05 to 0.40, output 0.22 to 2.00."""
    if before is None or earlier is None:
        return " ".join(["First price on record.", cost.note]).strip()
    found = changes(before.rates, period.rates)
    words = ", ".join(change_words(change, display) for change in found)
    if not found:
        words = "The same prices as before" if cost.total == earlier.total else "The same prices in another order"
    elif cost.is_exact and earlier.is_exact and cost.total == earlier.total:
        words = f"No change for this workload: {words}"
    sentences = [f"{words[0].upper()}{words[1:]}."]
    if before.ends_on and before.ends_on < period.starts_on:
        sentences.append(f"No price from {day_text(before.ends_on)} until then.")
    return " ".join([*sentences, cost.note]).strip()


def over_time_sheet(found: Iterable[Course], display: Display) -> Sheet:
    """The rows of the table with exact amounts; the change in percent, rounded to two decimals."""
    columns = ["Model", "Id", "From", "To", "Currency", "One request", "Figure", "1,000 requests", "Change %", "Why"]
    rows: list[list[Value]] = [
        [
            row.priced.name,
            row.priced.public_id,
            row.starts_on,
            row.ends_on,
            display.code,
            display.convert(row.cost.total),
            row.cost.bill.status.value.replace("_", " "),
            display.convert(row.cost.per_thousand()),
            None if row.share is None else (row.share * 100).quantize(Decimal("0.01"), context=figures.ROUNDING),
            row.why,
        ]
        for course in found
        for row in course.rows
    ]
    return Sheet("costs-over-time", columns, rows)
