"""The price map: what 1,000 requests of a workload cost on each model, beside its context length and its release day."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from catalog import figures
from catalog.costs.offered import Priced
from catalog.costs.workloads import Cost, Workload, costs_of
from catalog.exports import Sheet, Value
from catalog.facts import day_text
from catalog.figures import Display
from catalog.models import Listing
from catalog.models.lifecycle import Status

MOST_MISSING = 20  # names told of each reason; the table has them all
STATUS_WORDS = {status: str(status.label) for status in Status}


@dataclass(slots=True)
class MapRow:
    """One model on the map: what 1,000 requests cost in US dollars, None unless it is exactly known; its context in tokens
    and its release day, None where no source says. `best_for` names the charts whose frontier it stands on."""

    cost: Cost
    name: str
    url: str
    amount: Decimal | None
    context: int | None
    released_on: date | None
    is_sold: bool
    per_thousand: str
    context_text: str
    released_text: str
    status: str
    status_text: str
    note: str
    best_for: str = ""

    @property
    def public_id(self) -> str:
        return self.cost.priced.public_id

    def cells(self) -> tuple[str, ...]:
        """What the table writes of it. A plain tuple: a template takes twice as long to ask an object for each."""
        return (
            self.url,
            self.name,
            self.per_thousand,
            self.context_text,
            self.released_text,
            self.status,
            self.status_text,
            self.note,
            self.best_for,
        )


def map_rows(priced: Iterable[Priced], workload: Workload, display: Display) -> list[MapRow]:
    """Every model's row, cheapest first. One query however many models."""
    costs = costs_of(priced, workload)
    facts = {
        listing_id: (own or of_model, released_on)
        for listing_id, own, of_model, released_on in Listing.objects.for_map(
            [each.priced.listing_id for each in costs]
        )
    }
    return [_row(cost, *facts.get(cost.priced.listing_id, (None, None)), display) for cost in costs]


def _row(cost: Cost, context: int | None, released_on: date | None, display: Display) -> MapRow:
    amount = cost.per_thousand()
    free = "free" if cost.priced.is_sold else "was free"
    shown = free if cost.is_exact and amount == 0 else display.to_the_digit(amount)
    return MapRow(
        cost,
        cost.priced.name,
        reverse("catalog:model", args=[cost.priced.vendor, cost.priced.slug]),
        amount if cost.is_exact else None,
        context,
        released_on,
        cost.priced.is_sold,
        f"at least {shown}" if cost.is_at_least else shown,
        figures.tokens(context),
        day_text(released_on),
        cost.priced.status.value,
        cost.priced.status_text,
        cost.note,
    )


@dataclass(frozen=True)
class Missing:
    """Models that have no place on a chart, how many and why; the first of their names, and how many more there are."""

    why: str
    count: int
    names: str
    more: int


def missing(rows: Sequence[MapRow]) -> list[Missing]:
    """What is left out of the charts, and why. The table names every model; here are the first of each reason."""
    reasons: tuple[tuple[str, Callable[[MapRow], bool]], ...] = (
        ("without a price on record", lambda row: row.amount is None and not row.cost.is_at_least),
        ("whose price is known only in part", lambda row: row.cost.is_at_least),
        ("without a context length, on the first chart", lambda row: row.amount is not None and row.context is None),
        ("without a release day, on the second chart", lambda row: row.amount is not None and row.released_on is None),
    )
    found = [(why, [row.name for row in rows if is_missing(row)]) for why, is_missing in reasons]
    return [
        Missing(why, len(names), ", ".join(names[:MOST_MISSING]), max(0, len(names) - MOST_MISSING))
        for why, names in found
        if names
    ]


def map_sheet(rows: Iterable[MapRow], display: Display) -> Sheet:
    """The rows of the table with exact amounts; a lower bound says so in its own column."""
    columns = [
        "Model",
        "Id",
        "Currency",
        "1,000 requests",
        "Figure",
        "Context",
        "Released",
        "Status",
        "Cheapest for",
        "Note",
    ]
    values: list[list[Value]] = [
        [
            row.name,
            row.public_id,
            display.code,
            display.convert(row.cost.per_thousand()),
            row.cost.bill.status.value.replace("_", " "),
            row.context,
            row.released_on,
            row.status_text,
            row.best_for,
            row.note,
        ]
        for row in rows
    ]
    return Sheet("price-map", columns, values)
