"""Drafts: the lines of an import before they are kept, and how facts and prices are written in them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from catalog import exact, figures
from catalog.frozen import freeze, thaw
from catalog.models import Change
from catalog.pricing import LABELS, PER_TOKEN, Component, Condition, Rate

LONGEST_SAID = 600  # characters of a list; an index of the database holds no longer value
ORDER = {component.value: place for place, component in enumerate(Component)}


Amounts = dict[Component, Decimal | None]


@dataclass
class Draft:
    """One line to be: what a person reads of it, and the plan that `applying` carries out."""

    kind: str
    subject: str
    sentence: str
    plan: dict[str, Any]
    model_id: int | None = None
    field: str = ""
    before: str = ""
    after: str = ""
    raw: dict[str, Any] | None = None
    refusal: str = ""
    digest: str = ""

    @property
    def is_action(self) -> bool:
        return self.kind != Change.Kind.BAD


def plain(value: Any) -> Any:
    """A fact as JSON: days as year-month-day, amounts as text, tuples as lists."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return exact.plain(value)
    return sorted(value) if isinstance(value, tuple | frozenset) else value


def shown(value: Any) -> str:
    """A fact as a person reads it; empty where there is none."""
    value = plain(value)
    if value in (None, "", []):
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))[:LONGEST_SAID]
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def frozen(rates: Any) -> list[dict[str, Any]]:
    """Rates in the form that is kept and compared: unconditional ones by component, then the others in their order."""
    written = [freeze(rate) for rate in rates]
    first = [rate for rate in written if len(rate) == 2]
    return sorted(first, key=lambda rate: ORDER[rate["component"]]) + [rate for rate in written if len(rate) > 2]


def amounts(rates: list[dict[str, Any]], discount: Decimal = Decimal(0)) -> Amounts:
    """The unconditional amounts per unit of frozen rates, after the discount."""
    found: Amounts = {}
    for rate in map(thaw, rates):
        if rate.condition == Condition():
            found[rate.component] = None if rate.amount is None else rate.amount * (1 - discount)
    return found


def price_text(rates: list[dict[str, Any]], discount: Decimal = Decimal(0)) -> str:
    """The prices of frozen rates in one line: input $0.4, output $2 per million tokens."""
    known = amounts(rates, discount)
    per_token = [
        f"{LABELS[component].lower()} {_dollars(amount)}"
        for component, amount in known.items()
        if component in PER_TOKEN
    ]
    others = [
        f"{LABELS[component].lower()} {'unknown' if amount is None else '$' + exact.plain(amount)} each"
        for component, amount in known.items()
        if component not in PER_TOKEN
    ]
    conditional = sum(1 for rate in rates if len(rate) > 2)
    text = f"{', '.join(per_token)} per million tokens" if per_token else ""
    more = f"{conditional} under conditions" if conditional else ""
    return "; ".join(part for part in (text, *others, more) if part) or "no price"


def _dollars(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"${figures.per_million(amount)}" if amount else "free"


def factor(old: Amounts, new: Amounts) -> Decimal | None:
    """The largest move of any component's price as a factor of one or more; None where nothing can be compared."""
    moves = []
    for component, was in old.items():
        now = new.get(component)
        if was and now:
            moves.append(max(was / now, now / was))
    return max(moves, default=None)


def share(discount: Decimal) -> str:
    """A discount as it is kept: the part of one as plain text, blank for none."""
    return exact.plain(round(discount, 18).normalize() + 0) if discount else ""


def as_rates(rates: list[dict[str, Any]]) -> list[Rate]:
    return [thaw(rate) for rate in rates]
