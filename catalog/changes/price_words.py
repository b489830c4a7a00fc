"""A change of price in words, in percent for each component: input −25% (0.40 to 0.30). Pure; no Django, no float."""

from collections.abc import Iterable
from decimal import Decimal

from catalog import figures, measures, terms
from catalog.costs.steps import Change, changes
from catalog.pricing import LABELS, PART_OF, PER_TOKEN, Component, Condition, Rate

MANYFOLD = Decimal(10)  # from here on "12× as much" says more than "+1100%"
PLAIN = Condition()


def changed(before: Iterable[Rate], after: Iterable[Rate], currency: str = "USD") -> str:
    """Every rate that differs, in the order of the later list; blank where none does."""
    return ", ".join(one_change(change, currency) for change in changes(before, after))


def one_change(change: Change, currency: str = "USD") -> str:
    """One rate's change. Prices of tokens are written per million, other ones each."""
    name = _name(change.component, change.condition)
    before, after = (_written(amount, change.component, currency) for amount in (change.before, change.after))
    general = PART_OF.get(change.component) if change.condition == PLAIN else None
    if not change.was:
        was = f", before charged as {LABELS[general].lower()}" if general else ""
        return f"{name} new, {after}{was}" if not change.after else f"{name} new at {after}{was}"
    if not change.is_now:
        now = f", now charged as {LABELS[general].lower()}" if general else ""
        return f"{name} {before} is gone{now}"
    if change.before is None or change.after is None:
        return f"{name} {before} to {after}"
    if not change.before:
        return f"{name} was free, now {after}"
    if not change.after:
        return f"{name} now free, was {before}"
    return f"{name} {in_percent(change.before, change.after)} ({before} to {after})"


def in_percent(before: Decimal, after: Decimal) -> str:
    """What one amount above zero became of another: −25%, +2.5%, 12× as much. What has changed never reads as 0%."""
    share = figures.ROUNDING.divide(after - before, before)
    if share >= MANYFOLD:
        return f"{figures.multiple(figures.ROUNDING.divide(after, before))} as much"
    return f"{'+' if share > 0 else '−'}{figures.percent(share)}"


def first_price(rates: Iterable[Rate], currency: str = "USD") -> str:
    """The plain prices of input and output that a listing began with: $0.50 / $1.50 per million tokens, nothing; or of what it
    is billed by: $4.00 per 1,000 pages; else blank."""
    rates = list(rates)
    plain = {rate.component: rate.amount for rate in rates if rate.condition == PLAIN}
    by_unit = measures.priced_by_unit(rates)
    if by_unit:
        return ", ".join(_written(amount, component, currency) for component, amount in by_unit.items())
    amounts = [plain.get(component) for component in (Component.INPUT, Component.OUTPUT)]
    if None in amounts:
        return ""
    if not any(amounts):
        return "nothing"
    return " / ".join(_written(amount, Component.INPUT, currency) for amount in amounts) + " per million tokens"


def _name(component: Component, condition: Condition) -> str:
    when = terms.applies(condition)
    return LABELS[component].lower() + (f" ({when})" if when else "")


def _written(amount: Decimal | None, component: Component, currency: str) -> str:
    if amount is None:
        return "not known"
    if not amount:
        return "free"
    symbol = figures.symbol(currency)
    if component in PER_TOKEN:
        return symbol + figures.per_million(amount)
    return f"{symbol}{measures.figure(amount, component)} {measures.measure_of(component).words}"
