"""The second opinions' price data as our rates, with sums done by hand, and the random requests that are asked of them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace as Row

from bench import genai_opinion, litellm_opinion
from bench.usages import draw_moment, draw_usage
from catalog.pricing import Component, Usage, bill

D = Decimal
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MARCH, JULY = date(2026, 3, 1), date(2026, 7, 1)
USAGE = Usage(prompt_tokens=10_000, cached_tokens=4_000, completion_tokens=1_000)


def test_price_lists_of_days_and_hours_become_periods_and_windows():
    """A list of hours replaces the day's list as a whole: without a cached price there, cached tokens are plain input."""
    window = Row(start_time=time(23, tzinfo=UTC), end_time=time(1, tzinfo=UTC))
    model = Row(
        id="a-model",
        prices=[
            Row(constraint=None, prices=Row(input_mtok=D(1), cache_read_mtok=D("0.1"), output_mtok=D(4))),
            Row(
                constraint=Row(start_date=MARCH),
                prices=Row(input_mtok=D(2), cache_read_mtok=D("0.2"), output_mtok=D(8)),
            ),
            Row(constraint=window, prices=Row(input_mtok=D("0.5"), output_mtok=D(2), storage_searches_kcount=D(3))),
        ],
        price_variants=None,
    )
    table = genai_opinion.as_table(model)
    assert [(period.starts_on, period.ends_on) for period in table.periods] == [(None, MARCH), (MARCH, None)]

    def total(moment: datetime) -> Decimal | None:
        return bill(table.on(moment.date()).rates, USAGE, moment).total

    assert total(datetime(2026, 2, 28, 22, 59, tzinfo=UTC)) == D("0.0104")  # 0.006 + 0.0004 + 0.004
    assert total(datetime(2026, 2, 28, 23, tzinfo=UTC)) == D("0.007")  # 0.005 + 0.002
    assert total(datetime(2026, 3, 1, 0, 59, tzinfo=UTC)) == D("0.007")
    assert total(datetime(2026, 3, 1, 1, tzinfo=UTC)) == D("0.0208")  # 0.012 + 0.0008 + 0.008


def test_tiers_batches_and_prices_by_the_thousand_become_rates():
    tiered = Row(base=D(1), tiers=[Row(start=5_000, price=D(3))])
    model = Row(
        id="a-model",
        prices=Row(input_mtok=tiered, output_mtok=D(4), web_searches_kcount=D(10)),
        price_variants=[
            Row(when={"service_tier": "flex"}, constraint=None, prices=Row(input_mtok=D(9))),
            Row(when={"processing": "batch"}, constraint=Row(start_date=JULY), prices=Row(output_mtok=D(1))),
            Row(when={"processing": "batch"}, constraint=None, prices=Row(input_mtok=D("0.5"), output_mtok=D(2))),
        ],
    )
    table = genai_opinion.as_table(model)

    def total(prompt: int, batch: bool = False, day: date = MARCH) -> Decimal | None:
        usage = Usage(prompt_tokens=prompt, completion_tokens=1_000, web_searches=1)
        return bill(table.on(day).rates, usage, NOON, batch=batch).total

    assert total(5_000) == D("0.019")  # 0.005 + 0.004 + 0.01
    assert total(5_001) == D("0.029003")
    assert total(5_001, batch=True) == D("0.0145005")  # the tier is no part of the batch price
    assert total(5_001, batch=True, day=JULY) == D("0.0135005")


def test_a_key_of_the_cost_map_becomes_a_tier():
    entry = {
        "input_cost_per_token": 5e-08,
        "input_cost_per_token_above_1k_tokens": 1e-07,
        "input_cost_per_token_above_1k_tokens_priority": 9e-07,
        "input_cost_per_token_above_500_tokens": 7e-08,
        "output_cost_per_token": 0,
        "output_cost_per_image": 0.04,
        "cache_read_input_token_cost": None,
    }
    [period] = litellm_opinion.as_table("a-model", entry).periods
    assert [(rate.component.value, str(rate.amount), rate.condition.over_prompt_tokens) for rate in period.rates] == [
        ("input", "5E-8", None),
        ("output", "0", None),
        ("input", "7E-8", 500),
        ("input", "1E-7", 1_000),
    ]
    for prompt, total in ((500, "0.000025"), (501, "0.00003507"), (1_000, "0.00007"), (1_001, "0.0001001")):
        assert bill(period.rates, Usage(prompt_tokens=prompt)).total == D(total)


def test_usages_hold_what_is_priced_and_reach_both_sides_of_an_edge():
    rng = Random(7)
    every = [draw_usage(rng, frozenset(Component), [200_000]) for _ in range(500)]
    prompts = {usage.prompt_tokens for usage in every}
    assert {0, 199_999, 200_000, 200_001} <= prompts
    assert any(usage.cached_tokens == usage.prompt_tokens > 0 for usage in every)
    assert any(usage.fresh_tokens and usage.cached_tokens and usage.cache_write_tokens for usage in every)
    plain = [draw_usage(rng, {Component.INPUT}) for _ in range(100)]
    assert {usage.completion_tokens + usage.cached_tokens + usage.input_audio_tokens for usage in plain} == {0}


def test_moments_lie_in_the_days_and_on_and_before_the_edges():
    rng = Random(7)
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    moments = {draw_moment(rng, first, last, [JULY], [time(23)]) for _ in range(500)}
    start = datetime(2026, 7, 1, tzinfo=UTC)
    assert {start, start - timedelta(microseconds=1)} <= moments
    assert all(first <= moment.date() <= last for moment in moments)
    assert any(moment.time() == time(23) for moment in moments)
    assert any(moment.time() == time(22, 59, 59, 999_999) for moment in moments)
