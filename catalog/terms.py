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
    return f"Last price, until {_day(ended_on)}."


def over(market: str, is_vendors_own: bool, retired_on: date | None, last_seen_on: date | None) -> str:
    """That a listing's price is a last one although nobody saw it end, and why. `retired_on` is None where the vendor names
    no day."""
    retired = f"its vendor retired it on {_day(retired_on)}" if retired_on else "its vendor calls it retired"
    if is_vendors_own or last_seen_on is None:
        return f"Last price: {retired}."
    return f"Last price: {retired}, and it was not seen at {market} since {_day(last_seen_on)}."


def still_sold(market: str, last_seen_on: date | None) -> str:
    """That a market goes on with what its vendor retired, and since when that is only assumed."""
    seen = f"{market} still listed it on {_day(last_seen_on)}" if last_seen_on else f"{market} still lists it"
    return f"Its vendor retired it; {seen}."


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
