"""One body: what the model takes of what was asked, in the form of the API that is used and the server that is asked. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from playground.bodies import chat, dialects, responses
from playground.messages import Message

CHAT, RESPONSES = "chat", "responses"
LIMIT, NEWER_LIMIT = "max_tokens", "max_completion_tokens"
STRICT = "structured_outputs"  # in the tables a parameter, on the wire a property of the schema


class Row(Protocol):
    """What the parameter table says of one parameter."""

    is_unsupported: bool
    is_deprecated: bool
    replaced_by: str


@dataclass(frozen=True)
class Wanted:
    """What is asked of one model. `values` are parameters by the names of the form; an absent one is sent to nobody."""

    model: str
    messages: Sequence[Message]
    values: Mapping[str, Any]
    table: Mapping[str, Row]
    dialect: str = "openrouter"
    api: str = CHAT
    streams: bool = True
    preferences: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Body:
    """The JSON to send, and the names of the parameters that were asked for and are not in it.

    Images stand in it by their numbers, as `windrose-image:7`; the runner puts their bytes there when it sends it.
    """

    json: dict[str, Any]
    left_out: list[str]


def build(wanted: Wanted) -> Body:
    """The body for `wanted`. Names that the table marks as deprecated travel under the one that replaces them."""
    taken: dict[str, Any] = {}
    left_out: list[str] = []
    for name, value in wanted.values.items():
        known = _known_as(name, wanted.table)
        if known:
            taken[known] = value
        else:
            left_out.append(name)
    strict = taken.pop(STRICT, None)
    if strict is not None:
        if _has_schema(taken.get("response_format")):
            taken["response_format"] = _strict(taken["response_format"], strict)
        else:
            left_out.append(STRICT)  # there is no schema to keep to
    if wanted.api == RESPONSES:
        fields, refused = responses.fields(taken)
        content = responses.content(wanted.messages)
    else:
        fields, refused = dialects.fields(wanted.dialect, taken)
        content = chat.content(wanted.messages)
    body = {"model": wanted.model, **content, "stream": wanted.streams, **fields}
    if wanted.api == CHAT:
        body |= dialects.always(wanted.dialect, wanted.streams)
    if wanted.dialect == "openrouter" and wanted.preferences:
        body["provider"] = dict(wanted.preferences)
    return Body(body, left_out + refused)


def _known_as(name: str, table: Mapping[str, Row]) -> str:
    """The name under which the table takes a parameter: its own, its successor's, or for a limit the newer one where only
    that is listed; empty where it takes it under none."""
    row = table.get(name)
    if row is not None and not row.is_unsupported:
        return row.replaced_by if row.is_deprecated and row.replaced_by else name
    newer = table.get(NEWER_LIMIT) if name == LIMIT else None
    return NEWER_LIMIT if newer is not None and not newer.is_unsupported else ""


def _has_schema(response_format: Any) -> bool:
    return isinstance(response_format, dict) and isinstance(response_format.get("json_schema"), dict)


def _strict(response_format: dict[str, Any], strict: bool) -> dict[str, Any]:
    """The response format with its schema marked to be kept to the letter, or not."""
    return response_format | {"json_schema": response_format["json_schema"] | {"strict": strict}}


def texts(body: Mapping[str, Any]) -> list[str]:
    """Everything that a body of either API says in words, for counting about how much it is."""
    said = [body["instructions"]] if isinstance(body.get("instructions"), str) else []
    for item in body.get("messages") or body.get("input") or []:
        content = item.get("content") or item.get("output") or item.get("arguments") or ""
        parts = content if isinstance(content, list) else [{"text": content}]
        said += [part["text"] for part in parts if isinstance(part.get("text"), str)]
    return said
