"""What changed between two price periods, in words: input 0.05 to 0.40, cached input new at 0.04. Pure; no Django."""

from decimal import Decimal

from catalog import measures, terms
from catalog.costs.steps import Change
from catalog.figures import Display
from catalog.pricing import LABELS, PART_OF, PER_TOKEN, Condition


def change_words(change: Change, display: Display) -> str:
    """One rate's change; prices of tokens per million without the words, other ones with what they are for."""
    is_per_token, measure = change.component in PER_TOKEN, measures.measure_of(change.component)

    def written(amount: Decimal | None) -> str:
        if amount is None:
            return "not known"
        if is_per_token or measure is measures.EACH:
            return display.per_million(amount) if is_per_token else f"{display.to_the_digit(amount)} each"
        return f"{display.symbol}{measures.figure(amount, change.component, display)} {measure.words}"

    is_plain = change.condition == Condition()
    when = terms.applies(change.condition)
    name = LABELS[change.component].lower() + (f" ({when})" if when else "")
    general = PART_OF.get(change.component)
    otherwise = f"charged as {LABELS[general].lower()}" if general else "not charged"
    if not change.was:
        return f"{name} new at {written(change.after)}" + (", before " + otherwise if is_plain else "")
    if not change.is_now:
        return f"{name} {written(change.before)} is gone" + (", now " + otherwise if is_plain else "")
    return f"{name} {written(change.before)} to {written(change.after)}"
