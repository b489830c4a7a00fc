"""How budgets are told of at a glance: never more than is there."""

import pytest

from playground.amounts import at_least, at_most, to_the_digit


@pytest.mark.parametrize(
    ("units", "left", "spent", "exact"),
    [
        (0, "$0", "$0", "$0"),
        (1, "$0.000000000001", "$0.000000000001", "$0.000000000001"),
        (2_221_200_000, "$0.00222", "$0.00223", "$0.0022212"),
        (2_499_000_000, "$0.00249", "$0.0025", "$0.002499"),
        (99_960_000_000, "$0.0999", "$0.10", "$0.09996"),
        (999_600_000_000, "$0.999", "$1.00", "$0.9996"),
        (10**12, "$1.00", "$1.00", "$1.00"),
        (4_997_900_000_000, "$4.99", "$5.00", "$4.9979"),
        (5 * 10**12, "$5.00", "$5.00", "$5.00"),
        (1_234_567_890_000_000, "$1,234.56", "$1,234.57", "$1,234.56789"),
        (9_000_000 * 10**12, "$9,000,000.00", "$9,000,000.00", "$9,000,000.00"),
    ],
)
def test_what_is_left_is_rounded_down_and_what_is_spent_up(units: int, left: str, spent: str, exact: str) -> None:
    assert (at_least(units), at_most(units), to_the_digit(units)) == (left, spent, exact)
