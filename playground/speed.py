"""How fast an answer came, in tokens per second: one rule for a column, a table, an export and the medians. Pure; no Django.

The time runs from the first token to the last one; the wait for the first is not in it. A short answer comes in one packet
or two, whose distance is the network's and not the model's: 3 tokens within 3 ms are no 1,000 tokens per second. So there
is a speed only from LEAST_TOKENS on, and over LEAST_MS at least.
"""

from decimal import Decimal

LEAST_TOKENS = 10
LEAST_MS = 100


def tokens_per_second(tokens: int | None, first_ms: int | None, last_ms: int | None) -> Decimal | None:
    """Unrounded; None where there is too little to measure: of 50 tokens from 200 to 700 ms 50 x 1000 / 500 = 100."""
    if tokens is None or first_ms is None or last_ms is None:
        return None
    if tokens < LEAST_TOKENS or last_ms - first_ms < LEAST_MS:
        return None
    return Decimal(tokens) * 1000 / (last_ms - first_ms)
