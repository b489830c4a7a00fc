"""OpenRouter's prices: text to exact rates, conditions, and the prices that nobody may take at their word."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest

from catalog import pricing
from catalog.exact import plain
from catalog.pricing import Component, Condition
from catalog.usage import Usage
from tests.catalog.imports.files import listing, model, one, rate, sentence

INPUT, OUTPUT = Component.INPUT, Component.OUTPUT
NIGHT = Condition(utc_start=time(10, 0), utc_end=time(1, 0))


def entry(**prices):
    return one("openrouter", listing(model(pricing=prices)))


def test_each_price_becomes_the_rate_of_its_component():
    found = entry(
        prompt="0.000001",
        completion="0.000002",
        input_cache_read="0.0000001",
        input_cache_write="0.00000125",
        internal_reasoning="0.000003",
        audio="0.000004",
        audio_output="0.000005",
        image_output="0.00012",
        request="0.01",
        web_search="0.014",
    )
    assert found.rates == (
        rate(Component.INPUT, "0.000001"),
        rate(Component.OUTPUT, "0.000002"),
        rate(Component.CACHE_READ, "0.0000001"),
        rate(Component.CACHE_WRITE, "0.00000125"),
        rate(Component.REASONING, "0.000003"),
        rate(Component.INPUT_AUDIO, "0.000004"),
        rate(Component.OUTPUT_AUDIO, "0.000005"),
        rate(Component.OUTPUT_IMAGE, "0.00012"),
        rate(Component.REQUEST, "0.01"),
        rate(Component.WEB_SEARCH, "0.014"),
    )
    assert (found.notes, found.unknown_keys, found.discount) == ((), (), 0)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("0.0000005", "0.0000005"),
        ("0.00000050", "0.0000005"),
        (" 0.0000005 ", "0.0000005"),
        ("5e-7", "0.0000005"),
        ("5.0E-07", "0.0000005"),
        ("0.0000000208333333333333", "0.0000000208333333333333"),  # 22 decimals
        (".0000005", "0.0000005"),
        ("0", "0"),
        ("0.0", "0"),
        ("-0", "0"),
        ("0.01", "0.01"),  # the dearest that is accepted
        ("-1", None),
        ("-1.0", None),
    ],
)
def test_amounts_are_exact(text, exact):
    (found,) = entry(prompt=text).rates
    assert found == rate(INPUT, exact)
    assert found.amount is None or plain(found.amount) == exact


def test_an_absent_price_is_no_rate_and_free_is_one():
    assert entry(prompt="0", completion="0").rates == (rate(INPUT, "0"), rate(OUTPUT, "0"))
    assert entry(completion="0").rates == (rate(OUTPUT, "0"),)
    assert entry().rates is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("free", "“pricing.prompt” is “free”, which is not a plain number."),
        ("$2per 1M", "“pricing.prompt” is “$2per 1M”, which is not a plain number."),
        ("$0.0000005", "which is not a plain number."),
        ("0,0000005", "which is not a plain number."),
        ("٠.٥", "which is not a plain number."),
        ("1e9999", "which is not a plain number."),
        ("NaN", "which is not a plain number."),
        ("Infinity", "which is not a plain number."),
        ("", "is “”, which is not a plain number."),
        ("  ", "is “”, which is not a plain number."),
        (None, "“pricing.prompt” is null. It is due as text, such as “0.0000005”."),
        (0.0000005, "“pricing.prompt” is the number 0.0000005. It is due as text"),
        (True, "“pricing.prompt” is true. It is due as text"),
        ({"usd": "1"}, "“pricing.prompt” is an object. It is due as text"),
        ("-0.5", "“pricing.prompt” is negative (-0.5)."),
        ("-2", "“pricing.prompt” is negative (-2)."),
        (
            "0.011",
            "0.011 per token is $11000 per million tokens. Was a price per million written as a price per token?",
        ),
        ("0.5", "0.5 per token is $500000 per million tokens."),
        ("1e999", "“pricing.prompt” is absurd (1E+999)."),
        ("1e-999", "“pricing.prompt” is absurd (1E-999)."),
        ("0." + "1" * 41, "“pricing.prompt” is absurd"),
        ("0." + "0" * 29 + "15", "That is more decimals than any source has. The most is 30."),
    ],
)
def test_what_is_no_price_makes_the_entry_a_bad_one(value, words):
    said = sentence("openrouter", listing(model(pricing={"prompt": value, "completion": "0.000002"})))
    assert words in said
    assert said.startswith("The price “pricing.prompt”")
    assert len(said) < 260


@pytest.mark.parametrize("key", ["request", "web_search", "image"])
def test_what_is_charged_each_may_cost_more_than_a_token(key):
    assert sentence("openrouter", listing(model(pricing={key: "100.1"}))).startswith(f"The price “pricing.{key}”")
    assert entry(**{key: "100"}).raw["pricing"] == {key: "100"}


def test_an_image_that_costs_a_prompt_token_is_flagged_and_not_charged_again():
    found = entry(prompt="0.000000375", completion="0.000001875", image="0.0000003750")
    assert found.rates == (rate(INPUT, "0.000000375"), rate(OUTPUT, "0.000001875"))
    assert found.notes == (
        "“pricing.image” is 0.000000375, the price of a prompt token: images are charged by their tokens.",
    )


def test_an_image_of_another_price_is_kept_out_and_says_so():
    found = entry(prompt="0.000000375", image="0.0011")
    assert found.rates == (rate(INPUT, "0.000000375"),)
    assert found.notes == (
        "“pricing.image” is 0.0011, and whether for an image or a token of it is not known: it is kept, and not charged.",
    )
    assert entry(prompt="0.000000375", image="0").notes == ()


def test_prices_of_what_is_not_counted_apart_are_noted():
    found = entry(prompt="0.000001", input_cache_write_1h="0.00002", input_audio_cache="0", image_token="0.000001")
    assert found.rates == (rate(INPUT, "0.000001"),)
    assert found.notes == (
        "“pricing.image_token”, 0.000001, is for image tokens of the prompt: it is kept, and not charged.",
        "“pricing.input_cache_write_1h”, 0.00002, is for text that is cached for an hour: it is kept, and not charged.",
    )
    assert "“free”" in sentence("openrouter", listing(model(pricing={"input_cache_write_1h": "free"})))


def test_a_price_nobody_knows_is_named():
    assert entry(prompt="0.000001", video="0.1").unknown_keys == ("pricing.video",)


def test_tiers_are_strictly_above_their_threshold_and_the_last_one_wins():
    found = entry(
        prompt="0.00000003",
        completion="0.00000013",
        overrides=[
            {"min_prompt_tokens": 32000, "prompt": "0.0000001", "completion": "0.0000004"},
            {"min_prompt_tokens": 256000, "prompt": "0.0000002"},
        ],
    )
    over32, over256 = Condition(over_prompt_tokens=32000), Condition(over_prompt_tokens=256000)
    assert found.rates[2:] == (
        rate(INPUT, "0.0000001", over32),
        rate(OUTPUT, "0.0000004", over32),
        rate(INPUT, "0.0000002", over256),
    )
    # 32,000 x 0.00000003 = 0.00096; 32,001 x 0.0000001 = 0.0032001; 256,001 x 0.0000002 + 10 x 0.0000004 = 0.0512042
    for tokens, answer, total in ((32000, 0, "0.00096"), (32001, 0, "0.0032001"), (256001, 10, "0.0512042")):
        assert pricing.bill(found.rates, Usage(prompt_tokens=tokens, completion_tokens=answer)).total == Decimal(total)


def test_windows_are_clock_numbers_in_utc_and_may_wrap_midnight():
    found = entry(prompt="0.00000044", overrides=[{"utc_start": 1000, "utc_end": 100, "prompt": "0.00000022"}])
    assert found.rates[1:] == (rate(INPUT, "0.00000022", NIGHT),)
    usage = Usage(prompt_tokens=1_000_000, completion_tokens=0)
    for clock, total in (("09:59", "0.44"), ("10:00", "0.22"), ("00:59", "0.22"), ("01:00", "0.44")):
        at = datetime.fromisoformat(f"2026-11-21T{clock}").replace(tzinfo=UTC)
        assert pricing.bill(found.rates, usage, at).total == Decimal(total)


@pytest.mark.parametrize(
    ("start", "end", "window"),
    [(1030, 2400, (time(10, 30), time(0))), (0, 5, (time(0), time(0, 5))), (2359, 0, (time(23, 59), time(0)))],
)
def test_clock_numbers(start, end, window):
    (found,) = entry(overrides=[{"utc_start": start, "utc_end": end, "prompt": "0"}]).rates
    assert (found.condition.utc_start, found.condition.utc_end) == window


@pytest.mark.parametrize(("key", "value"), [("utc_start", 1060), ("utc_end", 2401), ("utc_start", 9999)])
def test_a_clock_number_that_is_no_time_of_day(key, value):
    override = {"utc_start": 100, "utc_end": 200, "prompt": "0"} | {key: value}
    said = sentence("openrouter", listing(model(pricing={"overrides": [override]})))
    assert said == f"“pricing.overrides.{key}” is {value}, which is no time of day. 1030 is 10:30."


@pytest.mark.parametrize(
    ("override", "unknown"),
    [
        ({"utc_days": [1, 2]}, "utc_days is [1, 2]"),
        ({"region": "eu", "plan": {"n": 0.5}}, 'region is "eu"; plan is {"n": "0.5"}'),
        ({"utc_start": 100}, "the hours do not say from when to when"),
        ({"utc_start": 100, "utc_end": 100}, "the hours do not say from when to when"),
        ({}, "the source names no condition"),
        ({"x": "y" * 300}, 'x is "' + "y" * 193 + "…"),
    ],
)
def test_a_condition_nobody_knows_makes_the_price_conditional_and_is_never_applied(override, unknown):
    found = entry(prompt="0.000001", overrides=[override | {"prompt": "0.000009"}])
    assert found.rates == (rate(INPUT, "0.000001"), rate(INPUT, "0.000009", Condition(unknown=unknown)))
    bill = pricing.bill(found.rates, Usage(prompt_tokens=1000, completion_tokens=0))
    assert bill.total == Decimal("0.001")
    assert bill.conditions == (f"Input may differ: {unknown}.",)


def test_what_is_known_of_a_condition_narrows_what_is_not():
    found = entry(prompt="0.000001", overrides=[{"min_prompt_tokens": 5000, "utc_days": [6], "prompt": "0.000002"}])
    assert found.rates[1].condition == Condition(over_prompt_tokens=5000, unknown="utc_days is [6]")
    assert not pricing.bill(found.rates, Usage(prompt_tokens=5000, completion_tokens=0)).is_conditional
    assert pricing.bill(found.rates, Usage(prompt_tokens=5001, completion_tokens=0)).is_conditional


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"prompt": "0"}, "“pricing.overrides” is an object and not a list."),
        (["0"], "“pricing.overrides” holds the text “0” where an object is due."),
        ([{"min_prompt_tokens": "5"}], "“pricing.overrides.min_prompt_tokens” is the text “5” and not a whole number."),
        ([{"min_prompt_tokens": 1, "prompt": "free"}], "“pricing.overrides.prompt” is “free”"),
        ([{"min_prompt_tokens": 1, "prompt": "0"}] * 201, "“pricing.overrides” has 201 items."),
    ],
)
def test_overrides_of_the_wrong_kind(overrides, words):
    assert words in sentence("openrouter", listing(model(pricing={"prompt": "0", "overrides": overrides})))


@pytest.mark.parametrize(("said", "share"), [(0, "0"), (0.25, "0.25"), ("0.1", "0.1"), (1, "1"), (None, "0")])
def test_a_discount_is_a_part_of_one(said, share):
    assert entry(prompt="0.000001", discount=said).discount == Decimal(share)


@pytest.mark.parametrize("said", [1.5, -0.1, "a quarter", "\x1b[31m", True, [], 0.1234567, "0." + "1" * 99, "1e-999"])
def test_what_is_no_discount(said):
    assert "discount" in sentence("openrouter", listing(model(pricing={"prompt": "0", "discount": said})))
