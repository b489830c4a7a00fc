"""One way to write each kind of figure, whatever the page."""

from decimal import Decimal

import pytest

from catalog import figures

D = Decimal


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "—"),
        ("0", "$0"),
        ("0.00456", "$0.00456"),
        ("0.026", "$0.026"),
        ("0.5", "$0.50"),
        ("0.0000001234", "$0.000000123"),
        ("1", "$1.00"),
        ("1234.5", "$1,234.50"),
        ("12.345", "$12.34"),
    ],
)
def test_money_at_a_glance(amount, text):
    assert figures.usd(None if amount is None else D(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [(None, "—"), ("0.0047", "$0.0047"), ("0.0188", "$0.0188"), ("0.00456", "$0.00456"), ("12", "$12.00")],
)
def test_exact_money(amount, text):
    assert figures.usd_exact(None if amount is None else D(amount)) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "—"),
        ("0.0000005", "0.50"),
        ("0.000002", "2.00"),
        ("0.00000005", "0.05"),
        ("0.0000000645", "0.0645"),
        ("0", "0.00"),
    ],
)
def test_prices_per_million(amount, text):
    assert figures.per_million(None if amount is None else D(amount)) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, "—"),
        (131_072, "131K"),
        (262_144, "262K"),
        (272_000_000, "272M"),
        (8_860_000_000, "8.86B"),
        (675_000_000_000, "675B"),
        (123, "123"),
    ],
)
def test_counts_with_their_magnitude(count, text):
    assert figures.short(count) == text


@pytest.mark.parametrize(("ratio", "text"), [("1", "1×"), ("1.26", "1.3×"), ("4", "4×"), ("12.4", "12×")])
def test_multiples(ratio, text):
    assert figures.multiple(D(ratio)) == text
