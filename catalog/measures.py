"""What prices are counted in: tokens by the million, pages by the thousand, minutes, characters by the million. Pure; no Django.

A rate's amount is always for one unit (one token, one page), exact. People and vendors speak of as many units as make a
figure that can be read; how many that is, and in which words, stands here once for every page and file
(docs/decisions/0011).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from catalog import exact, figures
from catalog.figures import DOLLARS, Display
from catalog.pricing import BY_UNIT, PER_TOKEN, Component, Condition, Rate


@dataclass(frozen=True, slots=True)
class Measure:
    """`unit` is what one amount is for, `quoted` what a price is told for: ten to the `power` units. Blank words where a
    price is told for each."""

    unit: str
    quoted: str = ""
    power: int = 0

    @property
    def words(self) -> str:
        """How the price is told, after its currency: per million tokens, per 1,000 pages, each."""
        return f"per {self.quoted}" if self.quoted else "each"

    def scaled(self, amount: Decimal) -> Decimal:
        """An amount per unit as one for what a price is told for, exact."""
        return amount.scaleb(self.power, exact.EXACT)


TOKENS = Measure("token", "million tokens", 6)
EACH = Measure("unit")
MEASURES = {
    Component.PAGE: Measure("page", "1,000 pages", 3),
    Component.ANNOTATED: Measure("annotated page", "1,000 annotated pages", 3),
    Component.AUDIO_MINUTE: Measure("minute", "minute of audio"),
    Component.CHARACTER: Measure("character", "million characters", 6),
}
# What a model is billed by, in one word, where it is not billed by the token.
BILLED_BY = {
    Component.PAGE: "page",
    Component.ANNOTATED: "page",
    Component.AUDIO_MINUTE: "minute",
    Component.CHARACTER: "character",
}


def measure_of(component: Component) -> Measure:
    """What a component's price is told for."""
    return TOKENS if component in PER_TOKEN else MEASURES.get(component, EACH)


def figure(amount: Decimal | None, component: Component, display: Display = DOLLARS) -> str:
    """An amount per unit as the price that is told, without currency and unit: 0.50, 4.00, 0.003; an em dash where it is
    not known. What is charged each stands to its last digit."""
    measure = measure_of(component)
    if amount is not None and measure is EACH:
        return exact.plain(amount) if not display.is_converted else figures.money(display.convert(amount), "")
    return display.scaled(amount, measure.power)


def priced_by_unit(rates: Iterable[Rate]) -> dict[Component, Decimal]:
    """The usual prices of what is billed by the page, the minute or the character; empty where any usual price of tokens is
    known, for then those are extras."""
    usual = {rate.component: rate.amount for rate in rates if rate.condition == Condition()}
    if any(component in PER_TOKEN and amount is not None for component, amount in usual.items()):
        return {}
    return {component: amount for component, amount in usual.items() if component in BY_UNIT and amount is not None}


def billed_by(components: Iterable[Component]) -> str:
    """By the page; by the page and the minute. Blank where there is none of them."""
    words = dict.fromkeys(f"the {BILLED_BY[component]}" for component in Component if component in set(components))
    return f"by {' and '.join(words)}" if words else ""


def told(amounts: dict[Component, Decimal], currency: str = "USD") -> str:
    """Such prices in words: 4.00 USD per 1,000 pages, 5.00 USD per 1,000 annotated pages."""
    return ", ".join(
        f"{figure(amount, component)} {currency} {measure_of(component).words}" for component, amount in amounts.items()
    )


def no_tokens(amounts: dict[Component, Decimal], currency: str = "USD") -> str:
    """Why a workload of tokens has no cost here, as a sentence with what is charged instead."""
    missing = " and no ".join(f"{BILLED_BY[component]}s" for component in _first_of_each(amounts))
    return f"Billed {billed_by(amounts)}: {told(amounts, currency)}; a workload of tokens has no {missing}."


def _first_of_each(amounts: Iterable[Component]) -> list[Component]:
    """One component of each word that a model is billed by."""
    return list({BILLED_BY[component]: component for component in amounts}.values())
