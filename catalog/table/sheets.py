"""The table as a file: the rows and columns shown, with exact figures where the page rounds."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from catalog.exports import Sheet, Value
from catalog.figures import DOLLARS, Display
from catalog.pricing import Bill, Component
from catalog.table.amounts import amounts_of
from catalog.table.cells import parameter_count, status_text, word_list
from catalog.table.columns import Column
from catalog.table.heads import label_of
from catalog.table.units import UNITS, Unit

MOST_ROWS = 5000
FIELDS = {
    "name": "name",
    "context": "context_length",
    "max_output": "max_completion_tokens",
    "released": "released_on",
    "listed": "listed_on",
    "announced": "announced_on",
    "family": "family",
    "vendor": "vendor_name",
    "licence": "licence",
    "size": "parameters_total",
}


def table_sheet(
    found: Iterable[dict[str, Any]],
    columns: list[Column],
    day: date,
    bills: dict[int, Bill] | None = None,
    unit: Unit = UNITS["million"],
    display: Display = DOLLARS,
    by_unit: dict[int, dict[Component, Decimal]] | None = None,
) -> Sheet:
    """The rows for what `Question.rows` found: each column shown, and the model's id after its name."""
    names = [label_of(column, unit, display) for column in columns]
    rows = [
        _row(
            values, columns, day, (bills or {}).get(key := values["model_id"]), unit, display, (by_unit or {}).get(key)
        )
        for values in found
    ]
    return Sheet("models", [names[0], "Id", *names[1:]], rows)


def _row(
    values: dict[str, Any],
    columns: list[Column],
    day: date,
    bill: Bill | None,
    unit: Unit,
    display: Display,
    by_unit: dict[Component, Decimal] | None,
) -> list[Value]:
    amounts = amounts_of(values, bill, unit, by_unit=by_unit)
    cells: list[Value] = []
    for column in columns:
        if column.is_amount:
            amount = display.convert(amounts[column.key].usd)
            if amount is None and amounts[column.key].told:
                cells.append(amounts[column.key].told)
                continue
            cells.append(amount if column.key == "cost" else unit.scaled(amount))
        elif column.key in FIELDS:
            cells.append(values[FIELDS[column.key]])
        else:
            cells.append(WORDS[column.key](values, day))
    return [cells[0], values["public_id"], *cells[1:]]


WORDS = {
    "status": status_text,
    "reads": lambda values, day: word_list(values["reads__words"]),
    "writes": lambda values, day: word_list(values["writes__words"]),
    "parameters": lambda values, day: parameter_count(values),
}
