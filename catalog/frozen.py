"""Rates as plain JSON, to be kept with what was priced by them. Pure; no Django.

A run keeps the rates it began with, so that a later price never changes an old bill.
"""

from datetime import time

from catalog.exact import parse_amount, plain
from catalog.pricing import Component, Condition, Rate


def freeze(rate: Rate) -> dict[str, str | int | bool]:
    """A rate as plain JSON values, to be kept with what was priced by it; `thaw` reads it back unchanged."""
    condition = rate.condition
    frozen: dict[str, str | int | bool] = {
        "component": rate.component.value,
        "amount": "" if rate.amount is None else plain(rate.amount),
    }
    if condition.over_prompt_tokens is not None:
        frozen["over_prompt_tokens"] = condition.over_prompt_tokens
    if condition.utc_start is not None and condition.utc_end is not None:
        frozen["utc_start"] = condition.utc_start.isoformat()
        frozen["utc_end"] = condition.utc_end.isoformat()
    if condition.batch:
        frozen["batch"] = True
    if condition.unknown:
        frozen["unknown"] = condition.unknown
    return frozen


def thaw(frozen: dict[str, str | int | bool]) -> Rate:
    start, end = frozen.get("utc_start"), frozen.get("utc_end")
    threshold = frozen.get("over_prompt_tokens")
    condition = Condition(
        over_prompt_tokens=None if threshold is None else int(threshold),
        utc_start=None if start is None else time.fromisoformat(str(start)),
        utc_end=None if end is None else time.fromisoformat(str(end)),
        batch=bool(frozen.get("batch", False)),
        unknown=str(frozen.get("unknown", "")),
    )
    return Rate(Component(str(frozen["component"])), parse_amount(str(frozen["amount"])), condition)
