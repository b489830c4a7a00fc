"""The money of the table's rows: what one cell holds, and how cells stand beside one another. Makes no query."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from catalog import figures, measures
from catalog.costs.workloads import reasons
from catalog.exact import parse_amount
from catalog.figures import DOLLARS, Display
from catalog.models.lifecycle import Status
from catalog.pricing import Bill, Component
from catalog.pricing import Status as BillStatus
from catalog.table.units import Unit

AMOUNTS = {
    "input": ("input_amount", Component.INPUT),
    "cached": ("cache_amount", Component.CACHE_READ),
    "output": ("output_amount", Component.OUTPUT),
}
SIGNS = {0: "", 3: "/K", 6: "/M"}  # for how many pages, minutes or characters a figure is
AS_INPUT = "as input"
LAST_PRICE = "Last price: it is not sold now, as far as known."


@dataclass(frozen=True, slots=True)
class Amount:
    """What one cell of money holds: USD per token or of one request, None where unknown. `note` is a word for the eye beside
    the figure, `why` a sentence behind it; `words` stand in place of a figure, and `told` in place of one in a file."""

    usd: Decimal | None
    note: str = ""
    why: str = ""
    words: str = ""
    told: str = ""
    is_price: bool = True  # whether 0 means that it is free, and not that the request needs none of it
    is_sold: bool = True  # whether it can be paid today: what is delisted or only announced is no offer


@dataclass(frozen=True, slots=True)
class Price:
    """One price cell: the figure, how many times the cheapest shown, its share of the dearest shown."""

    text: str
    times: str
    share: int
    css: str
    why: str = ""


def amounts_of(
    values: dict[str, Any],
    bill: Bill | None,
    unit: Unit,
    cached_tokens: int = 0,
    by_unit: dict[Component, Decimal] | None = None,
    display: Display = DOLLARS,
) -> dict[str, Amount]:
    """The money of one row by column: its list prices, or with a unit of one request the lines of its bill. `by_unit` are the
    prices of what is billed by the page, the minute or the character and not by the token."""
    if by_unit:
        return _by_unit(by_unit, bill is not None, unit, display)
    found = _amounts(values, bill, unit, cached_tokens)
    if values["is_sold"]:
        return found
    why = "" if values["status"] == Status.ANNOUNCED else LAST_PRICE
    return {
        key: replace(amount, is_sold=False, why=amount.why or (why if amount.usd is not None else ""))
        for key, amount in found.items()
    }


def _amounts(values: dict[str, Any], bill: Bill | None, unit: Unit, cached_tokens: int) -> dict[str, Amount]:
    written = values["writes__words"].split()
    found = {"cost": _cost(bill, not written or "text" in written)}
    if not unit.is_per_request:
        return found | {key: Amount(parse_amount(values[name])) for key, (name, _) in AMOUNTS.items()}
    lines = {line.component: line for line in bill.lines} if bill else {}
    is_priced = bill is not None and bill.status is not BillStatus.UNKNOWN
    for key, (_, component) in AMOUNTS.items():
        line = lines.get(component)
        if line is not None:
            found[key] = Amount(line.amount)
        elif component is Component.CACHE_READ and is_priced and cached_tokens:
            found[key] = Amount(
                None, words=AS_INPUT, why="No price for cached tokens is known: they are billed as input."
            )
        else:
            found[key] = Amount(Decimal(0) if is_priced else None, is_price=False)
    return found


def _by_unit(prices: dict[Component, Decimal], has_request: bool, unit: Unit, display: Display) -> dict[str, Amount]:
    """The first of the prices in the place of the input price, with what it is for; all of them behind it and in a file."""
    billed, told = measures.billed_by(prices), measures.told(prices)
    why = measures.no_tokens(prices)
    first = next(iter(prices))
    text = measures.figure(prices[first], first, display) + SIGNS[measures.measure_of(first).power]
    given = Amount(None, why=told, words=text, note=billed, told=told)
    asked = Amount(None, why=why, words=billed, told=billed) if has_request else Amount(None)
    return {
        "input": asked if unit.is_per_request else given,
        "cached": Amount(None),
        "output": Amount(None),
        "cost": asked,
    }


def _cost(bill: Bill | None, writes_text: bool) -> Amount:
    if bill is None:
        return Amount(None)
    note = "at least" if bill.status is BillStatus.AT_LEAST else "may vary" if bill.is_conditional else ""
    return Amount(bill.total, note, " ".join((*reasons(bill, writes_text), *bill.conditions)))


def prices(amounts: list[Amount], write: Callable[[Decimal | None], str]) -> list[Price]:
    """Price cells that stand beside one another. Free ones are cheapest; the multiplier counts from the cheapest paid, and
    both are among what can be bought. The price of what cannot says how much dearer it was, and never that it was cheaper."""
    known = [amount.usd for amount in amounts if amount.usd is not None]
    offered = [amount.usd for amount in amounts if amount.usd is not None and amount.is_sold]
    dearest, cheapest = max(known, default=Decimal(0)), min(offered, default=None)
    paid = min((usd for usd in offered if usd), default=None)
    cells = []
    for amount in amounts:
        usd = amount.usd
        if amount.words or usd is None:
            below, css = (amount.note, "num price by-unit") if amount.words and amount.note else ("", "num price")
            cells.append(Price(amount.words or figures.UNKNOWN, below, 0, css, amount.why))
            continue
        is_cheapest = usd == cheapest and dearest != cheapest and amount.is_sold and not amount.note
        if not usd:
            times = ("free" if amount.is_sold else "was free") if amount.is_price else ""
        else:
            times = figures.multiple(usd / paid) if paid and usd >= paid and len(known) > 1 else ""
        share = round(100 * usd / dearest) if dearest else 0
        css = "num price cheapest" if is_cheapest else "num price"
        cells.append(Price(write(usd), amount.note or times, share, css, amount.why))
    return cells
