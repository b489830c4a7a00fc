"""OpenRouter's pricing object as rates, for models and for the endpoints behind them. Pure.

Amounts are decimal text in USD per unit. The top level holds under ordinary conditions; each of `overrides` has conditions,
all of which must hold, and prices that win over what stands before it, key by key. A condition nobody here knows makes the
rate one that is never applied and that the bill calls conditional. Source: OpenRouter's API description of 2026-08-22.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal

from catalog.exact import plain
from catalog.imports.readers import amounts
from catalog.imports.readers.fields import Fields, Unusable
from catalog.imports.readers.texts import cut, line
from catalog.pricing import Component, Condition, Rate

COMPONENTS = {
    "prompt": Component.INPUT,
    "completion": Component.OUTPUT,
    "input_cache_read": Component.CACHE_READ,
    "input_cache_write": Component.CACHE_WRITE,
    "internal_reasoning": Component.REASONING,
    "audio": Component.INPUT_AUDIO,
    "audio_output": Component.OUTPUT_AUDIO,
    "image_output": Component.OUTPUT_IMAGE,
    "request": Component.REQUEST,
    "web_search": Component.WEB_SEARCH,
}
# Prices of things that the catalog does not count apart; they are checked, kept raw and noted.
NOT_COUNTED = {
    "image_token": "image tokens of the prompt",
    "input_audio_cache": "cached audio",
    "input_cache_write_1h": "text that is cached for an hour",
}
IMAGE = "image"
CONDITIONS = frozenset({"min_prompt_tokens", "utc_start", "utc_end"})
KNOWN = frozenset({*COMPONENTS, *NOT_COUNTED, IMAGE, "discount", "overrides"})
MOST_CONDITION = 200


@dataclass(frozen=True)
class Pricing:
    """What a pricing object says; `rates` is None when it shows no price at all."""

    rates: tuple[Rate, ...] | None
    discount: Decimal = Decimal(0)
    unknown_keys: tuple[str, ...] = ()


def read_pricing(fields: Fields) -> Pricing:
    """The pricing object in `fields`; what is kept out of the rates is said in its notes. Raises Unusable."""
    rates = list(_rates(fields, Condition()))
    for override in fields.objects("overrides"):
        rates += _rates(override, _condition(override))
    _note_uncounted(fields)
    return Pricing(tuple(rates) or None, amounts.share(fields, "discount"), fields.unknown(KNOWN))


def _rates(fields: Fields, condition: Condition) -> Iterator[Rate]:
    for key, component in COMPONENTS.items():
        if key in fields.raw:
            yield Rate(component, amounts.from_text(fields, key, component), condition)


def _condition(override: Fields) -> Condition:
    """All conditions of an override, those that cannot be judged in words."""
    over = override.whole("min_prompt_tokens")
    condition = Condition(over_prompt_tokens=over)
    unknown = [
        f"{line(key)} is {line(json.dumps(value, ensure_ascii=False, default=str))}"
        for key, value in override.raw.items()
        if key not in KNOWN | CONDITIONS
    ]
    start, end = _clock(override, "utc_start"), _clock(override, "utc_end")
    if start is None and end is None:
        if over is None and not unknown:
            unknown.append("the source names no condition")
    elif start is None or end is None or start == end:
        unknown.append("the hours do not say from when to when")
    else:
        condition = replace(condition, utc_start=start, utc_end=end)
    return replace(condition, unknown=cut("; ".join(unknown), MOST_CONDITION))


def _clock(override: Fields, key: str) -> time | None:
    """A time of day that stands as the number HHMM: 100 is 01:00, 2400 is the midnight that ends a day."""
    number = override.whole(key)
    if number is None:
        return None
    hours, minutes = divmod(number, 100)
    if minutes > 59 or hours > 24 or (hours == 24 and minutes):
        raise Unusable(f"{override.named(key)} is {number}, which is no time of day. 1030 is 10:30.")
    return time(hours % 24, minutes)


def _note_uncounted(fields: Fields) -> None:
    """The published price of an image equals that of a prompt token, although its description says per image: charging
    it for each image would be right for neither, and the image's tokens are in the prompt already."""
    for key, what in NOT_COUNTED.items():
        if key in fields.raw and (amount := _uncounted(fields, key)):
            fields.notes.append(f"{fields.named(key)}, {plain(amount)}, is for {what}: it is kept, and not charged.")
    price = _uncounted(fields, IMAGE) if IMAGE in fields.raw else None
    if not price:
        return
    is_token_price = "prompt" in fields.raw and price == amounts.from_text(fields, "prompt", Component.INPUT)
    fields.notes.append(
        f"{fields.named(IMAGE)} is {plain(price)}, the price of a prompt token: images are charged by their tokens."
        if is_token_price
        else f"{fields.named(IMAGE)} is {plain(price)}, and whether for an image or a token of it is not known: "
        "it is kept, and not charged."
    )


def _uncounted(fields: Fields, key: str) -> Decimal | None:
    """A price that is kept out of the rates. Raises Unusable all the same: an entry with one bad price is not trusted."""
    return amounts.from_text(fields, key, Component.IMAGE if key == IMAGE else Component.INPUT)
