"""The pieces that an answer comes in: the same for every API and every server, so that nobody else need know them. Pure."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Reasoning:
    text: str


@dataclass(frozen=True)
class Refusal:
    """The model's own words for not answering."""

    text: str


@dataclass(frozen=True)
class Identity:
    """Who answers, sent when first known and when the model or provider changes. The generation id never changes."""

    generation_id: str
    model: str
    provider: str


@dataclass(frozen=True)
class ToolCallDelta:
    """A part of the call at `index`: id and name come once, the arguments in pieces."""

    index: int
    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Finish:
    """Why the answer ends: the common word and the provider's own. More may follow, usage above all."""

    reason: str
    native: str


@dataclass(frozen=True)
class UsageReport:
    """Usage with decimals exact, in the names of chat completions. It may come several times; the last one counts."""

    raw: dict[str, Any]


@dataclass(frozen=True)
class Done:
    """The upstream said that the answer is complete."""


@dataclass(frozen=True)
class Failure:
    """An error object in place of, or beside, an answer. It never leaves the upstream client, which raises it."""

    error: Any


Piece = Text | Reasoning | Refusal | Identity | ToolCallDelta | Finish | UsageReport | Done
