"""What prices are shown for: a million tokens, a thousand, or one request of a workload."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from catalog import exact, figures
from catalog.figures import Display


@dataclass(frozen=True, slots=True)
class Unit:
    """`power` is that of ten in its tokens; None for a request, whose amounts are whole already."""

    key: str
    sign: str
    choice: str
    power: int | None

    @property
    def is_per_request(self) -> bool:
        return self.power is None

    def head(self, label: str, display: Display) -> str:
        """The head of a column of amounts: Input $/M."""
        return f"{label} {display.symbol.strip()}/{self.sign}"

    def scaled(self, amount: Decimal | None) -> Decimal | None:
        """An amount per token as one for this unit, exact."""
        return amount if amount is None or self.power is None else amount.scaleb(self.power, exact.EXACT)

    def writer(self, display: Display) -> Callable[[Decimal | None], str]:
        """How amounts (per token, or of one request) are written, without the symbol that the head has."""
        if self.power is None:
            return lambda amount: figures.money(display.convert(amount), "")
        if self.power == 3:
            return display.per_thousand
        return display.per_million


UNITS = {
    unit.key: unit
    for unit in (
        Unit("million", "M", "a million tokens", 6),
        Unit("thousand", "K", "a thousand tokens", 3),
        Unit("request", "request", "one request", None),
    )
}
