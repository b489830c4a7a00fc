"""Prices in the form of OpenRouter's `pricing` object: decimal text in USD per unit, conditions as `overrides`. Pure; no Django.

The form has no word for "unknown". A key that may be left out is left out; `prompt` and `completion` may not, and neither
may a price that a tier or an hour of the day changes to something unknown: there stands -1, as OpenRouter itself writes
it for prices that it does not know. Every such place is named in `unknown`, so that nobody has to read a -1 as an amount
(docs/decisions/0007). Batch prices and conditions that nobody can judge have no place in the form either; a reader
who overlooked the condition would take the price for the usual one, so they are told apart, in `elsewhere`. And it has no
key for what is billed by the page, the minute or the character: those prices stand in `by_unit`, each with its unit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from catalog.exact import plain
from catalog.measures import measure_of
from catalog.pricing import BY_UNIT, Component, Condition, Rate
from catalog.terms import applies

KEYS = {
    Component.INPUT: "prompt",
    Component.OUTPUT: "completion",
    Component.CACHE_READ: "input_cache_read",
    Component.CACHE_WRITE: "input_cache_write",
    Component.INPUT_AUDIO: "audio",
    Component.REASONING: "internal_reasoning",
    Component.OUTPUT_AUDIO: "audio_output",
    Component.OUTPUT_IMAGE: "image_output",
    Component.REQUEST: "request",
    Component.IMAGE: "image",
    Component.WEB_SEARCH: "web_search",
}
REQUIRED = ("prompt", "completion")
UNKNOWN = "-1"
ALWAYS = Condition()

Override = dict[str, str | int]


@dataclass(slots=True)
class Pricing:
    """`form` is the object itself, `unknown` the paths in it at which a price is not known. `elsewhere` are the rates whose
    condition it cannot hold: component, amount and the condition in words; `by_unit` those whose unit it cannot hold."""

    form: dict[str, str | list[Override]]
    unknown: list[str] = field(default_factory=list)
    elsewhere: list[dict[str, str | None]] = field(default_factory=list)
    by_unit: list[dict[str, str | None]] = field(default_factory=list)


def written(rates: Iterable[Rate]) -> Pricing:
    """Rates, in the order in which later ones win, as OpenRouter writes them."""
    base: dict[str, str | None] = {}
    overrides: list[tuple[Override, dict[str, str | None]]] = []
    elsewhere: list[dict[str, str | None]] = []
    by_unit: list[dict[str, str | None]] = []
    for rate in rates:
        amount = None if rate.amount is None else plain(rate.amount)
        if rate.component in BY_UNIT:
            if rate.condition == ALWAYS:
                by_unit = [each for each in by_unit if each["component"] != rate.component]
            by_unit.append(_unit_price(rate, amount))
            continue
        key = KEYS[rate.component]
        if rate.condition == ALWAYS:
            base[key] = amount
            for _, prices in overrides:  # it comes later and always holds, so nothing before it is ever used
                prices.pop(key, None)
            elsewhere = [each for each in elsewhere if each["component"] != rate.component]
            continue
        conditions = in_the_form(rate.condition)
        if conditions is None:
            elsewhere.append(
                {"component": rate.component.value, "amount_usd": amount, "applies": applies(rate.condition)}
            )
        else:
            _place(overrides, conditions, key, amount)
    return replace(_assembled(base, overrides, elsewhere), by_unit=by_unit)


def _unit_price(rate: Rate, amount: str | None) -> dict[str, str | None]:
    return {
        "component": rate.component.value,
        "unit": measure_of(rate.component).unit,
        "amount_usd": amount,
        "applies": applies(rate.condition) or "always",
    }


def in_the_form(condition: Condition) -> Override | None:
    """A condition in the form's own keys: tokens above a number, and hours as clock numbers (16:30 is 1630). None where
    the form cannot say it."""
    if condition.batch or condition.unknown:
        return None
    said: Override = {}
    if condition.over_prompt_tokens is not None:
        said["min_prompt_tokens"] = condition.over_prompt_tokens
    if condition.utc_start is not None and condition.utc_end is not None:
        for name, moment in (("utc_start", condition.utc_start), ("utc_end", condition.utc_end)):
            if moment.second or moment.microsecond:
                return None
            said[name] = moment.hour * 100 + moment.minute
    return said or None


def _place(
    overrides: list[tuple[Override, dict[str, str | None]]], conditions: Override, key: str, amount: str | None
) -> None:
    """Into the entry with the same conditions, unless one after it has a price for the key: later entries win."""
    for known, prices in reversed(overrides):
        if known == conditions:
            prices[key] = amount
            return
        if key in prices:
            break
    overrides.append((conditions, {key: amount}))


def _assembled(
    base: dict[str, str | None],
    overrides: list[tuple[Override, dict[str, str | None]]],
    elsewhere: list[dict[str, str | None]],
) -> Pricing:
    form: dict[str, str | list[Override]] = {key: base.get(key) or UNKNOWN for key in REQUIRED}
    unknown = [f"pricing.{key}" for key in REQUIRED if base.get(key) is None]
    for key, amount in base.items():
        if amount is not None:
            form[key] = amount
        elif key not in REQUIRED:
            unknown.append(f"pricing.{key}")
    entries: list[Override] = []
    for conditions, prices in overrides:
        if prices:
            unknown += [f"pricing.overrides.{len(entries)}.{key}" for key, amount in prices.items() if amount is None]
            entries.append(conditions | {key: amount or UNKNOWN for key, amount in prices.items()})
    if entries:
        form["overrides"] = entries
    return Pricing(form, unknown, elsewhere)
