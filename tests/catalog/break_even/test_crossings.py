"""Where the cheaper of two models changes, with the sums done by hand."""

from datetime import UTC, datetime, time
from decimal import Decimal
from fractions import Fraction

import pytest

from catalog.costs.break_even.course import Cheaper, Course, KnownCost, Piece, cheaper_of
from catalog.costs.break_even.proportions import Axis, Proportions, along, proportions_of, thresholds
from catalog.exact import PricingError
from catalog.pricing import Component, Rate, Usage
from tests.catalog.break_even.price_lists import (
    CACHED,
    DEVSTRAL,
    FIRST,
    LARGE,
    NEITHER,
    PLAIN,
    SECOND,
    UNKNOWN,
    F,
    per_million,
    rates,
)


def places(course: Course) -> list[tuple[Fraction, Cheaper | None, Cheaper, Cheaper | None]]:
    return [(crossing.at, crossing.before, crossing.on, crossing.after) for crossing in course.crossings()]


class TestSumsByHand:
    def test_without_cached_tokens_output_is_a_fifth(self):
        # 0.40 + 2.00 r = 0.50 + 1.50 r, so 0.50 r = 0.10 and r = 1/5, exactly
        found = along(Axis.RATIO, DEVSTRAL, LARGE, PLAIN)
        assert places(found) == [(F(1, 5), FIRST, NEITHER, SECOND)]
        assert (found.start, found.end) == (0, None)

    def test_with_two_fifths_cached_it_is_less(self):
        # input .6 x .40 + .4 x .04 = .256 and .6 x .50 + .4 x .05 = .32; .064 / .5 = 12.8%
        assert places(along(Axis.RATIO, DEVSTRAL, LARGE, CACHED)) == [(F(128, 1000), FIRST, NEITHER, SECOND)]

    def test_the_other_way_round_it_is_the_same_place(self):
        assert places(along(Axis.RATIO, LARGE, DEVSTRAL, CACHED)) == [(F(128, 1000), SECOND, NEITHER, FIRST)]

    def test_by_the_cached_share(self):
        # .40 (1 - s) + .04 s + .1 x 2.00 = .50 (1 - s) + .05 s + .1 x 1.50: .10 - .09 s = .05, so s = 5/9
        found = along(Axis.CACHED, DEVSTRAL, LARGE, CACHED)
        assert places(found) == [(F(5, 9), FIRST, NEITHER, SECOND)]
        assert (found.start, found.end) == (0, 1)

    def test_a_model_without_a_cache_price_charges_cached_tokens_as_fresh(self):
        # .60 + .1 x 1.50 = .75 at every share, against .70 (1 - s) + .07 s + .1 x 1.50: they meet where .63 s = .10
        found = along(Axis.CACHED, rates("0.60", "1.50"), rates("0.70", "1.50", "0.07"), CACHED)
        assert places(found) == [(F(10, 63), FIRST, NEITHER, SECOND)]

    def test_a_free_cache_is_not_a_missing_one(self):
        # .60 at every share against .70 (1 - s): they meet where .70 s = .10
        found = along(Axis.CACHED, rates("0.60", "1.50"), rates("0.70", "1.50", "0"), CACHED)
        assert places(found) == [(F(1, 7), FIRST, NEITHER, SECOND)]

    def test_what_is_written_to_a_cache_cannot_be_read_from_it(self):
        request = proportions_of(Usage(10_000, 1_000, cache_write_tokens=2_500))
        assert along(Axis.CACHED, DEVSTRAL, LARGE, request).end == F(3, 4)

    def test_a_prompt_that_is_all_written_to_a_cache_leaves_no_share(self):
        request = proportions_of(Usage(10_000, 0, cache_write_tokens=10_000))
        assert along(Axis.CACHED, DEVSTRAL, LARGE, request).pieces == (Piece(F(0), F(0), FIRST, True, True),)

    def test_two_tokens_prices_in_proportion_leave_no_size_that_matters(self):
        found = along(Axis.PROMPT, DEVSTRAL, LARGE, CACHED)
        assert found.pieces == (Piece(F(1), F(10_000_000), FIRST, True, True),)

    def test_the_range_of_prompts_grows_with_a_prompt_above_a_million(self):
        request = proportions_of(Usage(1_500_000, 1_000))
        assert along(Axis.PROMPT, DEVSTRAL, LARGE, request).end == 15_000_000

    def test_a_price_for_each_request_is_outgrown(self):
        # .01 + p x (.40 + .1 x 1.00) / M = p x (.50 + .1 x 1.00) / M: .01 = p x .10 / M, so p = 100,000
        found = along(Axis.PROMPT, rates("0.40", "1.00", each="0.01"), rates("0.50", "1.00"), PLAIN)
        assert places(found) == [(F(100_000), SECOND, NEITHER, FIRST)]
        assert places(found.in_whole_tokens()) == [(F(100_000), SECOND, NEITHER, FIRST)]

    def test_a_root_between_two_tokens_is_no_token(self):
        # .01 = p x (.50 - .40 - .5 x .05) / M = p x .075 / M, so p = 133,333 1/3
        first, second = rates("0.40", "2.00", each="0.01"), rates("0.50", "1.50")
        found = along(Axis.PROMPT, first, second, proportions_of(Usage(10_000, 500)))
        assert places(found) == [(F(400_000, 3), SECOND, NEITHER, FIRST)]
        assert found.in_whole_tokens().pieces == (
            Piece(F(1), F(133_333), SECOND, True, True),
            Piece(F(133_334), F(10_000_000), FIRST, True, True),
        )

    def test_a_tier_is_a_cliff_strictly_above_its_threshold(self):
        tiered = [*DEVSTRAL, per_million("input", "3.00", over_prompt_tokens=200_000)]
        found = along(Axis.PROMPT, tiered, LARGE, PLAIN)
        assert places(found) == [(F(200_000), FIRST, FIRST, SECOND)]
        assert found.cheaper_at(F(200_000)) is FIRST
        assert found.cheaper_at(F(200_000) + F(1, 10**9)) is SECOND
        assert places(found.in_whole_tokens()) == [(F(200_001), FIRST, SECOND, SECOND)]

    def test_cliffs_and_roots_on_one_axis(self):
        # Below 100,000 tokens: .02 + .10 p against .30 p, in dollars per million: the fee is outgrown at .02 / .20 = 100,000,
        # which is the threshold itself. Above it .02 + .40 p, always dearer.
        first = [
            *rates("0.10", "0", each="0.02"),
            per_million("input", "0.40", over_prompt_tokens=100_000),
        ]
        found = along(Axis.PROMPT, first, rates("0.30", "0"), PLAIN)
        assert places(found) == [(F(100_000), SECOND, NEITHER, SECOND)]
        # With a fee of .01 it is outgrown at 50,000 already, and the cliff turns it back.
        first[2] = Rate(Component.REQUEST, Decimal("0.01"))
        assert places(along(Axis.PROMPT, first, rates("0.30", "0"), PLAIN)) == [
            (F(50_000), SECOND, NEITHER, FIRST),
            (F(100_000), FIRST, FIRST, SECOND),
        ]

    def test_a_threshold_beyond_the_range_is_not_looked_at(self):
        tiered = [*DEVSTRAL, per_million("input", "3.00", over_prompt_tokens=10_000_000)]
        assert not along(Axis.PROMPT, tiered, LARGE, PLAIN).crossings()

    def test_a_threshold_of_a_single_token(self):
        tiered = [*DEVSTRAL, per_million("input", "3.00", over_prompt_tokens=1)]
        found = along(Axis.PROMPT, tiered, LARGE, PLAIN)
        assert [found.cheaper_at(F(size)) for size in (1, 2, 10_000_000)] == [FIRST, SECOND, SECOND]
        assert places(found.in_whole_tokens()) == [(F(2), FIRST, SECOND, SECOND)]

    def test_equal_at_zero_only(self):
        found = along(Axis.RATIO, rates("0.50", "1.00"), rates("0.50", "2.00"), PLAIN)
        assert places(found) == [(F(0), None, NEITHER, FIRST)]

    def test_equal_with_everything_cached_only(self):
        found = along(Axis.CACHED, rates("0.50", "1.00", "0.05"), rates("0.60", "1.00", "0.05"), PLAIN)
        assert places(found) == [(F(1), FIRST, NEITHER, None)]

    def test_equal_everywhere(self):
        for axis in Axis:
            assert [piece.cheaper for piece in along(axis, LARGE, LARGE, CACHED).pieces] == [NEITHER]

    def test_free_models(self):
        free = rates("0", "0")
        assert [piece.cheaper for piece in along(Axis.RATIO, free, LARGE, PLAIN).pieces] == [FIRST]
        assert [piece.cheaper for piece in along(Axis.RATIO, free, free, PLAIN).pieces] == [NEITHER]

    def test_reasoning_with_a_price_of_its_own_keeps_its_part_of_the_output(self):
        # Half of the output is reasoning at 4.00: .40 + r x (1.00 + 2.00) = .50 + r x 1.50, so r = .10 / 1.50 = 1/15
        request = proportions_of(Usage(10_000, 1_000, reasoning_tokens=500))
        found = along(Axis.RATIO, [*DEVSTRAL, per_million("reasoning", "4.00")], LARGE, request)
        assert places(found) == [(F(1, 15), FIRST, NEITHER, SECOND)]


class TestConditions:
    """Whatever is no tier is judged as the workload says."""

    NIGHTLY = (*DEVSTRAL, per_million("input", "0.60", utc_start=time(16), utc_end=time(2)))
    BATCHED = (*LARGE, per_million("input", "0.25", batch=True))

    def test_at_an_hour(self):
        usage = Usage(10_000, 1_000)
        for hour, expected in ((15, FIRST), (16, SECOND), (1, SECOND), (2, FIRST), (None, FIRST)):
            at = None if hour is None else datetime(2026, 1, 5, hour, tzinfo=UTC)
            found = along(Axis.RATIO, self.NIGHTLY, LARGE, proportions_of(usage, at))
            assert found.cheaper_at(F(0)) is expected, hour

    def test_as_a_batch(self):
        usage = Usage(10_000, 1_000)
        single = along(Axis.RATIO, DEVSTRAL, self.BATCHED, proportions_of(usage))
        batched = along(Axis.RATIO, DEVSTRAL, self.BATCHED, proportions_of(usage, is_batch=True))
        assert (single.cheaper_at(F(0)), batched.cheaper_at(F(0))) == (FIRST, SECOND)

    def test_a_condition_nobody_knows_is_not_applied(self):
        strange = [*DEVSTRAL, per_million("input", "9", unknown="in leap years", over_prompt_tokens=50)]
        assert places(along(Axis.RATIO, strange, LARGE, PLAIN)) == [(F(1, 5), FIRST, NEITHER, SECOND)]
        assert thresholds(strange, PLAIN) == []

    def test_thresholds_count_where_the_rest_of_their_condition_holds(self):
        tiers = [
            per_million("input", "1", over_prompt_tokens=200),
            per_million("output", "1", over_prompt_tokens=100),
            per_million("input", "1", over_prompt_tokens=100),
            per_million("input", "1", over_prompt_tokens=50, batch=True),
            per_million("input", "1"),
        ]
        assert thresholds(tiers, PLAIN) == [100, 200]
        assert thresholds(tiers, proportions_of(Usage(1), is_batch=True)) == [50, 100, 200]


class TestLowerBounds:
    UNSAID = rates("0.40", None)

    def test_a_lower_bound_below_says_nothing(self):
        found = along(Axis.RATIO, self.UNSAID, LARGE, PLAIN)
        assert places(found) == [(F(0), None, FIRST, UNKNOWN)]
        assert found.missing == ((Component.OUTPUT,), ())

    def test_a_lower_bound_above_is_dearer_for_certain(self):
        # .10 + 1.00 r is below .40 until r = 3/10
        found = along(Axis.RATIO, rates("0.10", "1.00"), self.UNSAID, PLAIN)
        assert places(found) == [(F(3, 10), FIRST, UNKNOWN, UNKNOWN)]

    def test_two_lower_bounds_say_nothing(self):
        assert cheaper_of(KnownCost(F(1), (Component.INPUT,)), KnownCost(F(2), (Component.INPUT,))) is UNKNOWN

    def test_nothing_known_at_all(self):
        found = along(Axis.PROMPT, [], LARGE, PLAIN)
        assert [piece.cheaper for piece in found.pieces] == [UNKNOWN]
        assert found.missing == ((Component.INPUT, Component.OUTPUT), ())

    def test_a_price_that_is_missing_above_a_tier_only(self):
        found = along(
            Axis.PROMPT, [*DEVSTRAL, per_million("output", None, over_prompt_tokens=1_000)], rates("0.50", "2"), PLAIN
        )
        assert places(found.in_whole_tokens()) == [(F(1_001), FIRST, UNKNOWN, UNKNOWN)]


class TestPieces:
    def test_single_tokens_between_cliffs_are_each_told(self):
        cuts = [
            per_million("input", price, over_prompt_tokens=over) for price, over in (("9", 4), ("0.4", 5), ("9", 6))
        ]
        found = along(Axis.PROMPT, [*rates("0.40", "0"), *cuts], rates("0.50", "0"), PLAIN).in_whole_tokens()
        assert [found.cheaper_at(F(size)) for size in range(1, 9)] == [FIRST] * 4 + [SECOND, FIRST, SECOND, SECOND]
        assert places(found) == [(F(5), FIRST, SECOND, FIRST), (F(7), FIRST, SECOND, SECOND)]

    def test_a_request_without_a_prompt_has_no_proportions(self):
        with pytest.raises(PricingError, match="give it at least one token"):
            proportions_of(Usage(0, 1_000))

    def test_proportions(self):
        found = proportions_of(Usage(10_000, 1_000, cached_tokens=4_000, cache_write_tokens=100, reasoning_tokens=250))
        assert found == Proportions(F(10_000), F(1, 10), F(2, 5), F(1, 100), F(1, 4))
