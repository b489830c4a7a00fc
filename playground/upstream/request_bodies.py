"""The bytes of one request: JSON, with images as data URLs that are encoded piece by piece as they are sent. Pure.

Four images are 22 MB of base64. Writing them into one text holds the interpreter, and with it the event loop, for a tenth
of a second, a thread or not; and a hundred runs that begin together would hold so much of it each. So an image stays
what it is until its turn comes on the wire, and runs that send the same image share it.
"""

import base64
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

PIECE_BYTES = 196_608  # of an image; a multiple of 3, so that its base64 needs no padding but at the end


@dataclass(frozen=True, eq=False)
class DataUrl:
    """An image in a body, where its data URL is to stand."""

    media_type: str
    content: bytes

    @property
    def head(self) -> bytes:
        return f"data:{self.media_type};base64,".encode()

    @property
    def size(self) -> int:
        """Bytes of the whole URL."""
        return len(self.head) + (len(self.content) + 2) // 3 * 4


class LongBody:
    """A body whose bytes are made while it is sent; `size` says beforehand how many. Iterate it as often as you like."""

    def __init__(self, parts: list[bytes | DataUrl]) -> None:
        self._parts = parts
        self.size = sum(part.size if isinstance(part, DataUrl) else len(part) for part in parts)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
                continue
            yield part.head
            for start in range(0, len(part.content), PIECE_BYTES):
                yield base64.b64encode(part.content[start : start + PIECE_BYTES])


def encoded(body: dict[str, Any]) -> bytes | LongBody:
    """`body` as JSON. Blocking for as long as its texts are long: call it in a thread. Raises ValueError for NaN."""
    images: list[DataUrl] = []
    mark = secrets.token_hex(16)  # in no text, so that words that look like an image stay words

    def place(value: Any) -> str:
        if not isinstance(value, DataUrl):
            raise TypeError(f"A {type(value).__name__} cannot be sent.")
        images.append(value)
        return mark

    # In pieces, between which the event loop gets its turns; `dumps` would hold the interpreter from end to end.
    written = "".join(json.JSONEncoder(allow_nan=False, default=place).iterencode(body)).encode()
    if not images:
        return written
    parts: list[bytes | DataUrl] = []
    for text, image in zip(written.split(mark.encode()), [*images, None], strict=True):
        parts += [text] if image is None else [text, image]
    return LongBody(parts)
