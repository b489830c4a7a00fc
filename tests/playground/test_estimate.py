"""The worst case: never below what any tokenizer could count, and priced at the dearest way to count it."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.pricing import Component, Condition, Rate, Usage, bill
from playground.estimate import likely_tokens, output_bound, prompt_bound, tier, worst_case
from playground.messages import Message, ToolCall

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LARGE_3 = [Rate(Component.INPUT, Decimal("0.0000005")), Rate(Component.OUTPUT, Decimal("0.0000015"))]


@pytest.mark.parametrize(
    ("text", "least"),
    [("", 0), ("Hello", 5), ("é", 2), ("日本語", 9), ("🙂", 4)],
)
def test_every_byte_of_the_prompt_may_be_a_token(text: str, least: int) -> None:
    # 512 for the request and 16 for the message
    assert prompt_bound([Message("user", text)]) == least + 512 + 16


def test_what_else_is_sent_is_bounded_beside_the_words() -> None:
    called = Message("assistant", "", tool_calls=(ToolCall("1", "find", '{"a":1}'),))
    # 512; the call: 1 + 4 + 7 bytes + 16, its message 16; the picture's message: 2 bytes + 16 + 8,192
    messages = [called, Message("user", "Hi", images=(7,))]
    assert prompt_bound(messages) == 512 + (12 + 16 + 16) + (2 + 16 + 8192)
    # a template with tools is longer than the tools
    assert prompt_bound(messages, '[{"é"}]', has_tools=True) == prompt_bound(messages) + 1024 + 8


def test_what_names_a_call_counts_too() -> None:
    plain = prompt_bound([Message("assistant", tool_calls=(ToolCall("", "weather", "{}"),)), Message("tool")])
    named = [
        Message("assistant", tool_calls=(ToolCall("x" * 40, "weather", "{}"),)),
        Message("tool", tool_call_id="y" * 40),
    ]
    assert prompt_bound(named) == plain + 80


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


TIERED = [
    *LARGE_3,
    Rate(Component.INPUT, Decimal("0.000002"), Condition(over_prompt_tokens=999)),
    Rate(Component.OUTPUT, Decimal("0.000006"), Condition(over_prompt_tokens=999)),
]


@pytest.mark.parametrize(
    ("prompt", "total"),
    [
        (999, "0.0006495"),  # 999 x 0.0000005 + 100 x 0.0000015: the threshold itself is below
        (1000, "0.0026"),  # 1,000 x 0.000002 + 100 x 0.000006: all of it above
    ],
)
def test_a_tier_is_a_cliff(prompt: int, total: str) -> None:
    assert worst_case(TIERED, prompt, 100, NOW).total == Decimal(total)


def test_a_shorter_prompt_counts_where_it_is_dearer() -> None:
    cheaper = [*LARGE_3, Rate(Component.INPUT, Decimal("0.0000001"), Condition(over_prompt_tokens=999))]
    # 1,000 x 0.0000001 = 0.0001, but 999 x 0.0000005 = 0.0004995
    assert worst_case(cheaper, 1000, 0, NOW).total == Decimal("0.0004995")


@pytest.mark.parametrize(
    ("start", "end", "total"),
    [
        (time(11), time(13), "0.001"),  # in force at noon: 1,000 x 0.000001
        (time(12, 30), time(13), "0.001"),  # begins within the hour in which a queued run may begin
        (time(13, 30), time(14), "0.0005"),  # begins too late: 1,000 x 0.0000005
        (time(10), time(12), "0.0005"),  # just over
    ],
)
def test_hours_that_may_come_while_a_run_waits(start: time, end: time, total: str) -> None:
    timed = [*LARGE_3, Rate(Component.INPUT, Decimal("0.000001"), Condition(utc_start=start, utc_end=end))]
    assert worst_case(timed, 1000, 0, NOW).total == Decimal(total)


def test_a_cheap_hour_that_ends_soon_is_not_relied_on() -> None:
    night = Condition(utc_start=time(0, 30), utc_end=time(12, 10))
    timed = [*LARGE_3, Rate(Component.INPUT, Decimal("0.0000001"), night)]
    assert worst_case(timed, 1000, 0, NOW).total == Decimal("0.0005")
    assert worst_case(timed, 1000, 0, NOW - timedelta(hours=2)).total == Decimal("0.0001")


def test_a_condition_that_nobody_can_judge_counts_where_it_is_dearer() -> None:
    odd = Condition(unknown="utc_days: [6, 7]")
    dearer, cheaper = ([*LARGE_3, Rate(Component.INPUT, Decimal(amount), odd)] for amount in ("0.000003", "0.0000001"))
    assert worst_case(dearer, 1000, 0, NOW).total == Decimal("0.003")
    assert worst_case(cheaper, 1000, 0, NOW).total == Decimal("0.0005")


def test_answers_that_may_be_spoken_or_drawn() -> None:
    rates = [
        *LARGE_3,
        Rate(Component.OUTPUT_AUDIO, Decimal("0.000002")),
        Rate(Component.OUTPUT_IMAGE, Decimal("0.00003")),
    ]
    assert worst_case(rates, 0, 1000, NOW).total == Decimal("0.03")


def test_images_cost_what_the_price_list_says_of_an_image() -> None:
    per_image = [*LARGE_3, Rate(Component.IMAGE, Decimal("0.002"))]
    # 1,000 x 0.0000005 + 3 x 0.002; where they have no price of their own they are prompt tokens
    assert worst_case(per_image, 1000, 0, NOW, images=3).total == Decimal("0.0065")
    assert worst_case(LARGE_3, 1000, 0, NOW, images=3).total == Decimal("0.0005")


def test_a_price_that_is_not_known_has_no_bound() -> None:
    for rates in ([], LARGE_3[:1], [LARGE_3[0], Rate(Component.OUTPUT, None)]):
        assert worst_case(rates, 1000, 10, NOW).reasons


@pytest.mark.parametrize(("prompt", "threshold"), [(999, None), (1000, 999), (200_000, 999), (200_001, 200_000)])
def test_the_tier_that_a_prompt_falls_in(prompt: int, threshold: int | None) -> None:
    higher = Rate(Component.INPUT, Decimal("0.000004"), Condition(over_prompt_tokens=200_000))
    assert tier([*TIERED, higher], prompt) == threshold
    assert tier(LARGE_3, prompt) is None


AMOUNTS = st.decimals(0, 1, places=9)
CONDITIONS = st.sampled_from(
    [
        Condition(),
        Condition(over_prompt_tokens=1000),
        Condition(over_prompt_tokens=50_000),
        Condition(utc_start=time(11, 30), utc_end=time(12, 30)),
        Condition(utc_start=time(12, 30), utc_end=time(3)),
        Condition(over_prompt_tokens=1000, utc_start=time(12, 15), utc_end=time(12, 20)),
    ]
)
PARTS = st.sampled_from([part for part in Component if part not in {Component.IMAGE, Component.WEB_SEARCH}])
RATES = st.lists(st.builds(Rate, PARTS, AMOUNTS, CONDITIONS), max_size=8).map(lambda more: [*LARGE_3, *more])


@given(RATES, st.data())
def test_no_bill_within_the_bounds_is_dearer(rates: list[Rate], data: st.DataObject) -> None:
    """Any usage of at most so many tokens, at any moment of the hour after it was asked for."""
    most, longest = data.draw(st.integers(0, 10**5)), data.draw(st.integers(0, 10**5))
    prompt, answer = data.draw(st.integers(0, most)), data.draw(st.integers(0, longest))
    cached = data.draw(st.integers(0, prompt))
    written = data.draw(st.integers(0, prompt - cached))
    reasoned = data.draw(st.integers(0, answer))
    drawn = data.draw(st.integers(0, answer - reasoned))
    usage = Usage(prompt, answer, cached, written, reasoned, output_image_tokens=drawn)
    begun = NOW + timedelta(minutes=data.draw(st.integers(0, 60)))
    assert bill(rates, usage, begun).total <= worst_case(rates, most, longest, NOW).total


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
