"""A request of the chat completions API, checked as a real upstream checks it."""

from typing import Any

from playground.rehearsal import fields, images
from playground.rehearsal.images import Image
from playground.rehearsal.refusals import BadRequest
from playground.rehearsal.request import Call, Message, Request, Shape
from playground.rehearsal.tools import tools_of

ROLES = {"system", "developer", "user", "assistant", "tool"}


def read(raw: bytes) -> Request:
    """The request in `raw`. Raises BadRequest."""
    body = fields.body_of(raw)
    model = fields.model_of(body)
    return Request(
        model,
        fields.checked(_messages(body.get("messages"))),
        fields.flag(body, "stream", False),
        fields.limit_of(body, "max_tokens", "max_completion_tokens"),
        fields.stops_of(body),
        fields.seed_of(body),
        fields.temperature_of(body),
        tools_of(body, are_flat=False),
        _shape(body.get("response_format")),
        fields.reasoning_of(body, model),
    )


def _messages(messages: Any) -> list[Message]:
    if not isinstance(messages, list) or not messages:
        raise BadRequest("messages: a list with at least one message is required.")
    return [_message(message, f"messages.{number}") for number, message in enumerate(messages)]


def _message(message: Any, where: str) -> Message:
    role = message.get("role") if isinstance(message, dict) else None
    if not isinstance(role, str) or role not in ROLES:
        raise BadRequest(f"{where}: an object with a role is expected: {', '.join(sorted(ROLES))}.")
    text, pictures = _content(message.get("content"), where)
    answers = ""
    if role == "tool":
        answers = message.get("tool_call_id")
        if not isinstance(answers, str) or not answers:
            raise BadRequest(f"{where}.tool_call_id: the id of the call that it answers is required.")
    calls = message.get("tool_calls") if role == "assistant" else None
    if not isinstance(calls, list | None):
        raise BadRequest(f"{where}.tool_calls: a list is expected.")
    made = tuple(_call(call, f"{where}.tool_calls.{number}") for number, call in enumerate(calls or []))
    return Message(role, text, pictures, made, answers)


def _content(content: Any, where: str) -> tuple[str, tuple[Image, ...]]:
    if content is None:
        return "", ()
    if isinstance(content, str):
        return content, ()
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise BadRequest(f"{where}.content: text or a list of parts is expected.")
    texts, pictures = [], []
    for number, part in enumerate(content):
        place = f"{where}.content.{number}"
        if isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif part.get("type") == "image_url":
            picture = part.get("image_url")
            # OpenRouter takes an object, Mistral's own API also the bare address.
            picture = picture.get("url") if isinstance(picture, dict) else picture
            pictures.append(images.from_address(picture, place))
        else:
            raise BadRequest(f"{place}: text or an image is expected; the rehearsal takes nothing else.")
    return "\n".join(texts), tuple(pictures)


def _call(call: Any, where: str) -> Call:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        raise BadRequest(f"{where}.function: an object with name and arguments is expected.")
    values: list[Any] = [call.get("id"), function.get("name"), function.get("arguments")]
    if not all(isinstance(value, str) for value in values):
        raise BadRequest(f"{where}: id, function.name and function.arguments are texts, and all are required.")
    return Call(*values)


def _shape(wanted: Any) -> Shape:
    if wanted is None:
        return Shape()
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind == "json_schema":
        named = wanted.get("json_schema")
        return schema_shape(named, "response_format.json_schema")
    if kind not in ("text", "json_object", "grammar", "python"):
        raise BadRequest("response_format.type: text, json_object or json_schema is expected.")
    return Shape(wants_json=kind == "json_object")


def schema_shape(named: Any, where: str) -> Shape:
    """The shape of an object with `name` and `schema`. Raises BadRequest."""
    name, schema = (named.get(key) for key in ("name", "schema")) if isinstance(named, dict) else (None, None)
    if not isinstance(name, str) or not name:
        raise BadRequest(f"{where}.name: a name is required.")
    if not isinstance(schema, dict):
        raise BadRequest(f"{where}.schema: a JSON schema is required.")
    return Shape(wants_json=True, schema=schema)
