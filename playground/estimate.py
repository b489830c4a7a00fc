"""What a request may cost before it is sent, and about how much has come while it streams. Pure; no Django.

A token is at least one byte of UTF-8 in every tokenizer in use, so the bytes of the messages bound their tokens from above
for any script. What is added to them on the way, and what an answer may be made of, is bounded beside them; decision 9
(docs/decisions) says why this is what is held. The likely count is only for the eye.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from decimal import Decimal

from catalog import pricing
from catalog.pricing import Bill, Component, Condition, Rate, Usage
from playground.messages import Message

TEMPLATE_TOKENS = 16  # for each message and tool call: role marks and separators
REQUEST_TOKENS = 512  # once: a system prompt that the model's own template brings, dates, the beginning of the answer
TOOLS_TOKENS = 1024  # once where tools are offered: what templates tell a model of how to call them
BYTES_PER_TOKEN = 4
MOST_IMAGE_TOKENS = 8192  # of one image, whatever its size: more than any vision model in the catalog makes of one
LATEST_START = timedelta(hours=1)  # after it was asked for, a run of a long queue has begun
INPUTS = (Component.INPUT, Component.CACHE_READ, Component.CACHE_WRITE)
OUTPUTS = (Component.OUTPUT, Component.REASONING, Component.OUTPUT_AUDIO, Component.OUTPUT_IMAGE)


def prompt_bound(messages: Iterable[Message], extra: str = "", *, has_tools: bool = False) -> int:
    """The most prompt tokens that `messages` (and `extra`, such as tools as JSON) can come to."""
    size = REQUEST_TOKENS + TOOLS_TOKENS * has_tools
    for message in messages:
        size += _bytes(message.content) + TEMPLATE_TOKENS + MOST_IMAGE_TOKENS * len(message.images)
        size += _bytes(message.tool_call_id)
        size += sum(_bytes(call.id + call.name + call.arguments) + TEMPLATE_TOKENS for call in message.tool_calls)
    return size + _bytes(extra)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def likely_tokens(text: str) -> int:
    """About how many tokens a text is: one for four bytes, as Latin scripts come out on average."""
    return (len(text.encode("utf-8", "replace")) + BYTES_PER_TOKEN - 1) // BYTES_PER_TOKEN


@dataclass(frozen=True)
class Scenario:
    """One way that a request may go: how long its prompt is, and when it begins."""

    prompt_tokens: int
    at: datetime


def worst_case(rates: list[Rate], prompt_tokens: int, output_tokens: int, at: datetime, *, images: int = 0) -> Bill:
    """The dearest bill that a request of at most so many tokens can come to, when it begins at `at` or within an hour.

    Dearest of: prompts on either side of each tier, hours on either side of each window, all of the prompt fresh, read
    from a cache or written to one, all of the answer plain, reasoned, spoken or drawn. A price under a condition that
    nobody can judge counts as if it held.

    Example, Mistral Large 3 at $0.50 and $1.50 per million: 1,000 and 2,000 tokens come to at most
    1,000 x 0.0000005 + 2,000 x 0.0000015 = $0.0035.
    """
    dearest: Bill | None = None
    for scenario in _scenarios(rates, prompt_tokens, at):
        possible = _possible(rates, scenario)
        for usage in _shapes(possible, scenario.prompt_tokens, output_tokens, images):
            candidate = pricing.bill(possible, usage, scenario.at)
            if candidate.reasons:
                return candidate  # a price that is not known has no bound
            if dearest is None or (candidate.total or Decimal(0)) > (dearest.total or Decimal(0)):
                dearest = candidate
    assert dearest is not None  # noqa: S101  there is one scenario at least, and one shape
    return dearest


def _scenarios(rates: list[Rate], prompt_tokens: int, at: datetime) -> list[Scenario]:
    conditions = [rate.condition for rate in rates]
    lengths = {prompt_tokens}
    # A shorter prompt is dearer only where a tier is cheaper than the one below it; its longest one is then at the threshold.
    lengths |= {
        limit for each in conditions if (limit := each.over_prompt_tokens) is not None and limit < prompt_tokens
    }
    edges = {edge for each in conditions for edge in (each.utc_start, each.utc_end) if edge is not None}
    moments = {at} | {moment for edge in edges if (moment := _next(edge, at)) <= at + LATEST_START}
    return [Scenario(length, moment) for length in sorted(lengths, reverse=True) for moment in sorted(moments)]


def _next(edge: time, at: datetime) -> datetime:
    moment = at.replace(hour=edge.hour, minute=edge.minute, second=edge.second, microsecond=edge.microsecond)
    return moment if moment >= at else moment + timedelta(days=1)


def _possible(rates: list[Rate], scenario: Scenario) -> list[Rate]:
    """The rates that may be in force, without their conditions, and of each component the dearest last, so that it wins.

    A certain rate replaces those before it, as `pricing.bill` has it; an uncertain one only joins them.
    """
    usage = Usage(scenario.prompt_tokens)
    found: dict[Component, list[Rate]] = {}
    for rate in rates:
        if rate.condition.holds(usage, scenario.at, False):
            found[rate.component] = [replace(rate, condition=Condition())]
        elif rate.condition.might_hold(usage, scenario.at, False):
            found.setdefault(rate.component, []).append(replace(rate, condition=Condition()))
    return [max(each, key=_dearness) for each in found.values()]


def _dearness(rate: Rate) -> tuple[bool, Decimal]:
    """What is not known is dearer than anything."""
    return rate.amount is None, rate.amount or Decimal(0)


def _shapes(rates: list[Rate], prompt_tokens: int, output_tokens: int, images: int) -> list[Usage]:
    """Usages with all of the prompt, and all of the answer, in one component that has a price of its own."""
    own = {rate.component for rate in rates if rate.amount is not None}
    names = {
        Component.CACHE_READ: "cached_tokens",
        Component.CACHE_WRITE: "cache_write_tokens",
        Component.REASONING: "reasoning_tokens",
        Component.OUTPUT_AUDIO: "output_audio_tokens",
        Component.OUTPUT_IMAGE: "output_image_tokens",
    }
    # Where images have no price of their own they are prompt tokens like others.
    plain = Usage(prompt_tokens, output_tokens, images=images if Component.IMAGE in own else 0)
    prompts = [{}, *({names[part]: prompt_tokens} for part in INPUTS[1:] if part in own)]
    answers = [{}, *({names[part]: output_tokens} for part in OUTPUTS[1:] if part in own)]
    return [replace(plain, **prompt, **answer) for prompt in prompts for answer in answers]


def tier(rates: Iterable[Rate], prompt_tokens: int) -> int | None:
    """The threshold whose tier so long a prompt falls in; None where it stays below every one, or there are none."""
    limits = {limit for rate in rates if (limit := rate.condition.over_prompt_tokens) is not None}
    return max((limit for limit in limits if prompt_tokens > limit), default=None)


def output_bound(asked: int | None, listed_maximum: int | None, context: int | None) -> int | None:
    """The most output tokens: what was asked for, within what the model can give; None when nothing bounds it."""
    bounds = [bound for bound in (asked, listed_maximum) if bound is not None]
    if not bounds and context is not None:
        bounds = [context]
    return min(bounds) if bounds else None
