"""The key never comes back: whatever an upstream sends, text in which our own key stands is shown without it. Pure.

An upstream that echoes its request, or a model that was told the key by one, would otherwise write it onto pages and
into the database.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from playground.upstream.pieces import Done, Piece, Reasoning, Refusal, Text, ToolCallDelta
from playground.upstream.shown import spellings
from playground.upstream.thinking import beginning_at_end

REDACTED = "[key removed]"
MOST_SHOWN = 12  # characters: what vendors put before the secret part of every key is about as long


class Redactor:
    """Takes a text in pieces and gives it back without the key, also where the key is cut between pieces.

    What may be the beginning of the key is held back until the next piece shows whether it is.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._begun = 0  # so many characters at the end of the text are a beginning of the key,
        self._shown = 0  # of which so many were given out already
        self._most_shown = min(MOST_SHOWN, len(key) // 2)

    def feed(self, text: str) -> str:
        if not self._key:
            return text
        text = self._key[: self._begun] + text
        found = text.find(self._key)
        shown = self._shown if found < 0 else min(self._shown, found)
        text = text.replace(self._key, REDACTED)
        self._begun = beginning_at_end(text, self._key)
        sure = len(text) - self._begun
        self._shown = max(0, shown - sure)
        return text[shown : max(shown, sure)]

    def pause(self) -> str:
        """What is held back, for when something else comes before the text goes on. Much of a key stays held back."""
        if self._begun > self._most_shown:
            return ""
        held, self._shown = self._key[self._shown : self._begun], self._begun
        return held

    def rest(self) -> str:
        """The text is over: what was held back and turned out not to be the key, or is too much of it."""
        held = REDACTED if self._begun > self._most_shown else self._key[self._shown : self._begun]
        self._begun = self._shown = 0
        return held


def without_key(value: Any, key: str) -> Any:
    """A JSON value, or a name, without the key anywhere in its texts."""
    if not key:
        return value
    if isinstance(value, str):
        return value.replace(key, REDACTED)
    if isinstance(value, dict):
        return {without_key(name, key): without_key(entry, key) for name, entry in value.items()}
    if isinstance(value, list):
        return [without_key(entry, key) for entry in value]
    return value


Channel = tuple[type[Text] | type[Reasoning] | type[Refusal], None] | tuple[type[ToolCallDelta], int]


async def keyless(pieces: AsyncIterator[Piece], key: str) -> AsyncGenerator[Piece, None]:
    """The same pieces without the key in any of their texts, each kind of text and each call's arguments by itself.

    What is held back comes before a piece of another kind where it is little, and at the end, good or bad, in any case.
    """
    redactors: dict[Channel, Redactor] = {}
    last: Channel | None = None
    try:
        async for piece in pieces:
            channel = _channel(piece)
            if channel is None:
                for rest in _rests(redactors) if isinstance(piece, Done) else []:
                    yield rest
                yield _named(piece, key)
                continue
            if last not in (None, channel) and (text := redactors[last].pause()):
                yield _piece(last, text)
            last = channel
            redactor = redactors.setdefault(channel, Redactor(key))
            if isinstance(piece, ToolCallDelta):
                piece = replace(_named(piece, key), arguments=redactor.feed(piece.arguments))
                if piece.id or piece.name or piece.arguments:
                    yield piece
            elif isinstance(piece, Text | Reasoning | Refusal) and (text := redactor.feed(piece.text)):
                yield _piece(channel, text)
    except Exception:
        for rest in _rests(redactors):
            yield rest
        raise
    for rest in _rests(redactors):
        yield rest


def _channel(piece: Piece) -> Channel | None:
    if isinstance(piece, ToolCallDelta):
        return ToolCallDelta, piece.index
    return (type(piece), None) if isinstance(piece, Text | Reasoning | Refusal) else None


def _piece(channel: Channel, text: str) -> Piece:
    if channel[1] is not None:
        return ToolCallDelta(channel[1], "", "", text)
    return channel[0](text)


def _named(piece: Any, key: str) -> Any:
    return replace(piece, **{name: without_key(value, key) for name, value in vars(piece).items()})


def _rests(redactors: dict[Channel, Redactor]) -> list[Piece]:
    return [_piece(channel, text) for channel, redactor in redactors.items() if (text := redactor.rest())]


async def recorded(
    chunks: AsyncIterator[bytes], key: str, record: Callable[[bytes], None]
) -> AsyncGenerator[bytes, None]:
    """The same chunks, of each of which `record` has been given the bytes without the key before it is passed on."""
    redactors = [Redactor(spelling) for spelling in spellings(key)]
    try:
        async for chunk in chunks:
            text = chunk.decode("latin-1")  # one character for each byte, whatever the bytes
            for redactor in redactors:
                text = redactor.feed(text)
            if text:
                record(text.encode("latin-1"))
            yield chunk
    finally:
        text = ""
        for redactor in redactors:
            text = redactor.feed(text) + redactor.rest()
        if text:
            record(text.encode("latin-1"))
