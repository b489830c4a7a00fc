"""The terms of a price in words: when a rate applies, and until when it did. Pure; no Django."""

from dataclasses import replace
from datetime import date

from catalog.pricing import Condition


def applies(condition: Condition) -> str:
    """When a rate applies: above 128,000 prompt tokens, 16:30 to 00:30 UTC, batch only. Blank where it always does."""
    parts = []
    if condition.over_prompt_tokens is not None:
        parts.append(f"above {condition.over_prompt_tokens:,} prompt tokens")
    if condition.utc_start is not None and condition.utc_end is not None:
        parts.append(f"{condition.utc_start:%H:%M} to {condition.utc_end:%H:%M} UTC")
    if condition.batch:
        parts.append("batch only")
    if condition.unknown:
        parts.append(f"only when: {condition.unknown}, not applied here")
    return ", ".join(parts)


def applies_within_its_tier(condition: Condition) -> str:
    """The same where the tier is told already."""
    return applies(replace(condition, over_prompt_tokens=None))


def last_price(ended_on: date) -> str:
    """That a price is the last one on record, and the first day on which it no longer held."""
    return f"Last price, until {ended_on:%b} {ended_on.day}, {ended_on.year}."
