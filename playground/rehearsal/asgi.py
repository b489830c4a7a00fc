"""HTTP as ASGI gives it: reading a body within bounds, answering, and noticing that the client has gone."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

JSON = b"application/json"
MOST_BODY_BYTES = 8 * 1_048_576


async def body_of(receive: Receive) -> bytes | None:
    """The request's body, cut just above what is accepted; None when the client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > MOST_BODY_BYTES:
            return bytes(body)


async def until_gone(receive: Receive, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, but no longer than the client is there."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def head(send: Send, status: int, media_type: bytes, headers: Headers) -> None:
    headers = [(b"content-type", media_type), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def part(send: Send, body: bytes, *, is_last: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not is_last})


async def whole(send: Send, status: int, body: bytes, media_type: bytes = JSON, headers: Headers | None = None) -> None:
    await head(send, status, media_type, headers or [])
    await part(send, body, is_last=True)
