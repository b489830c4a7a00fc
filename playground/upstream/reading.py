"""What the readers of all APIs share: who answers, halves of characters, and the forms in which errors come. Pure.

A reader takes the JSON of one answer, object by object, and gives pieces. It is tolerant of shapes and strict about
numbers: what is odd but readable is read, what is not JSON at all is refused, because text may be missing.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playground.sse import whole
from playground.upstream.pieces import Failure, Identity, Piece, Reasoning, Refusal, Text
from playground.upstream.strict_json import NotJsonError, read_json, short

Words = type[Text] | type[Reasoning] | type[Refusal]


@dataclass
class AnswerReader:
    """The base of `ChatReader` and `ResponsesReader`.

    `is_answer` is set once anything was an answer at all. `is_complete` is set when the answer itself says that it is
    whole, before and without `[DONE]`; `is_unfinished` when it says that it is not, without calling that an error.
    """

    generation_id: str = ""
    model: str = ""
    provider: str = ""
    is_answer: bool = False
    is_complete: bool = False
    is_unfinished: bool = False
    _halves: defaultdict[str, str] = field(default_factory=lambda: defaultdict(str))
    _told: tuple[str, str, str] = ("", "", "")

    def read(self, text: str, event_name: str = "message") -> list[Piece | Failure]:
        """The pieces of one event, or of one whole answer. Raises NotJsonError."""
        if event_name == "error":
            try:
                said = read_json(text)
            except NotJsonError:
                return [Failure(text)]
            return [Failure((isinstance(said, dict) and error_of(said)) or said)]
        said = read_json(text)
        return list(self._pieces(said, event_name)) if isinstance(said, dict) else []

    def begin(self) -> list[Piece]:
        """What is known before the first event, from the headers: after a stop it may be all there is."""
        return list(self._identity({}))

    def end(self) -> list[Piece]:
        """What was still held back: halves of characters whose other half never came. Asked once, at any end."""
        pieces: list[Piece] = []
        for kind in (Text, Reasoning, Refusal):
            if self._halves.pop(kind.__name__, ""):
                pieces.extend(self._given(kind, "\ufffd"))
        return pieces

    def _pieces(self, said: dict[str, Any], event_name: str) -> Iterator[Piece | Failure]:
        raise NotImplementedError

    def _identity(self, said: dict[str, Any]) -> Iterator[Identity]:
        if said.get("object") != "error":
            self.generation_id = self.generation_id or short(said.get("id"), 100)
            self.model = short(said.get("model"), 150) or self.model
            self.provider = short(said.get("provider"), 100) or self.provider
        now = (self.generation_id, self.model, self.provider)
        if now != self._told:
            self._told = now
            yield Identity(*now)

    def _said(self, kind: Words, text: str) -> Iterator[Piece]:
        """`text` as pieces, its characters whole."""
        if joined := self._joined(kind.__name__, text):
            yield from self._given(kind, joined)

    def _given(self, kind: Words, text: str) -> Iterator[Piece]:
        yield kind(text)

    def _joined(self, channel: str, text: str) -> str:
        """`text` after what was held back; a first half of a character at its end waits for the second."""
        text = self._halves.pop(channel, "") + text
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._halves[channel] = text[-1]
            text = text[:-1]
        return whole(text)


def error_of(said: dict[str, Any]) -> Any:
    """The error that an object carries, in any of the servers' forms; None when it is no error.

    OpenRouter's `error_type` beside the error says more than what is in it, so it is put inside.
    """
    kind = said.get("error_type")
    if error := said.get("error"):
        if not isinstance(kind, str) or not kind:
            return error
        return {**(error if isinstance(error, dict) else {"message": error}), "error_type": kind}
    if said.get("type") == "error":
        return {name: value for name, value in said.items() if name != "type"}
    is_error = said.get("object") == "error" or ("detail" in said and "choices" not in said)
    return said if is_error else None


def dicts(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; nothing when it is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
