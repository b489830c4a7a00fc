"""How an answer is written: what both APIs have in common, and what the delivery asks of each.

`chat_writer.py` writes chunks of a chat completion, `responses_writer.py` writes the events of Responses.
"""

import json
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from playground.rehearsal.answers import Answer, Piece
from playground.rehearsal.counting import Count
from playground.rehearsal.refusals import error
from playground.rehearsal.request import Request

BROKE_OFF = error(502, "The provider broke off.", "server")
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Saying:
    """What is to be written: who answers, to what, and how much of it is told."""

    id: str
    request: Request
    answer: Answer
    model: str
    provider: str
    tells_finish: bool = True
    tells_usage: bool = True
    created: int = field(default_factory=lambda: int(time.time()))


class Writer(Protocol):
    """Each method gives bytes to send. `said` is called for the pieces in their order; the rest once."""

    def opening(self) -> bytes: ...

    def said(self, piece: Piece) -> bytes: ...

    def counted(self, count: Count) -> bytes:
        """A count in the middle of the answer, which is not the last one."""

    def broken_off(self) -> bytes: ...

    def ending(self, count: Count) -> bytes: ...

    def whole(self, pieces: list[Piece], count: Count, *, is_broken_off: bool) -> bytes:
        """The answer in one piece, with an error beside it when it was broken off."""


def event(said: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(said).encode() + b"\n\n"
