"""Why a bill differs: each explanation is a sum by hand that comes out to the last digit."""

from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from catalog.pricing import Component, Condition, Rate, Usage
from playground.explaining import INEXACT, UNEXPLAINED, Case, Offered, explain, why

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def rates(prompt: str, completion: str, cached: str | None = None) -> list[Rate]:
    plain = [Rate(Component.INPUT, Decimal(prompt)), Rate(Component.OUTPUT, Decimal(completion))]
    return plain + ([Rate(Component.CACHE_READ, Decimal(cached))] if cached else [])


LISTED = rates("0.00000014", "0.00000028")
# 37 x 0.00000014 + 8 x 0.00000028 = 0.00000518 + 0.00000224 = 0.00000742
SMALL = Case(Decimal("0.00000777"), Decimal("0.00000742"), Usage(37, 8), LISTED, NOON)

LARGE = rates("0.0000005", "0.0000015", "0.00000005")
CACHED = Usage(10_000, 1_000, cached_tokens=4_000)
# 6,000 x 0.0000005 + 4,000 x 0.00000005 + 1,000 x 0.0000015 = 0.003 + 0.0002 + 0.0015 = 0.0047
BIG = Case(Decimal("0.0065"), Decimal("0.0047"), CACHED, LARGE, NOON)


def test_what_agrees_needs_no_words() -> None:
    assert explain(replace(SMALL, billed=Decimal("0.000007420"))) == []


def test_another_provider_to_the_last_digit() -> None:
    # 37 x 0.00000015 + 8 x 0.0000002775 = 0.00000555 + 0.00000222 = 0.00000777
    offered = [Offered("Fireworks (fireworks)", rates("0.00000015", "0.0000002775"))]
    assert explain(replace(SMALL, provider="Fireworks", providers=offered)) == [
        "Fireworks (fireworks) served it, whose own price comes to exactly $0.00000777."
    ]


def test_a_provider_whose_price_does_not_fit_is_only_named() -> None:
    # 37 x 0.00000016 + 8 x 0.00000028 = 0.00000592 + 0.00000224 = 0.00000816
    offered = [Offered("Fireworks (fireworks)", rates("0.00000016", "0.00000028"))]
    assert explain(replace(SMALL, provider="Fireworks", providers=offered)) == [
        "Fireworks served it; its own price in the catalog comes to $0.00000816, not to the bill.",
        "None of it explains the difference to the last digit.",
    ]


def test_a_provider_that_nobody_knows() -> None:
    assert explain(replace(SMALL, provider="Somebody"))[0] == (
        "Somebody served it, and the catalog does not know that provider’s own price."
    )


def test_a_price_of_another_day() -> None:
    # 37 x 0.00000015 + 8 x 0.0000002775 = 0.00000777
    later = [Offered("from 2026-11-21", rates("0.00000015", "0.0000002775"))]
    assert explain(replace(SMALL, periods=later)) == [
        "The bill is by the price from 2026-11-21: that comes to exactly $0.00000777."
    ]


def test_a_tier_that_was_billed_below_its_threshold() -> None:
    tiered = [
        *LISTED,
        Rate(Component.INPUT, Decimal("0.00000028"), Condition(over_prompt_tokens=128_000)),
        Rate(Component.OUTPUT, Decimal("0.00000056"), Condition(over_prompt_tokens=128_000)),
    ]
    # 37 x 0.00000028 + 8 x 0.00000056 = 0.00001036 + 0.00000448 = 0.00001484
    assert explain(replace(SMALL, rates=tiered, billed=Decimal("0.00001484"))) == [
        "Billed at the price for more than 128,000 prompt tokens: that comes to exactly $0.00001484."
    ]


def test_a_window_that_was_not_billed() -> None:
    window = Condition(utc_start=time(10), utc_end=time(14))
    timed = [*rates("0.000001", "0.000002"), Rate(Component.INPUT, Decimal("0.0000005"), window)]
    # at noon: 1,000 x 0.0000005 + 100 x 0.000002 = 0.0007; without the window 0.001 + 0.0002 = 0.0012
    case = Case(Decimal("0.0012"), Decimal("0.0007"), Usage(1_000, 100), timed, NOON)
    assert explain(case) == ["Billed at the price without tiers, hours and batches: that comes to exactly $0.0012."]


def test_a_cache_that_was_not_taken_off() -> None:
    # 10,000 x 0.0000005 + 1,000 x 0.0000015 = 0.005 + 0.0015 = 0.0065
    assert explain(BIG) == ["Billed as if nothing had been read from a cache or written to one."]


@pytest.mark.parametrize(
    ("discount", "billed", "words"),
    [("0.0003", "0.0044", "took off $0.0003"), ("-0.0005", "0.0052", "added $0.0005")],
)
def test_a_discount_of_the_record(discount: str, billed: str, words: str) -> None:
    case = replace(BIG, billed=Decimal(billed), cache_discount=Decimal(discount))
    assert explain(case) == [f"The provider {words} for its cache."]


def test_a_cache_price_that_the_catalog_lacks() -> None:
    # without a cache price 0.0065; billed 0.0047 leaves 0.0047 - (6,000 x 0.0000005 + 0.0015) = 0.0002 for 4,000 cached
    case = replace(BIG, rates=LARGE[:2], computed=Decimal("0.0065"), billed=Decimal("0.0047"))
    assert explain(case) == ["It fits a price of $0.05 per million for cached input, which the catalog does not have."]


def test_no_cache_price_is_made_up() -> None:
    # 0.0047 + 0.0000001 / 3 is no price that anybody writes: (0.00470001 - 0.0045) / 4,000 = 0.0000000500025
    case = replace(BIG, rates=LARGE[:2], computed=Decimal("0.0065"), billed=Decimal("0.00470001"))
    assert explain(case) == [UNEXPLAINED]


def test_a_key_of_ones_own() -> None:
    case = replace(
        BIG, billed=Decimal("0.004935"), is_own_key=True, fee=Decimal("0.000235"), upstream_cost=Decimal("0.0047")
    )
    assert explain(case) == [
        "Asked with a key of your own: the market’s fee of $0.000235 comes on top of the provider’s price."
    ]


@pytest.mark.parametrize(
    ("computed", "billed", "said"),
    [
        ("0.00470049", "0.0047", "to 4 decimals"),
        ("0.00470051", "0.0048", "up at 4 decimals"),
        ("0.00479999", "0.0047", "down at 4 decimals"),
        ("0.0000208333333333333333", "0.00002083333", "to 11 decimals"),
        ("0.04", "0", ""),
        ("0.006", "0.01", "to whole cents"),
        ("0.0601", "0.07", "up to whole cents"),
        ("0.0699", "0.06", "down to whole cents"),
        ("3.2", "4", "up to whole dollars"),
        ("3.21", "3.2", "to 1 decimal"),
        # of less than one step everything would be rounded up to one
        ("0.004", "0.01", ""),
        ("0.000005", "0.01", ""),
        ("0.010001", "0.02", "up to whole cents"),
    ],
)
def test_rounding(computed: str, billed: str, said: str) -> None:
    case = replace(SMALL, computed=Decimal(computed), billed=Decimal(billed))
    assert explain(case) == [f"The upstream rounds its bill {said}." if said else UNEXPLAINED]


def test_a_cent_for_next_to_nothing_is_not_rounding_and_what_may_be_the_cause_is_said() -> None:
    # 5 tokens at $1 per million are $0.000005; a cent is billed, $0.009995 more
    case = replace(SMALL, computed=Decimal("0.000005"), billed=Decimal("0.01"), provider="Somebody", days_unread=91)
    assert case.difference == Decimal("0.009995")
    assert explain(case) == [
        "Somebody served it, and the catalog does not know that provider’s own price.",
        "The price was last read at its source 91 days before, and may have changed.",
        INEXACT,
    ]


def test_what_else_may_be_the_cause_stands_beside_a_rounding() -> None:
    case = replace(SMALL, computed=Decimal("0.0601"), billed=Decimal("0.07"), days_unread=91)
    assert explain(case) == [
        "The upstream rounds its bill up to whole cents.",
        "The price was last read at its source 91 days before, and may have changed.",
    ]


def test_a_bill_of_nothing_is_not_called_rounding() -> None:
    assert explain(replace(SMALL, billed=Decimal(0))) == [UNEXPLAINED]


def test_a_service_tier_and_an_old_price_are_hints() -> None:
    assert explain(replace(SMALL, service_tier="flex", days_unread=31)) == [
        "Served at the service tier “flex”, which has another price.",
        "The price was last read at its source 31 days before, and may have changed.",
        "None of it explains the difference to the last digit.",
    ]
    assert explain(replace(SMALL, service_tier="default", days_unread=30)) == [UNEXPLAINED]


def test_what_was_used_beside_tokens_is_a_hint() -> None:
    assert explain(replace(SMALL, beside=["A web search with 5 results is not in it."]))[0] == (
        "A web search with 5 results is not in it."
    )


def test_nothing_is_guessed() -> None:
    assert explain(SMALL) == [UNEXPLAINED]


class TestOfARun:
    def run(self, **changes: Any) -> Any:
        facts: dict[str, Any] = {
            "billed_usd": "0.00000777",
            "computed_usd": "0.00000742",
            "usage": {"prompt_tokens": 37, "completion_tokens": 8},
            "generation": None,
            "served_provider": "",
            "period_id": 1,
            "listing": None,
            "created_at": NOON,
            "started_at": None,
            "is_rehearsal": False,
            "pricing_rates": lambda: LISTED,
        }
        return SimpleNamespace(**(facts | changes))

    @pytest.mark.parametrize(
        "changes", [{"billed_usd": ""}, {"computed_usd": ""}, {"usage": None}, {"is_rehearsal": True}]
    )
    def test_where_a_figure_is_missing_there_is_no_difference(self, changes: dict[str, Any]) -> None:
        assert why(self.run(**changes)) == []

    def test_a_delisted_model_has_nothing_to_explain_it(self) -> None:
        assert why(self.run()) == [UNEXPLAINED]

    def test_amounts_of_the_record_are_read_from_their_text(self) -> None:
        assert why(self.run(generation={"cache_discount": "-3.5E-7"})) == [
            "The provider added $0.00000035 for its cache."
        ]
        assert why(self.run(generation={"cache_discount": "a lot", "service_tier": None})) == [UNEXPLAINED]
