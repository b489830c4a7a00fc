"""The second opinion of LiteLLM: what `cost_per_token` answers, and its cost map as tables that our engine can price.

It computes in float, so agreement is within a billionth of the amount. It knows one price, today's. Its prompt tokens
hold the cached ones as ours do, and cached tokens without a price of their own cost what the others cost. In its map a
condition is a part of a key's name: `input_cost_per_token_above_200k_tokens` is a cliff over 200,000 prompt tokens.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from bench.opinion import LeftOut, TableToCheck, Unknown
from bench.price_tables import Period, Request, Table
from catalog.pricing import Component, Condition, Rate

TOLERANCE = 1e-9
KEYS = {
    "input_cost_per_token": Component.INPUT,
    "cache_read_input_token_cost": Component.CACHE_READ,
    "cache_creation_input_token_cost": Component.CACHE_WRITE,
    "output_cost_per_token": Component.OUTPUT,
}
TIER = re.compile(rf"({'|'.join(KEYS)})_above_([0-9]+)(k?)_tokens")
TEXT_MODES = frozenset({"chat", "completion", "responses", "embedding"})
# LiteLLM signs in at these, or asks a server on this machine, before it prices anything.
ASKS_SOMEONE = frozenset({"github_copilot", "chatgpt", "lemonade"})
OWN_SHAPES = {"tiered_pricing": "tiers as a list of ranges", "off_peak_pricing": "prices by the hour of the billing"}


class LiteLLM:
    """LiteLLM with the cost map of its package; importing it takes seconds, so it happens here and not with this module."""

    name = "LiteLLM"
    has_dates = False
    agreement = f"within {TOLERANCE:g} of the amount, as it computes in float"
    asked = frozenset(KEYS.values())

    def __init__(self) -> None:
        os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # without it the import fetches the map from the network
        import litellm

        logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)
        litellm.suppress_debug_info = True
        self.version = version("litellm")
        self._litellm = litellm
        self._map: dict[str, dict[str, Any]] = litellm.model_cost

    def table(self, market: str, id: str) -> Table:
        """Their prices for a name. Raises Unknown with what they answer for a name they do not know."""
        try:
            key = self._entry(f"{market}/{id}", market)
            self._litellm.cost_per_token(model=f"{market}/{id}", custom_llm_provider=market, prompt_tokens=1)
        except Exception as error:  # what it raises differs by seller, and none of it may stop the report
            raise Unknown(type(error).__name__) from error
        return as_table(key, self._map[key])

    def cost(self, market: str, id: str, request: Request) -> float:
        return self._price(f"{market}/{id}", market, request)

    def agrees(self, ours: Decimal, theirs: float) -> bool:
        return abs(float(ours) - theirs) <= TOLERANCE * max(abs(float(ours)), abs(theirs))

    def own_tables(self, left_out: LeftOut) -> Iterator[TableToCheck]:
        """Every model of the cost map that is priced by text tokens, each with LiteLLM's own way to price it."""
        for key, entry in self._map.items():
            if reason := self._why_not(key, entry):
                left_out.models[reason] += 1
                continue
            seller = entry["litellm_provider"]
            table = as_table(key, entry)
            yield TableToCheck(key, table, self._pricer(key, seller), _rule_in_code(seller, table))

    def _why_not(self, key: str, entry: dict[str, Any]) -> str:
        if entry.get("input_cost_per_token") is None and entry.get("output_cost_per_token") is None:
            return "no price per token (images, hours, pages, searches)"
        if entry.get("mode") not in TEXT_MODES:
            return "not a text model (realtime, images, speech, rerank)"
        if entry["litellm_provider"] in ASKS_SOMEONE:
            return "asks a server or signs in before it prices"
        seller = entry["litellm_provider"]
        # cost_per_token takes a doubled seller in a name for a slip and drops one.
        if key.startswith(f"{seller}/{seller}/") or self._entry(key, seller) != key:
            return "another entry of the map answers for the key"
        return next((sentence for field, sentence in OWN_SHAPES.items() if field in entry), "")

    def _entry(self, model: str, seller: str) -> str:
        """The key of the map that speaks for a name; it may be another one than the name."""
        return str(self._litellm.get_model_info(model=model, custom_llm_provider=seller)["key"])

    def _pricer(self, key: str, seller: str) -> Callable[[Request], float]:
        return lambda request: self._price(key, seller, request)

    def _price(self, model: str, seller: str, request: Request) -> float:
        """A seller is always named: to guess it from the name, LiteLLM would try to sign in at some of them."""
        usage = request.usage
        prompt, completion = self._litellm.cost_per_token(
            model=model,
            custom_llm_provider=seller,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cache_read_input_tokens=usage.cached_tokens,
            cache_creation_input_tokens=usage.cache_write_tokens,
        )
        return prompt + completion


def as_table(key: str, entry: dict[str, Any]) -> Table:
    """An entry's plain prices and its tiers from the lowest threshold up, without a date."""
    plain: list[Rate] = []
    tiers: list[tuple[int, Rate]] = []
    for field, price in entry.items():
        tier = TIER.fullmatch(field)
        if price is None or not (field in KEYS or tier):
            continue
        amount = Decimal(repr(price)) if isinstance(price, float) else Decimal(price)
        if tier is None:
            plain.append(Rate(KEYS[field], amount))
        else:
            threshold = int(tier[2]) * (1000 if tier[3] else 1)
            tiers.append((threshold, Rate(KEYS[tier[1]], amount, Condition(over_prompt_tokens=threshold))))
    tiers.sort(key=lambda tier: tier[0])
    return Table(key, (Period((*plain, *(rate for _, rate in tiers))),))


def _rule_in_code(seller: str, table: Table) -> tuple[Table, str] | None:
    """What LiteLLM's code does for a seller beside its map, read in its 1.106 source. The report checks it to the digit."""
    rates = table.periods[0].rates
    if seller == "fireworks_ai":
        plain = {rate.component: rate.amount for rate in rates}
        fresh = plain.get(Component.INPUT)
        if Component.CACHE_READ in plain or fresh is None:
            return None
        rates = (*rates, Rate(Component.CACHE_READ, fresh / 2))
        sentence = "fireworks_ai: its code charges cached tokens half where the map has no cached price"
    elif seller == "xai":
        rates = tuple(replace(rate, condition=_inclusive(rate.condition)) for rate in rates)
        sentence = "xai: its code starts a tier at the threshold, not above it"
    elif seller == "perplexity":
        plain_only = (Component.INPUT, Component.OUTPUT)
        rates = tuple(rate for rate in rates if rate.component in plain_only and rate.condition == Condition())
        sentence = "perplexity: its code reads neither cached prices nor tiers of the map"
    else:
        return None
    return Table(table.entry, (Period(rates),)), sentence


def _inclusive(condition: Condition) -> Condition:
    over = condition.over_prompt_tokens
    return condition if over is None else replace(condition, over_prompt_tokens=over - 1)
