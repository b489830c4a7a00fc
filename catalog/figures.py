"""How figures are written for people: money, prices per million, tokens, durations. Pure; rounds only here.

One rule for each kind, used by every page, so that the same figure looks the same everywhere. Amounts are `Decimal`
in USD; what is unknown is an em dash, never a zero.
"""

from decimal import ROUND_HALF_EVEN, Decimal

from catalog import exact

UNKNOWN = "—"


def _trim(text: str, least_decimals: int) -> str:
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(least_decimals, "0")
    return f"{whole}.{decimals}" if decimals else whole


def usd(amount: Decimal | None) -> str:
    """Money at a glance. Under a dollar three significant digits, above it cents: $0.00456, $0.026, $1,234.50."""
    if amount is None:
        return UNKNOWN
    if amount == 0:
        return "$0"
    if abs(amount) >= 1:
        return f"${amount.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,f}"
    rounded = amount.quantize(Decimal(1).scaleb(amount.adjusted() - 2), ROUND_HALF_EVEN)
    return "$" + _trim(format(rounded, "f"), 2)


def usd_exact(amount: Decimal | None) -> str:
    """Money to its last digit, nothing rounded: $0.0047, $0.00456, $12.00."""
    return UNKNOWN if amount is None else "$" + _trim(format(amount, ",f"), 2)


def per_million(amount: Decimal | None) -> str:
    """A price per token as its price per million tokens, exact, with at least two decimals: 0.50, 0.0645."""
    return UNKNOWN if amount is None else _trim(format(exact.per_million(amount), ",f"), 2)


def tokens(count: int | None) -> str:
    """A count of tokens to the last one: 262,144."""
    return UNKNOWN if count is None else f"{count:,}"


def short(count: int | None) -> str:
    """A count with its magnitude, thousands by 1,000 and cut, as the markets write it: 131K, 262K, 272M, 8.86B."""
    if count is None:
        return UNKNOWN
    for size, letter in ((10**12, "T"), (10**9, "B"), (10**6, "M"), (10**3, "K")):
        if count >= size:
            value = Decimal(count) / size
            shown = int(value) if value >= 100 or letter == "K" else value.quantize(Decimal("0.01"))
            return _trim(str(shown), 0) + letter
    return str(count)


def multiple(ratio: Decimal | None) -> str:
    """How many times dearer: 1×, 1.03×, 1.3×, 4×, 12×. What is dearer at all never reads as 1×."""
    if ratio is None:
        return ""
    if ratio != 1 and ratio < Decimal("1.095"):
        step = Decimal("0.01")
        return (
            _trim(format(max(ratio, Decimal("1.01")).quantize(step) if ratio > 1 else ratio.quantize(step), "f"), 0)
            + "×"
        )
    return _trim(format(ratio.quantize(Decimal("0.1") if ratio < 10 else Decimal(1)), "f"), 0) + "×"


def seconds(milliseconds: int | None) -> str:
    """A duration: 340 ms, 1.25 s, 2 min 5 s."""
    if milliseconds is None:
        return UNKNOWN
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.2f} s"
    minutes, rest = divmod(round(milliseconds / 1000), 60)
    return f"{minutes} min {rest} s"
