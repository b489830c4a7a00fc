"""What a request may cost before it is sent, and about how much has come while it streams. Pure; no Django.

A token is at least one byte of UTF-8 in every tokenizer in use, so the bytes of the messages, and a little for the
template around them, bound the prompt tokens from above for any script. The likely count is only for the eye.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from catalog import pricing
from catalog.pricing import Bill, Component, Rate, Usage
from playground.messages import Message

TEMPLATE_TOKENS = 16  # for each message, and once for the request: role marks, separators, the beginning of the answer
BYTES_PER_TOKEN = 4
MOST_IMAGE_TOKENS = 8192  # of one image, whatever its size: more than any vision model in the catalog makes of one


def prompt_bound(messages: Iterable[Message], extra: str = "") -> int:
    """The most prompt tokens that `messages` (and `extra`, such as tools as JSON) can come to."""
    size = TEMPLATE_TOKENS
    for message in messages:
        size += _bytes(message.content) + TEMPLATE_TOKENS + MOST_IMAGE_TOKENS * len(message.images)
        size += sum(_bytes(call.name + call.arguments) + TEMPLATE_TOKENS for call in message.tool_calls)
    return size + _bytes(extra)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def likely_tokens(text: str) -> int:
    """About how many tokens a text is: one for four bytes, as Latin scripts come out on average."""
    return (len(text.encode("utf-8", "replace")) + BYTES_PER_TOKEN - 1) // BYTES_PER_TOKEN


def worst_case(rates: list[Rate], prompt_tokens: int, output_tokens: int, at: datetime) -> Bill:
    """The dearest bill that such a request can come to: all of it fresh, written to a cache, or reasoned."""
    dearest: Bill | None = None
    for written in (0, prompt_tokens):
        for reasoned in (0, output_tokens):
            usage = Usage(prompt_tokens, output_tokens, cache_write_tokens=written, reasoning_tokens=reasoned)
            candidate = pricing.bill(rates, usage, at)
            if dearest is None or (candidate.total or Decimal(0)) > (dearest.total or Decimal(0)):
                dearest = candidate
    assert dearest is not None  # noqa: S101  the loops above always run
    return dearest


def output_bound(asked: int | None, listed_maximum: int | None, context: int | None) -> int | None:
    """The most output tokens: what was asked for, within what the model can give; None when nothing bounds it."""
    bounds = [bound for bound in (asked, listed_maximum) if bound is not None]
    if not bounds and context is not None:
        bounds = [context]
    return min(bounds) if bounds else None


def has_rate(rates: list[Rate], component: Component) -> bool:
    return any(rate.component == component and rate.amount is not None for rate in rates)
