"""The JSON of a chat completion, chunk by chunk, as pieces. Pure; tolerant of shapes, strict about numbers.

OpenRouter, Mistral, vLLM, Ollama and llama.cpp send the same thing in different clothes: choices missing or empty,
delta null, content as a list, usage in any chunk or twice, one whole message instead of deltas. What is odd but
readable is read; what is not JSON at all is refused, because text may be missing. Only the first choice is read.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playground.sse import whole
from playground.upstream.strict_json import NotJsonError, read_json, short, storable_json

MOST_TOOL_CALLS = 128


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Reasoning:
    text: str


@dataclass(frozen=True)
class Refusal:
    """The model's own words for not answering."""

    text: str


@dataclass(frozen=True)
class Identity:
    """Who answers, sent when first known and when the model or provider changes. The generation id never changes."""

    generation_id: str
    model: str
    provider: str


@dataclass(frozen=True)
class ToolCallDelta:
    """A part of the call at `index`: id and name come once, the arguments in pieces."""

    index: int
    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Finish:
    """Why the answer ends: the common word and the provider's own. More may follow, usage above all."""

    reason: str
    native: str


@dataclass(frozen=True)
class UsageReport:
    """Usage as reported, with decimals exact. It may come several times; the last one counts."""

    raw: dict[str, Any]


@dataclass(frozen=True)
class Done:
    """The upstream said that the answer is complete."""


@dataclass(frozen=True)
class Failure:
    """An error object in place of, or beside, an answer. It never leaves the upstream client, which raises it."""

    error: Any


Piece = Text | Reasoning | Refusal | Identity | ToolCallDelta | Finish | UsageReport | Done


@dataclass
class AnswerReader:
    """Reads the chunks of one answer in their order. What it remembers: who answers, and halves of characters."""

    generation_id: str = ""
    model: str = ""
    provider: str = ""
    _halves: defaultdict[str, str] = field(default_factory=lambda: defaultdict(str))
    _told: tuple[str, str, str] = ("", "", "")
    _finish: Finish | None = None
    _has_spoken: bool = False

    def read(self, text: str, event_name: str = "message") -> list[Piece | Failure]:
        """The pieces of one chunk, or of one whole answer. Raises NotJsonError."""
        if event_name == "error":
            try:
                return [Failure(read_json(text))]
            except NotJsonError:
                return [Failure(text)]
        chunk = read_json(text)
        return list(self._pieces(chunk)) if isinstance(chunk, dict) else []

    def begin(self) -> list[Piece]:
        """What is known before the first chunk, from the headers: after a stop it may be all there is."""
        return list(self._identity({}))

    def end(self) -> list[Piece]:
        """What was still held back: halves of characters whose other half never came."""
        pieces: list[Piece] = []
        for channel, kind in (("text", Text), ("reasoning", Reasoning), ("refusal", Refusal)):
            if self._halves.pop(channel, ""):
                pieces.append(kind("\ufffd"))
        return pieces

    def _pieces(self, chunk: dict[str, Any]) -> Iterator[Piece | Failure]:
        yield from self._identity(chunk)
        choice = _first_choice(chunk.get("choices"))
        if choice:
            yield from self._said(choice)
            yield from self._finished(choice)
        if isinstance(chunk.get("usage"), dict):
            yield UsageReport(storable_json(chunk["usage"]))
        error = _error_of(chunk) or choice.get("error")
        if error:
            yield Failure(error)

    def _identity(self, chunk: dict[str, Any]) -> Iterator[Identity]:
        if chunk.get("object") != "error":
            self.generation_id = self.generation_id or short(chunk.get("id"), 100)
            self.model = short(chunk.get("model"), 150) or self.model
            self.provider = short(chunk.get("provider"), 100) or self.provider
        now = (self.generation_id, self.model, self.provider)
        if now != self._told:
            self._told = now
            yield Identity(*now)

    def _said(self, choice: dict[str, Any]) -> Iterator[Piece]:
        said = choice.get("delta")
        if not isinstance(said, dict):
            # Some servers repeat the whole message at the end of a stream; it counts only where nothing came before.
            said = {} if self._has_spoken else choice.get("message")
        if not isinstance(said, dict):
            return
        for kind, text in _texts(said):
            channel = kind.__name__.lower()
            text = self._joined(channel, text)
            if text:
                self._has_spoken = True
                yield kind(text)
        calls = said.get("tool_calls")
        for position, call in enumerate(calls[:MOST_TOOL_CALLS] if isinstance(calls, list) else []):
            if isinstance(call, dict):
                self._has_spoken = True
                yield from self._tool_call(call, position)

    def _tool_call(self, call: dict[str, Any], position: int) -> Iterator[ToolCallDelta]:
        index = call.get("index", position)
        if type(index) is not int or not 0 <= index < MOST_TOOL_CALLS:
            return
        function = call.get("function")
        function = function if isinstance(function, dict) else {}
        arguments = function.get("arguments")
        if isinstance(arguments, dict | list):  # Ollama sends them read already
            arguments = json.dumps(arguments, default=str)
        said = self._joined(f"tool {index}", arguments) if isinstance(arguments, str) else ""
        yield ToolCallDelta(index, short(call.get("id"), 100), short(function.get("name"), 100), said)

    def _finished(self, choice: dict[str, Any]) -> Iterator[Finish]:
        reason, native = short(choice.get("finish_reason"), 40), short(choice.get("native_finish_reason"), 40)
        finish = Finish(reason, native)
        if reason and finish != self._finish:
            self._finish = finish
            yield finish

    def _joined(self, channel: str, text: str) -> str:
        """`text` after what was held back; a first half of a character at its end waits for the second."""
        text = self._halves.pop(channel, "") + text
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._halves[channel] = text[-1]
            text = text[:-1]
        return whole(text)


def _first_choice(choices: Any) -> dict[str, Any]:
    for choice in choices if isinstance(choices, list) else []:
        if isinstance(choice, dict) and choice.get("index") in (0, None):
            return choice
    return {}


def _error_of(chunk: dict[str, Any]) -> Any:
    """The error a chunk carries, in any of the servers' forms; None when it is no error."""
    if chunk.get("error"):
        return chunk["error"]
    is_error = chunk.get("object") == "error" or ("detail" in chunk and "choices" not in chunk)
    return chunk if is_error else None


def _texts(said: dict[str, Any]) -> Iterator[tuple[type[Text] | type[Reasoning] | type[Refusal], str]]:
    """What a delta or message says: the thinking first, as it is thought first."""
    thought = said.get("reasoning") or said.get("reasoning_content")
    if isinstance(thought, str):
        yield Reasoning, thought
    else:
        for detail in _dicts(said.get("reasoning_details")):
            for words in (detail.get("text"), detail.get("summary")):
                if isinstance(words, str):
                    yield Reasoning, words
    content = said.get("content")
    if isinstance(content, str):
        yield Text, content
    for part in content if isinstance(content, list) else []:
        if isinstance(part, str):
            yield Text, part
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            yield Text, part["text"]
        elif isinstance(part, dict):
            thinking = part.get("thinking")
            for words in [thinking] if isinstance(thinking, str) else [t.get("text") for t in _dicts(thinking)]:
                if isinstance(words, str):
                    yield Reasoning, words
    if isinstance(said.get("refusal"), str):
        yield Refusal, said["refusal"]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
