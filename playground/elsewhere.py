"""What one run would have cost on every other model: its usage at their prices, today and on the day of the run.

The catalog prices it, with the same two calls as the costs page. The token counts are those of this run: other models
count the same text otherwise, and write answers of another length, which no price list can know.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal

from django.urls import reverse

from catalog import figures
from catalog.costs.offered import priced_on
from catalog.costs.workloads import Cost, Workload, costs_of
from catalog.pricing import BILLED_OTHERWISE
from catalog.usage import Usage
from playground.board.costs import final_amount
from playground.deciding import board_models, workload_address
from playground.models import Run
from playground.sending import image_numbers
from playground.usage import unpriced

MOST_ROWS = 40
MOST_NAMED = 12  # names told of those without a row; the costs page has them all
TWO_DIGITS = Context(prec=2, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Row:
    """One model: what the same tokens cost on it, as text. `multiple` is counted from what this run cost."""

    name: str
    url: str
    public_id: str
    today: str
    multiple: str
    then: str
    tokenizer: str
    note: str
    share: int
    is_cheapest: bool
    is_this: bool
    is_on_board: bool


@dataclass(frozen=True)
class LeftOut:
    """Models without a row: how many, why, and the first of their names."""

    why: str
    count: int
    names: str
    more: int


@dataclass(frozen=True)
class Elsewhere:
    """The whole page. `cost` is what the run cost in USD, None where it is not known; `then` is its UTC day, None where
    that is today."""

    run: Run
    usage: Usage
    cost: Decimal | None
    then: date | None
    rows: list[Row]
    more: int
    left_out: list[LeftOut]
    remarks: list[str]
    costs_address: str

    @property
    def catalog_price(self) -> Decimal | None:
        """What the catalog's price came to, where something else was billed."""
        bill = self.run.bill()
        return bill.total if bill is not None and self.cost is not None and bill.total != self.cost else None


def elsewhere(run: Run, now: datetime) -> Elsewhere | None:
    """The usage of `run` on every model of the catalog, cheapest first; None where it has none. Five queries at most."""
    usage = run.priced_usage()
    if usage is None:
        return None
    began = (run.started_at or run.created_at).astimezone(UTC)
    today, then = now.astimezone(UTC).date(), began.date()
    workload = Workload(usage, at=began)
    costs = [cost for cost in costs_of(priced_on(today, []), workload) if cost.priced.writes_text]
    before = costs if then >= today else costs_of(priced_on(then, [], is_past=True), workload)
    paid, board = final_amount(run), [run.model_public_id, *board_models(run)]
    bought = [cost for cost in costs if cost.is_exact and cost.priced.is_sold]
    shown = _shown(costs, bought, board)
    return Elsewhere(
        run,
        usage,
        paid,
        None if then >= today else then,
        _rows(shown, {cost.priced.public_id: cost for cost in before}, run, paid, board),
        more=len(bought) - sum(cost.is_exact and cost.priced.is_sold for cost in shown),
        left_out=_left_out(costs, {cost.priced.public_id for cost in shown}),
        remarks=_remarks(run),
        costs_address=workload_address(usage, []),
    )


def _shown(costs: Sequence[Cost], bought: Sequence[Cost], board: Sequence[str]) -> list[Cost]:
    """The cheapest on sale, and the models of the board wherever they stand."""
    first = {cost.priced.public_id for cost in bought[:MOST_ROWS]} | set(board)
    return [cost for cost in costs if cost.priced.public_id in first]


def _rows(
    shown: Sequence[Cost], before: dict[str, Cost], run: Run, paid: Decimal | None, board: Sequence[str]
) -> list[Row]:
    known = [cost.total for cost in shown if cost.total is not None]
    cheapest = min((cost.total for cost in shown if cost.total is not None and cost.can_be_bought), default=None)
    dearest = max(known, default=Decimal(0))
    tokenizer = next((cost.priced.tokenizer for cost in shown if cost.priced.public_id == run.model_public_id), "")
    return [
        Row(
            cost.priced.name,
            reverse("catalog:model", args=[cost.priced.vendor, cost.priced.slug]),
            cost.priced.public_id,
            _written(cost),
            times(cost.total, paid) if cost.is_exact else "",
            _written(before.get(cost.priced.public_id)),
            _counting(cost, run, tokenizer),
            cost.note,
            round(100 * cost.total / dearest) if cost.total and dearest else 0,
            cost.can_be_bought and cost.total == cheapest,
            cost.priced.public_id == run.model_public_id,
            cost.priced.public_id in board,
        )
        for cost in shown
    ]


def _written(cost: Cost | None) -> str:
    if cost is None or cost.total is None:
        return figures.UNKNOWN
    if cost.is_exact and cost.total == 0:
        return "free"
    return f"{'≥ ' * cost.is_at_least}{figures.usd_exact(cost.total)}"


def times(amount: Decimal | None, paid: Decimal | None) -> str:
    """How many times as much `amount` is as what was `paid`: 12×, 1.03×, 1×, 0.31×, 0.0042×. What is cheaper at all never
    reads as 1×. Blank where either is not known or nothing was paid."""
    if amount is None or not paid:
        return ""
    ratio = amount / paid
    if ratio >= 1 or not ratio:
        return figures.multiple(ratio) if ratio else "free"
    rounded = TWO_DIGITS.plus(ratio)
    return f"{format(min(rounded, Decimal('0.99')).normalize(), 'f')}×"


def _counting(cost: Cost, run: Run, tokenizer: str) -> str:
    """Whether the model would have counted the same tokens, as far as is known."""
    if cost.priced.public_id == run.model_public_id:
        return "this run’s own"
    if not tokenizer or not cost.priced.tokenizer:
        return "not known"
    return "the same" if cost.priced.tokenizer == tokenizer else "another"


def _left_out(costs: Iterable[Cost], shown: set[str]) -> list[LeftOut]:
    """What has no row for want of a price, or because nobody sells it today; each model once."""
    rest = [cost for cost in costs if cost.priced.public_id not in shown]
    reasons: tuple[tuple[str, Callable[[Cost], bool]], ...] = (
        ("that nobody sells today", lambda cost: not cost.priced.is_sold and cost.total is not None),
        ("not billed by the token", lambda cost: BILLED_OTHERWISE in cost.bill.reasons),
        ("whose price is not known", lambda cost: cost.total is None and BILLED_OTHERWISE not in cost.bill.reasons),
        ("whose price is known only in part", lambda cost: cost.priced.is_sold and cost.is_at_least),
    )
    found = [(why, [cost.priced.name for cost in rest if is_left_out(cost)]) for why, is_left_out in reasons]
    return [
        LeftOut(why, len(names), ", ".join(names[:MOST_NAMED]), max(0, len(names) - MOST_NAMED))
        for why, names in found
        if names
    ]


def _remarks(run: Run) -> list[str]:
    """What else this run used that these figures do not hold."""
    found = unpriced(run.usage)
    if image_numbers(run.request):
        found.append("Images count as the prompt tokens that this run’s model made of them.")
    return found
