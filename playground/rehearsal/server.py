"""The rehearsal's server: one ASGI application that speaks both of OpenRouter's APIs and answers by itself.

`POST /v1/chat/completions` and `POST /v1/responses` give answers, `GET /v1/generation?id=` says what became of one.
"""

import json
import uuid
from collections.abc import Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from playground.rehearsal import answers, asgi, chat_request, responses_request, troubles, wording
from playground.rehearsal.asgi import Receive, Send
from playground.rehearsal.chat_writer import ChatWriter
from playground.rehearsal.counting import Count
from playground.rehearsal.delivery import Delivery
from playground.rehearsal.generations import Generation, Generations
from playground.rehearsal.memory import Prefixes, Repeats
from playground.rehearsal.refusals import BadRequest, error, error_body
from playground.rehearsal.request import Request
from playground.rehearsal.responses_writer import ResponsesWriter
from playground.rehearsal.troubles import Trouble
from playground.rehearsal.writers import Saying, Writer

PROVIDER = "Windrose rehearsal"
OTHER_PROVIDER = "Windrose rehearsal, second stage"
OTHER_MODEL = "windrose/understudy"
APIS: dict[str, tuple[str, Callable[[bytes], Request], Callable[[Saying], Writer]]] = {
    "/v1/chat/completions": ("completions", chat_request.read, ChatWriter),
    "/v1/responses": ("responses", responses_request.read, ResponsesWriter),
}
GENERATION = "/v1/generation"


class Application:
    """What it remembers lives as long as the process."""

    def __init__(self, hurry: float = 1.0) -> None:
        """`hurry` makes everything so many times faster; tests use it."""
        self.hurry = hurry
        self.prefixes = Prefixes()
        self.repeats = Repeats()
        self.generations = Generations()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        if path not in (*APIS, GENERATION):
            addresses = f"{', '.join(APIS)} or {GENERATION}"
            await _refuse(send, 404, f"There is nothing at this address; ask {addresses}.", "not_found")
        elif method != ("GET" if path == GENERATION else "POST"):
            allowed = "GET" if path == GENERATION else "POST"
            await _refuse(send, 405, f"Only {allowed} is answered here.", "invalid_request")
        elif path == GENERATION:
            await self._tell(scope["query_string"], send)
        else:
            await self._answer(path, receive, send)

    async def _tell(self, query: bytes, send: Send) -> None:
        """What became of an earlier answer."""
        ids = parse_qs(query.decode("ascii", "replace")).get("id", [])
        if len(ids) != 1:
            await _refuse(send, 400, "id: one id of an answer is required.", "invalid_request")
            return
        record = self.generations.record(ids[0])
        if record is None:
            await _refuse(send, 404, "No answer with this id is known, or not yet.", "not_found")
        else:
            await asgi.whole(send, 200, json.dumps({"data": record}).encode())

    async def _answer(self, path: str, receive: Receive, send: Send) -> None:
        raw = await asgi.body_of(receive)
        if raw is None:
            return
        if len(raw) > asgi.MOST_BODY_BYTES:
            await _refuse(send, 413, "The request is too large.", "payload_too_large")
            return
        try:
            asked = APIS[path][1](raw)
        except BadRequest as refusal:
            await _refuse(send, 400, str(refusal), refusal.kind)
            return
        trouble = troubles.asked_for(asked.prompt)
        if trouble is not None and trouble.status:
            await _refuse_as(send, trouble, asked.model)
            return
        delivery = self._deliver(path, asked, trouble)
        await asgi.until_gone(receive, delivery.give(send, streams=asked.streams))

    def _deliver(self, path: str, asked: Request, trouble: Trouble | None) -> Delivery:
        api, _, writer = APIS[path]
        name = trouble.name if trouble else ""
        answer = answers.answer(asked, trouble, wording.variation(asked, self.repeats.number(asked)))
        prompt, cached = self.prefixes.count(asked)
        saying = Saying(
            f"gen-rehearsal-{uuid.uuid4()}",
            asked,
            answer,
            OTHER_MODEL if name == "other model" else asked.model,
            OTHER_PROVIDER if name == "other provider" else PROVIDER,
            tells_finish=name != "no finish reason",
            tells_usage=name not in ("missing usage", "no record"),
        )
        count = Count(prompt, cached, 0, 0)
        generation = Generation(saying.id, saying.model, saying.provider, api, asked.streams, count)
        if name != "no record":
            self.generations.keep(generation)
        return Delivery(answer, writer(saying), generation, name, answers.pace(asked.model), self.hurry)


async def _refuse(send: Send, status: int, message: str, kind: str) -> None:
    await asgi.whole(send, status, error_body(error(status, message, kind)))


async def _refuse_as(send: Send, trouble: Trouble, model: str) -> None:
    if not trouble.error:
        await asgi.whole(send, trouble.status, troubles.SERVER_ERROR_PAGE, b"text/html")
        return
    headers = [(b"retry-after", str(trouble.retry_after).encode())] if trouble.retry_after else []
    await asgi.whole(send, trouble.status, error_body(trouble.error_for(model)), headers=headers)
