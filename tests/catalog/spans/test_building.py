"""How dates and prices become spans: tables worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.models.lifecycle import Dates, Status
from catalog.models.spans import ALWAYS
from catalog.spans.building import Amounts, Period, amount, first_known, sort_copy, stretches

MARCH, JUNE, SEPTEMBER = date(2025, 3, 1), date(2025, 6, 1), date(2025, 9, 1)
TODAY = date(2026, 11, 21)
CHEAP, DEAR = Amounts(input=Decimal("0.0000004")), Amounts(input=Decimal("0.0000005"))
NOTHING = Amounts()


def rows(dates: Dates, *periods: Period, today: date = TODAY) -> list[tuple[date, date, Status, Amounts]]:
    found = stretches(dates, periods, today)
    return [(row.from_day, row.to_day, row.status, row.amounts) for row in found]


def test_a_model_without_a_day_was_always_there():
    assert rows(Dates()) == [(date.min, ALWAYS, Status.ACTIVE, NOTHING)]


def test_a_price_and_a_deprecation_cut_the_days():
    dates = Dates(released_on=MARCH, deprecated_on=JUNE)
    assert rows(dates, Period(MARCH, JUNE, DEAR), Period(JUNE, None, CHEAP)) == [
        (MARCH, JUNE, Status.ACTIVE, DEAR),
        (JUNE, ALWAYS, Status.DEPRECATED, CHEAP),
    ]


def test_a_new_price_that_is_the_old_one_cuts_nothing():
    assert rows(Dates(released_on=MARCH), Period(MARCH, JUNE, DEAR), Period(JUNE, None, DEAR)) == [
        (MARCH, ALWAYS, Status.ACTIVE, DEAR)
    ]


def test_between_two_prices_there_may_be_none():
    assert rows(Dates(released_on=MARCH), Period(MARCH, JUNE, DEAR), Period(SEPTEMBER, None, DEAR)) == [
        (MARCH, JUNE, Status.ACTIVE, DEAR),
        (JUNE, SEPTEMBER, Status.ACTIVE, NOTHING),
        (SEPTEMBER, ALWAYS, Status.ACTIVE, DEAR),
    ]


def test_an_absence_is_a_span_of_its_own():
    dates = Dates(listed_on=MARCH, absences=((JUNE, SEPTEMBER),))
    assert [(start, status) for start, _, status, _ in rows(dates)] == [
        (MARCH, Status.ACTIVE),
        (JUNE, Status.DELISTED),
        (SEPTEMBER, Status.ACTIVE),
    ]


def test_a_retirement_is_news_180_days_before():
    dates = Dates(released_on=date(2024, 1, 1), retires_on=date(2025, 12, 31))
    assert [(start, status) for start, _, status, _ in rows(dates)] == [
        (date(2024, 1, 1), Status.ACTIVE),
        (date(2025, 7, 4), Status.RETIRING),  # 27 + 31 + 30 + 31 + 30 + 31 = 180 days from July 4 to December 31
        (date(2025, 12, 31), Status.RETIRED),
    ]


def test_a_placeholder_for_never_ends_no_span():
    assert rows(Dates(released_on=MARCH, retires_on=ALWAYS))[-1][1] == ALWAYS


def test_of_two_prices_for_a_day_the_later_one_speaks():
    assert rows(Dates(released_on=MARCH), Period(MARCH, None, DEAR), Period(JUNE, None, CHEAP)) == [
        (MARCH, JUNE, Status.ACTIVE, DEAR),
        (JUNE, ALWAYS, Status.ACTIVE, CHEAP),
    ]


@pytest.mark.parametrize(
    ("dates", "starts", "first"),
    [
        (Dates(announced_on=MARCH, released_on=JUNE), [SEPTEMBER], MARCH),
        (Dates(released_on=JUNE, listed_on=SEPTEMBER), [MARCH], MARCH),
        (Dates(listed_on=SEPTEMBER), [], SEPTEMBER),
        (Dates(deprecated_on=MARCH), [], date.min),  # nobody knows since when
        (Dates(released_on=date(2027, 1, 1)), [], TODAY),  # written down today, so known today
    ],
)
def test_the_first_day_on_which_a_model_was_known(dates, starts, first):
    assert first_known(dates, [Period(start, None, NOTHING) for start in starts], TODAY) == first


@pytest.mark.parametrize(
    ("text", "discount", "exact"),
    [
        ("0.0000005", "", "0.0000005"),
        ("2e-6", "0.25", "0.0000015"),
        ("0", "0.5", "0"),
        ("", "", None),
        ("-1", "", None),
        ("free", "", None),
        ("0.5", "half", None),
        ("1e-300", "", None),  # more digits than the column holds
    ],
)
def test_amounts_after_their_discount(text, discount, exact):
    found = amount(text, discount)
    assert found == (None if exact is None else Decimal(exact))


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        (None, None),
        (Decimal("0.0000005"), "0.0000005"),
        (Decimal("0.0000000000000000005"), "0"),  # half of the last place goes to the even digit
        (Decimal("0.0000000000000000015"), "0.000000000000000002"),
        (Decimal(1_000_000), None),
    ],
)
def test_copies_to_sort_by(amount, rounded):
    found = sort_copy(amount)
    assert found == (None if rounded is None else Decimal(rounded))
