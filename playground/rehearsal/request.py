"""What a request to the rehearsal may say, checked as a real upstream checks it."""

import json
from dataclasses import dataclass
from typing import Any


class BadRequest(ValueError):
    """The message is a sentence for the person who asked."""


@dataclass(frozen=True)
class Request:
    """`texts` are those of all messages, `prompt` is that of the last one of the user; `limit` is in tokens."""

    model: str
    texts: list[str]
    prompt: str
    limit: int | None
    stops: list[str]
    streams: bool
    wants_json: bool


def read(raw: bytes) -> Request:
    """The request in `raw`. Raises BadRequest."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise BadRequest("The body is not a JSON object.")
    model = body.get("model")
    if not isinstance(model, str) or not 0 < len(model) <= 200:
        raise BadRequest("model: a name is required.")
    streams = body.get("stream", False)
    if not isinstance(streams, bool | None):
        raise BadRequest("stream: true or false is expected.")
    messages = _messages(body.get("messages"))
    asked = [text for role, text in messages if role == "user"]
    response_format = body.get("response_format")
    return Request(
        model,
        [text for _, text in messages],
        asked[-1] if asked else messages[-1][1],
        _limit(body),
        _stops(body.get("stop")),
        bool(streams),
        isinstance(response_format, dict) and response_format.get("type") in ("json_object", "json_schema"),
    )


def _messages(messages: Any) -> list[tuple[str, str]]:
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages: a list with at least one message is required.")
    found = []
    for number, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        if not isinstance(role, str):
            raise BadRequest(f"messages.{number}: an object with a role is expected.")
        found.append((role, _text(message.get("content"), number)))
    return found


def _text(content: Any, number: int) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise BadRequest(f"messages.{number}.content: text or a list of parts is expected.")
    return "\n".join(part["text"] for part in content if isinstance(part.get("text"), str))


def _limit(body: dict[str, Any]) -> int | None:
    limits = []
    for name in ("max_tokens", "max_completion_tokens"):
        value = body.get(name)
        if value is None:
            continue
        if type(value) is not int or value < 1:
            raise BadRequest(f"{name}: a whole number of 1 or more is expected.")
        limits.append(value)
    return min(limits, default=None)


def _stops(stop: Any) -> list[str]:
    stops = [stop] if isinstance(stop, str) else stop or []
    if not isinstance(stops, list) or len(stops) > 4 or not all(isinstance(text, str) for text in stops):
        raise BadRequest("stop: text, or a list of up to 4 texts, is expected.")
    return [text for text in stops if text]
