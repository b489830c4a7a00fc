"""The costs pages as files: the rows shown, with exact figures where the page rounds."""

from collections.abc import Iterable
from decimal import Decimal, localcontext

from catalog.costs.own_prices import OwnPrice
from catalog.costs.ranking import SHOWN_LINES, SPANS, RankedCost
from catalog.exact import EXACT
from catalog.exports import Sheet, Value
from catalog.figures import Display


def costs_sheet(costs: Iterable[RankedCost], own: Iterable[OwnPrice], display: Display) -> Sheet:
    """One row for each cost shown, then the vendors' own prices in other currencies. Amounts stand in the row's currency."""
    columns = ["Model", "Id", "Currency", "One request", "Figure", "Fresh", "Cached", "Output", "Other"]
    columns += ["1,000 requests", *(f"{span.capitalize()}" for span in SPANS), "Times the cheapest", "Status", "Note"]
    rows = [_row(ranked, display) for ranked in costs]
    rows += [_own_row(each) for each in own]
    return Sheet("costs", columns, rows)


OWN = "Own price list"


def _row(ranked: RankedCost, display: Display) -> list[Value]:
    cost = ranked.cost
    amounts = {line.component: line.amount for line in cost.bill.lines}
    others = [line.amount for line in cost.bill.lines if line.component not in SHOWN_LINES and line.amount is not None]
    return [
        cost.priced.name,
        cost.priced.public_id,
        display.code,
        display.convert(cost.total),
        cost.bill.status.value.replace("_", " "),
        *(display.convert(amounts.get(part)) for part in SHOWN_LINES),
        display.convert(total_of(others)),
        display.convert(cost.per_thousand()),
        *(display.convert(cost.in_a(span)) for span in SPANS),
        "" if cost.is_at_least else ranked.multiple,
        cost.priced.status_text,
        " ".join([cost.note, *ranked.changes]).strip(),
    ]


def total_of(amounts: list[Decimal]) -> Decimal | None:
    """Their exact sum; None where there are none."""
    with localcontext(EXACT):
        return sum(amounts, Decimal(0)) if amounts else None


def _own_row(own: OwnPrice) -> list[Value]:
    lines = own.cost.bill.lines
    amounts = {line.component: line.amount for line in lines}
    others = [line.amount for line in lines if line.component not in SHOWN_LINES and line.amount is not None]
    return [
        own.cost.priced.name,
        own.cost.priced.public_id,
        own.currency,
        own.cost.total,
        own.cost.bill.status.value.replace("_", " "),
        *(amounts.get(part) for part in SHOWN_LINES),
        total_of(others),
        own.cost.per_thousand(),
        *(own.cost.in_a(span) for span in SPANS),
        "",
        OWN,
        own.cost.note or f"{own.market}’s own price, not a conversion.",
    ]
