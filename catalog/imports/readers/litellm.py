"""LiteLLM's cost map, `model_prices_and_context_window.json`: prices and limits by the names LiteLLM routes with. Pure.

`{"mistral/mistral-large-2512": {"litellm_provider", "mode", "input_cost_per_token": 5e-07, ...}}`: numbers in USD per token,
read as their decimal text. A condition is a part of a price's name: `_above_200k_tokens` is a cliff over 200,000 prompt
tokens, `_batches` a price for batches; service tiers and prices per second, page or pixel are not read. Its
`max_input_tokens` is what it has for a context length. `sample_spec` describes the file and is no model.
"""

import re
from collections.abc import Iterator

from catalog.imports.entries import Entry, Fact, Unreadable
from catalog.imports.readers import amounts, sellers
from catalog.imports.readers.fields import Fields
from catalog.imports.readers.reading import Read, Reading
from catalog.imports.readers.texts import MOST_ID, cut, line
from catalog.pricing import Component, Condition, Rate

SHAPE = "This is not LiteLLM’s cost map, which is an object of models that each have a “litellm_provider”."
SAMPLE = "sample_spec"
COMPONENTS = {
    "input_cost_per_token": Component.INPUT,
    "output_cost_per_token": Component.OUTPUT,
    "cache_read_input_token_cost": Component.CACHE_READ,
    "cache_creation_input_token_cost": Component.CACHE_WRITE,
    "input_cost_per_audio_token": Component.INPUT_AUDIO,
    "output_cost_per_audio_token": Component.OUTPUT_AUDIO,
    "output_cost_per_reasoning_token": Component.REASONING,
    "output_cost_per_image_token": Component.OUTPUT_IMAGE,
    "input_cost_per_request": Component.REQUEST,
}
PRICE = re.compile(rf"({'|'.join(COMPONENTS)})(?:_above_([0-9]{{1,7}})(k?)_tokens)?(_batches)?")
OTHER_SHAPES = ("tiered_pricing", "off_peak_pricing")
NAMED = 6  # how many of the prices that are not read are named in the note


class LiteLLM(Reading):
    """An entry for each name of the map."""

    def entries(self) -> Iterator[Read]:
        has_provider = False
        for name in self.json.members(SHAPE):
            self.json.place = cut(line(name), MOST_ID)
            if name == SAMPLE:
                self.json.skip()
                continue
            raw, problem = self.json.read()
            has_provider |= isinstance(raw, dict) and "litellm_provider" in raw
            yield self.entry(name, raw, problem, _entry)
        if not has_provider:
            raise Unreadable(SHAPE)


def _entry(id: str, fields: Fields) -> Entry:
    seller = fields.text("litellm_provider", MOST_ID)
    prefix, slash, rest = id.partition("/")
    names = sellers.names(prefix, rest) if slash else sellers.names(seller, id)
    found: dict[str, Fact | None] = {
        "context_length": fields.tokens("max_input_tokens"),
        "max_completion_tokens": fields.tokens("max_output_tokens"),
        "deprecated_on": fields.day("deprecation_date"),
        "input_modalities": fields.slugs("supported_modalities"),
        "output_modalities": fields.slugs("supported_output_modalities"),
    }
    return Entry(
        id=id,
        raw=fields.raw,
        names=names,
        facts={name: value for name, value in found.items() if value not in (None, ())},
        rates=tuple(_rates(fields)) or None,
        notes=tuple(fields.notes),
    )


def _rates(fields: Fields) -> list[Rate]:
    """Plain prices, then tiers from the lowest threshold up, then the same for batches: later ones win."""
    rates: list[tuple[bool, int, Rate]] = []
    others = []
    for key in fields.raw:
        match = PRICE.fullmatch(key)
        if match is None:
            if key in OTHER_SHAPES or "cost" in key:
                others.append(cut(line(key), 80))
            continue
        component = COMPONENTS[match[1]]
        amount = amounts.from_number(fields, key, component)
        if amount is None:
            continue
        over = int(match[2]) * (1000 if match[3] else 1) if match[2] else None
        is_batch = match[4] is not None
        rates.append((is_batch, over or 0, Rate(component, amount, Condition(over, batch=is_batch))))
    if others:
        more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
        fields.notes.append(f"Prices that are kept and not read: {', '.join(sorted(others)[:NAMED])}{more}.")
    rates.sort(key=lambda rate: rate[:2])
    return [rate for _, _, rate in rates]
