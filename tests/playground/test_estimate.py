"""The worst case: never below what any tokenizer could count, and priced at the dearest way to count it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.pricing import Component, Condition, Rate, Usage, bill
from playground.estimate import likely_tokens, output_bound, prompt_bound, worst_case
from playground.messages import Message

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LARGE_3 = [Rate(Component.INPUT, Decimal("0.0000005")), Rate(Component.OUTPUT, Decimal("0.0000015"))]


@pytest.mark.parametrize(
    ("text", "least"),
    [("", 0), ("Hello", 5), ("é", 2), ("日本語", 9), ("🙂", 4)],
)
def test_every_byte_of_the_prompt_may_be_a_token(text: str, least: int) -> None:
    assert prompt_bound([Message("user", text)]) == least + 16 + 16


@given(st.text(), st.text())
def test_a_longer_prompt_never_has_a_lower_bound(text: str, more: str) -> None:
    assert prompt_bound([Message("user", text + more)]) >= prompt_bound([Message("user", text)])


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("four", 1), ("fives", 2), ("日本語", 3)])
def test_likely_tokens_are_a_quarter_of_the_bytes(text: str, tokens: int) -> None:
    assert likely_tokens(text) == tokens


def test_worst_case_by_hand() -> None:
    # 1,000 x 0.0000005 + 2,000 x 0.0000015 = 0.0005 + 0.003
    assert worst_case(LARGE_3, 1000, 2000, NOW).total == Decimal("0.0035")


def test_a_cache_write_dearer_than_input_counts() -> None:
    rates = [*LARGE_3, Rate(Component.CACHE_WRITE, Decimal("0.000001"))]
    # all 1,000 written: 1,000 x 0.000001 = 0.001, and 0.003 of output
    assert worst_case(rates, 1000, 2000, NOW).total == Decimal("0.004")


def test_the_tier_above_the_threshold_counts() -> None:
    rates = [*LARGE_3, Rate(Component.INPUT, Decimal("0.000002"), Condition(over_prompt_tokens=999))]
    assert worst_case(rates, 1000, 0, NOW).total == Decimal("0.002")


@given(
    prompt=st.integers(0, 10**6),
    output=st.integers(0, 10**6),
    cached=st.integers(0, 10**6),
    reasoned=st.integers(0, 10**6),
)
def test_no_bill_within_the_bounds_is_dearer(prompt: int, output: int, cached: int, reasoned: int) -> None:
    rates = [
        *LARGE_3,
        Rate(Component.CACHE_READ, Decimal("0.00000005")),
        Rate(Component.REASONING, Decimal("0.000003")),
    ]
    usage = Usage(prompt, output, cached_tokens=min(cached, prompt), reasoning_tokens=min(reasoned, output))
    assert bill(rates, usage, NOW).total <= worst_case(rates, prompt, output, NOW).total


@pytest.mark.parametrize(
    ("asked", "listed", "context", "bound"),
    [
        (100, None, 5000, 100),
        (100, 50, 5000, 50),
        (None, 4096, 5000, 4096),
        (None, None, 5000, 5000),
        (None, None, None, None),
    ],
)
def test_output_is_bounded_by_what_was_asked_or_what_the_model_can(
    asked: int | None, listed: int | None, context: int | None, bound: int | None
) -> None:
    assert output_bound(asked, listed, context) == bound
