"""An answer being given: at its pace, with its troubles, to a client that may leave, with a record of it kept."""

import asyncio
import time
from collections.abc import AsyncIterator

from playground.rehearsal import asgi
from playground.rehearsal.answers import Answer, Kind, Pace, Piece
from playground.rehearsal.asgi import Send
from playground.rehearsal.counting import Count
from playground.rehearsal.generations import Generation
from playground.rehearsal.writers import DONE, Writer

SLOW_START_SECONDS = 8.0
COMMENT_EVERY_SECONDS = 1.0
COMMENT = b": REHEARSAL PROCESSING\n\n"
BREAKING_OFF = ("error in mid-stream", "stall", "broken connection")


class BrokenOnPurpose(Exception):
    """Raised in mid-stream: the server closes the connection, as a fault would."""


class Delivery:
    """One answer on its way. `trouble` is its name, or blank; `hurry` makes everything so many times faster."""

    def __init__(
        self, answer: Answer, writer: Writer, generation: Generation, trouble: str, pace: Pace, hurry: float
    ) -> None:
        self.answer = answer
        self.writer = writer
        self.generation = generation
        self.trouble = trouble
        self.pace = pace
        self.hurry = hurry
        self.sent = 0
        self._prompt = generation.count

    async def give(self, send: Send, *, streams: bool) -> None:
        """Send the answer. However it ends, the record says how."""
        is_cancelled = is_interrupted = False
        try:
            await (self._stream(send) if streams else self._whole(send))
            is_interrupted = self.trouble in BREAKING_OFF
        except asyncio.CancelledError:
            is_cancelled = is_interrupted = True
            raise
        except BrokenOnPurpose:
            is_interrupted = True
            raise
        finally:
            reason = None if is_cancelled else "error" if is_interrupted else self.answer.finish_reason
            self.generation.end(self._count(), reason, is_cancelled=is_cancelled, is_interrupted=is_interrupted)

    @property
    def _pieces(self) -> list[Piece]:
        """What comes at all: half of it where the answer breaks off."""
        said = self.answer.pieces
        return said[: len(said) // 2] if self.trouble in BREAKING_OFF else said

    def _count(self) -> Count:
        sent = self.answer.pieces[: self.sent]
        thought = sum(piece.kind is Kind.REASONING for piece in sent)
        return Count(self._prompt.prompt, self._prompt.cached, len(sent), thought)

    async def _stream(self, send: Send) -> None:
        await asgi.head(send, 200, b"text/event-stream", self._headers())
        await asgi.part(send, COMMENT)
        await self._first_wait(send)
        await asgi.part(send, self.writer.opening())
        pieces = self._pieces
        middle = len(pieces) // 2 if self.trouble == "two usages" else len(pieces)
        for said in (pieces[:middle], pieces[middle:]):
            async for several in self._paced(said):
                self.sent += len(several)
                await asgi.part(send, b"".join(map(self.writer.said, several)))
            if said and self.sent < len(pieces):
                await asgi.part(send, self.writer.counted(self._count()))
        if self.trouble == "stall":
            await asyncio.Event().wait()
        if self.trouble == "broken connection":
            raise BrokenOnPurpose
        is_broken_off = self.trouble == "error in mid-stream"
        await asgi.part(send, self.writer.broken_off() if is_broken_off else self.writer.ending(self._count()))
        await asgi.part(send, DONE, is_last=True)

    async def _whole(self, send: Send) -> None:
        """The answer in one piece, after the time it would have taken to stream."""
        first = self._first_seconds()
        await asyncio.sleep(first)
        self.generation.latency_seconds = first
        pieces = self._pieces
        await asyncio.sleep(len(pieces) / self.pace.tokens_per_second / self.hurry)
        self.sent = len(pieces)
        if self.trouble == "stall":
            await asyncio.Event().wait()
        is_broken_off = self.trouble == "error in mid-stream"
        said = self.writer.whole(pieces, self._count(), is_broken_off=is_broken_off)
        await asgi.head(send, 200, asgi.JSON, self._headers())
        if self.trouble == "broken connection":
            await asgi.part(send, said[: len(said) // 2])
            raise BrokenOnPurpose
        await asgi.part(send, said, is_last=True)

    def _headers(self) -> asgi.Headers:
        named = {"x-generation-id": self.generation.id, "x-provider-name": self.generation.provider}
        return [(name.encode(), value.encode()) for name, value in named.items()]

    def _first_seconds(self) -> float:
        return (SLOW_START_SECONDS if self.trouble == "slow start" else self.pace.first_token) / self.hurry

    async def _first_wait(self, send: Send) -> None:
        left = self._first_seconds()
        self.generation.latency_seconds = left
        while left > 0:
            await asyncio.sleep(min(left, COMMENT_EVERY_SECONDS))
            left -= COMMENT_EVERY_SECONDS
            if left > 0:
                await asgi.part(send, COMMENT)

    async def _paced(self, said: list[Piece]) -> AsyncIterator[list[Piece]]:
        """One piece when it is due; a server that is late gives several at once."""
        rate = self.pace.tokens_per_second * self.hurry
        begun = time.monotonic()
        sent = 0
        while sent < len(said):
            due = min(int((time.monotonic() - begun) * rate) + 1, len(said))
            if due > sent:
                yield said[sent:due]
                sent = due
            await asyncio.sleep(max(0.0, begun + sent / rate - time.monotonic()))
