"""How shares and multiples are written in a sentence: exact where that is short."""

from decimal import Decimal

import pytest

from catalog.costs.break_even.words import decimal_of, number, ratio, share
from tests.catalog.break_even.price_lists import (
    F,
)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (F(1, 5), "20%"),
        (F(128, 1000), "12.8%"),
        (F(1225, 10_000), "12.25%"),
        (F(1, 3), "about 33.3%"),
        (F(2, 3), "about 66.7%"),
        (F(123_456, 10**6), "about 12.3%"),
        (F(0), "0%"),
        (F(1), "100%"),
        (F(9_999, 10_000), "99.99%"),
        (F(999_999, 10**6), "just under 100%"),
        (F(1, 3_000_000), "about 0.0000333%"),
    ],
)
def test_a_share_is_exact_where_it_is_short(value, words):
    assert share(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (F(2), "200% of input"),
        (F(5, 2), "2.5 times the input"),
        (F(10, 3), "about 3.33 times the input"),
        (F(1_250), "1,250 times the input"),
        (F(1_234_567), "about 1,230,000 times the input"),
    ],
)
def test_more_than_twice_the_input_is_said_in_times(value, words):
    assert ratio(value) == words


def test_numbers():
    assert number(F(1, 8)) == "0.125"
    assert str(decimal_of(F(1, 3))) == "0.33333333333333333333"
    assert str(decimal_of(F(Decimal("0.1234567890123456789012345678901")))) == "0.1234567890123456789012345678901"
