"""Reading a usage object as upstreams report it. Strict about numbers: what cannot be a count or an amount is refused.

The last usage of a stream counts, never a sum of several. Cached and audio tokens are inside the prompt tokens; reasoning,
audio and image tokens are inside the completion tokens, as OpenRouter and the OpenAI API define them.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog import pricing
from catalog.exact import PricingError
from catalog.pricing import Bill, Rate, Usage, spent

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
    """The counts of a usage object; None when it is missing, malformed or contradicts itself.

    Nobody reports how much of the audio came from the cache or was reasoned over, and no token is billed twice: what is
    cached, written or reasoned counts as that, and of audio and images only what then is left of their whole.
    """
    if not isinstance(reported, dict):
        return None
    prompt, completion = count(reported.get("prompt_tokens")), count(reported.get("completion_tokens"))
    cached = _detail(reported, "prompt_tokens_details", "cached_tokens")
    written = _detail(reported, "prompt_tokens_details", "cache_write_tokens")
    heard = _detail(reported, "prompt_tokens_details", "audio_tokens")
    reasoning = _detail(reported, "completion_tokens_details", "reasoning_tokens")
    spoken = _detail(reported, "completion_tokens_details", "audio_tokens")
    drawn = _detail(reported, "completion_tokens_details", "image_tokens")
    if prompt is None or completion is None or cached is None or written is None or reasoning is None:
        return None
    if heard is None or spoken is None or drawn is None or heard > prompt or spoken + drawn > completion:
        return None
    try:
        usage = Usage(prompt, completion, cached, written, reasoning)
    except PricingError:
        return None
    heard = min(heard, prompt - cached - written)
    spoken = min(spoken, completion - reasoning)
    drawn = min(drawn, completion - reasoning - spoken)
    return replace(usage, input_audio_tokens=heard, output_audio_tokens=spoken, output_image_tokens=drawn)


def unpriced(reported: Any) -> list[str]:
    """What was used beside tokens and is in no computed bill, in sentences: tools that the market ran, and web searches."""
    if not isinstance(reported, dict):
        return []
    sentences = []
    tools = reported.get("server_tool_use_details") or reported.get("server_tool_use")
    if isinstance(tools, dict):
        used = {name: count(value) for name, value in tools.items()}
        names = [str(name).replace("_", " ")[:40] for name, times in list(used.items())[:5] if times]
        if names:
            sentences.append(f"Tools of the market were used ({', '.join(names)}), and their price is not in it.")
    if results := count(reported.get("num_search_results")):
        sentences.append(f"A web search with {results:,} result{'s' * (results != 1)} is not in it.")
    return sentences


def bill(reported: Any, rates: Iterable[Rate], at: datetime | None) -> Bill | None:
    """The reported usage priced by `rates`, for a request that began at `at`; None without a usage that can be read.

    What the usage has beside tokens makes it `at least` its total, with the reason.
    """
    usage = read_usage(reported)
    if usage is None:
        return None
    priced = pricing.bill(rates, usage, at)
    return replace(priced, reasons=(*priced.reasons, *unpriced(reported)))


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
