"""The rehearsal's server: one ASGI application that answers `POST /v1/chat/completions` in OpenRouter's form."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from playground.rehearsal import answers, request, troubles, words
from playground.rehearsal.troubles import Trouble

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PROVIDER = "Windrose rehearsal"
MOST_BODY_BYTES = 8 * 1_048_576
SLOW_START_SECONDS = 8.0
COMMENT_EVERY_SECONDS = 1.0
JSON = b"application/json"


class BrokenOnPurpose(Exception):
    """Raised in mid-stream: the server closes the connection, as a fault would."""


@dataclass(frozen=True)
class Application:
    """`hurry` makes everything so many times faster; tests use it."""

    hurry: float = 1.0

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] != "/v1/chat/completions":
            await _refuse(send, 404, "There is nothing at this address; ask /v1/chat/completions.")
        elif scope["method"] != "POST":
            await _refuse(send, 405, "Only POST is answered here.")
        else:
            await self._complete(receive, send)

    async def _complete(self, receive: Receive, send: Send) -> None:
        raw = await _body(receive)
        if raw is None:
            return
        if len(raw) > MOST_BODY_BYTES:
            await _refuse(send, 413, "The request is too large.")
            return
        try:
            asked = request.read(raw)
        except request.BadRequest as error:
            await _refuse(send, 400, str(error))
            return
        trouble = troubles.asked_for(asked.prompt)
        if trouble is not None and trouble.status:
            await _refuse_as(send, trouble)
            return
        reply = Reply(asked, trouble, self.hurry)
        if asked.streams:
            await _until_gone(receive, reply.stream(send))
        else:
            await _until_gone(receive, reply.whole(send))


class Reply:
    """One answer being given."""

    def __init__(self, asked: request.Request, trouble: Trouble | None, hurry: float) -> None:
        self.asked = asked
        self.trouble = trouble.name if trouble else ""
        self.hurry = hurry
        self.answer = answers.answer(asked, trouble)
        self.pace = answers.pace(asked.model)
        self.id = f"gen-rehearsal-{uuid.uuid4()}"
        self.created = int(time.time())

    async def stream(self, send: Send) -> None:
        await _head(send, 200, b"text/event-stream", [(b"x-generation-id", self.id.encode())])
        await _part(send, b": REHEARSAL PROCESSING\n\n")
        await self._first_wait(send)
        said = self.answer.tokens
        half = len(said) // 2 if self.trouble in ("error in mid-stream", "stall", "broken connection") else len(said)
        role = {"role": "assistant", "content": ""}
        await _part(send, self._event(self._choices(role, None)))
        async for part in self._paced(said[:half]):
            await _part(send, part)
        if self.trouble == "stall":
            await asyncio.Event().wait()
        if self.trouble == "broken connection":
            raise BrokenOnPurpose
        if self.trouble == "error in mid-stream":
            error = {"code": 502, "message": "The provider broke off.", "metadata": {"error_type": "server"}}
            await _part(send, self._event(self._choices({"content": ""}, "error"), error=error))
        else:
            await _part(send, self._event(self._choices({"content": ""}, self.answer.finish_reason)))
            if self.trouble != "missing usage":
                await _part(send, self._event([], usage=self._usage()))
        await _part(send, b"data: [DONE]\n\n", is_last=True)

    async def whole(self, send: Send) -> None:
        """The answer in one piece, after the time it would have taken to stream."""
        await asyncio.sleep(
            (self.pace.first_token + len(self.answer.tokens) / self.pace.tokens_per_second) / self.hurry
        )
        message = {"role": "assistant", "content": "".join(self.answer.tokens)}
        choices = [{"index": 0, "message": message, "finish_reason": self.answer.finish_reason}]
        said = self._said("chat.completion", choices)
        if self.trouble != "missing usage":
            said["usage"] = self._usage()
        await _head(send, 200, JSON, [(b"x-generation-id", self.id.encode())])
        await _part(send, json.dumps(said).encode(), is_last=True)

    async def _first_wait(self, send: Send) -> None:
        left = (SLOW_START_SECONDS if self.trouble == "slow start" else self.pace.first_token) / self.hurry
        while left > 0:
            await asyncio.sleep(min(left, COMMENT_EVERY_SECONDS))
            left -= COMMENT_EVERY_SECONDS
            if left > 0:
                await _part(send, b": REHEARSAL PROCESSING\n\n")

    async def _paced(self, said: list[str]) -> AsyncIterator[bytes]:
        """One event for each token, when it is due; a server that is late sends several at once."""
        rate = self.pace.tokens_per_second * self.hurry
        begun = time.monotonic()
        sent = 0
        while sent < len(said):
            due = min(int((time.monotonic() - begun) * rate) + 1, len(said))
            if due > sent:
                yield b"".join(self._event(self._choices({"content": token}, None)) for token in said[sent:due])
                sent = due
            await asyncio.sleep(max(0.0, begun + sent / rate - time.monotonic()))

    def _choices(self, delta: dict[str, str], finish_reason: str | None) -> list[dict[str, Any]]:
        return [{"index": 0, "delta": delta, "finish_reason": finish_reason, "native_finish_reason": finish_reason}]

    def _event(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        return b"data: " + json.dumps(self._said("chat.completion.chunk", choices) | more).encode() + b"\n\n"

    def _said(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.asked.model,
            "provider": PROVIDER,
            "choices": choices,
        }

    def _usage(self) -> dict[str, Any]:
        prompt, completion = words.count(self.asked.texts), len(self.answer.tokens)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": 0},
            "cost": 0,
        }


async def _body(receive: Receive) -> bytes | None:
    """The request's body, cut just above what is accepted; None when the client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body") or len(body) > MOST_BODY_BYTES:
            return bytes(body)


async def _until_gone(receive: Receive, work: Any) -> None:
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


async def _refuse(send: Send, status: int, message: str) -> None:
    await _head(send, status, JSON, [])
    await _part(send, json.dumps({"error": {"code": status, "message": message}}).encode(), is_last=True)


async def _refuse_as(send: Send, trouble: Trouble) -> None:
    if not trouble.error:
        await _head(send, trouble.status, b"text/html", [])
        await _part(send, troubles.SERVER_ERROR_PAGE, is_last=True)
        return
    headers = [(b"retry-after", str(trouble.retry_after).encode())] if trouble.retry_after else []
    await _head(send, trouble.status, JSON, headers)
    await _part(send, json.dumps({"error": trouble.error}).encode(), is_last=True)


async def _head(send: Send, status: int, media_type: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    headers = [(b"content-type", media_type), *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _part(send: Send, body: bytes, *, is_last: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not is_last})
