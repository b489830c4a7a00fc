"""The heads of the table's columns: what they are called, the order that a click asks for, and which can be chosen."""

from dataclasses import dataclass

from catalog.figures import DOLLARS, Display
from catalog.table.addresses import Address
from catalog.table.columns import Column
from catalog.table.units import UNITS, Unit


@dataclass(frozen=True, slots=True)
class Head:
    column: Column
    label: str
    aria_sort: str
    url: str


def heads(columns: list[Column], sort: str, address: Address, unit: Unit, display: Display = DOLLARS) -> list[Head]:
    """The column heads, each with the address of the order that a click on it asks for."""
    found = []
    for column in columns:
        aria, following = "", column.first
        if sort.lstrip("-") == column.key:
            aria = "descending" if sort.startswith("-") else "ascending"
            following = column.key if sort.startswith("-") else f"-{column.key}"
        found.append(Head(column, label_of(column, unit, display), aria, str(address.having("sort", following))))
    return found


def label_of(column: Column, unit: Unit, display: Display) -> str:
    """Context, Input $/M, Cost $/request."""
    if not column.is_amount:
        return column.label
    return UNITS["request"].head("Cost", display) if column.key == "cost" else unit.head(column.label, display)


def columns_offered(columns: list[Column], everything: tuple[Column, ...]) -> list[tuple[Column, bool]]:
    """The chooser's boxes: what is shown in its order, then the rest."""
    return [(column, True) for column in columns] + [(column, False) for column in everything if column not in columns]
