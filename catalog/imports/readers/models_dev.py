"""models.dev's `api.json`: what its community wrote down of each model at each provider. Pure.

`{provider: {"id", "name", "models": {id: {...}}}}`; costs are numbers in USD per million tokens, limits are in tokens. A missing
cost is unknown and not free. A tier holds above `size` prompt tokens; `context_over_200k` says the same in an older way
and is read only where there are no tiers. The release day of its OpenRouter entries is OpenRouter's day of listing.
Source: its schema (anomalyco/models.dev, packages/core/src/schema.ts).
"""

from collections.abc import Iterator
from dataclasses import replace

from catalog.imports.entries import BadEntry, Entry, Fact, Unreadable
from catalog.imports.readers import amounts, sellers
from catalog.imports.readers.fields import Fields, Unusable
from catalog.imports.readers.reading import Read, Reading
from catalog.imports.readers.texts import MOST_ID, cut, line
from catalog.pricing import Component, Condition, Rate

SHAPE = "This is not models.dev’s api.json, which is an object of providers that each have “models”."
COMPONENTS = {
    "input": Component.INPUT,
    "output": Component.OUTPUT,
    "cache_read": Component.CACHE_READ,
    "cache_write": Component.CACHE_WRITE,
    "reasoning": Component.REASONING,
    "input_audio": Component.INPUT_AUDIO,
    "output_audio": Component.OUTPUT_AUDIO,
}
OVER_200K = Condition(over_prompt_tokens=200_000)
WORDS = {"pdf": "file"}  # our word, which is OpenRouter's, for the same thing
KEYS = (
    "id name family attachment reasoning reasoning_options temperature tool_call structured_output "
    "interleaved knowledge release_date last_updated modalities open_weights cost limit status "
    "experimental provider"
)
KNOWN = frozenset(KEYS.split())


class ModelsDev(Reading):
    """An entry for each model of each provider, with the id `provider/model`."""

    def entries(self) -> Iterator[Read]:
        has_models = False
        for provider in self.json.members(SHAPE):
            self.json.place = name = cut(line(provider), MOST_ID) or "a provider without a name"
            if not self.json.is_next("start_map"):
                self.json.skip()
                yield BadEntry(name, "This provider is not an object.")
                continue
            has_own = False
            for key in self.json.members(SHAPE):
                if key != "models" or not self.json.is_next("start_map"):
                    self.json.skip()
                    continue
                has_own = has_models = True
                for model in self.json.members(SHAPE):
                    self.json.place = cut(line(f"{provider}/{model}"), MOST_ID)
                    raw, problem = self.json.read()
                    yield self.entry(f"{provider}/{model}", raw, problem, self._entry)
            if not has_own:
                yield BadEntry(name, "This provider has no object called “models”.")
        if not has_models:
            raise Unreadable(SHAPE)

    def _entry(self, id: str, fields: Fields) -> Entry:
        seller, _, model = id.partition("/")
        if not seller or not model:
            raise Unusable("It has no id, or its provider has none.")
        facts = _facts(fields, seller)
        if fields.text("status", 40) == "deprecated":
            fields.notes.append("models.dev calls it deprecated, without a day.")
        rates = _rates(fields.part("cost"))
        return Entry(
            id=id,
            raw=fields.raw,
            names=sellers.names(seller, model),
            facts=facts,
            rates=tuple(rates) or None,
            unknown_keys=fields.unknown(KNOWN),
            notes=tuple(fields.notes),
        )


def _facts(fields: Fields, seller: str) -> dict[str, Fact]:
    limit, modalities = fields.part("limit"), fields.part("modalities")
    found: dict[str, Fact | None] = {
        "context_length": limit.tokens("context"),
        "max_completion_tokens": limit.tokens("output"),
        "input_modalities": _in_our_words(modalities.slugs("input")),
        "output_modalities": _in_our_words(modalities.slugs("output")),
        "released_on": fields.day("release_date"),
        "knowledge_cutoff": fields.day("knowledge"),
    }
    if seller == sellers.OPENROUTER and found["released_on"] is not None:
        fields.notes.append("models.dev takes the release day of its OpenRouter entries from the day of listing.")
    return {name: value for name, value in found.items() if value not in (None, ())}


def _in_our_words(found: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if found is None else tuple(dict.fromkeys(WORDS.get(word, word) for word in found))


def _rates(cost: Fields) -> list[Rate]:
    """The plain prices, then the tiers from the lowest threshold up, so that the highest that applies wins."""
    rates = _priced(cost, Condition())
    tiers = []
    for tier in cost.objects("tiers"):
        rule = tier.part("tier")
        kind = rule.text("type", 40) or "context"
        condition = Condition(over_prompt_tokens=rule.whole("size"))
        if kind != "context" or condition.over_prompt_tokens is None:
            condition = replace(condition, unknown=f"a tier by {kind}")
        tiers.append((condition.over_prompt_tokens or 0, _priced(tier, condition)))
    if not tiers:
        return rates + _priced(cost.part("context_over_200k"), OVER_200K)
    tiers.sort(key=lambda tier: tier[0])
    return rates + [rate for _, tier_rates in tiers for rate in tier_rates]


def _priced(cost: Fields, condition: Condition) -> list[Rate]:
    found = []
    for key, component in COMPONENTS.items():
        amount = amounts.from_number(cost, key, component, per=6)
        if amount is not None:
            found.append(Rate(component, amount, condition))
    return found
