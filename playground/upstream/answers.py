"""From the bytes of one body to the pieces of one answer, under deadlines and caps. Knows nothing of the HTTP library.

A body is a stream of events that ends with `[DONE]`, with an event that says so, or just ends; or it is one JSON object.
Which of the two is told by its first byte, because servers label either as the other. An error object inside it does not
end the reading at once: the usage of what was done may still follow.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from playground.sse import BYTE_ORDER_MARK, Decoder, Event, StreamTooLarge
from playground.upstream.deadlines import Clock
from playground.upstream.errors import Broken, MidStreamError, NotAStream, TooMuch, UpstreamError, failed_inside
from playground.upstream.pieces import Done, Failure, Finish, Identity, Piece, Text, UsageReport
from playground.upstream.reading import AnswerReader
from playground.upstream.shown import readable, tidy
from playground.upstream.strict_json import LONG_TEXT, NotJsonError, read_json

MOST_HEAD_BYTES = 65_536
MOST_WHOLE_BYTES = 4 * 1_048_576
MOST_AT_ONCE = 4_096  # bytes that are cut into events without a turn for others: they may be hundreds of events
TURN_SECONDS = 0.001  # after which everybody else on the event loop has a turn, however much has come at once
AFTER_END_SECONDS = 1.0  # for usage after an error, and for `[DONE]` after the event that ends a response


@dataclass
class Answer:
    """One answer of the upstream called `who`, read from `raw`. `key` is what must not be shown."""

    who: str
    key: str
    raw: AsyncGenerator[bytes, None]
    clock: Clock
    reader: AnswerReader
    has_text: bool = False
    has_finish: bool = False
    is_whole: bool = False
    is_done: bool = False
    is_cut: bool = False
    turn_ends: float = 0.0
    waiting: deque[bytes] = field(default_factory=deque)  # bytes that have come and are not read yet
    failure: MidStreamError | None = None

    async def pieces(self, *, is_whole: bool) -> AsyncGenerator[Piece, None]:
        """The pieces to `[DONE]` or the end; `is_whole` says that one JSON object is expected. Raises UpstreamError."""
        if is_whole:
            self.clock.expect_whole()
        for piece in self.reader.begin():
            yield piece
        lost: Exception | None = None
        try:
            async with aclosing(self._events()) as events:
                async for event in events:
                    if event.data.strip() == "[DONE]":
                        self.is_done = True
                        break
                    for piece in await self._read(event):
                        yield piece
                        await self._take_turns()
                    await self._take_turns()
        except Exception as error:
            lost = error
        for piece in self.reader.end():
            yield piece
        if self.failure is not None:
            raise self.failure
        if lost is not None and not self.reader.is_complete:
            raise lost
        if (self.is_done or self.is_whole or self.reader.is_complete) and not self.reader.is_unfinished:
            yield Done()

    async def _take_turns(self) -> None:
        """Bytes that are there already are read without waiting for anything, so others would wait for all of them."""
        now = time.monotonic()
        if now > self.turn_ends:
            await asyncio.sleep(0)
            self.turn_ends = time.monotonic() + TURN_SECONDS

    async def _read(self, event: Event) -> list[Piece]:
        """The pieces of one event; after a failure only its usage counts."""
        try:
            if len(event.data) > LONG_TEXT:  # a hostile megabyte takes up to a second
                found = await asyncio.to_thread(self.reader.read, event.data, event.name)
            else:
                found = self.reader.read(event.data, event.name)
        except NotJsonError:
            sentence = (
                f"{self.who} sent a part of the answer that cannot be read, so text may be missing. Run it again."
            )
            raise Broken(sentence, tidy(event.data, self.key), body=readable(event.data, self.key)) from None
        pieces: list[Piece] = []
        for piece in found:
            await self._take_turns()
            if isinstance(piece, Failure):
                self._fail(piece, event)
            elif self.failure is None or isinstance(piece, UsageReport):
                self.has_text = self.has_text or isinstance(piece, Text)
                self.has_finish = self.has_finish or isinstance(piece, Finish)
                if not isinstance(piece, Identity | UsageReport):
                    self.clock.begin()
                pieces.append(piece)
        if self.is_whole and self.failure is None and not self.reader.is_answer:
            raise self._no_answer(event.data)
        if self.reader.is_complete or self.failure is not None:
            self.clock.hurry(AFTER_END_SECONDS)
        return pieces

    def _fail(self, piece: Failure, event: Event) -> None:
        """Note the first error, or a later one when only that says of which kind it is."""
        failure = failed_inside(self.who, piece.error, self.key, has_text=self.has_text, body=event.data)
        if self.failure is None or (failure.kind and not self.failure.kind):
            self.failure = failure

    @property
    def _is_over(self) -> bool:
        """Whether all that matters has come, so that losing the connection now loses no text."""
        return self.failure is not None or self.has_finish or self.reader.is_complete

    async def _next_bytes(self) -> bytes | None:
        """The next bytes, None at the end. Raises Stalled, and Broken for a lost connection, in mid-answer only."""
        await self._take_turns()
        if self.waiting:
            return self.waiting.popleft()
        try:
            async with asyncio.timeout_at(self.clock.at):
                chunk = await anext(self.raw, None)
            if chunk is None or len(chunk) <= MOST_AT_ONCE:
                return chunk
            self.waiting.extend(chunk[at : at + MOST_AT_ONCE] for at in range(0, len(chunk), MOST_AT_ONCE))
            return self.waiting.popleft()
        except TimeoutError:
            lost: UpstreamError = self.clock.passed(self.who)
        except UpstreamError as error:
            lost = error
        if self._is_over:
            self.is_cut = True
            return None
        raise lost

    async def _events(self) -> AsyncGenerator[Event, None]:
        """The events of a stream; when there is none, what came instead of them."""
        chunk: bytes | None = await self._beginning()
        if chunk is not None and chunk.startswith((b"{", b"[")):
            yield await self._all_of(chunk)
            return
        decoder = Decoder()
        head = bytearray()
        has_events = False
        while True:
            too_large: StreamTooLarge | None = None
            try:
                events = decoder.feed(chunk) if chunk is not None else [] if self.is_cut else decoder.close()
            except StreamTooLarge as error:
                events, too_large = error.events, error
            for event in events:
                has_events = True
                self.clock.tick()
                yield event
            if too_large is not None:
                raise TooMuch(f"{too_large} It was ended here and what came is kept. Try another model.")
            if chunk is None:
                break
            if not has_events:
                head += chunk[: MOST_HEAD_BYTES - len(head)]
            chunk = await self._next_bytes()
        if not has_events:
            yield await self._only(bytes(head))

    async def _beginning(self) -> bytes | None:
        """What came up to and with the first byte that is neither blank nor a byte order mark; None if there is none."""
        begun = b""
        while (chunk := await self._next_bytes()) is not None:
            begun = (begun + chunk).lstrip(b" \t\r\n")
            if begun and not BYTE_ORDER_MARK.startswith(begun):
                return begun.removeprefix(BYTE_ORDER_MARK)
        return begun or None

    async def _all_of(self, begun: bytes) -> Event:
        """One JSON body, of which `begun` has come, from a server that does not stream."""
        self.is_whole = True
        self.clock.expect_whole()
        body = bytearray(begun)
        while (chunk := await self._next_bytes()) is not None:
            body += chunk
            if len(body) > MOST_WHOLE_BYTES:
                raise TooMuch(
                    f"The answer is larger than {MOST_WHOLE_BYTES:,} bytes and was refused. Lower max tokens."
                )
        return await self._only(bytes(body))

    async def _only(self, body: bytes) -> Event:
        """What came instead of events, as one event. Raises Broken when it is nothing, NotAStream when it is no JSON."""
        text = body.decode("utf-8", "replace").strip()
        if not text or text.startswith(":"):
            raise Broken(f"{self.who} ended the connection without an answer. Try again in a moment.")
        try:
            await asyncio.to_thread(read_json, text)
        except NotJsonError:
            raise self._no_answer(text) from None
        self.is_whole = True
        return Event(text)

    def _no_answer(self, text: str) -> NotAStream:
        sentence = f"{self.who} sent something that is not an answer. An administrator has to check the base URL."
        return NotAStream(sentence, tidy(text, self.key), status=200, body=readable(text, self.key))
