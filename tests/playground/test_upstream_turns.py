"""Whatever an upstream sends, others on the event loop have their turns while it is read.

Measured in time of this thread's own, which a busy machine does not change. Without turns each of these holds the loop for
0.3 to 2 seconds.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Any

import httpx
import pytest

from playground.live import LiveRun, Watchers
from playground.models import Run
from playground.upstream.client import Upstream
from playground.upstream.errors import UpstreamError
from tests.playground.asking import KEY

MOST_SECONDS = 0.15  # 2 to 50 ms on an idle machine


class AtOnce(httpx.AsyncByteStream):
    """Bytes that are all there already."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


class Server(httpx.AsyncBaseTransport):
    def __init__(self, body: bytes, media_type: str) -> None:
        self._body, self._media_type = body, media_type

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": self._media_type}, stream=AtOnce(self._body))


def longest_block(body: bytes, media_type: str = "text/event-stream") -> float:
    """Seconds of this thread's time for which nobody else had a turn, while an answer was read into a run."""
    upstream = Upstream("openrouter", "http://127.0.0.1:1", KEY, transport=Server(body, media_type))
    live = LiveRun(Run(model_public_id="a/b", request={}), Watchers())
    longest = 0.0

    async def others() -> None:
        nonlocal longest
        before = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            longest, before = max(longest, now - before), now

    async def run() -> None:
        watching = asyncio.create_task(others())
        await asyncio.sleep(0)
        with suppress(UpstreamError):
            async with aclosing(upstream.stream({"model": "a/b", "stream": True}, record=live.record)) as pieces:
                async for piece in pieces:
                    live.take(piece)
        await asyncio.sleep(0)  # the last block counts too
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    asyncio.run(run())
    return longest


def event(value: Any) -> bytes:
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


MANY_COUNTS = {str(n): {str(m): [1.5] * 90 for m in range(20)} for n in range(90)}


def said(content: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": content}}]}


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (event(said("a")) * 20_000, "text/event-stream"),
        (b"data:1\n\n" * 200_000, "text/event-stream"),
        (b":\n" * 1_000_000, "text/event-stream"),
        (event(said(["a"] * 190_000)), "text/event-stream"),
        (event(said([{"type": "text", "text": "a"}] * 30_000)), "text/event-stream"),
        (event(b'{"choices":[],"x":[' + b"1.5," * 240_000 + b"1]}"), "text/event-stream"),
        (event(b'{"choices":[],"x":[' + b"[]," * 330_000 + b"1]}"), "text/event-stream"),
        (event({"choices": [], "usage": MANY_COUNTS}), "text/event-stream"),
        (event({"choices": [], "id": "a b " * 240_000}) * 20, "text/event-stream"),
        (b'{"choices":[],"x":[' + b"1.5," * 1_000_000 + b"1]}", "application/json"),
        (b'{"choices":[' + b"{}," * 1_300_000 + b"{}]}", "application/json"),
        (b"{" + b"[" * 4_000_000, "application/json"),
    ],
    ids=["small events", "events of nothing", "comments", "strings", "parts", "decimals", "brackets", "usage", "ids",
         "a whole of decimals", "a whole of objects", "no JSON"],
)  # fmt: skip
def test_others_have_their_turns(body: bytes, media_type: str) -> None:
    assert longest_block(body, media_type) < MOST_SECONDS
