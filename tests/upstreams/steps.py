"""The steps a scripted answer is made of, as data. `server.py` carries them out."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

STREAM = "text/event-stream"


@dataclass(frozen=True)
class Status:
    """A complete answer with a length: status, headers, body."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | str | dict[str, Any] = b""


@dataclass(frozen=True)
class Headers:
    """The head of an open answer. Without `chunked` the end of the connection is the end of the body."""

    content_type: str = STREAM
    extra: dict[str, str] = field(default_factory=dict)
    code: int = 200
    chunked: bool = True


@dataclass(frozen=True)
class Send:
    """Bytes of the body; `times` repeats them, `every` cuts them into parts of so many bytes."""

    data: bytes | str
    times: int = 1
    every: int = 0


@dataclass(frozen=True)
class Raw:
    """Bytes straight onto the socket, below HTTP."""

    data: bytes


@dataclass(frozen=True)
class Data:
    """One `data:` event: JSON of an object, or text as it is."""

    value: Any


@dataclass(frozen=True)
class Event:
    """One event with a name of its own. Of an object, `type` is the name as well, as in the Responses API."""

    name: str
    value: Any


@dataclass(frozen=True)
class Chunks:
    """One completion chunk for each text."""

    pieces: list[str]


@dataclass(frozen=True)
class Ending:
    """A chunk with a finish reason and no text."""

    reason: str = "stop"


@dataclass(frozen=True)
class Usage:
    """A last chunk with usage and no choices. `cost` is the decimal text of a JSON number."""

    prompt: int
    completion: int
    cached: int = 0
    cost: str | None = None


@dataclass(frozen=True)
class DoneMark:
    pass


@dataclass(frozen=True)
class Wait:
    seconds: float


@dataclass(frozen=True)
class WaitFor:
    """Wait until the test says `fake.release(name)`."""

    name: str


@dataclass(frozen=True)
class Reset:
    """End the connection with RST."""


@dataclass(frozen=True)
class Close:
    """End the connection with FIN, whatever was promised."""


@dataclass(frozen=True)
class Hang:
    """Send nothing more and keep the connection open."""


Body = Send | Data | Event | Chunks | Ending | Usage | DoneMark
Step = Body | Status | Headers | Raw | Wait | WaitFor | Reset | Close | Hang
DEFAULT_USAGE = Usage(10, 3, cost="0.000123")


def answer(text: str = "", *, pieces: list[str] | None = None, usage: Usage | None = DEFAULT_USAGE) -> list[Step]:
    """A whole good answer: the text (word by word unless cut by hand), finish reason, usage, done."""
    cut = pieces if pieces is not None else [word + " " for word in text.split(" ")[:-1]] + text.split(" ")[-1:]
    script: list[Step] = [Chunks(cut), Ending()]
    if usage is not None:
        script.append(usage)
    return [*script, DoneMark()]


def chunk(model: str, choices: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A completion chunk as an object."""
    return {
        "id": f"gen-fake-{model}",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": model,
        "provider": "Fake",
        "choices": choices,
        **more,
    }


def delta(finish: str | None = None, **said: Any) -> list[dict[str, Any]]:
    """The choices of a chunk that says `said`."""
    return [{"index": 0, "delta": said, "finish_reason": finish}]


def usage_json(model: str, usage: Usage) -> str:
    """The usage chunk as JSON text; the cost keeps the digits it was given."""
    counts: dict[str, Any] = {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
    }
    if usage.cost is not None:
        counts["cost"] = Decimal(usage.cost)
    return json_text(chunk(model, [], usage=counts))


def body(step: Body, model: str) -> list[bytes]:
    """The bytes of the body that a step sends, one entry for each write; `model` is the one that was asked for."""
    match step:
        case Send(data, times, every):
            raw = data.encode() if isinstance(data, str) else data
            return [raw[start : start + (every or len(raw))] for start in range(0, len(raw), every or len(raw))] * times
        case Data(value):
            return [b"data: %s\n\n" % json_text(value).encode()]
        case Event(name, value):
            value = {"type": name, **value} if isinstance(value, dict) else value
            return [b"event: %s\ndata: %s\n\n" % (name.encode(), json_text(value).encode())]
        case Chunks(pieces):
            return [part for text in pieces for part in body(Data(chunk(model, delta(content=text))), model)]
        case Ending(reason):
            return body(Data(chunk(model, delta(reason, content=""))), model)
        case Usage():
            return body(Data(usage_json(model, step)), model)
        case DoneMark():
            return body(Data("[DONE]"), model)


def json_text(value: Any) -> str:
    """JSON of an object, text as it is. A decimal keeps its digits."""
    if isinstance(value, str):
        return value
    decimals: list[str] = []

    def mark(number: Any) -> str:
        decimals.append(str(number))
        return f"@decimal{len(decimals) - 1}@"

    text = json.dumps(value, default=mark)
    for number, digits in enumerate(decimals):
        text = text.replace(f'"@decimal{number}@"', digits)
    return text
