"""The events of the Responses API, and its whole response objects, as pieces. Pure.

The names are those of the specification and the others that are in use: `response.content_part.delta` for text,
`response.done` for the end, `response.error` for an error. Every text comes up to four times: in deltas, at the end of
its part, at the end of its item, and in the response that ends the stream. It is said once, from the first of them that
comes, because servers leave out any of the four.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playground.upstream.pieces import Failure, Finish, Piece, Reasoning, Refusal, Text, ToolCallDelta, UsageReport
from playground.upstream.reading import AnswerReader, Words, dicts, error_of
from playground.upstream.strict_json import short, storable_json
from playground.upstream.tool_calls import MOST_TOOL_CALLS, ToolCalls, arguments_text
from playground.upstream.usage_names import chat_usage

Place = tuple[str, str | int, int]
KINDS: dict[str, Words] = {"text": Text, "refusal": Refusal, "reasoning": Reasoning, "summary": Reasoning}
DELTAS = {
    "response.output_text.delta": "text",
    "response.content_part.delta": "text",
    "response.refusal.delta": "refusal",
    "response.reasoning_text.delta": "reasoning",
    "response.reasoning.delta": "reasoning",
    "response.reasoning_summary_text.delta": "summary",
    "response.reasoning_summary.delta": "summary",
}
# What ends a part, its channel, and the field with the whole text.
TEXTS = {
    "response.output_text.done": ("text", "text"),
    "response.refusal.done": ("refusal", "refusal"),
    "response.reasoning_text.done": ("reasoning", "text"),
    "response.reasoning_summary_text.done": ("summary", "text"),
}
PARTS = {
    "output_text": ("text", "text"),
    "text": ("text", "text"),
    "refusal": ("refusal", "refusal"),
    "reasoning_text": ("reasoning", "text"),
    "summary_text": ("summary", "text"),
}
PARTS_DONE = ("response.content_part.done", "response.reasoning_summary_part.done")
ENDS = ("response.completed", "response.done", "response.incomplete", "response.failed", "response.cancelled")
ERRORS = ("error", "response.error", "response.failed")
LENGTHS = ("context_length_exceeded", "max_tokens_exceeded", "token_limit_exceeded", "string_too_long")
INCOMPLETE = {"max_output_tokens": "length", "max_tokens": "length", "content_filter": "content_filter"}
# An endless stream may name a new part in every event. Of those beyond, only the deltas count.
MOST_PLACES = 2000


@dataclass
class ResponsesReader(AnswerReader):
    """Reads the events of one response in their order, or a whole response object."""

    _calls: ToolCalls = field(default_factory=ToolCalls)
    _places: defaultdict[str, set[Place]] = field(default_factory=lambda: defaultdict(set))
    _spoken: set[Words] = field(default_factory=set)
    _without_place: set[Words] = field(default_factory=set)
    _thought: Place | None = None

    def _pieces(self, said: dict[str, Any], event_name: str) -> Iterator[Piece | Failure]:
        name = said.get("type")
        if not isinstance(name, str) or not name:
            name = event_name
        response = said.get("response")
        response = response if isinstance(response, dict) else {}
        if response:
            yield from self._identity(response)
        if name in DELTAS:
            yield from self._delta(DELTAS[name], said)
        elif name in TEXTS:
            channel, text = TEXTS[name]
            yield from self._whole_text(channel, said, said.get(text))
        elif name in PARTS_DONE:
            yield from self._part(said, said.get("part"))
        elif name.startswith("response.function_call_arguments."):
            yield from self._arguments(said)
        elif name in ("response.output_item.added", "response.output_item.done"):
            yield from self._item(said.get("item"), said.get("output_index"), is_done=name.endswith("done"))
        elif name in ERRORS or name in ENDS:
            yield from self._ended(name, said, response or said)
        elif said.get("object") == "response" or isinstance(said.get("output"), list):
            yield from self._identity(said)
            yield from self._ended("", said, said)
        elif error := error_of(said):
            yield Failure(error)

    def _delta(self, channel: str, said: dict[str, Any]) -> Iterator[Piece]:
        """A piece of text: a string, or as an object with its type and text."""
        delta = said.get("delta")
        if isinstance(delta, dict):
            channel, text = PARTS.get(str(delta.get("type")), (channel, "text"))
            delta = delta.get(text)
        if isinstance(delta, str) and delta:
            yield from self._say(channel, said, delta)

    def _say(self, channel: str, at: dict[str, Any], text: str) -> Iterator[Piece]:
        """`text` of the part that `at` names, noted as said. Parts of the thoughts are paragraphs of their own."""
        self.is_answer = True
        kind, places = KINDS[channel], _places(at)
        if not places:
            self._without_place.add(kind)
        elif len(self._places[channel]) < MOST_PLACES:
            self._places[channel].update(places)
        if kind is Reasoning:
            place = (channel, *places[0][1:]) if places else (channel, 0, 0)
            if self._thought not in (None, place):
                text = "\n\n" + text
            self._thought = place
        self._spoken.add(kind)
        yield from self._said(kind, text)

    def _whole_text(self, channel: str, at: dict[str, Any], text: Any) -> Iterator[Piece]:
        """A whole text, said only when no part of it was."""
        if not isinstance(text, str) or not text:
            return
        kind, places, said = KINDS[channel], _places(at), self._places[channel]
        is_unsure = not places or kind in self._without_place or len(said) >= MOST_PLACES
        if said.intersection(places) or (is_unsure and kind in self._spoken):
            return
        yield from self._say(channel, at, text)

    def _part(self, at: dict[str, Any], part: Any) -> Iterator[Piece]:
        if isinstance(part, dict) and (known := PARTS.get(str(part.get("type")))):
            channel, text = known
            yield from self._whole_text(channel, at, part.get(text))

    def _item(self, item: Any, place: Any, *, is_done: bool) -> Iterator[Piece]:
        """An item that begins, of which only a call's name matters, or one that is whole."""
        if not isinstance(item, dict):
            return
        if item.get("type") == "function_call":
            names = short(item.get("id"), 100), place, short(item.get("call_id"), 100)
            yield from self._call(self._calls.of_item(*names), item)
        elif is_done:
            at = {"item_id": item.get("id"), "output_index": place}
            parts = dicts(item.get("content"))
            if item.get("type") == "reasoning":
                said = {spot[:2] for channel in ("reasoning", "summary") for spot in self._places[channel]}
                if any(spot[:2] in said for spot in _places(at)):
                    return
                parts = parts or dicts(item.get("summary"))
            for number, part in enumerate(parts):
                yield from self._part({**at, "content_index": number}, part)

    def _call(self, index: int | None, item: dict[str, Any]) -> Iterator[ToolCallDelta]:
        """A call as an item, at its begin with empty arguments and at its end with all of them."""
        self.is_answer = True
        if index is not None:
            has_some = index in self._calls.calls and self._calls.calls[index].has_arguments
            said = "" if has_some else self._joined(f"tool {index}", arguments_text(item.get("arguments")))
            yield from self._calls.part(index, short(item.get("call_id"), 100), short(item.get("name"), 100), said)

    def _arguments(self, said: dict[str, Any]) -> Iterator[ToolCallDelta]:
        """Arguments of a call, in pieces or whole; the whole counts only where no piece came."""
        self.is_answer = True
        index = self._calls.of_item(short(said.get("item_id"), 100), said.get("output_index"), "")
        if index is None:
            return
        text = said.get("delta")
        if not isinstance(text, str):
            text = "" if self._calls.calls[index].has_arguments else arguments_text(said.get("arguments"))
        text = self._joined(f"tool {index}", text)
        yield from self._calls.part(index, "", short(said.get("name"), 100), text)

    def _ended(self, name: str, said: dict[str, Any], response: dict[str, Any]) -> Iterator[Piece | Failure]:
        """The end: what was not said before, why it ends, the usage, the error. Usage in any earlier event is none."""
        self.is_answer = True
        yield from self._unsaid(response)
        status = response.get("status")
        if not isinstance(status, str):
            status = name.removeprefix("response.")
        kind = said.get("error_type") or response.get("error_type")
        error = _failure(name, status, said, response, kind)
        if error is None:
            yield from self._finished(status, response, kind)
        usage = response.get("usage") or said.get("usage")
        if isinstance(usage, dict):
            yield UsageReport(storable_json(chat_usage(usage)))
        if error is not None:
            yield Failure(error)

    def _unsaid(self, response: dict[str, Any]) -> Iterator[Piece]:
        """What stands in the whole response of a kind that has not been said at all, and calls that were not named."""
        silent = {kind for kind in KINDS.values() if kind not in self._spoken}
        calls = 0
        for place, item in enumerate(dicts(response.get("output"))):
            if item.get("type") == "function_call":
                # By number and not by id: some servers make up other ids for the end.
                yield from self._call(calls if calls < MOST_TOOL_CALLS else None, item)
                calls += 1
            elif item.get("type") == "reasoning":
                if Reasoning in silent:
                    yield from self._item(item, place, is_done=True)
            else:
                for number, part in enumerate(dicts(item.get("content"))):
                    channel, _ = PARTS.get(str(part.get("type")), ("", ""))
                    if channel and KINDS[channel] in silent:
                        yield from self._part({"output_index": place, "content_index": number}, part)
        whole = response.get("output_text")
        if Text not in self._spoken and isinstance(whole, str) and whole:
            yield from self._say("text", {}, whole)

    def _finished(self, status: str, response: dict[str, Any], kind: Any) -> Iterator[Finish]:
        """A reason for the end that is known makes the answer complete; without one it has broken off."""
        details = response.get("incomplete_details")
        cause = short(details.get("reason"), 40) if isinstance(details, dict) else ""
        if kind in LENGTHS or response.get("finish_reason") == "length":
            reason, native = "length", short(kind, 40) or "length"
        elif cause or status == "incomplete":
            reason, native = INCOMPLETE.get(cause, ""), cause
        elif status in ("completed", "done"):
            reason, native = ("tool_calls" if self._calls.calls else "stop"), "completed"
        else:
            reason, native = "", status
        self.is_complete, self.is_unfinished = bool(reason), not reason
        if reason:
            yield Finish(reason, native)


def _failure(name: str, status: str, said: dict[str, Any], response: dict[str, Any], kind: Any) -> Any:
    """The error of an ending, with OpenRouter's error type inside; None when it ends well."""
    if error := error_of({**response, "error_type": kind}) if response.get("error") else error_of(said):
        return error
    if name in ERRORS or status == "failed":
        words = {field: said[field] for field in ("code", "message", "param") if field in said}
        return {**words, "error_type": kind} if kind else words
    return None


def _places(at: dict[str, Any]) -> list[Place]:
    """Where a text stands, by item and by number, as far as the event says: two names for one place."""
    part = at.get("content_index", at.get("summary_index"))
    part = part if type(part) is int else 0
    found: list[Place] = []
    for name in ("output_index", "item_id"):
        value = at.get(name)
        if type(value) is int or (isinstance(value, str) and value):
            found.append((name, value[:100] if isinstance(value, str) else value, part))
    return found
