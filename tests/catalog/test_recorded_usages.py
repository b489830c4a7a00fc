"""Usage objects as OpenRouter reported them, with the prices of their day: each recomputes to the last digit.

The facts (counts, prices, cost) are recorded ones; the sums beside them are done by hand.
"""

import json
from decimal import Decimal
from typing import Any

import pytest

from catalog.exact import plain
from catalog.pricing import Component, Rate, bill
from playground.usage import read_cost, read_usage
from tests.factories import make_listing, make_model, make_period

PRICES = {
    "moonshotai/kimi-k3": ("0.000003", "0.000015", "0.0000003"),
    "x-ai/grok-4.6": ("0.000002", "0.000006", "0.0000005"),
    "qwen/qwen3.8-max": ("0.000002", "0.000006", None),
    "google/gemma-3-12b-it": ("0.00000005", "0.00000015", None),
}


def reported(prompt: int, cached: int, completion: int, reasoning: int, cost: str) -> dict[str, Any]:
    """A usage object as it comes out of the stream, numbers as decimals; without an own key both costs are the same money."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "cost": Decimal(cost),
        "is_byok": False,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": reasoning, "image_tokens": 0},
        "cost_details": {"upstream_inference_cost": Decimal(cost)},
    }


RECORDED = [
    # 5,393 x .000003 + 96 x .0000003 + 15,000 x .000015 = .016179 + .0000288 + .225
    ("moonshotai/kimi-k3", (5489, 96, 15000, 14397), "0.2412078"),
    # 38,395 x .000002 + 128 x .0000005 + 10,331 x .000006 = .07679 + .000064 + .061986
    ("x-ai/grok-4.6", (38523, 128, 10331, 7800), "0.13884"),
    # 24,831 x .000002 + 128 x .0000005 + 9,150 x .000006 = .049662 + .000064 + .0549
    ("x-ai/grok-4.6", (24959, 128, 9150, 0), "0.104626"),
    # 31,964 x .000002 + 20,703 x .000006 = .063928 + .124218
    ("qwen/qwen3.8-max", (31964, 0, 20703, 18460), "0.188146"),
    # 63,790 x .00000005 + 1,049 x .00000015 = .0031895 + .00015735
    ("google/gemma-3-12b-it", (63790, 0, 1049, 0), "0.00334685"),
]


def rates_of(model: str) -> list[Rate]:
    prompt, completion, cached = PRICES[model]
    rates = [Rate(Component.INPUT, Decimal(prompt)), Rate(Component.OUTPUT, Decimal(completion))]
    return [*rates, Rate(Component.CACHE_READ, Decimal(cached))] if cached else rates


@pytest.mark.parametrize(("model", "counts", "cost"), RECORDED)
def test_the_engine_recomputes_what_was_billed(model: str, counts: tuple[int, ...], cost: str) -> None:
    said = reported(*counts, cost)
    usage = read_usage(said)
    assert usage is not None
    total = bill(rates_of(model), usage).total
    assert total is not None
    assert plain(total) == cost
    assert total == read_cost(said)


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "counts", "cost"), RECORDED)
def test_page_api_and_export_recompute_it_too(client: Any, model: str, counts: tuple[int, ...], cost: str) -> None:
    slug = model.partition("/")[2]
    per_million = [None if price is None else plain(Decimal(price) * 1_000_000) for price in PRICES[model]]
    make_period(make_listing(make_model(slug)), *per_million)
    prompt, cached, completion, reasoning = counts
    query = {
        "prompt_tokens": prompt,
        "cached_tokens": cached,
        "completion_tokens": completion,
        "reasoning_tokens": reasoning,
    }
    assert f"${cost}" in client.get("/costs/", query).content.decode()
    exported = json.loads(client.get("/costs/", query | {"format": "json"}).content)
    assert exported["rows"][0]["One request"] == cost
    answered = client.get("/api/v1/costs", query).json()["data"][0]
    assert (answered["total_usd"], answered["status"]) == (cost, "exact")
