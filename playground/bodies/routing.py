"""What the market's router is told beside the request: guards and preferences. Only OpenRouter has one. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog import exact
from catalog.pricing import Component, Rate

MILLION = Decimal(1_000_000)
TOLD_AS = {
    "max_price": "max_price",
    "require_parameters": "require_parameters",
    "deny_data_collection": "data_collection",
    "no_fallbacks": "allow_fallbacks",
}  # each switch's name in the `provider` object
NAMES = tuple(TOLD_AS)


@dataclass(frozen=True)
class Routing:
    """Switches, each off unless asked for.

    `max_price`: the request does not run above the prices in the catalog, a guard against a provider that is dearer.
    `require_parameters`: only providers that take every parameter, instead of ignoring some silently.
    `deny_data_collection`: only providers that do not keep prompts. `no_fallbacks`: no other provider than the first.
    """

    max_price: bool = False
    require_parameters: bool = False
    deny_data_collection: bool = False
    no_fallbacks: bool = False

    def to_json(self) -> dict[str, bool]:
        return {name: True for name in NAMES if getattr(self, name)}

    def preferences(self, rates: Iterable[Rate]) -> dict[str, Any]:
        """The `provider` object of the request, empty when nothing is asked for; prices in USD per million tokens."""
        told: dict[str, Any] = {}
        if self.max_price and (bounds := _bounds(list(rates))):
            told["max_price"] = bounds
        if self.require_parameters:
            told["require_parameters"] = True
        if self.deny_data_collection:
            told["data_collection"] = "deny"
        if self.no_fallbacks:
            told["allow_fallbacks"] = False
        return told


def read(stored: Mapping[str, Any]) -> Routing:
    return Routing(**{name: stored.get(name) is True for name in NAMES})


def _bounds(rates: list[Rate]) -> dict[str, str]:
    """The dearest input and output rate that the catalog knows, so that a long context's tier is not refused; as decimal
    text, which is what the API's description asks for."""
    bounds = {}
    for name, component in (("prompt", Component.INPUT), ("completion", Component.OUTPUT)):
        amounts = [rate.amount for rate in rates if rate.component == component and rate.amount is not None]
        if amounts:
            bounds[name] = exact.plain(max(amounts) * MILLION)
    return bounds
