"""Asking the rehearsal over real HTTP, and hearing its answers as OpenRouter's own client types read them.

Every chunk, event and object goes through the types of the `openrouter` package, which are made from OpenRouter's
description of its API: what they refuse is not that API. No part of Windrose's own upstream client is used here.
"""

import http.client
import json
from dataclasses import dataclass, field
from typing import Any

from openrouter.components import ChatResult, ChatStreamChunk, OpenResponsesResult, StreamEvents
from pydantic import TypeAdapter

from playground.rehearsal.process import RehearsalProcess

CHAT, RESPONSES = "/chat/completions", "/responses"
EVENTS: TypeAdapter[Any] = TypeAdapter(StreamEvents)


@dataclass
class Heard:
    """One answer: the chunks or events of a stream in `said`, or the one object; `is_broken` when the connection was."""

    status: int
    headers: dict[str, str]
    raw: bytes
    is_broken: bool
    said: list[dict[str, Any]] = field(default_factory=list)

    @property
    def error(self) -> dict[str, Any]:
        return json.loads(self.raw)["error"]

    @property
    def is_done(self) -> bool:
        return self.raw.endswith(b"data: [DONE]\n\n")

    def parts(self, name: str) -> str:
        """The text of a field of the deltas, or of the message, of a chat."""
        return "".join(_said(chunk).get(name) or "" for chunk in self.said)

    @property
    def text(self) -> str:
        return self.parts("content")

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Name and arguments of each call of a chat, its parts joined by their index."""
        found: dict[int, list[str]] = {}
        for chunk in self.said:
            for position, call in enumerate(_said(chunk).get("tool_calls") or []):
                parts = found.setdefault(call.get("index", position), ["", "", ""])
                function = call["function"]
                for place, text in enumerate((call.get("id"), function.get("name"), function.get("arguments"))):
                    parts[place] += text or ""
        assert all(parts[0] for parts in found.values())
        return [(found[index][1], found[index][2]) for index in sorted(found)]

    @property
    def finish(self) -> list[str]:
        choices = [choice for chunk in self.said for choice in chunk["choices"]]
        return [choice["finish_reason"] for choice in choices if choice["finish_reason"]]

    @property
    def usages(self) -> list[dict[str, Any]]:
        return [chunk["usage"] for chunk in self.said if chunk.get("usage")]

    @property
    def kinds(self) -> list[str]:
        """The types of the events of Responses, each run of equal ones once."""
        kinds = [event["type"] for event in self.said]
        return [kind for place, kind in enumerate(kinds) if kinds[place - 1 : place] != [kind]]

    def deltas(self, kind: str) -> str:
        return "".join(event["delta"] for event in self.said if event["type"] == f"response.{kind}.delta")

    @property
    def response(self) -> dict[str, Any]:
        """The object of Responses: what came whole, or what the last event held."""
        return self.said[-1].get("response", self.said[-1])


def _said(chunk: dict[str, Any]) -> dict[str, Any]:
    choices = chunk["choices"]
    return choices[0].get("delta") or choices[0].get("message") or {} if choices else {}


def send(
    rehearsal: RehearsalProcess,
    raw: bytes | None,
    path: str = CHAT,
    method: str = "POST",
    read: int | None = None,
    seconds: float = 10,
) -> Heard:
    """One request as it stands. It is given up after `seconds` of silence, and closed after `read` bytes if that is given."""
    port = int(rehearsal.base_url.split(":")[2].split("/")[0])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    is_broken = False
    try:
        connection.request(method, f"/v1{path}", raw)
        response = connection.getresponse()
        try:
            body = response.read() if read is None else response.read(read)
        except http.client.IncompleteRead as cut:
            body, is_broken = cut.partial, True
        return Heard(response.status, {name.lower(): value for name, value in response.getheaders()}, body, is_broken)
    finally:
        connection.close()


def said_to(text: str) -> list[dict[str, Any]]:
    return [{"role": "user", "content": text}]


def chat(rehearsal: RehearsalProcess, prompt: str | list[dict[str, Any]], **more: Any) -> Heard:
    """A chat completion of one prompt, or of whole messages; streamed unless `stream` says otherwise."""
    messages = said_to(prompt) if isinstance(prompt, str) else prompt
    heard = send(rehearsal, json.dumps({"model": "a/b", "stream": True, "messages": messages, **more}).encode())
    return _read(heard, ChatStreamChunk.model_validate, ChatResult.model_validate)


def respond(rehearsal: RehearsalProcess, given: str | list[dict[str, Any]], **more: Any) -> Heard:
    """An answer of the Responses API; streamed unless `stream` says otherwise."""
    body = json.dumps({"model": "a/b", "stream": True, "input": given, **more}).encode()
    heard = _read(send(rehearsal, body, RESPONSES), EVENTS.validate_python, OpenResponsesResult.model_validate)
    if heard.said and "sequence_number" in heard.said[0]:
        assert [event["sequence_number"] for event in heard.said] == list(range(len(heard.said)))
    return heard


def _read(heard: Heard, streamed: Any, whole: Any) -> Heard:
    if heard.status != 200:
        return heard
    if heard.headers["content-type"] == "text/event-stream":
        lines = [line[6:] for line in heard.raw.split(b"\n\n") if line.startswith(b"data: ")]
        heard.said = [json.loads(line) for line in lines if line != b"[DONE]"]
        check = streamed
    elif heard.is_broken:
        return heard
    else:
        heard.said = [json.loads(heard.raw)]
        check = whole
    for said in heard.said:
        # Two shapes that real streams have, and the description does not.
        if said.get("type") != "response.done" and said.get("status", "") is not None:
            assert not getattr(check(said), "is_unknown", False)
    return heard


def generation(rehearsal: RehearsalProcess, generation_id: str) -> Heard:
    return send(rehearsal, None, f"/generation?id={generation_id}", "GET")
