"""The JSON of a chat completion, chunk by chunk, as pieces. Pure.

OpenRouter, Mistral, vLLM, Ollama and llama.cpp send the same thing in different clothes: choices missing or empty,
delta null, content as a list, thoughts in four places, usage in any chunk or twice, one whole message instead of
deltas. Only the first choice is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playground.upstream.pieces import (
    Done,
    Failure,
    Finish,
    Identity,
    Piece,
    Reasoning,
    Refusal,
    Text,
    ToolCallDelta,
    UsageReport,
)
from playground.upstream.reading import AnswerReader, Words, dicts, error_of
from playground.upstream.strict_json import short, storable_json
from playground.upstream.thinking import ThinkTags
from playground.upstream.tool_calls import MOST_TOOL_CALLS, ToolCalls, arguments_text

__all__ = [
    "ChatReader",
    "Done",
    "Failure",
    "Finish",
    "Identity",
    "Piece",
    "Reasoning",
    "Refusal",
    "Text",
    "ToolCallDelta",
    "UsageReport",
]
COMMON_REASONS = {"model_length": "length", "max_tokens": "length"}  # Mistral's; vendors' own words through a proxy


@dataclass
class ChatReader(AnswerReader):
    """Reads the chunks of one chat completion in their order."""

    _tags: ThinkTags = field(default_factory=ThinkTags)
    _calls: ToolCalls = field(default_factory=ToolCalls)
    _finish: Finish | None = None
    _has_spoken: bool = False
    _has_usage: bool = False
    _timings: dict[str, Any] = field(default_factory=dict)

    def end(self) -> list[Piece]:
        pieces = super().end()
        pieces += [kind(text) for kind, text in self._tags.no_more()]
        usage = None if self._has_usage else usage_of_timings(self._timings)
        return pieces if usage is None else [*pieces, UsageReport(usage)]

    def _pieces(self, chunk: dict[str, Any], event_name: str) -> Iterator[Piece | Failure]:
        yield from self._identity(chunk)
        choice = _first_choice(chunk.get("choices"))
        if choice:
            self.is_answer = True
            yield from self._spoken(choice)
            yield from self._finished(choice)
        if isinstance(chunk.get("timings"), dict):
            self._timings = chunk["timings"]
        if isinstance(chunk.get("usage"), dict):
            self._has_usage = True
            yield UsageReport(storable_json(chunk["usage"]))
        error = error_of(chunk) or choice.get("error")
        if error:
            yield Failure(error)

    def _spoken(self, choice: dict[str, Any]) -> Iterator[Piece]:
        said = choice.get("delta")
        if not isinstance(said, dict):
            # Some servers repeat the whole message at the end of a stream; it counts only where nothing came before.
            said = {} if self._has_spoken else choice.get("message")
        if not isinstance(said, dict):
            return
        for kind, text in _texts(said):
            if text:
                self._has_spoken = True
                yield from self._said(kind, text)
        calls = said.get("tool_calls")
        for position, call in enumerate(calls[:MOST_TOOL_CALLS] if isinstance(calls, list) else []):
            if isinstance(call, dict):
                self._has_spoken = True
                yield from self._tool_call(call, position)

    def _given(self, kind: Words, text: str) -> Iterator[Piece]:
        if kind is Text:
            yield from (part(words) for part, words in self._tags.feed(text))
            return
        if kind is Reasoning:
            # Thoughts in a field of their own: tags in the text are then the model's own words.
            yield from (part(words) for part, words in self._tags.no_more())
        yield kind(text)

    def _tool_call(self, call: dict[str, Any], position: int) -> Iterator[ToolCallDelta]:
        function = call.get("function")
        function = function if isinstance(function, dict) else {}
        id, name = short(call.get("id"), 100), short(function.get("name"), 100)
        index = self._calls.at_index(call.get("index"), position, id, name)
        if index is None:
            return
        said = self._joined(f"tool {index}", arguments_text(function.get("arguments")))
        yield from self._calls.part(index, id, name, said)

    def _finished(self, choice: dict[str, Any]) -> Iterator[Finish]:
        reason, native = short(choice.get("finish_reason"), 40), short(choice.get("native_finish_reason"), 40)
        common = COMMON_REASONS.get(reason, reason)
        finish = Finish(common, native or (reason if common != reason else ""))
        if reason and finish != self._finish:
            self._finish = finish
            yield finish


def usage_of_timings(timings: dict[str, Any]) -> dict[str, Any] | None:
    """The counts in llama.cpp's timings, for an answer without usage. None when any is missing.

    `prompt_n` are the prompt tokens that were worked on and `cache_n` those that were found in the cache; a server too
    old to send the latter leaves the size of the prompt unknown.
    """
    cached, fresh, completion = (timings.get(name) for name in ("cache_n", "prompt_n", "predicted_n"))
    if type(cached) is not int or type(fresh) is not int or type(completion) is not int:
        return None
    prompt = cached + fresh
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


def _first_choice(choices: Any) -> dict[str, Any]:
    return next((choice for choice in dicts(choices) if choice.get("index") in (0, None)), {})


def _texts(said: dict[str, Any]) -> Iterator[tuple[Words, str]]:
    """What a delta or message says: the thinking first, as it is thought first. A text in two fields counts once."""
    thought = said.get("reasoning") or said.get("reasoning_content")
    if isinstance(thought, str):
        yield Reasoning, thought
    else:
        for detail in dicts(said.get("reasoning_details")):
            for words in (detail.get("text"), detail.get("summary")):
                if isinstance(words, str):
                    yield Reasoning, words
    content = said.get("content")
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            yield Text, part
        elif isinstance(part, dict):
            yield from _part(part)
    if isinstance(said.get("refusal"), str):
        yield Refusal, said["refusal"]


def _part(part: dict[str, Any]) -> Iterator[tuple[Words, str]]:
    """What one part of a content list says. A reference, an image and what is yet unknown say nothing."""
    kind = Reasoning if part.get("type") in ("thinking", "reasoning") else Text
    if isinstance(part.get("text"), str):
        yield kind, part["text"]
    thinking = part.get("thinking")
    for words in thinking if isinstance(thinking, list) else [thinking]:
        if isinstance(words, dict):
            words = words.get("text")
        if isinstance(words, str):
            yield Reasoning, words
    if isinstance(part.get("refusal"), str):
        yield Refusal, part["refusal"]
