"""The client of an upstream that speaks the OpenAI API: one request out, pieces of one answer in.

Whatever goes wrong leaves it as one of

    UpstreamError
     +-- CannotReach | Refused | NotAStream | Broken | Stalled | TooMuch | MidStreamError

(`errors.py`), raised without a cause, context or frames, which could hold the key. A request is sent once and never
again, because it may have been billed.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from playground.upstream.answers import MOST_WHOLE_BYTES, Answer
from playground.upstream.chunks import ChatReader
from playground.upstream.connections import LOOKUP_SECONDS, Connections, Record, drain, media_type
from playground.upstream.deadlines import Clock, Deadlines
from playground.upstream.errors import Broken, NotAStream, Refused, Stalled, TooMuch, UpstreamError
from playground.upstream.lookups import data_of
from playground.upstream.pieces import Piece
from playground.upstream.reading import AnswerReader
from playground.upstream.redaction import keyless
from playground.upstream.request_bodies import LongBody, encoded
from playground.upstream.responses import ResponsesReader
from playground.upstream.shown import secret
from playground.upstream.strict_json import NotJsonError, short

__all__ = ["Deadlines", "Upstream"]
APIS: dict[str, tuple[str, type[AnswerReader]]] = {
    "chat": ("/chat/completions", ChatReader),
    "responses": ("/responses", ResponsesReader),
}


class Upstream:
    """One upstream and its connections. Use it in one event loop at a time; `aclose` ends them."""

    def __init__(
        self,
        name: str,
        base_url: str,
        key: str,
        *,
        is_rehearsal: bool = False,
        deadlines: Deadlines | None = None,
        site_url: str = "",
        site_name: str = "Windrose",
        transport: Any = None,
    ) -> None:
        """`transport` takes the place of the network in tests."""
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.is_rehearsal = is_rehearsal
        self.deadlines = deadlines or Deadlines()
        self._secret = secret(key)
        self._connections = Connections(name, self.base_url, key, self.deadlines, (site_url, site_name), transport)
        self.who = self._connections.who

    def __repr__(self) -> str:
        return f"<Upstream {self.name} at {self.base_url}>"

    async def stream(
        self, body: dict[str, Any], *, api: str = "chat", record: Record | None = None
    ) -> AsyncGenerator[Piece, None]:
        """The pieces of the answer to `body`, as they come; a `DataUrl` in it is an image. Raises UpstreamError and its kinds.

        `api` is "chat" or "responses". Whether it streams is for the body's own `stream` to say. `record` is given the
        bytes of the body as they come, of an error's too, without our key; it must not raise.

        Iterate it inside `contextlib.aclosing`: leaving the block closes the connection, also on cancellation. An
        answer that ends without `Done` was cut, unless a finish reason came.
        """
        path, reader = APIS[api]
        try:
            content = await self._encoded(body)
            answer = self._answer(path, content, reader, record, is_whole=body.get("stream") is not True)
            async with aclosing(answer) as pieces, aclosing(keyless(pieces, self._secret)) as clean:
                async for piece in clean:
                    yield piece
            return
        except Exception as error:
            failure = self._own(error)
        raise failure.with_traceback(None)

    async def _encoded(self, body: dict[str, Any]) -> bytes | LongBody:
        try:
            return await asyncio.to_thread(encoded, body)
        except (ValueError, TypeError, RecursionError):
            sentence = (
                "This request cannot be written as JSON, so nothing was sent. Look for a number out of all bounds."
            )
        raise UpstreamError(sentence, nothing_billed=True)

    async def generation(self, generation_id: str) -> dict[str, Any] | None:
        """What OpenRouter, or the rehearsal in its place, has on record of one answer, decimals exact; None while it has
        nothing yet. Raises UpstreamError.

        Asking costs nothing, so `nothing_billed` of an error speaks of the question and never of the answer asked about.
        """
        if self.name != "openrouter" and not self.is_rehearsal:
            raise Refused(f"{self.who} keeps no account of answers that could be asked.", nothing_billed=True)
        try:
            return await self._asked("/generation", {"id": generation_id})
        except Exception as error:
            failure = self._own(error)
        if isinstance(failure, Broken | Stalled):
            failure = type(failure)(f"{self.who} did not answer a question about the account. Try again later.")
        failure.nothing_billed = True
        raise failure.with_traceback(None)

    async def aclose(self) -> None:
        """Close every connection. The next `stream` opens new ones."""
        await self._connections.aclose()

    async def _answer(
        self, path: str, content: bytes | LongBody, reader: type[AnswerReader], record: Record | None, *, is_whole: bool
    ) -> AsyncGenerator[Piece, None]:
        clock = Clock(self.deadlines)
        if is_whole:
            clock.expect_whole()
        response = await self._connections.send("POST", path, clock, content=content, is_whole=is_whole)
        try:
            self._connections.check(response)
            async with aclosing(self._connections.bytes_of(response, record)) as raw:
                if response.status_code != 200:
                    raise await self._connections.refusal(response, raw)
                names = [short(response.headers.get(name), 100) for name in ("X-Generation-Id", "X-Provider-Name")]
                answer = Answer(self.who, self._secret, raw, clock, reader(names[0], "", names[1]))
                is_whole = is_whole or media_type(response).endswith("json")
                async with aclosing(answer.pieces(is_whole=is_whole)) as pieces:
                    async for piece in pieces:
                        yield piece
                await drain(raw)
        finally:
            await response.aclose()

    async def _asked(self, path: str, params: dict[str, str]) -> dict[str, Any] | None:
        """The data at a free address; None where it is missing."""
        clock = Clock(Deadlines(LOOKUP_SECONDS, LOOKUP_SECONDS, LOOKUP_SECONDS))
        response = await self._connections.send("GET", path, clock, params=params, is_whole=True)
        try:
            self._connections.check(response)
            async with aclosing(self._connections.bytes_of(response, None)) as raw, asyncio.timeout_at(clock.at):
                if response.status_code == 404:
                    await drain(raw)
                    return None
                if response.status_code != 200:
                    raise await self._connections.refusal(response, raw)
                body = bytearray()
                async for chunk in raw:
                    body += chunk
                    if len(body) > MOST_WHOLE_BYTES:
                        raise TooMuch(f"{self.who} answered with more than can be read. Try again later.")
                return data_of(bytes(body), self._secret)
        finally:
            await response.aclose()

    def _own(self, error: Exception) -> UpstreamError:
        """`error` as one of ours, with nothing hanging on it that could hold the key."""
        if isinstance(error, NotJsonError):
            error = NotAStream(f"{self.who} sent something that is not an answer. Try again later.", status=200)
        failure = error if isinstance(error, UpstreamError) else self._connections.lost(error)
        failure.__context__ = failure.__cause__ = None
        return failure
