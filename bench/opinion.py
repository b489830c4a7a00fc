"""What a second opinion is: another program that prices a usage, with its own table of prices. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from bench.price_tables import Request, Table
from catalog.pricing import Component

Amount = Decimal | float  # in USD, as the opinion itself states it


class Unknown(LookupError):
    """The opinion does not know a name; the message is what it answered."""


@dataclass(frozen=True)
class TableToCheck:
    """One model of an opinion's own data: its table as our rates, and the opinion's own way to price a request.

    `rule` is the table as the opinion's code changes it for this seller, with a sentence that says how, where it does.
    """

    name: str
    table: Table
    price: Callable[[Request], Amount]
    rule: tuple[Table, str] | None = None


@dataclass
class LeftOut:
    """What of an opinion's data our rates do not hold: whole models, single prices, prices under other conditions."""

    models: Counter[str] = field(default_factory=Counter)
    parts: Counter[str] = field(default_factory=Counter)
    variants: Counter[str] = field(default_factory=Counter)


class Opinion(Protocol):
    name: str
    version: str
    has_dates: bool  # whether it prices by the day of the request; else it knows today only
    agreement: str  # what counts as the same amount, in words
    asked: frozenset[Component]  # what of a usage it can be told

    def table(self, market: str, id: str) -> Table:
        """Its prices for a name at a market. Raises Unknown."""

    def cost(self, market: str, id: str, request: Request) -> Amount:
        """What it says the request cost."""

    def agrees(self, ours: Decimal, theirs: Amount) -> bool: ...

    def own_tables(self, left_out: LeftOut) -> Iterator[TableToCheck]:
        """All of its own data that our rates can hold; what they cannot is counted in `left_out` meanwhile."""
