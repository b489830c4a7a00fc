"""Usage objects as upstreams send them, and as broken ones do."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.pricing import Component, Rate, Status, Usage
from playground.usage import bill, read_cost, read_usage, storable, unpriced


def reported(**changes: Any) -> dict[str, Any]:
    return {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120} | changes


def test_counts_with_their_details() -> None:
    usage = reported(
        prompt_tokens_details={"cached_tokens": 40, "cache_write_tokens": 10},
        completion_tokens_details={"reasoning_tokens": 5},
    )
    assert read_usage(usage) == Usage(100, 20, cached_tokens=40, cache_write_tokens=10, reasoning_tokens=5)


def test_audio_and_images_are_parts_of_their_own() -> None:
    usage = reported(
        prompt_tokens_details={"cached_tokens": 40, "audio_tokens": 30, "video_tokens": 5},
        completion_tokens_details={"reasoning_tokens": 5, "audio_tokens": 6, "image_tokens": 7},
    )
    assert read_usage(usage) == Usage(
        100,
        20,
        cached_tokens=40,
        reasoning_tokens=5,
        input_audio_tokens=30,
        output_audio_tokens=6,
        output_image_tokens=7,
    )


def test_no_token_is_in_two_parts() -> None:
    """80 of 100 were cached, so that of 90 spoken ones at most 20 were not; of 20 answered 15 were reasoned."""
    usage = reported(
        prompt_tokens_details={"cached_tokens": 80, "audio_tokens": 90},
        completion_tokens_details={"reasoning_tokens": 15, "audio_tokens": 3, "image_tokens": 10},
    )
    found = read_usage(usage)
    assert found is not None
    assert (found.fresh_tokens, found.input_audio_tokens) == (0, 20)
    assert (found.answer_tokens, found.output_audio_tokens, found.output_image_tokens) == (0, 3, 2)


def test_missing_details_are_none_at_all() -> None:
    assert read_usage(reported(prompt_tokens_details=None)) == Usage(100, 20)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "120",
        {},
        reported(prompt_tokens=-1),
        reported(prompt_tokens=1.5),
        reported(prompt_tokens=Decimal("1.5")),
        reported(prompt_tokens="100"),
        reported(completion_tokens=True),
        reported(completion_tokens=None),
        reported(completion_tokens=Decimal("NaN")),
        reported(completion_tokens=10**30),
        reported(prompt_tokens_details={"cached_tokens": 101}),
        reported(completion_tokens_details={"reasoning_tokens": 21}),
        reported(prompt_tokens_details={"cached_tokens": "4"}),
        reported(prompt_tokens_details={"audio_tokens": 101}),
        reported(prompt_tokens_details={"audio_tokens": -1}),
        reported(completion_tokens_details={"audio_tokens": 11, "image_tokens": 10}),
    ],
)
def test_what_cannot_be_a_usage_is_none(broken: Any) -> None:
    assert read_usage(broken) is None


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (reported(cost=Decimal("0.0047")), Decimal("0.0047")),
        (reported(cost=0), Decimal(0)),
        (reported(), None),
        (reported(cost=None), None),
        (reported(cost="0.1"), None),
        (reported(cost=True), None),
        (reported(cost=Decimal("-0.1")), None),
        (reported(cost=Decimal("NaN")), None),
        (reported(cost=Decimal("Infinity")), None),
        (reported(cost=Decimal("1e999")), None),
        (reported(cost=Decimal("1e-70")), None),
        # The same money under two names: adding it would double it.
        (
            reported(cost=Decimal("0.2"), is_byok=False, cost_details={"upstream_inference_cost": Decimal("0.2")}),
            Decimal("0.2"),
        ),
        (
            reported(cost=Decimal("0.01"), is_byok=True, cost_details={"upstream_inference_cost": Decimal("0.2")}),
            Decimal("0.21"),
        ),
        (reported(cost=Decimal("0.01"), is_byok=True, cost_details={}), None),
    ],
)
def test_the_billed_cost(usage: dict[str, Any], cost: Decimal | None) -> None:
    assert read_cost(usage) == cost


def test_storable_keeps_decimals_as_text() -> None:
    kept = storable(
        {"cost": Decimal("0.1000000000000000000001"), "prompt_tokens": Decimal(5), "more": [Decimal("1.5"), "x\x00y"]}
    )
    assert kept == {"cost": "0.1000000000000000000001", "prompt_tokens": 5, "more": ["1.5", "xy"]}


RATES = [
    Rate(Component.INPUT, Decimal("0.0000005")),
    Rate(Component.OUTPUT, Decimal("0.0000015")),
    Rate(Component.INPUT_AUDIO, Decimal("0.000003")),
]


class TestBill:
    def test_audio_at_its_own_price(self) -> None:
        # 70 x 0.0000005 + 30 x 0.000003 + 20 x 0.0000015 = 0.000035 + 0.00009 + 0.00003
        found = bill(reported(prompt_tokens_details={"audio_tokens": 30}), RATES, None)
        assert found is not None
        assert (found.total, found.status) == (Decimal("0.000155"), Status.EXACT)

    def test_what_is_beside_tokens_makes_it_at_least(self) -> None:
        found = bill(reported(num_search_results=1), RATES, None)
        assert found is not None
        # 100 x 0.0000005 + 20 x 0.0000015
        assert (found.total, found.status) == (Decimal("0.00008"), Status.AT_LEAST)
        assert found.reasons == ("A web search with 1 result is not in it.",)

    def test_no_usage_is_no_bill(self) -> None:
        assert bill(None, RATES, None) is None


@pytest.mark.parametrize(
    ("more", "sentences"),
    [
        ({}, []),
        ({"num_search_results": 0, "server_tool_use_details": {"web_search_requests": 0}}, []),
        ({"num_search_results": None, "server_tool_use_details": None}, []),
        ({"num_search_results": "5", "server_tool_use_details": {"web_search_requests": "x"}}, []),
        (
            {"server_tool_use_details": {"web_search_requests": 2, "web_fetch_requests": 1}},
            ["Tools of the market were used (web search requests, web fetch requests), and their price is not in it."],
        ),
        ({"num_search_results": 1200}, ["A web search with 1,200 results is not in it."]),
    ],
)
def test_what_is_not_priced(more: dict[str, Any], sentences: list[str]) -> None:
    assert unpriced(reported(**more)) == sentences
