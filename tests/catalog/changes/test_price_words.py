"""A change of price in words; every percentage is worked out by hand beside it."""

from decimal import Decimal

import pytest

from catalog.changes import price_words
from catalog.pricing import Component, Condition, Rate


def per_million(component: str, amount: str | None, **condition) -> Rate:
    """A rate from dollars per million tokens; None for one that is not known."""
    known = None if amount is None else Decimal(amount) / 1_000_000
    return Rate(Component(component), known, Condition(**condition))


def both(before: str | None, after: str | None) -> str:
    return price_words.changed([per_million("input", before)], [per_million("input", after)])


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("0.40", "0.30", "input −25% ($0.40 to $0.30)"),  # 0.10 / 0.40
        ("2", "1.5", "input −25% ($2.00 to $1.50)"),  # 0.5 / 2
        ("0.05", "0.40", "input +700% ($0.05 to $0.40)"),  # 0.35 / 0.05 = 7
        ("0.22", "2.00", "input +809% ($0.22 to $2.00)"),  # 1.78 / 0.22 = 8.0909
        ("0.15", "0.05", "input −67% ($0.15 to $0.05)"),  # 0.10 / 0.15 = 0.6667
        ("0.60", "0.22", "input −63% ($0.60 to $0.22)"),  # 0.38 / 0.60 = 0.6333
        ("1", "11", "input 11× as much ($1.00 to $11.00)"),  # 10 / 1 is +1000%
        ("1", "10.99", "input +999% ($1.00 to $10.99)"),  # 9.99 / 1
        ("0.000001", "1", "input 1,000,000× as much ($0.000001 to $1.00)"),
        ("3", "3.1", "input +3.3% ($3.00 to $3.10)"),  # 0.1 / 3 = 0.0333
        ("100", "100.0001", "input +0.0001% ($100.00 to $100.0001)"),  # 0.0001 / 100: never 0%
        ("100", "0.001", "input −99.9% ($100.00 to $0.001)"),  # 99.999%: never all of it
        ("0", "0.10", "input was free, now $0.10"),
        ("0.10", "0", "input now free, was $0.10"),
        ("0.10", None, "input $0.10 to not known"),
        (None, "0.10", "input not known to $0.10"),
        (None, "0", "input not known to free"),
        ("0.10", "0.100", ""),
        ("0", "0.0", ""),
        (None, None, ""),
    ],
)
def test_one_rate_by_hand(before, after, words):
    assert both(before, after) == words


def test_every_component_has_its_own_percentage():
    before = [per_million("input", ".4"), per_million("output", "2")]
    after = [per_million("input", ".3"), per_million("output", "1.5")]
    assert price_words.changed(before, after) == "input −25% ($0.40 to $0.30), output −25% ($2.00 to $1.50)"


def test_what_has_not_changed_is_not_told():
    before = [per_million("input", "1"), per_million("output", "2")]
    after = [per_million("input", "1.00"), per_million("output", "3")]
    assert price_words.changed(before, after) == "output +50% ($2.00 to $3.00)"


def test_rates_that_come_and_go_say_how_it_was_charged_otherwise():
    plain = [per_million("input", "0.5")]
    cached = [*plain, per_million("cache_read", "0.05")]
    assert price_words.changed(plain, cached) == "cached input new at $0.05, before charged as input"
    assert price_words.changed(cached, plain) == "cached input $0.05 is gone, now charged as input"
    search = [*plain, Rate(Component.WEB_SEARCH, Decimal("0.004"))]
    assert price_words.changed(plain, search) == "web search new at $0.004 each"
    assert price_words.changed(plain, [*plain, per_million("cache_read", "0")]) == (
        "cached input new, free, before charged as input"
    )


def test_conditions_are_named_and_kept_apart():
    before = [per_million("input", "1"), per_million("input", "2", over_prompt_tokens=128_000)]
    after = [per_million("input", "1"), per_million("input", "3", over_prompt_tokens=128_000)]
    assert price_words.changed(before, after) == "input (above 128,000 prompt tokens) +50% ($2.00 to $3.00)"
    assert price_words.changed(before, before[:1]) == "input (above 128,000 prompt tokens) $2.00 is gone"


def test_another_currency_has_its_own_sign():
    assert price_words.changed([per_million("input", "1")], [per_million("input", "2")], "EUR") == (
        "input +100% (€1.00 to €2.00)"
    )


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ([per_million("input", ".5"), per_million("output", "1.5")], "$0.50 / $1.50 per million tokens"),
        ([per_million("input", "0"), per_million("output", "0")], "nothing"),
        ([per_million("input", ".5")], ""),
        ([per_million("input", ".5"), per_million("output", None)], ""),
        ([per_million("input", ".5", batch=True), per_million("output", "1")], ""),
    ],
)
def test_the_price_with_which_a_listing_begins(rates, words):
    assert price_words.first_price(rates) == words
