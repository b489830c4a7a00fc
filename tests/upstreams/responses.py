"""Events and objects of the Responses API, for scripts."""

from decimal import Decimal
from typing import Any

from tests.upstreams.steps import DoneMark, Event, Step

USAGE: dict[str, Any] = {
    "input_tokens": 10,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 3,
    "output_tokens_details": {"reasoning_tokens": 1},
    "total_tokens": 13,
    "cost": Decimal("0.000123"),
}
CHAT_USAGE: dict[str, Any] = {
    "prompt_tokens": 10,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens": 3,
    "completion_tokens_details": {"reasoning_tokens": 1},
    "total_tokens": 13,
    "cost": Decimal("0.000123"),
}


def response(status: str, output: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """A response object, as events carry it and as it is answered whole."""
    return {
        "id": "gen-fake-response",
        "object": "response",
        "created_at": 1_700_000_000,
        "model": "fake/model",
        "status": status,
        "output": output or [],
        "error": None,
        "incomplete_details": None,
        "usage": None,
        **more,
    }


def message(text: str, *, id: str = "msg_1") -> dict[str, Any]:
    return {"id": id, "type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}


def call(name: str, arguments: str, *, number: int = 1) -> dict[str, Any]:
    return {
        "id": f"fc_{number}",
        "type": "function_call",
        "call_id": f"call_{number}",
        "name": name,
        "arguments": arguments,
    }


def began() -> list[Step]:
    """The two events before anything is said."""
    return [
        Event("response.created", {"response": response("in_progress")}),
        Event("response.in_progress", {"response": response("in_progress")}),
    ]


def deltas(pieces: list[str], kind: str = "output_text", *, place: int = 0, item: str = "msg_1") -> list[Step]:
    at = {"item_id": item, "output_index": place, "content_index": 0}
    return [Event(f"response.{kind}.delta", {**at, "delta": piece}) for piece in pieces]


def ended(
    output: list[dict[str, Any]] | None = None, *, status: str = "completed", usage: Any = USAGE, **more: Any
) -> Event:
    return Event(f"response.{status}", {"response": response(status, output, usage=usage, **more)})


def answer(pieces: list[str], *, usage: Any = USAGE) -> list[Step]:
    """A whole good answer with every event that the specification names for one message."""
    text = "".join(pieces)
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    empty = {"type": "output_text", "text": "", "annotations": []}
    return [
        *began(),
        Event("response.output_item.added", {"output_index": 0, "item": {**message(""), "content": []}}),
        Event("response.content_part.added", {**at, "part": empty}),
        *deltas(pieces),
        Event("response.output_text.done", {**at, "text": text}),
        Event("response.content_part.done", {**at, "part": {**empty, "text": text}}),
        Event("response.output_item.done", {"output_index": 0, "item": message(text)}),
        ended([message(text)], usage=usage),
        DoneMark(),
    ]
