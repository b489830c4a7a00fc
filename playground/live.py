"""One answer on its way, in memory: what has come so far, for whoever watches and for the next write to the database.

Nothing true lives here only: the runner writes the text to the run several times a second, and the end in one
transaction. The one exception is asked for: of a prompt that is not to be stored the text is nowhere else.
"""

import asyncio
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from catalog import pricing
from playground import bodies, speed, upstreams
from playground.estimate import likely_tokens
from playground.models import Prompt, Run, State
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
from playground.usage import read_usage, storable_text

MOST_TEXT_BYTES = 4_194_304  # of one answer; the longest that models of today can write is about a quarter of it
MOST_TOOL_CALLS = 128
BYTES_OF_A_PART = 64
MOST_RECORDED_BYTES = 2_097_152


@dataclass
class Watchers:
    """Wakes everybody who watches one prompt's board. Only used on the event loop."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


@dataclass
class GrowingCall:
    """One call of a tool: its id and name come once, the text of its arguments in parts."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, str]:
        return {"id": self.id, "name": self.name, "arguments": "".join(self.arguments)}


class LiveRun:
    """The growing answer of one run. `parts` only grows, so a watcher remembers how many parts it has sent.

    Tool calls change in place; `tool_call_parts` counts what has come of them, `tool_call_size` its characters.
    """

    def __init__(self, run: Run, watchers: Watchers, prompt: Prompt | None = None) -> None:
        """`prompt` says whether the texts may be written anywhere, and how the board shows them."""
        prompt = prompt or Prompt()
        self.id: UUID = run.pk
        self.watchers = watchers
        self.is_stored = prompt.is_stored
        self.is_cell = prompt.is_matrix
        self.hides_names = prompt.hides_names
        self.request: dict[str, Any] = run.request
        self.rates = run.pricing_rates()
        self.upstream = run.upstream
        self.upstream_id = run.upstream_id
        self.api = run.api
        self.streams = run.streams
        self.is_rehearsal = run.is_rehearsal
        self.stop_ends_billing = upstreams.stop_ends_billing(run)
        self.began_at = run.started_at or run.created_at
        self.state = State(run.state)
        self.parts: list[str] = []
        self.reasoning_parts: list[str] = []
        self.rest_parts: list[str] = []
        self.calls: dict[int, GrowingCall] = {}
        self.tool_call_parts = self.tool_call_size = 0
        self.identity = Identity("", "", "")
        self.finish = ""
        self.native_finish = ""
        self.usage: dict[str, Any] | None = None
        self.is_sent = False
        self.is_done = False
        self.refused = False
        self.stop = asyncio.Event()
        self.started = time.monotonic()
        self.first_token_ms: int | None = None
        self.last_token_ms: int | None = None
        self.prompt_tokens = sum(likely_tokens(text) for text in bodies.texts(run.request))
        self.recorded = bytearray()
        self.is_recording_cut = False
        self._bytes = 0

    @property
    def size(self) -> int:
        """About how many bytes of memory the answer takes: its text, and what Python adds to each part of it."""
        parts = len(self.parts) + len(self.reasoning_parts) + self.tool_call_parts
        return self._bytes + BYTES_OF_A_PART * parts

    def drop_unshown(self) -> None:
        """Let go of what no page shows of an answer that is over: what was asked, and what came after Stop."""
        self.request = {}
        self.rest_parts = []

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def reasoning(self) -> str:
        return "".join(self.reasoning_parts)

    @property
    def rest(self) -> str:
        """What came after Stop, of the text alone."""
        return "".join(self.rest_parts)

    @property
    def tool_calls(self) -> list[dict[str, str]]:
        """The calls in their order, as a run keeps them: id, name, arguments as text."""
        return [call.to_json() for call in self.calls_now()]

    def calls_now(self) -> list[GrowingCall]:
        """The calls in their order as they are at this moment; they do not grow any more."""
        calls = [self.calls[index] for index in sorted(self.calls)]
        return [GrowingCall(call.id, call.name, list(call.arguments)) for call in calls]

    @property
    def is_thinking(self) -> bool:
        """Whether only reasoning has come so far."""
        return self.state == State.STREAMING and bool(self.reasoning_parts) and not (self.parts or self.calls)

    @property
    def has_answer(self) -> bool:
        """Whether anything has come that a person can read."""
        return bool(self.parts or self.reasoning_parts or self.calls)

    def closes_on_stop(self) -> bool:
        """Whether Stop closes the connection now, or the answer is read on because it is billed all the same.

        Where nobody knows what Stop does, an answer that has not begun is closed, and one that has begun is read on.
        """
        return self.first_token_ms is None if self.stop_ends_billing is None else self.stop_ends_billing

    def begin(self) -> None:
        """The request is about to be sent; time counts from here, by a clock that nobody sets."""
        self.state = State.CONNECTING
        self.is_sent = True
        self.started = time.monotonic()
        self.watchers.wake()

    def elapsed_ms(self) -> int:
        return round((time.monotonic() - self.started) * 1000)

    def record(self, data: bytes) -> None:
        """Keep bytes as they came, for the download, up to a size."""
        if self.is_stored:
            room = MOST_RECORDED_BYTES - len(self.recorded)
            self.recorded += data[:room]
            self.is_recording_cut = self.is_recording_cut or len(data) > room

    def take(self, piece: Piece) -> None:
        """Add what the upstream sent. After Stop the answer stays as it was, and the figures and the rest go on."""
        match piece:
            case Text(text) | Reasoning(text) | Refusal(text):
                if not text:
                    return
                self.refused = self.refused or isinstance(piece, Refusal)
                self._count(text)
                if self.state == State.STOPPING:
                    if not isinstance(piece, Reasoning):
                        self.rest_parts.append(text)
                else:
                    self.state = State.STREAMING
                    (self.reasoning_parts if isinstance(piece, Reasoning) else self.parts).append(text)
            case ToolCallDelta():
                self._take_call(piece)
            case Identity():
                self.identity = piece
            case Finish(reason, native):
                self.finish = reason or self.finish
                self.native_finish = native or self.native_finish
            case UsageReport(raw):
                self.usage = raw
            case Done():
                self.is_done = True
            case _:
                return
        self.watchers.wake()

    def _take_call(self, piece: ToolCallDelta) -> None:
        self._count(piece.name + piece.arguments + piece.id)
        if self.state == State.STOPPING:
            return
        self.state = State.STREAMING
        if piece.index not in self.calls and len(self.calls) >= MOST_TOOL_CALLS:
            raise TooMuch(f"This answer calls tools more than {MOST_TOOL_CALLS} times, so Windrose stopped reading.")
        call = self.calls.setdefault(piece.index, GrowingCall())
        call.id = call.id or storable_text(piece.id, 200)
        call.name = call.name or storable_text(piece.name, 200)
        if piece.arguments:
            call.arguments.append(piece.arguments)
        self.tool_call_parts += 1
        self.tool_call_size += len(piece.arguments)

    def _count(self, text: str) -> None:
        """Time and size of one more part. Raises TooMuch."""
        self.last_token_ms = self.elapsed_ms()
        if self.first_token_ms is None:
            self.first_token_ms = self.last_token_ms
        self._bytes += len(text.encode("utf-8", "replace"))
        if self._bytes > MOST_TEXT_BYTES:
            raise TooMuch(
                "This answer is longer than any model writes, so Windrose stopped reading. What came is kept."
            )

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
        return pricing.bill(self.rates, counted, self.began_at).total

    def tokens_per_second(self) -> Decimal | None:
        rate = speed.tokens_per_second(self.tokens_so_far()[0], self.first_token_ms, self.last_token_ms)
        return None if rate is None else rate.quantize(Decimal("0.1"))
