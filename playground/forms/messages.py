"""The rows in which a form shows messages: read from what was posted, moved about, and written as messages. Pure; no Django.

A row has the fields `role-N` and `content-N`, where N orders and means nothing else, and where there is more: `images-N`
(numbers of images that are kept), `refused-N` (the sentence on an upload that was not taken), `calls-N` (an assistant's calls,
as JSON), `call-N` (the call that a tool's result answers) and `by-N` (where each model's own answer is found). The fields
`system` and `text` are the short form of two rows.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from playground.forms import json_reading, shapes
from playground.images import MOST_IMAGES
from playground.messages import ROLES, Message, ToolCall

MOST_MESSAGES = 100
REFUSED = "refused-"
LONGEST_REFUSAL = 1000  # characters of what is said again of uploads that were not taken
LONGEST_MESSAGE = 200_000  # characters
NUMBERED = re.compile(r"(?:role|content)-(\d{1,4})")
NO_PROMPT = "Write a prompt first."


class Data(Protocol):
    """What a browser sent: several values may have one name."""

    def __iter__(self) -> Any: ...
    def get(self, key: str, default: Any = None) -> Any: ...
    def getlist(self, key: str) -> list[Any]: ...


@dataclass
class Row:
    """One message as it stands in the form. `by` refers to answers, `refused` is the sentence on an upload that was not taken,
    and `error` is what is wrong with it, in a sentence."""

    role: str
    content: str = ""
    images: list[int] = field(default_factory=list)
    calls: str = ""
    call_id: str = ""
    by: str = ""
    refused: str = ""
    error: str = ""
    is_new: bool = False  # the keyboard goes there

    @property
    def is_empty(self) -> bool:
        has_calls = self.role == "assistant" and self.calls.strip()
        return not (self.content.strip() or self.images or has_calls or self.by)


def simple(system: str = "", text: str = "") -> list[Row]:
    """The rows of a form that nobody changed: a system prompt, and a prompt."""
    return [Row("system", system), Row("user", text)]


def is_simple(rows: list[Row]) -> bool:
    return [row.role for row in rows] == ["system", "user"]


def from_data(data: Data) -> list[Row]:
    """The rows in what was posted, in their order. At most one more than is possible."""
    numbers = sorted({int(match[1]) for name in data if (match := NUMBERED.fullmatch(name))})
    if not numbers:
        return simple(_text(data, "system"), _text(data, "text"))
    return [_row(data, number) for number in numbers[: MOST_MESSAGES + 1]]


def _row(data: Data, number: int) -> Row:
    # What is no number of an image is kept as 0, which is none: the form then says that it is not there.
    images = [int(each) if re.fullmatch(r"\d{1,15}", each) else 0 for each in data.getlist(f"images-{number}")]
    refused = str(data.get(f"{REFUSED}{number}", ""))[:LONGEST_REFUSAL].strip()
    return Row(
        data.get(f"role-{number}", "user"),
        _text(data, f"content-{number}"),
        list(dict.fromkeys(images)),
        data.get(f"calls-{number}", ""),
        data.get(f"call-{number}", "").strip(),
        data.get(f"by-{number}", ""),
        refused,
        refused,
    )


def _text(data: Data, name: str) -> str:
    """What was typed; browsers end lines as mail does."""
    return str(data.get(name, "")).replace("\r\n", "\n")


def of(messages: Iterable[Message], refer: Callable[[int], str] = str) -> list[Row]:
    """The rows for messages that were sent before; `refer` names where the answers of message i are found again."""
    return [
        Row(
            message.role,
            message.content,
            list(message.images),
            _typed(message.tool_calls),
            message.tool_call_id,
            refer(index) if message.by else "",
        )
        for index, message in enumerate(messages)
    ]


def _typed(calls: Iterable[ToolCall]) -> str:
    written = [call.to_json() for call in calls]
    return json.dumps(written, ensure_ascii=False, indent=2) if written else ""


def changed(rows: list[Row], wish: str) -> list[Row]:
    """The rows after a press of one of the buttons beside them: `add`, `up-2`, `down-2`, `remove-2`, `image-2-17`,
    `without-2` (to go on without the images that were refused there)."""
    name, *numbers = wish.split("-")
    if name == "add" and len(rows) < MOST_MESSAGES:
        last = rows[-1].role if rows else "assistant"
        return [*rows, Row("assistant" if last == "user" else "user", is_new=True)]
    if not numbers or not all(number.isdecimal() for number in numbers) or int(numbers[0]) >= len(rows):
        return rows
    at = int(numbers[0])
    if name == "remove" and len(rows) > 1:
        return rows[:at] + rows[at + 1 :]
    if name == "without":
        return [*rows[:at], replace(rows[at], refused="", error="", is_new=True), *rows[at + 1 :]]
    if name == "image" and len(numbers) > 1:
        left = [image for image in rows[at].images if image != int(numbers[1])]
        return [*rows[:at], replace(rows[at], images=left, is_new=True), *rows[at + 1 :]]
    to = at + {"up": -1, "down": 1}.get(name, 0)
    if 0 <= to < len(rows) and to != at:
        moved = [*rows]
        moved[at], moved[to] = rows[to], replace(rows[at], is_new=True)
        return moved
    return rows


def written(
    rows: list[Row], answers: Callable[[str], Message | None], is_kept: Callable[[int], bool]
) -> tuple[list[Message], str]:
    """The messages that the rows say, and what is wrong first, as a sentence; each row's own mistake stands beside it too.

    `answers` finds the message that a reference of `by` names, `is_kept` says whether an image is there to be sent.
    """
    said = [row for row in rows if not (row.is_empty and row.role == "system")]
    if len(said) > 1 and said[-1].role == "user" and said[-1].is_empty and said[-2].role == "tool":
        said.pop()  # after the results of tools nothing more has to be asked
    if len(said) > MOST_MESSAGES:
        return [], f"Up to {MOST_MESSAGES} messages are possible."
    if not any(row.role in {"user", "tool"} and not row.is_empty for row in said):
        return [], NO_PROMPT
    places = {id(row): place for place, row in enumerate(rows, 1)}
    messages: list[Message] = []
    waiting: dict[str, str] = {}  # calls of the message before, by id, that have no result yet
    for row in said:
        wrong = row.error or _problem(row, is_kept) or _problem_of_turn(row, waiting)
        message = Message(row.role, row.content, tuple(row.images), tool_call_id=row.call_id)
        if not wrong and row.by:
            found = answers(row.by)
            wrong = (
                ""
                if found is not None
                else "The answers that stood here are no longer kept, so nothing goes on from them."
            )
            message = found or message
        if not wrong and row.calls.strip() and row.role == "assistant":
            message, wrong = _with_calls(message, row.calls)
            waiting = {call.id: call.name for call in message.tool_calls}
        if wrong:
            row.error = wrong
            return messages, _named(wrong, places[id(row)], len(rows))
        waiting.pop(row.call_id, None)
        messages.append(message if row.role == "tool" else replace(message, tool_call_id=""))
    if waiting:
        return (
            messages,
            f"The call of {next(iter(waiting.values()))} has no result: add a tool’s message that answers it.",
        )
    if sum(len(message.images) for message in messages) > MOST_IMAGES:
        return messages, f"Up to {MOST_IMAGES} images are possible in one prompt."
    return messages, ""


def _named(sentence: str, place: int, count: int) -> str:
    return f"Message {place}: {sentence}" if count > 2 else sentence


def _problem(row: Row, is_kept: Callable[[int], bool]) -> str:
    if row.role not in ROLES:
        return "Its role is none of system, user, assistant and tool."
    if len(row.content) > LONGEST_MESSAGE:
        return f"It has {len(row.content):,} characters; up to {LONGEST_MESSAGE:,} are possible."
    if "\0" in row.content + row.call_id:
        return "It holds the character NUL, which no text has."
    if row.images and row.role != "user":
        return "Only a message of the user can have images."
    if not all(is_kept(image) for image in row.images):
        return "An image that stood here is no longer kept. Choose it again."
    if row.role == "tool" and not row.content.strip():
        return "Write what the tool answered."
    return "It is empty. Write something, or take it away." if row.is_empty else ""


def _problem_of_turn(row: Row, waiting: Mapping[str, str]) -> str:
    if row.role == "tool" and row.call_id not in waiting:
        if not row.call_id:
            return "Say which call it answers."
        return f"No call “{row.call_id[:60]}” waits for a result here."
    if row.role != "tool" and waiting:
        return f"Before it, the call of {next(iter(waiting.values()))} needs its result."
    return ""


def _with_calls(message: Message, text: str) -> tuple[Message, str]:
    try:
        calls = json_reading.read(text)
        shapes.check_calls(calls)
    except (json_reading.BadJSON, shapes.BadShape) as error:
        return message, str(error)
    return replace(
        message, tool_calls=tuple(ToolCall(call["id"], call["name"], call["arguments"]) for call in calls)
    ), ""
