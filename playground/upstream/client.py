"""The client of an upstream that speaks the OpenAI API: one request out, pieces of one answer in.

The only file that imports the HTTP library. Whatever goes wrong leaves it as one of

    UpstreamError
     +-- CannotReach | Refused | NotAStream | Broken | Stalled | TooMuch | MidStreamError

(`upstream_errors.py`), raised without a cause, context or frames: the library's exceptions repeat headers, and with
them the key. A request is sent once and never again, because it may have been billed.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import cache
from typing import Any, cast

import httpx

from playground.upstream.answers import Answer
from playground.upstream.chunks import AnswerReader, Done, Piece, Reasoning, Refusal, Text
from playground.upstream.deadlines import Clock, Deadlines
from playground.upstream.errors import (
    Broken,
    CannotReach,
    NotAStream,
    Refused,
    Stalled,
    UpstreamError,
    refused,
)
from playground.upstream.redaction import Redactor, without_key
from playground.upstream.strict_json import short

NAMES = {"openrouter": "OpenRouter", "mistral": "Mistral", "rehearsal": "the rehearsal"}
MOST_ERROR_BYTES = 65_536
ERROR_BODY_SECONDS = 5.0
AFTER_DONE_SECONDS = 0.05


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
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.name = name
        self.base_url = base_url.rstrip("/")
        self.is_rehearsal = is_rehearsal
        self.deadlines = deadlines or Deadlines()
        self.site_url = site_url
        self.site_name = site_name
        self.who = NAMES.get(name, "the upstream")
        self._key = key
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __repr__(self) -> str:
        return f"<Upstream {self.name} at {self.base_url}>"

    async def stream(self, body: dict[str, Any]) -> AsyncGenerator[Piece, None]:
        """The pieces of the answer to `body`, as they come. Raises UpstreamError and its kinds.

        Iterate it inside `contextlib.aclosing`: leaving the block closes the connection, also on cancellation. An
        answer that ends without `Done` was cut, unless a finish reason came.
        """
        content = json.dumps(body, allow_nan=False).encode()
        failure: UpstreamError
        try:
            async with aclosing(self._answer(content)) as pieces:
                async for piece in self._keyless(pieces):
                    yield piece
            return
        except UpstreamError as error:
            failure = error
        except Exception as error:
            failure = self._lost(error)
        failure.__context__ = failure.__cause__ = None
        raise failure.with_traceback(None)

    async def _keyless(self, pieces: AsyncIterator[Piece]) -> AsyncGenerator[Piece, None]:
        """The same pieces without our key in any of their texts; what is held back comes before a text of another kind, or at
        the end, good or bad."""
        redactors: dict[type[Piece], Redactor] = {}
        kind: type[Text | Reasoning | Refusal] = Text
        last = Redactor("")
        try:
            async for piece in pieces:
                if (
                    isinstance(piece, Text | Reasoning | Refusal | Done)
                    and type(piece) is not kind
                    and (rest := last.rest())
                ):
                    yield kind(rest)
                if isinstance(piece, Text | Reasoning | Refusal):
                    kind = type(piece)
                    last = redactors.setdefault(kind, Redactor(self._key))
                    if text := last.feed(piece.text):
                        yield kind(text)
                else:
                    yield replace(piece, **{name: without_key(value, self._key) for name, value in vars(piece).items()})
        except Exception:
            if rest := last.rest():
                yield kind(rest)
            raise
        if rest := last.rest():
            yield kind(rest)

    async def aclose(self) -> None:
        """Close every connection. The next `stream` opens new ones."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.aclose()

    def _connections(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Our own clock judges the waiting; the library's read timeout only stands behind it.
            read = max(self.deadlines.first_token, self.deadlines.idle) + 10
            self._client = httpx.AsyncClient(
                timeout=httpx.Timeout(connect=self.deadlines.connect, write=30, pool=10, read=read),
                limits=httpx.Limits(max_connections=1000, max_keepalive_connections=50, keepalive_expiry=15),
                follow_redirects=False,
                trust_env=False,
                verify=_certificates(),
                transport=self._transport,
            )
            self._loop = loop
        return self._client

    def _headers(self) -> dict[str, str]:
        headers = {
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "User-Agent": "Windrose",
        }
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        if self.name == "openrouter":
            headers["X-Title"] = headers["X-OpenRouter-Title"] = self.site_name
            if self.site_url:
                headers["HTTP-Referer"] = self.site_url
        return headers

    async def _answer(self, content: bytes) -> AsyncGenerator[Piece, None]:
        clock = Clock(self.deadlines)
        response = await self._send(content, clock)
        try:
            self._check(response)
            async with aclosing(cast(AsyncGenerator[bytes, None], response.aiter_raw())) as raw:
                if response.status_code != 200:
                    raise await self._refusal(response, raw)
                names = [short(response.headers.get(name), 100) for name in ("X-Generation-Id", "X-Provider-Name")]
                answer = Answer(self.who, self._key, raw, clock, AnswerReader(names[0], "", names[1]))
                async with aclosing(answer.pieces(is_whole=_media_type(response).endswith("json"))) as pieces:
                    async for piece in pieces:
                        yield piece
                # The end of the body, when it is there already, leaves the connection fit for the next run.
                with suppress(TimeoutError, httpx.HTTPError):
                    async with asyncio.timeout(AFTER_DONE_SECONDS):
                        async for _ in raw:
                            pass
        finally:
            await response.aclose()

    async def _send(self, content: bytes, clock: Clock) -> httpx.Response:
        """Send the request and wait for the status. What fails before the connection stands has sent nothing."""
        try:
            client = self._connections()
            request = client.build_request(
                "POST", f"{self.base_url}/chat/completions", content=content, headers=self._headers()
            )
            async with asyncio.timeout_at(clock.at):
                return await client.send(request, stream=True)
        except TimeoutError:
            raise clock.passed(self.who) from None
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            certificate = "CERTIFICATE" in str(error).upper()
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError):
            raise CannotReach(
                f"The address or the key set for {self.who} cannot be used. An administrator has to correct it.",
                nothing_billed=True,
            ) from None
        if certificate:
            sentence = (
                f"{self.who} did not prove who it is: its certificate is not valid. An administrator has to look."
            )
        else:
            sentence = f"{self.who} cannot be reached. Check this server's connection and try again."
        raise CannotReach(sentence, nothing_billed=True)

    def _check(self, response: httpx.Response) -> None:
        """Raises NotAStream for what cannot be an answer, whatever is inside."""
        status = response.status_code
        look = "An administrator has to check the base URL."
        if response.is_redirect or 300 <= status < 400:
            raise NotAStream(f"{self.who} sent us to another address, which is not followed. {look}", status=status)
        if 200 < status < 300:
            raise NotAStream(f"{self.who} answered with status {status} and without an answer. {look}", status=status)
        if status != 200:
            return
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity"):
            raise NotAStream(f"{self.who} sent a compressed answer, which is not accepted. {look}", status=status)
        if "html" in _media_type(response):
            raise NotAStream(f"{self.who} sent a web page instead of an answer. {look}", status=status)

    async def _refusal(self, response: httpx.Response, raw: AsyncGenerator[bytes, None]) -> Refused:
        body = bytearray()
        with suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(ERROR_BODY_SECONDS):
                async for chunk in raw:
                    body += chunk[: MOST_ERROR_BYTES - len(body)]
                    if len(body) >= MOST_ERROR_BYTES:
                        break
        if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
            body.clear()  # compressed: nothing to show, and never unpacked
        retry_after = response.headers.get("Retry-After", "")
        return refused(self.who, response.status_code, bytes(body), retry_after, self._key)

    def _lost(self, error: Exception) -> UpstreamError:
        """Any other exception, of whatever layer. The request may have been sent, so it may be billed."""
        if isinstance(error, httpx.TimeoutException):
            return Stalled(f"{self.who} took too long to take or answer the request. Try again in a moment.")
        if isinstance(error, httpx.TransportError | OSError):
            return Broken(f"The connection to {self.who} was lost. What came is kept; run it again for a whole answer.")
        return Broken(f"{self.who} sent something that cannot be read. What came is kept; run it again.")


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust, read once: it takes tens of milliseconds, in which the event loop stands still."""
    return httpx.create_ssl_context(trust_env=False)


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
