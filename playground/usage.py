"""Reading a usage object as upstreams report it. Strict about numbers: what cannot be a count or an amount is refused.

The last usage of a stream counts, never a sum of several. Cached tokens are inside the prompt tokens and reasoning
is inside the completion tokens, as OpenRouter and the OpenAI API define them.
"""

from decimal import Decimal
from typing import Any

from catalog.exact import PricingError
from catalog.pricing import Usage, spent

MOST_TOKENS = 10**9
MOST_USD = Decimal(100_000)
MOST_DECIMALS = 40  # prices have up to 22; more would not fit where costs are kept


def count(value: Any) -> int | None:
    """A token count, or None for anything that is not a whole number from 0 to a thousand million."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    # The range comes first: turning a number with a huge exponent into an integer would never end.
    if not Decimal(value).is_finite() or not 0 <= value <= MOST_TOKENS or value != int(value):
        return None
    return int(value)


def amount(value: Any) -> Decimal | None:
    """An amount of USD, or None for anything that cannot be one: a bool, a string, a negative, NaN, an absurdity."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    value = Decimal(value)
    if not value.is_finite() or not 0 <= value <= MOST_USD or int(value.as_tuple().exponent) < -MOST_DECIMALS:
        return None
    return value


def _detail(reported: dict[str, Any], group: str, name: str) -> int | None:
    details = reported.get(group)
    value = details.get(name) if isinstance(details, dict) else None
    return 0 if value is None else count(value)


def read_usage(reported: Any) -> Usage | None:
    """The counts of a usage object; None when it is missing, malformed or contradicts itself."""
    if not isinstance(reported, dict):
        return None
    prompt, completion = count(reported.get("prompt_tokens")), count(reported.get("completion_tokens"))
    cached = _detail(reported, "prompt_tokens_details", "cached_tokens")
    written = _detail(reported, "prompt_tokens_details", "cache_write_tokens")
    reasoning = _detail(reported, "completion_tokens_details", "reasoning_tokens")
    if prompt is None or completion is None or cached is None or written is None or reasoning is None:
        return None
    try:
        return Usage(prompt, completion, cached, written, reasoning)
    except PricingError:
        return None


def read_cost(reported: Any) -> Decimal | None:
    """What the upstream says it billed, in USD; None when it says nothing usable.

    With a key of the customer's own (`is_byok`), it is the reported cost plus what the provider takes.
    """
    if not isinstance(reported, dict):
        return None
    cost = amount(reported.get("cost"))
    details = reported.get("cost_details")
    upstream = amount(details.get("upstream_inference_cost")) if isinstance(details, dict) else None
    return None if cost is None else spent(cost, upstream, reported.get("is_byok") is True)


def storable_text(text: str, longest: int) -> str:
    """Text of an upstream that every database takes: no NUL, no half of a surrogate pair, at most `longest` characters."""
    return text[:longest].encode("utf-8", "replace").decode().replace("\x00", "")


def storable(reported: Any) -> Any:
    """The same object with its decimals as text, so that it can be kept as JSON without a float."""
    if isinstance(reported, dict):
        return {storable_text(str(name), 100): storable(value) for name, value in list(reported.items())[:100]}
    if isinstance(reported, list):
        return [storable(value) for value in reported[:100]]
    if isinstance(reported, Decimal):
        return int(reported) if reported == reported.to_integral_value() and abs(reported) < 10**15 else str(reported)
    return storable_text(reported, 500) if isinstance(reported, str) else reported
