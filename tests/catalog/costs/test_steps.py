"""From price periods to steps, and what changed between two of them in words: tables by hand, and one law for all."""

from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import pricing
from catalog.costs.change_words import change_words
from catalog.costs.steps import Change, Period, Step, changes, steps
from catalog.exact import per_token
from catalog.figures import DOLLARS
from catalog.pricing import Component, Condition, Rate, Usage

JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))
price = partial(pricing.bill, usage=Usage(prompt_tokens=1_000_000))


def period(starts_on, ends_on, *per_million, component=Component.INPUT):
    rates = tuple(Rate(component, None if each is None else per_token(Decimal(each))) for each in per_million)
    return Period(starts_on, ends_on, rates)


class TestSteps:
    def test_periods_become_steps_up_to_the_last_day(self):
        found = steps([period(JAN, FEB, "1"), period(FEB, None, "2")], price, MAR)
        assert found == [Step(JAN, FEB, Decimal(1)), Step(FEB, MAR, Decimal(2))]

    def test_the_same_cost_goes_on_as_one_step(self):
        found = steps([period(JAN, FEB, "1"), period(FEB, MAR, "1"), period(MAR, None, "3")], price, APR)
        assert found == [Step(JAN, MAR, Decimal(1)), Step(MAR, APR, Decimal(3))]

    def test_days_without_a_price_are_no_step(self):
        found = steps([period(MAR, None, "1"), period(JAN, FEB, "1")], price, APR)
        assert found == [Step(JAN, FEB, Decimal(1)), Step(MAR, APR, Decimal(1))]

    def test_costs_that_are_not_exactly_known_are_no_step(self):
        output = period(FEB, MAR, "1", component=Component.OUTPUT)
        assert steps([period(JAN, FEB, None), output, period(MAR, None)], price, APR) == []

    def test_what_begins_later_is_not_there_yet(self):
        assert steps([period(MAR, None, "1")], price, MAR) == []

    def test_a_gap_breaks_a_step_and_none_is_made_of_its_days(self):
        one = period(JAN, None, "1")
        assert steps([one], price, APR, [(FEB, MAR)]) == [Step(JAN, FEB, Decimal(1)), Step(MAR, APR, Decimal(1))]
        assert steps([one], price, APR, [(MAR, APR), (JAN, FEB)]) == [Step(FEB, MAR, Decimal(1))]
        assert steps([one], price, FEB, [(FEB, MAR)]) == [Step(JAN, FEB, Decimal(1))]
        two = [period(JAN, MAR, "1"), period(MAR, None, "1")]
        assert steps(two, price, APR, [(FEB, MAR)]) == [Step(JAN, FEB, Decimal(1)), Step(MAR, APR, Decimal(1))]
        assert steps([one], price, APR, [(date(2025, 12, 1), APR)]) == []

    def test_free_is_a_step(self):
        assert steps([period(JAN, None, "0")], price, FEB) == [Step(JAN, FEB, Decimal(0))]

    @given(st.data())
    def test_a_period_in_two_adjacent_parts_changes_no_step(self, data):
        lengths = data.draw(st.lists(st.integers(2, 40), min_size=1, max_size=6))
        prices = [data.draw(st.sampled_from(["0", "0.15", "0.40", None])) for _ in lengths]
        starts = [JAN + timedelta(days=sum(lengths[:index])) for index in range(len(lengths) + 1)]
        whole = [period(*days, each) for days, each in zip(pairwise(starts), prices, strict=True)]
        index = data.draw(st.integers(0, len(whole) - 1))
        cut = starts[index] + timedelta(days=data.draw(st.integers(1, lengths[index] - 1)))
        halves = [period(starts[index], cut, prices[index]), period(cut, starts[index + 1], prices[index])]
        parts = [*whole[:index], *halves, *whole[index + 1 :]]
        assert steps(parts, price, starts[-1]) == steps(whole, price, starts[-1])


class TestChanges:
    def test_what_differs_comes_and_goes(self):
        tier = Condition(over_prompt_tokens=128_000)
        before = [
            Rate(Component.INPUT, Decimal(1)),
            Rate(Component.OUTPUT, Decimal(2)),
            Rate(Component.INPUT, Decimal(5), tier),
        ]
        after = [
            Rate(Component.INPUT, Decimal(3)),
            Rate(Component.OUTPUT, Decimal(2)),
            Rate(Component.CACHE_READ, None),
        ]
        assert changes(before, after) == [
            Change(Component.INPUT, Condition(), Decimal(1), Decimal(3), True, True),
            Change(Component.CACHE_READ, Condition(), None, None, False, True),
            Change(Component.INPUT, tier, Decimal(5), None, True, False),
        ]
        assert changes(before, before) == []

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (("input", Condition(), "0.05", "0.40"), "input 0.05 to 0.40"),
            (("cache_read", Condition(), None, "0.04"), "cached input new at 0.04, before charged as input"),
            (("cache_read", Condition(), "0.04", None), "cached input 0.04 is gone, now charged as input"),
            (("request", Condition(), None, "1000"), "request new at $0.001 each, before not charged"),
            (
                ("output", Condition(over_prompt_tokens=128_000), "1", "2"),
                "output (above 128,000 prompt tokens) 1.00 to 2.00",
            ),
            (("input", Condition(batch=True), None, "1"), "input (batch only) new at 1.00"),
            (
                ("input", Condition(unknown="weekends"), "1", "2"),
                "input (only when: weekends, not applied here) 1.00 to 2.00",
            ),
        ],
    )
    def test_in_words(self, change, words):
        component, condition, before, after = change
        amounts = [None if each is None else per_token(Decimal(each)) for each in (before, after)]
        known = Change(Component(component), condition, *amounts, before is not None, after is not None)
        assert change_words(known, DOLLARS) == words

    def test_a_price_that_is_not_known_is_not_absent(self):
        known = Change(Component.OUTPUT, Condition(), Decimal("0.000002"), None, True, True)
        assert change_words(known, DOLLARS) == "output 2.00 to not known"
