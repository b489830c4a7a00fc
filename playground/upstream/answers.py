"""From the bytes of one body to the pieces of one answer, under deadlines and caps. Knows nothing of the HTTP library.

A body is a stream of events that ends with `[DONE]` or just ends; some servers send one JSON object instead. An error
object inside it does not end the reading at once: the usage of what was done may still follow.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from playground.sse import Decoder, Event, StreamTooLarge
from playground.upstream.chunks import AnswerReader, Done, Failure, Identity, Piece, Text, UsageReport
from playground.upstream.deadlines import Clock
from playground.upstream.errors import Broken, MidStreamError, NotAStream, TooMuch, UpstreamError, failed_inside, tidy
from playground.upstream.strict_json import NotJsonError, read_json

MOST_HEAD_BYTES = 65_536
MOST_WHOLE_BYTES = 4 * 1_048_576
AFTER_FAILURE_SECONDS = 1.0


@dataclass
class Answer:
    """One answer of the upstream called `who`, read from `raw`. `key` is what must not be shown."""

    who: str
    key: str
    raw: AsyncGenerator[bytes, None]
    clock: Clock
    reader: AnswerReader
    has_text: bool = False
    failure: MidStreamError | None = None

    async def pieces(self, *, is_whole: bool) -> AsyncGenerator[Piece, None]:
        """The pieces to `[DONE]` or the end; `is_whole` says that the body is one JSON object. Raises UpstreamError."""
        is_done = False
        for piece in self.reader.begin():
            yield piece
        try:
            async with aclosing(self._whole() if is_whole else self._events()) as events:
                async for event in events:
                    if event.data.strip() == "[DONE]":
                        is_done = True
                        break
                    for piece in self._read(event):
                        yield piece
        except UpstreamError:
            if self.failure is None:
                raise
        if self.failure is not None:
            raise self.failure
        for piece in self.reader.end():
            yield piece
        if is_done or is_whole:
            yield Done()

    def _read(self, event: Event) -> list[Piece]:
        """The pieces of one event; after a failure only its usage counts."""
        try:
            found = self.reader.read(event.data, event.name)
        except NotJsonError:
            sentence = (
                f"{self.who} sent a part of the answer that cannot be read, so text may be missing. Run it again."
            )
            raise Broken(sentence, tidy(event.data, self.key)) from None
        pieces: list[Piece] = []
        for piece in found:
            if isinstance(piece, Failure):
                failure = failed_inside(self.who, piece.error, self.key, has_text=self.has_text)
                self.failure = self.failure or failure
                self.clock.hurry(AFTER_FAILURE_SECONDS)
            elif self.failure is None or isinstance(piece, UsageReport):
                self.has_text = self.has_text or isinstance(piece, Text)
                if not isinstance(piece, Identity | UsageReport):
                    self.clock.begin()
                pieces.append(piece)
        return pieces

    async def _next_bytes(self) -> bytes | None:
        """The next bytes, None at the end. Raises Stalled."""
        try:
            async with asyncio.timeout_at(self.clock.at):
                return await anext(self.raw, None)
        except TimeoutError:
            raise self.clock.passed(self.who) from None

    async def _events(self) -> AsyncGenerator[Event, None]:
        """The events of a stream; when there is none, what came instead of them."""
        decoder = Decoder()
        head = bytearray()
        has_events = False
        chunk: bytes | None = b""
        while chunk is not None:
            chunk = await self._next_bytes()
            too_large: StreamTooLarge | None = None
            try:
                events = decoder.close() if chunk is None else decoder.feed(chunk)
            except StreamTooLarge as error:
                events, too_large = error.events, error
            for event in events:
                has_events = True
                self.clock.tick()
                yield event
            if too_large is not None:
                raise TooMuch(f"{too_large} It was ended here and what came is kept. Try another model.")
            if chunk and not has_events:
                head += chunk[: MOST_HEAD_BYTES - len(head)]
        if not has_events:
            yield self._only(bytes(head))

    async def _whole(self) -> AsyncGenerator[Event, None]:
        """One JSON body, from a server that does not stream."""
        self.clock.expect_whole()
        body = bytearray()
        while (chunk := await self._next_bytes()) is not None:
            body += chunk
            if len(body) > MOST_WHOLE_BYTES:
                raise TooMuch(
                    f"The answer is larger than {MOST_WHOLE_BYTES:,} bytes and was refused. Lower max tokens."
                )
        yield self._only(bytes(body))

    def _only(self, body: bytes) -> Event:
        """What came instead of events, as one event. Raises Broken when it is nothing, NotAStream when it is no JSON."""
        text = body.decode("utf-8", "replace").strip()
        if not text or text.startswith(":"):
            raise Broken(f"{self.who} ended the connection without an answer. Try again in a moment.")
        try:
            read_json(text)
        except NotJsonError:
            sentence = f"{self.who} sent something that is not an answer. An administrator has to check the base URL."
            raise NotAStream(sentence, tidy(text, self.key), status=200) from None
        return Event(text)
