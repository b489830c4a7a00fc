"""What changed between two price periods, in words: input 0.05 to 0.40, cached input new at 0.04. Pure; no Django."""

from decimal import Decimal

from catalog.costs.steps import Change
from catalog.figures import Display
from catalog.pricing import LABELS, PART_OF, PER_TOKEN, Condition


def change_words(change: Change, display: Display) -> str:
    """One rate's change; prices of tokens per million, other ones each."""
    is_per_token = change.component in PER_TOKEN

    def written(amount: Decimal | None) -> str:
        if amount is None:
            return "not known"
        return display.per_million(amount) if is_per_token else f"{display.to_the_digit(amount)} each"

    is_plain = change.condition == Condition()
    name = " ".join([LABELS[change.component].lower(), *condition_words(change.condition)])
    general = PART_OF.get(change.component)
    otherwise = f"charged as {LABELS[general].lower()}" if general else "not charged"
    if not change.was:
        return f"{name} new at {written(change.after)}" + (", before " + otherwise if is_plain else "")
    if not change.is_now:
        return f"{name} {written(change.before)} is gone" + (", now " + otherwise if is_plain else "")
    return f"{name} {written(change.before)} to {written(change.after)}"


def condition_words(condition: Condition) -> list[str]:
    """When a rate applies: above 128,000 prompt tokens, 16:30 to 00:30 UTC, as a batch."""
    words = []
    if condition.over_prompt_tokens is not None:
        words.append(f"above {condition.over_prompt_tokens:,} prompt tokens")
    if condition.utc_start is not None and condition.utc_end is not None:
        words.append(f"from {condition.utc_start:%H:%M} to {condition.utc_end:%H:%M} UTC")
    if condition.batch:
        words.append("as a batch")
    if condition.unknown:
        words.append(f"if {condition.unknown}")
    return words
