"""How figures are written for people: money, prices per million, tokens, durations. Pure; rounds only here.

One rule for each kind, used by every page, so that the same figure looks the same everywhere. Amounts are `Decimal`
in USD, which a `Display` may show converted; what is unknown is an em dash, never a zero.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal

from catalog import exact

UNKNOWN = "—"
A_CENT = Decimal("0.01")
WHOLE_FROM = 10_000  # sums so large are read without their cents
ROUNDING = Context(prec=80, rounding=ROUND_HALF_EVEN)
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "PLN": "zł "}


def _trim(text: str, least_decimals: int) -> str:
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(least_decimals, "0")
    return f"{whole}.{decimals}" if decimals else whole


def money(amount: Decimal | None, symbol: str = "$") -> str:
    """Money at a glance. Under one unit three significant digits, above it cents: $0.00456, $0.026, $1,234.50."""
    if amount is None:
        return UNKNOWN
    if amount == 0:
        return f"{symbol}0"
    if abs(amount) >= 1:
        return f"{symbol}{amount.quantize(Decimal('0.01'), context=ROUNDING):,f}"
    rounded = amount.quantize(Decimal(1).scaleb(amount.adjusted() - 2), context=ROUNDING)
    return symbol + _trim(format(rounded, "f"), 2)


def round_money(amount: Decimal | None, symbol: str = "$") -> str:
    """Sums of many requests at a glance: as `money`, but from ten thousand on without cents: $9,120.00, $8,760,000."""
    if amount is None or abs(amount) < WHOLE_FROM:
        return money(amount, symbol)
    return f"{symbol}{amount.quantize(Decimal(1), context=ROUNDING):,f}"


def symbol(code: str) -> str:
    """What stands before an amount of a currency: $, €, or its code and a space."""
    return SYMBOLS.get(code, f"{code} ")


def percent(share: Decimal) -> str:
    """A part of one in percent, two significant digits at least: 40%, 2.5%, 0.31%."""
    part = abs(share) * 100
    step = Decimal(1) if part >= 10 or not part else Decimal(1).scaleb(part.adjusted() - 1)
    written = part.quantize(step, context=ROUNDING)
    if part < 100 <= written:
        return "99.9%"  # less than all never reads as all
    return _trim(format(written, "f"), 0) + "%"


def usd(amount: Decimal | None) -> str:
    """US dollars at a glance: $0.00456, $0.026, $1,234.50."""
    return money(amount)


def usd_exact(amount: Decimal | None) -> str:
    """Money to its last digit, nothing rounded: $0.0047, $0.00456, $12.00."""
    return UNKNOWN if amount is None else "$" + _trim(format(amount, ",f"), 2)


def scaled(amount: Decimal | None, power: int) -> str:
    """A price per unit as its price for ten to the `power` units, exact, with at least two decimals: 4.00, 0.003."""
    return UNKNOWN if amount is None else _trim(format(amount.scaleb(power, exact.EXACT), ",f"), 2)


def per_million(amount: Decimal | None) -> str:
    """A price per token as its price per million tokens, exact, with at least two decimals: 0.50, 0.0645."""
    return scaled(amount, 6)


def per_thousand(amount: Decimal | None) -> str:
    """A price per token as its price per thousand tokens, exact, with at least two decimals: 0.0005, 0.0000645."""
    return scaled(amount, 3)


@dataclass(frozen=True)
class Display:
    """The currency that amounts are shown in. Dollars are the truth, shown exactly; another one is a conversion at the
    rate of a day, for the eye: `per_usd` units of it for one dollar."""

    code: str = "USD"
    per_usd: Decimal = Decimal(1)
    rate_on: date | None = None

    @property
    def is_converted(self) -> bool:
        return self.code != "USD"

    @property
    def symbol(self) -> str:
        return symbol(self.code)

    @property
    def rate_text(self) -> str:
        """What one US dollar buys: 0.92 EUR."""
        return f"{self.per_usd:f} {self.code}"

    def convert(self, amount: Decimal | None) -> Decimal | None:
        """An amount of US dollars in this currency, unrounded."""
        if amount is None or not self.is_converted:
            return amount
        return exact.EXACT.multiply(amount, self.per_usd)

    def money(self, amount: Decimal | None) -> str:
        return money(self.convert(amount), self.symbol)

    def round_money(self, amount: Decimal | None) -> str:
        """As `money`; sums of ten thousand and more without cents."""
        return round_money(self.convert(amount), self.symbol)

    def to_the_digit(self, amount: Decimal | None) -> str:
        """Dollars to their last digit; a conversion at a glance, as its digits would claim more than its rate knows."""
        return self.money(amount) if self.is_converted else usd_exact(amount)

    def thousandfold(self, amount: Decimal | None) -> str:
        """What stands beside a cost of less than a cent: $0.72 per 1,000. Blank beside any other."""
        if not amount or amount >= A_CENT:
            return ""
        return f"{self.money(exact.EXACT.multiply(amount, Decimal(1000)))} per 1,000"

    def scaled(self, amount: Decimal | None, power: int) -> str:
        """A price per unit as one for ten to the `power` units, without the symbol; a conversion with three significant
        digits."""
        if amount is None or not self.is_converted:
            return scaled(amount, power)
        return money((self.convert(amount) or Decimal(0)).scaleb(power, exact.EXACT), "")

    def per_million(self, amount: Decimal | None) -> str:
        """A price per token as its price per million."""
        return self.scaled(amount, 6)

    def per_thousand(self, amount: Decimal | None) -> str:
        """A price per token as its price per thousand, as `per_million` writes it."""
        return self.scaled(amount, 3)


DOLLARS = Display()


def tokens(count: int | None) -> str:
    """A count of tokens to the last one: 262,144."""
    return UNKNOWN if count is None else f"{count:,}"


def counted(count: int, noun: str) -> str:
    """A count with its noun: 1 request, 10,000 requests."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


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
    step = Decimal(1) if ratio >= 10 else Decimal("0.1")
    if ratio != 1 and ratio < Decimal("1.095"):
        step = Decimal("0.01")
        ratio = max(ratio, Decimal("1.01")) if ratio > 1 else ratio
    return _trim(format(ratio.quantize(step, context=ROUNDING), ",f"), 0) + "×"


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
