"""Whether a bill is an amount with fewer decimals: rounded to the nearest, or always up or down. Pure; no Django.

Up or down is only believed of an amount of one step and more. Below that every amount, however small, is rounded up to one
step, so that a match says nothing: $0.000005 and $0.004 would both be $0.01 in whole cents. To the nearest only what comes
to half a step becomes one.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from catalog import exact
from catalog.figures import counted

NEAREST = (ROUND_HALF_EVEN, ROUND_HALF_UP)
WHOLE = {0: "to whole dollars", 2: "to whole cents"}  # by decimals


def explain(computed: Decimal, billed: Decimal) -> str:
    """A sentence where `billed` is `computed` with fewer decimals; else blank. Both are exact USD, and differ."""
    decimals = exact.decimals_of(billed)
    if not billed or decimals >= exact.decimals_of(computed):
        return ""
    step, digits = Decimal(1).scaleb(-decimals), counted(decimals, "decimal")
    if any(computed.quantize(step, nearest) == billed for nearest in NEAREST):
        return f"The upstream rounds its bill {WHOLE.get(decimals, f'to {digits}')}."
    if computed < step:
        return ""
    for word, direction in (("up", ROUND_CEILING), ("down", ROUND_FLOOR)):
        if computed.quantize(step, direction) == billed:
            return f"The upstream rounds its bill {word} {WHOLE.get(decimals, f'at {digits}')}."
    return ""
