"""USD as the ledger keeps them: whole numbers of 10^-12 USD, rounded once when they are booked. Pure.

And how a budget is told of at a glance, so that nobody reads of money that is not there: what is left is rounded down,
what is spent, held or asked for is rounded up, and a limit is written to its last digit. With $0.0021 spent of $5.00,
$4.9979 are left, which is written as $4.99.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from catalog import exact, figures

PICO = 12
CENTS = -2  # the last digit of an amount of a dollar and more, as a power of ten; of less there are three digits
DIGITS = 3


def held_amount(amount: Decimal) -> int:
    """USD as ledger units, rounded up: a hold never covers less than it says."""
    return int(amount.scaleb(PICO, exact.EXACT).to_integral_value(ROUND_CEILING))


def booked_amount(amount: Decimal) -> int:
    """USD as ledger units, rounded once to the nearest."""
    return int(amount.scaleb(PICO, exact.EXACT).to_integral_value(ROUND_HALF_EVEN))


def in_usd(units: int) -> Decimal:
    return Decimal(units).scaleb(-PICO)


def at_least(units: int) -> str:
    """What is left, at a glance: rounded down. $4.99 of 4.9979, $0.00249 of 0.002499."""
    return _at_a_glance(in_usd(units), ROUND_FLOOR)


def at_most(units: int) -> str:
    """What is spent, held or asked for, at a glance: rounded up. $0.00223 of 0.0022212."""
    return _at_a_glance(in_usd(units), ROUND_CEILING)


def to_the_digit(units: int) -> str:
    """A limit, which somebody has typed: all of its digits. $5.00, $0.003."""
    return figures.usd_exact(in_usd(units)) if units else figures.usd(Decimal(0))


def _at_a_glance(amount: Decimal, rounding: str) -> str:
    last = CENTS if amount >= 1 else amount.adjusted() - DIGITS + 1
    return figures.usd(amount.quantize(Decimal(1).scaleb(last), rounding))
