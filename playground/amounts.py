"""USD as the ledger keeps them: whole numbers of 10^-12 USD, rounded once when they are booked. Pure."""

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

from catalog import exact

PICO = 12


def held_amount(amount: Decimal) -> int:
    """USD as ledger units, rounded up: a hold never covers less than it says."""
    return int(amount.scaleb(PICO, exact.EXACT).to_integral_value(ROUND_CEILING))


def booked_amount(amount: Decimal) -> int:
    """USD as ledger units, rounded once to the nearest."""
    return int(amount.scaleb(PICO, exact.EXACT).to_integral_value(ROUND_HALF_EVEN))


def in_usd(units: int) -> Decimal:
    return Decimal(units).scaleb(-PICO)
