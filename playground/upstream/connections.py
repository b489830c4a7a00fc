"""The HTTP side of an upstream: connections, headers, one request sent once, and what comes back as bytes.

The only file of the playground that imports the HTTP library. Its exceptions repeat headers, and with them the key, so
none of them leaves: what goes wrong is one of `errors.py`. A request is never sent again, because it may have been billed.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from playground.upstream.deadlines import Clock, Deadlines
from playground.upstream.errors import Broken, CannotReach, NotAStream, Refused, Stalled, UpstreamError, refused
from playground.upstream.redaction import recorded
from playground.upstream.request_bodies import LongBody
from playground.upstream.shown import MOST_BODY_BYTES, secret

NAMES = {"openrouter": "OpenRouter", "mistral": "Mistral", "rehearsal": "the rehearsal"}
ERROR_BODY_SECONDS = 5.0
AFTER_DONE_SECONDS = 0.05
AFTER_DONE_BYTES = 65_536
LOOKUP_SECONDS = 15.0
Record = Callable[[bytes], None]


class Connections:
    """The connections to one upstream. Use them in one event loop at a time; `aclose` ends them."""

    def __init__(
        self,
        name: str,
        base_url: str,
        key: str,
        deadlines: Deadlines,
        site: tuple[str, str],
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        """`site` is our own address and name, which OpenRouter shows to the owner of the key."""
        self.name = name
        self.base_url = base_url
        self.who = NAMES.get(name, "the upstream")
        self._key = key
        self._deadlines = deadlines
        self._site = site
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def aclose(self) -> None:
        """Close every connection. The next request opens new ones."""
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.aclose()

    async def send(self, method: str, path: str, clock: Clock, *, is_whole: bool, **parts: Any) -> httpx.Response:
        """Send the request and wait for the status. What fails before the connection stands has sent nothing."""
        try:
            client = self._opened()
            headers = self._headers("application/json" if is_whole else "text/event-stream")
            if method == "POST":
                headers["Content-Type"] = "application/json"
                if isinstance(parts["content"], LongBody):
                    headers["Content-Length"] = str(parts["content"].size)
            request = client.build_request(method, f"{self.base_url}{path}", headers=headers, **parts)
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

    def check(self, response: httpx.Response) -> None:
        """Raises NotAStream for what cannot be an answer, whatever is inside."""
        status = response.status_code
        look = "An administrator has to check the base URL."
        if response.is_redirect or 300 <= status < 400:
            raise NotAStream(f"{self.who} sent us to another address, which is not followed. {look}", status=status)
        if 200 < status < 300:
            raise NotAStream(f"{self.who} answered with status {status} and without an answer. {look}", status=status)
        if status != 200:
            return
        if is_encoded(response):
            raise NotAStream(f"{self.who} sent a compressed answer, which is not accepted. {look}", status=status)
        if "html" in media_type(response):
            raise NotAStream(f"{self.who} sent a web page instead of an answer. {look}", status=status)

    async def bytes_of(self, response: httpx.Response, record: Record | None) -> AsyncGenerator[bytes, None]:
        """The body's bytes. Raises Broken or Stalled when the connection is lost."""
        raw: AsyncIterator[bytes] = response.aiter_raw()
        # Of compressed bytes nobody knows whether the key is in them.
        if record is not None and not is_encoded(response):
            raw = recorded(raw, secret(self._key), record)
        try:
            async with aclosing(raw):  # type: ignore[type-var]
                async for chunk in raw:
                    yield chunk
        except (httpx.TransportError, OSError) as error:
            lost = self.lost(error)
        else:
            return
        raise lost

    async def refusal(self, response: httpx.Response, raw: AsyncGenerator[bytes, None]) -> Refused:
        body = bytearray()
        with suppress(TimeoutError, UpstreamError):
            async with asyncio.timeout(ERROR_BODY_SECONDS):
                async for chunk in raw:
                    body += chunk[: MOST_BODY_BYTES - len(body)]
                    if len(body) >= MOST_BODY_BYTES:
                        break
        if is_encoded(response):
            body.clear()  # compressed: nothing to show, and never unpacked
        retry_after = response.headers.get("Retry-After", "")
        return refused(self.who, response.status_code, bytes(body), retry_after, secret(self._key))

    def lost(self, error: Exception) -> UpstreamError:
        """Any other exception, of whatever layer. The request may have been sent, so it may be billed."""
        if isinstance(error, httpx.TimeoutException | TimeoutError):
            return Stalled(f"{self.who} took too long to take or answer the request. Try again in a moment.")
        if isinstance(error, httpx.TransportError | OSError):
            return Broken(f"The connection to {self.who} was lost. What came is kept; run it again for a whole answer.")
        return Broken(f"{self.who} sent something that cannot be read. What came is kept; run it again.")

    def _opened(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Our own clock judges the waiting; the library's read timeout only stands behind it.
            read = max(self._deadlines.total, LOOKUP_SECONDS) + 10
            self._client = httpx.AsyncClient(
                timeout=httpx.Timeout(connect=self._deadlines.connect, write=30, pool=10, read=read),
                limits=httpx.Limits(max_connections=1000, max_keepalive_connections=50, keepalive_expiry=15),
                follow_redirects=False,
                trust_env=False,
                verify=_certificates(),
                transport=self._transport,
                # No cookie is kept: it would tie one person's requests to another's, and grow with every answer.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            )
            self._loop = loop
        return self._client

    def _headers(self, accept: str) -> dict[str, str]:
        headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "Windrose"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        if self.name == "openrouter":
            url, name = self._site
            headers["X-Title"] = headers["X-OpenRouter-Title"] = name
            if url:
                headers["HTTP-Referer"] = url
        return headers


async def drain(raw: AsyncGenerator[bytes, None]) -> None:
    """Read the end of a body when it is there already: that leaves the connection fit for the next run."""
    read = 0
    with suppress(TimeoutError, UpstreamError):
        async with asyncio.timeout(AFTER_DONE_SECONDS):
            async for chunk in raw:
                read += len(chunk)
                if read > AFTER_DONE_BYTES:
                    break


@cache
def _certificates() -> ssl.SSLContext:
    """Whom to trust, read once: it takes tens of milliseconds, in which the event loop stands still."""
    return httpx.create_ssl_context(trust_env=False)


def media_type(response: httpx.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def is_encoded(response: httpx.Response) -> bool:
    return response.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity")
