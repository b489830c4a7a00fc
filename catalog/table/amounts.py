"""The money of the table's rows: what one cell holds, and how cells stand beside one another. Makes no query."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from catalog import figures
from catalog.costs.offered import NOT_SOLD
from catalog.costs.workloads import reasons
from catalog.exact import parse_amount
from catalog.pricing import Bill, Component, Status
from catalog.table.units import Unit

AMOUNTS = {
    "input": ("input_amount", Component.INPUT),
    "cached": ("cache_amount", Component.CACHE_READ),
    "output": ("output_amount", Component.OUTPUT),
}
AS_INPUT = "as input"


@dataclass(frozen=True, slots=True)
class Amount:
    """What one cell of money holds: USD per token or of one request, None where unknown. `note` is a word for the eye beside
    the figure, `why` a sentence behind it; `words` stand in place of a figure."""

    usd: Decimal | None
    note: str = ""
    why: str = ""
    words: str = ""
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


def amounts_of(values: dict[str, Any], bill: Bill | None, unit: Unit, cached_tokens: int = 0) -> dict[str, Amount]:
    """The money of one row by column: its list prices, or with a unit of one request the lines of its bill."""
    found = _amounts(values, bill, unit, cached_tokens)
    if values["status"] in NOT_SOLD:
        return {key: replace(amount, is_sold=False) for key, amount in found.items()}
    return found


def _amounts(values: dict[str, Any], bill: Bill | None, unit: Unit, cached_tokens: int) -> dict[str, Amount]:
    written = values["writes__words"].split()
    found = {"cost": _cost(bill, not written or "text" in written)}
    if not unit.is_per_request:
        return found | {key: Amount(parse_amount(values[name])) for key, (name, _) in AMOUNTS.items()}
    lines = {line.component: line for line in bill.lines} if bill else {}
    is_priced = bill is not None and bill.status is not Status.UNKNOWN
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


def _cost(bill: Bill | None, writes_text: bool) -> Amount:
    if bill is None:
        return Amount(None)
    note = "at least" if bill.status is Status.AT_LEAST else "may vary" if bill.is_conditional else ""
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
            cells.append(Price(amount.words or figures.UNKNOWN, "", 0, "num price", amount.why))
            continue
        is_cheapest = usd == cheapest and dearest != cheapest and amount.is_sold and not amount.note
        if not usd:
            times = "free" if amount.is_price else ""
        else:
            times = figures.multiple(usd / paid) if paid and usd >= paid and len(known) > 1 else ""
        share = round(100 * usd / dearest) if dearest else 0
        css = "num price cheapest" if is_cheapest else "num price"
        cells.append(Price(write(usd), amount.note or times, share, css, amount.why))
    return cells
