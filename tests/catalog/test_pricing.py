"""Every rule of catalog/pricing.py's docstring, with sums done by hand."""

from datetime import UTC, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import exact, frozen, pricing
from catalog.exact import PricingError
from catalog.pricing import Component, Condition, Rate, Status, Usage, bill

D = Decimal
LARGE_3 = [
    Rate(Component.INPUT, D("0.0000005")),
    Rate(Component.CACHE_READ, D("0.00000005")),
    Rate(Component.OUTPUT, D("0.0000015")),
]
LARGE_2 = [
    Rate(Component.INPUT, D("0.000002")),
    Rate(Component.CACHE_READ, D("0.0000002")),
    Rate(Component.OUTPUT, D("0.000006")),
]
DEVSTRAL = [
    Rate(Component.INPUT, D("0.0000004")),
    Rate(Component.CACHE_READ, D("0.00000004")),
    Rate(Component.OUTPUT, D("0.000002")),
]
WORKLOAD = Usage(prompt_tokens=10_000, cached_tokens=4_000, completion_tokens=1_000)


def amounts(found: pricing.Bill) -> dict[str, str]:
    return {line.component.value: exact.plain(line.amount) for line in found.lines if line.amount is not None}


@pytest.mark.parametrize(
    ("rates", "fresh", "cached", "output", "total", "without_cache"),
    [
        (LARGE_3, "0.003", "0.0002", "0.0015", "0.0047", "0.0065"),
        (LARGE_2, "0.012", "0.0008", "0.006", "0.0188", "0.026"),
        (DEVSTRAL, "0.0024", "0.00016", "0.002", "0.00456", "0.006"),
    ],
)
def test_the_seed_models_cost_what_the_worked_checks_say(rates, fresh, cached, output, total, without_cache):
    found = bill(rates, WORKLOAD)
    assert amounts(found) == {"input": fresh, "cache_read": cached, "output": output}
    assert found.total == D(total)
    assert found.status is Status.EXACT
    assert bill(rates, Usage(prompt_tokens=10_000, completion_tokens=1_000)).total == D(without_cache)


def test_a_recorded_usage_recomputes_to_the_last_digit():
    rates = [
        Rate(Component.INPUT, D("0.000003")),
        Rate(Component.CACHE_READ, D("0.0000003")),
        Rate(Component.OUTPUT, D("0.000015")),
    ]
    assert bill(rates, Usage(5489, 15000, cached_tokens=96)).total == D("0.2412078")


def test_cached_tokens_without_a_rate_of_their_own_cost_what_the_others_cost():
    rates = [Rate(Component.INPUT, D("0.000002")), Rate(Component.OUTPUT, D("0.000006"))]
    found = bill(rates, WORKLOAD)
    assert amounts(found) == {"input": "0.02", "output": "0.006"}
    assert found.status is Status.EXACT


def test_a_free_cache_is_not_a_missing_one():
    rates = [Rate(Component.INPUT, D("0.000002")), Rate(Component.CACHE_READ, D(0)), Rate(Component.OUTPUT, D(0))]
    found = bill(rates, WORKLOAD)
    assert amounts(found) == {"input": "0.012", "cache_read": "0", "output": "0"}
    assert found.status is Status.EXACT


def test_cache_writes_are_inside_the_prompt():
    rates = [*LARGE_3, Rate(Component.CACHE_WRITE, D("0.000000625"))]
    found = bill(rates, Usage(10_000, 0, cached_tokens=4_000, cache_write_tokens=1_000))
    assert amounts(found) == {"input": "0.0025", "cache_read": "0.0002", "cache_write": "0.000625"}
    assert found.total == D("0.003325")


def test_reasoning_is_inside_the_completion_and_never_added_on_top():
    usage = Usage(0, 1_000, reasoning_tokens=600)
    assert bill(LARGE_3, usage).total == D("0.0015")
    dearer = bill([*LARGE_3, Rate(Component.REASONING, D("0.000003"))], usage)
    assert amounts(dearer) == {"output": "0.0006", "reasoning": "0.0018"}


def test_requests_images_and_searches_are_charged_each():
    rates = [
        *LARGE_3,
        Rate(Component.REQUEST, D("0.001")),
        Rate(Component.IMAGE, D("0.0005")),
        Rate(Component.WEB_SEARCH, D("0.004")),
    ]
    found = bill(rates, Usage(images=3, web_searches=2))
    assert amounts(found) == {"request": "0.001", "image": "0.0015", "web_search": "0.008"}


TIERED = [
    *LARGE_3,
    Rate(Component.INPUT, D("0.000001"), Condition(over_prompt_tokens=128_000)),
    Rate(Component.OUTPUT, D("0.000003"), Condition(over_prompt_tokens=128_000)),
]


@pytest.mark.parametrize(
    ("prompt", "total"),
    [
        (127_999, "0.0654995"),  # 127,999 x 0.0000005 + 1,000 x 0.0000015
        (128_000, "0.0655"),  # the threshold itself is still below the cliff
        (128_001, "0.131001"),  # all of them, and the output, at the tier's price
    ],
)
def test_a_tier_is_a_cliff_strictly_above_its_threshold(prompt, total):
    assert bill(TIERED, Usage(prompt, 1_000)).total == D(total)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_night"),
    [
        (at(16, 29, 59), False),
        (at(16, 30), True),  # the start is inside
        (at(23, 59, 59), True),
        (at(0), True),
        (at(0, 29, 59), True),
        (at(0, 30), False),  # the end is outside
        (at(12), False),
    ],
)
def test_a_window_may_wrap_midnight(moment, is_night):
    night = Condition(utc_start=time(16, 30), utc_end=time(0, 30))
    rates = [Rate(Component.INPUT, D("0.000002")), Rate(Component.INPUT, D("0.000001"), night)]
    assert bill(rates, Usage(1_000), at=moment).total == D("0.001" if is_night else "0.002")


def test_without_a_time_a_window_is_named_and_not_applied():
    night = Condition(utc_start=time(0), utc_end=time(8))
    found = bill([Rate(Component.INPUT, D("0.000002")), Rate(Component.INPUT, D("0.000001"), night)], Usage(1_000))
    assert found.total == D("0.002")
    assert found.conditions == ("Input has another price from 00:00 to 08:00 UTC.",)


def test_of_several_rates_that_apply_the_last_wins():
    rates = [Rate(Component.INPUT, D("0.000003")), Rate(Component.INPUT, D("0.000001"))]
    assert bill(rates, Usage(1_000)).total == D("0.001")


def test_batch_rates_apply_to_batches_only():
    rates = [*LARGE_3, Rate(Component.OUTPUT, D("0.00000075"), Condition(batch=True))]
    assert bill(rates, Usage(0, 1_000)).total == D("0.0015")
    assert bill(rates, Usage(0, 1_000), batch=True).total == D("0.00075")


def test_a_condition_nobody_knows_is_not_applied_and_is_said():
    rates = [*LARGE_3, Rate(Component.INPUT, D("0.0000001"), Condition(unknown="on a full moon"))]
    found = bill(rates, Usage(1_000))
    assert found.total == D("0.0005")
    assert found.conditions == ("Input may differ: on a full moon.",)
    assert found.is_conditional


def test_a_missing_rate_makes_a_lower_bound_and_never_a_zero():
    found = bill([Rate(Component.INPUT, D("0.000002"))], WORKLOAD)
    assert found.status is Status.AT_LEAST
    assert found.total == D("0.02")
    assert found.reasons == ("The output price is not known.",)


def test_no_price_at_all_is_unknown():
    for rates in ([], [Rate(Component.INPUT, None), Rate(Component.OUTPUT, None)]):
        found = bill(rates, WORKLOAD)
        assert found.status is Status.UNKNOWN
        assert found.total is None
        assert found.reasons


BY_THE_PAGE = [Rate(Component.PAGE, D("0.004")), Rate(Component.ANNOTATED, D("0.005"))]


@pytest.mark.parametrize("usage", [WORKLOAD, Usage(), Usage(prompt_tokens=1), Usage(images=2)])
def test_what_is_billed_by_the_page_has_an_unknown_cost_for_tokens_and_never_none(usage):
    found = bill(BY_THE_PAGE, usage)
    assert (found.status, found.total) == (Status.UNKNOWN, None)
    assert found.reasons == (pricing.BILLED_OTHERWISE,)
    assert sum(line.quantity for line in found.lines if line.component in pricing.PER_TOKEN) == (
        usage.prompt_tokens + usage.completion_tokens
    )


def test_pages_minutes_and_characters_are_charged_for_each():
    found = bill(BY_THE_PAGE, Usage(pages=1000, annotated_pages=200))
    assert (found.status, found.total) == (Status.EXACT, D("5.000"))  # 1,000 x 0.004 + 200 x 0.005
    speech = [Rate(Component.AUDIO_MINUTE, D("0.003"))]
    assert bill(speech, Usage(audio_minutes=90)).total == D("0.270")
    assert bill([Rate(Component.CHARACTER, D("0.000016"))], Usage(characters=2_500)).total == D("0.04")


def test_minutes_beside_tokens_are_extras_that_a_request_without_audio_does_not_pay():
    rates = [*(Rate(part, D("0.00000004")) for part in (Component.INPUT, Component.OUTPUT)), *SPEECH]
    assert bill(rates, Usage(1_000_000, 500_000)).total == D("0.06")
    assert bill(rates, Usage(1_000_000, 500_000, audio_minutes=10)).total == D("0.07")


SPEECH = [Rate(Component.AUDIO_MINUTE, D("0.001"))]


def test_pages_at_a_model_that_has_no_price_for_them_make_a_lower_bound():
    found = bill([Rate(Component.INPUT, D("0.000001")), Rate(Component.OUTPUT, D("0.000002"))], Usage(10, 10, pages=3))
    assert (found.status, found.total) == (Status.AT_LEAST, D("0.00003"))
    assert found.reasons == ("The page price is not known.",)


def test_free_is_an_explicit_zero():
    found = bill([Rate(Component.INPUT, D(0)), Rate(Component.OUTPUT, D(0))], WORKLOAD)
    assert found.total == 0
    assert found.status is Status.EXACT


def test_a_negative_rest_names_both_numbers():
    with pytest.raises(PricingError, match=r"12,000.*10,000"):
        Usage(prompt_tokens=10_000, cached_tokens=12_000)
    with pytest.raises(PricingError, match=r"10,001.*10,000"):
        Usage(prompt_tokens=10_000, cached_tokens=10_000, cache_write_tokens=1)
    with pytest.raises(PricingError, match=r"501.*500"):
        Usage(completion_tokens=500, reasoning_tokens=501)
    with pytest.raises(PricingError, match="cannot be negative"):
        Usage(prompt_tokens=-1)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.0000005", "0.0000005"),
        ("5e-7", "0.0000005"),
        ("0", "0"),
        (" 1.50 ", "1.5"),
        (".5", "0.5"),
        ("0.0000000000000000000001", "0.0000000000000000000001"),
    ],
)
def test_prices_are_read_as_written(text, amount):
    assert exact.plain(exact.parse_amount(text)) == amount


@pytest.mark.parametrize("text", ["", "   ", "-1", "-1.0"])
def test_blank_and_minus_one_mean_unknown(text):
    assert exact.parse_amount(text) is None


@pytest.mark.parametrize("text", ["-2", "free", "1,5", "NaN", "Infinity", "0x1", "1e9999", "1_000"])
def test_other_words_are_not_prices(text):
    with pytest.raises(PricingError):
        exact.parse_amount(text)


def test_twenty_two_decimals_survive():
    tiny = D("0.0000000000000000000001")
    assert bill([Rate(Component.INPUT, tiny)], Usage(123_456_789)).total == D("0.0000000000000123456789")


RATE = st.builds(
    Rate,
    st.sampled_from(Component),
    st.none() | st.decimals(0, 1, allow_nan=False, places=12),
    st.builds(
        Condition,
        over_prompt_tokens=st.none() | st.integers(0, 10**6),
        batch=st.booleans(),
        unknown=st.sampled_from(["", "region"]),
    )
    | st.builds(Condition, utc_start=st.times(), utc_end=st.times()),
)
COUNT = st.integers(0, 10**7)
FIELDS = ("prompt_tokens", "completion_tokens", "cached_tokens", "cache_write_tokens", "reasoning_tokens")


@given(RATE)
def test_a_frozen_rate_thaws_unchanged(rate):
    assert frozen.thaw(frozen.freeze(rate)) == rate


@given(st.lists(RATE, max_size=8), COUNT, COUNT, COUNT, COUNT, COUNT)
def test_the_total_is_the_sum_of_its_lines(rates, fresh, cached, written, answer, thought):
    usage = Usage(fresh + cached + written, answer + thought, cached, written, thought)
    found = bill(rates, usage)
    known = [line.amount for line in found.lines if line.amount is not None]
    assert found.total in (sum(known, D(0)), None)
    assert all(line.amount == line.rate * line.quantity for line in found.lines if line.amount is not None)
    tokens = sum(line.quantity for line in found.lines if line.component in pricing.PER_TOKEN)
    assert tokens == usage.prompt_tokens + usage.completion_tokens


@given(
    st.lists(st.decimals(0, 1, places=9, allow_nan=False), min_size=3, max_size=3),
    st.tuples(*[COUNT] * 3),
    st.integers(0, 2),
    COUNT,
)
def test_more_tokens_never_cost_less(prices, counts, which, more):
    """With a cache that is no dearer than fresh tokens, each count moves the total one way."""
    fresh, cached, answer = counts
    plain_price, output = max(prices[:2]), prices[2]
    rates = [
        Rate(Component.INPUT, plain_price),
        Rate(Component.CACHE_READ, min(prices[:2])),
        Rate(Component.OUTPUT, output),
    ]
    before = bill(rates, Usage(fresh + cached, answer, cached)).total
    grown = list(counts)
    grown[which] += more
    after = bill(rates, Usage(grown[0] + grown[1], grown[2], grown[1])).total
    assert after >= before
    assert bill(rates, Usage(fresh + cached, answer, 0)).total >= before
