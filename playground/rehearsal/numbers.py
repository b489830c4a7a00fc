"""Numbers that fit a JSON schema: one of the prompt's where it fits, else a plain one within the range."""

import math
from collections.abc import Callable
from typing import Any

from playground.rehearsal.prompt_values import PromptValues

LARGEST = 10**15  # beyond it a float no longer holds every whole number
SMALLEST_STEP = 1e-9
Number = int | float


def fitting(schema: dict[str, Any], values: PromptValues, *, is_whole: bool) -> Number:
    """A number within minimum, maximum, their exclusive kinds and multipleOf; 0 where nothing simple fits."""
    low = _bound(schema, ("minimum", "exclusiveMinimum"), -LARGEST, max)
    high = _bound(schema, ("maximum", "exclusiveMaximum"), LARGEST, min)
    step: Number | None = schema.get("multipleOf")
    if not _is_number(step) or not SMALLEST_STEP < (step or 0) < LARGEST:
        step = None

    def fits(number: Number) -> bool:
        return (
            low <= number <= high
            and number not in (schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum"))
            and (not is_whole or number == int(number))
            and (step is None or number / step == int(number / step))
        )

    found = values.next_number(fits)
    if found is None:
        multiple = step or 1
        plain = [1, math.ceil(low), low, math.floor(low) + 1, math.ceil(high) - 1, high, (low + high) / 2]
        plain += [multiple * math.ceil(low / multiple), multiple * (math.floor(low / multiple) + 1)]
        found = next((number for number in plain if fits(number)), 0)
    return int(found) if found == int(found) else found


def _bound(
    schema: dict[str, Any], names: tuple[str, str], default: Number, stricter: Callable[[list[Number]], Number]
) -> Number:
    given = [schema[name] for name in names if _is_number(schema.get(name))]
    return max(-LARGEST, min(LARGEST, stricter(given))) if given else default


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
