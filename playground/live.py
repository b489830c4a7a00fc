"""One answer on its way, in memory: what has come so far, for whoever watches and for the next write to the database.

Nothing true lives here only: the runner writes the text to the run several times a second, and the end in one
transaction.
"""

import asyncio
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog import pricing
from playground import bodies
from playground.estimate import likely_tokens
from playground.models import Run, State
from playground.upstream.chunks import (
    Done,
    Finish,
    Identity,
    Piece,
    Reasoning,
    Refusal,
    Text,
    ToolCallDelta,
    UsageReport,
)
from playground.upstream.errors import TooMuch
from playground.usage import read_usage

MOST_TEXT_BYTES = 4_194_304  # of one answer; the longest that models of today can write is about a quarter of it


@dataclass
class Watchers:
    """Wakes everybody who watches one prompt's board. Only used on the event loop."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class LiveRun:
    """The growing answer of one run. `parts` only grows, so a watcher remembers how many parts it has sent."""

    def __init__(self, run: Run, watchers: Watchers) -> None:
        self.id: UUID = run.pk
        self.watchers = watchers
        self.request: dict[str, Any] = run.request
        self.rates = run.pricing_rates()
        self.upstream = run.upstream
        self.is_rehearsal = run.is_rehearsal
        self.stop_ends_billing = run.is_rehearsal or (run.listing is not None and bool(run.listing.stop_ends_billing))
        self.created_at = run.created_at
        self.state = State(run.state)
        self.parts: list[str] = []
        self.reasoning_parts: list[str] = []
        self.identity = Identity("", "", "")
        self.finish = ""
        self.usage: dict[str, Any] | None = None
        self.is_done = False
        self.refused = False
        self.stop = asyncio.Event()
        self.started = time.monotonic()
        self.first_token_ms: int | None = None
        self.last_token_ms: int | None = None
        self.prompt_tokens = sum(likely_tokens(text) for text in bodies.texts(run.request))
        self._bytes = 0

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def reasoning(self) -> str:
        return "".join(self.reasoning_parts)

    def begin(self) -> None:
        """The request is about to be sent; time counts from here, by a clock that nobody sets."""
        self.state = State.CONNECTING
        self.started = time.monotonic()
        self.watchers.wake()

    def elapsed_ms(self) -> int:
        return round((time.monotonic() - self.started) * 1000)

    def take(self, piece: Piece) -> None:
        """Add what the upstream sent. After Stop the text stays as it was and only the figures go on."""
        match piece:
            case Text(text) | Reasoning(text) | Refusal(text):
                if not text:
                    return
                self.refused = self.refused or isinstance(piece, Refusal)
                self.last_token_ms = self.elapsed_ms()
                if self.first_token_ms is None:
                    self.first_token_ms = self.last_token_ms
                self._bytes += len(text.encode())
                if self._bytes > MOST_TEXT_BYTES:
                    raise TooMuch(
                        "This answer is longer than any model writes, so Windrose stopped reading. What came is kept."
                    )
                if self.state != State.STOPPING:
                    self.state = State.STREAMING
                    (self.reasoning_parts if isinstance(piece, Reasoning) else self.parts).append(text)
            case ToolCallDelta(name=name, arguments=arguments):
                begins = f"{chr(10) * 2 if self.parts else ''}Tool call: {name}\n" if name else ""
                return self.take(Text(begins + arguments))
            case Identity():
                self.identity = piece
            case Finish(reason):
                self.finish = reason or self.finish
            case UsageReport(raw):
                self.usage = raw
            case Done():
                self.is_done = True
            case _:
                return
        self.watchers.wake()

    def tokens_so_far(self) -> tuple[int, bool]:
        """Completion tokens, and whether the count is the upstream's own."""
        counted = read_usage(self.usage)
        if counted is not None:
            return counted.completion_tokens, True
        return (self._bytes + 3) // 4, False

    def cost_so_far(self) -> Decimal | None:
        """What has come so far at the frozen rates: exact once the usage is known, about right before."""
        counted = read_usage(self.usage)
        if counted is None:
            counted = pricing.Usage(self.prompt_tokens, self.tokens_so_far()[0])
        return pricing.bill(self.rates, counted, self.created_at).total

    def tokens_per_second(self) -> Decimal | None:
        if self.first_token_ms is None or self.last_token_ms is None or self.last_token_ms <= self.first_token_ms:
            return None
        tokens = Decimal(self.tokens_so_far()[0])
        return (tokens * 1000 / (self.last_token_ms - self.first_token_ms)).quantize(Decimal("0.1"))
