"""The checks on prices, as tables with sums done by hand."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalog.exact import per_token
from catalog.pricing import Component
from catalog.quality import prices
from tests.catalog.quality.rows import START, TODAY, catalog, listing, model, period, said

FAMILY = [period(1, "0.40", "2"), period(2, "0.50", "1.50"), period(3, "2", "6")]  # a dear fourth: medians 1.25 and 4
LATER = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("input", "output", "found"),
    [
        ("0.50", "2", []),
        ("25", "100", []),  # twenty times the median of 1.25: a dear model, not a slip
        ("400", "2", []),  # 320 times the median, and no power of a thousand is near
        ("600", "2", ["Input at OpenRouter: About a thousand times the family’s median."]),  # 600 / 1.25 = 480
        ("0.0005", "2", ["Input at OpenRouter: About a thousandth of the family’s median."]),
        ("0.0000005", "2", ["Input at OpenRouter: About a millionth of the family’s median."]),
        ("500000", "2000000", [
            "Input at OpenRouter: About a million times the family’s median.",
            "Output at OpenRouter: About a million times the family’s median.",
        ]),
        ("0", "0", []),
        (None, None, []),
    ],
)  # fmt: skip
def test_a_slip_of_the_unit_stands_out_of_its_family(input: str | None, output: str | None, found: list[str]) -> None:
    findings = list(prices.unit_slips(catalog(*FAMILY, period(4, input, output))))
    assert [f"{each.what}: {each.remark}" for each in findings] == found
    assert {each.model.pk for each in findings} <= {4}


def test_a_small_family_is_measured_by_its_vendor() -> None:
    lonely = model(4, family="Lonely")
    [found] = prices.unit_slips(catalog(*FAMILY, lonely, period(4, "600", "2")))
    assert found.remark == "About a thousand times the vendor’s median."
    # Four inputs, 0.40, 0.50, 2 and 600: the median lies between 0.50 and 2.
    assert (found.here, found.there) == ("$600.00 per million", "$1.25 per million")


def test_two_prices_have_no_median_worth_the_name() -> None:
    assert list(prices.unit_slips(catalog(period(1, "0.5"), period(2, "500")))) == []


def test_another_vendor_s_prices_do_not_count() -> None:
    other = model(4, vendor="other", family="Large")
    assert list(prices.unit_slips(catalog(*FAMILY, other, period(4, "600", "2")))) == []


@pytest.mark.parametrize(
    ("value", "remark"),
    [
        ("20 USD per million tokens (helicone)", "A thousand times the value shown."),
        ("0.02 USD per token", "A million times the value shown."),
        ("$0.02/M", None),
        ("$0.15/M", None),
        ("free", None),
        ("0.004 USD per minute", None),
    ],
)
def test_a_slip_in_what_a_source_says(value: str, remark: str | None) -> None:
    findings = list(prices.unit_slips(catalog(period(1, "0.019", "0.03"), said(1, "input_price", value))))
    assert [each.remark for each in findings] == ([remark] if remark else [])
    if findings:
        assert value in findings[0].here
        assert findings[0].there == "$0.019 per million"


def test_what_a_source_said_is_measured_by_the_price_of_its_day_too() -> None:
    rows = [period(1, "0.02", ends_on=LATER), period(1, "0.15", starts_on=date(2026, 8, 1))]
    [found] = prices.unit_slips(catalog(*rows, said(1, "input_price", "$20/M")))
    assert (found.remark, found.there) == ("A thousand times the price of that day.", "$0.02 per million")


@pytest.mark.parametrize(
    ("input", "audio", "remark"),
    [
        ("0.1", "100", "1,000× its text input: perhaps a price per minute."),
        ("0.1", "10", "100× its text input: perhaps a price per minute."),
        ("0.1", "9.99", None),
        ("0.1", "0.1", None),
        ("0", "100", None),
        (None, "100", None),
    ],
)
def test_audio_a_hundred_times_dearer_than_text(input: str | None, audio: str, remark: str | None) -> None:
    row = period(1, input, None, audio=per_token(Decimal(audio)))
    found = list(prices.unit_slips(catalog(row)))
    assert [each.remark for each in found] == ([remark] if remark else [])
    assert all(each.what == "Audio input at OpenRouter" for each in found)


@pytest.mark.parametrize(
    ("input", "output", "writes", "is_found"),
    [
        ("2.50", "1.70", True, True),
        ("0.20", "0.20", True, False),
        ("0.50", "1.50", True, False),
        ("0.10", "0", True, True),  # writes text, and charges nothing for it
        ("0.10", "0", False, False),  # reads only: it has no output to charge for
        ("2.50", "1.70", False, True),
        ("0", "0", True, False),
        ("0.10", None, True, False),
        (None, "0.10", True, False),
    ],
)
def test_output_cheaper_than_input(input: str | None, output: str | None, writes: bool, is_found: bool) -> None:
    found = list(prices.output_below_input(catalog(period(1, input, output), writes_text={1} if writes else set())))
    assert bool(found) is is_found
    if is_found:
        assert found[0].what == "OpenRouter"
        assert found[0].day == START


def test_a_price_that_no_longer_holds_is_not_judged_by_its_successor() -> None:
    rows = [period(1, "2", "1", ends_on=LATER), period(1, "1", "2", starts_on=LATER)]
    assert list(prices.output_below_input(catalog(*rows))) == []
    announced = [period(1, "1", "2"), period(1, "2", "1", starts_on=TODAY + timedelta(days=1))]
    assert list(prices.output_below_input(catalog(*announced))) == []


@pytest.mark.parametrize(
    ("before", "after", "remark"),
    [
        (("0.15", "0.60"), ("1.50", "0.60"), ["10× dearer than before."]),
        (("0.15", "0.60"), ("1.49", "0.60"), []),
        (("2", "6"), ("0.2", "0.6"), ["10× cheaper than before.", "10× cheaper than before."]),
        (("0.03", "0.11"), ("0.351", "0.555"), ["12× dearer than before."]),
        (("0.4", "2"), ("400", "2"), ["1,000× dearer than before."]),
        (("0", "1"), ("2", "1"), ["It was free before."]),
        (("2", "6"), ("0", "6"), ["It is free from this day on."]),
        (("0", "0"), ("0", "0"), []),
        ((None, None), ("2", "6"), []),  # a beginning, not a jump
        (("0", "0"), (None, None), []),
    ],
)
def test_price_jumps(before: Any, after: Any, remark: list[str]) -> None:
    rows = [period(1, *before, ends_on=LATER), period(1, *after, starts_on=LATER)]
    found = list(prices.price_jumps(catalog(*rows)))
    assert [each.remark for each in found] == remark
    assert all(each.day == LATER for each in found)


def test_a_jump_is_within_one_listing_and_one_currency() -> None:
    assert list(prices.price_jumps(catalog(period(1, "0.1"), period(2, "10")))) == []
    assert list(prices.price_jumps(catalog(period(1, "0.1"), period(1, "10", currency="EUR", starts_on=LATER)))) == []
    euros = [period(1, "0.1", None, currency="EUR"), period(1, "10", None, currency="EUR", starts_on=LATER)]
    [found] = prices.price_jumps(catalog(*euros))
    assert (found.here, found.there) == ("€0.10 per million", "€10.00 per million")


@pytest.mark.parametrize(
    ("fields", "there"),
    [
        ({"last_seen_on": TODAY - timedelta(days=31)}, "31 days ago"),
        ({"last_seen_on": TODAY - timedelta(days=30)}, None),
        ({"last_seen_on": None}, "never, as far as known"),
        ({"last_seen_on": date(2026, 1, 1), "delisted_on": date(2026, 5, 31)}, None),
        ({"last_seen_on": date(2026, 1, 1), "delisted_on": TODAY + timedelta(days=9)}, "324 days ago"),
        ({"last_seen_on": None, "listed_on": TODAY + timedelta(days=9)}, None),
    ],
)
def test_prices_that_nobody_checked(fields: Any, there: str | None) -> None:
    found = list(prices.unchecked(catalog(listing(1, **fields), period(1))))
    assert [each.there for each in found] == ([there] if there else [])


def test_a_listing_without_a_price_has_none_to_check() -> None:
    assert list(prices.unchecked(catalog(listing(1, last_seen_on=None)))) == []


@pytest.mark.parametrize(
    ("rows", "there"),
    [
        ([listing(1)], "no price on record"),
        ([listing(1, delisted_on=date(2026, 5, 31))], None),
        ([period(1)], None),
        ([period(1, "0", "0")], None),  # free is a price
        ([period(1, "1", None, currency="EUR")], None),
        ([period(1, None, None, is_unknown=True)], "called unknown by its source"),
        ([period(1, "1", None, is_unknown=False)], None),
        ([period(1, None, None, is_empty=True)], "no price on record"),
        ([period(1, None, None, by_unit=((Component.PAGE, Decimal("0.004")),))], None),
    ],
)
def test_listings_without_a_price(rows: list[Any], there: str | None) -> None:
    found = list(prices.unpriced(catalog(*rows)))
    assert [each.there for each in found] == ([there] if there else [])
