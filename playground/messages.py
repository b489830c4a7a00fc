"""The messages of a prompt: their form, the variables inside them, and what they come to for one column. Pure; no Django.

A message is kept as a JSON object with `role` and `content`, and where there is more: `images` (numbers of uploaded
images, of a user's message), `tool_calls` (of an assistant's: id, name, arguments as text), `tool_call_id` (of a tool's
result), and `by` (of an assistant's: each column's own answer to what came before, by offer, as `content` and
`tool_calls`). Continuing six answers at once is one list of messages with a `by` in it, and not six lists.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

ROLES = ("system", "user", "assistant", "tool")
VARIABLE = re.compile(r"\{\{[ \t]*([A-Za-z_][A-Za-z0-9_]{0,39})[ \t]*\}\}")


@dataclass(frozen=True)
class ToolCall:
    """One call of a tool by a model; `arguments` is the JSON text as it was written, valid or not."""

    id: str
    name: str
    arguments: str

    def to_json(self) -> dict[str, str]:
        return {"id": self.id, "name": self.name, "arguments": self.arguments}


@dataclass(frozen=True)
class Answered:
    """What one column said in an earlier turn."""

    content: str
    tool_calls: tuple[ToolCall, ...] = ()

    def to_json(self) -> dict[str, Any]:
        calls = {"tool_calls": [call.to_json() for call in self.tool_calls]} if self.tool_calls else {}
        return {"content": self.content, **calls}


@dataclass(frozen=True)
class Message:
    """One message. See the module's docstring."""

    role: str
    content: str = ""
    images: tuple[int, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    by: Mapping[str, Answered] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        more: dict[str, Any] = {
            "images": list(self.images),
            "tool_calls": [call.to_json() for call in self.tool_calls],
            "tool_call_id": self.tool_call_id,
            "by": {offer: answered.to_json() for offer, answered in self.by.items()},
        }
        return {"role": self.role, "content": self.content} | {name: value for name, value in more.items() if value}

    def of(self, offer: str) -> "Message":
        """This message as the column of `offer` has it: its own answer in place of `by`. Raises KeyError without one."""
        if not self.by:
            return self
        answered = self.by[offer]
        return replace(self, content=answered.content, tool_calls=answered.tool_calls, by={})


def read(stored: Iterable[Any]) -> list[Message]:
    """Messages from what `to_json` wrote."""
    return [
        Message(
            each["role"],
            each.get("content", ""),
            tuple(each.get("images", ())),
            _calls(each),
            each.get("tool_call_id", ""),
            {offer: Answered(said["content"], _calls(said)) for offer, said in each.get("by", {}).items()},
        )
        for each in stored
    ]


def _calls(stored: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    return tuple(ToolCall(call["id"], call["name"], call["arguments"]) for call in stored.get("tool_calls", ()))


def write(messages: Iterable[Message]) -> list[dict[str, Any]]:
    return [message.to_json() for message in messages]


def variable_names(messages: Iterable[Message]) -> list[str]:
    """The names of `{{name}}` in what was typed, in their order, each once."""
    found = (name for message in messages for name in VARIABLE.findall(message.content))
    return list(dict.fromkeys(found))


def filled(messages: Iterable[Message], values: Mapping[str, str]) -> list[Message]:
    """The messages with the values of one row in place of their variables. A value is text: what looks like a variable
    in it stays. A name without a value stays as it was typed."""

    def value(match: re.Match[str]) -> str:
        return values.get(match[1], match[0])

    return [replace(message, content=VARIABLE.sub(value, message.content)) for message in messages]


def filled_length(message: Message, values: Mapping[str, str]) -> int:
    """Characters of the message once it is filled, counted without filling it: short texts can hold a variable thousands of
    times."""
    length = len(message.content)
    for match in VARIABLE.finditer(message.content):
        length += len(values.get(match[1], match[0])) - len(match[0])
    return length


def title(messages: Iterable[Message], names: Collection[str] = (), rows: Sequence[Sequence[str]] = ()) -> str:
    """How lists and pages call a prompt: the last message of the user that says something, else the last message that does.

    Its values are filled in where there is one row of them. Of several the title says how many, before the text so that no
    list cuts it off, and leaves the names of what they fill: “3 rows × Say ‹word›.” A name without a value stays as typed.
    """
    said = [message for message in messages if message.content.strip()]
    asked = [message for message in said if message.role == "user"]
    if not said:
        return ""
    values = zip(names, rows[0], strict=True) if len(rows) == 1 else ((name, f"‹{name}›") for name in names)
    (called,) = filled([(asked or said)[-1]], dict(values))
    return f"{len(rows)} rows × {called.content}" if len(rows) > 1 else called.content


def folded(text: str) -> str:
    """Text as the search compares it: without case and accents, with single spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).replace("\0", "").split())
