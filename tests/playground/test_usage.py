"""Usage objects as upstreams send them, and as broken ones do."""

from decimal import Decimal
from typing import Any

import pytest

from catalog.pricing import Usage
from playground.usage import read_cost, read_usage, storable


def reported(**changes: Any) -> dict[str, Any]:
    return {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120} | changes


def test_counts_with_their_details() -> None:
    usage = reported(
        prompt_tokens_details={"cached_tokens": 40, "cache_write_tokens": 10},
        completion_tokens_details={"reasoning_tokens": 5},
    )
    assert read_usage(usage) == Usage(100, 20, cached_tokens=40, cache_write_tokens=10, reasoning_tokens=5)


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
