"""Asking a fake upstream one question, and what came of it."""

import asyncio
import time
from contextlib import aclosing
from typing import Any

from playground.upstream.chunks import Done, Text, UsageReport
from playground.upstream.client import Upstream
from playground.upstream.deadlines import Deadlines
from playground.upstream.errors import UpstreamError
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Step

KEY = "sk-or-CANARY-0123456789abcdef"
QUICK = Deadlines(first_token=0.5, idle=0.4, total=1.5, connect=0.5)
PATIENT = Deadlines(first_token=10, idle=10, total=20)


class Outcome:
    """What one answer came to: its pieces, the error if there was one, and how long it took in seconds."""

    def __init__(self) -> None:
        self.pieces: list[Any] = []
        self.error: UpstreamError | None = None
        self.seconds = 0.0

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Text))

    @property
    def usage(self) -> dict[str, Any] | None:
        found = [piece.raw for piece in self.pieces if isinstance(piece, UsageReport)]
        return found[-1] if found else None

    @property
    def is_done(self) -> bool:
        return self.pieces[-1:] == [Done()]


def ask(base_url: str, deadlines: Deadlines = PATIENT, key: str = KEY, **options: Any) -> Outcome:
    outcome = Outcome()

    async def run() -> None:
        upstream = Upstream("openrouter", base_url, key, deadlines=deadlines, **options)
        try:
            async with aclosing(upstream.stream({"model": "a/b", "stream": True})) as pieces:
                async for piece in pieces:
                    outcome.pieces.append(piece)
        except UpstreamError as error:
            outcome.error = error
        finally:
            await upstream.aclose()
            await asyncio.sleep(0.01)  # closed transports let go of their sockets in the next rounds of the loop

    begun = time.monotonic()
    asyncio.run(run())
    outcome.seconds = time.monotonic() - begun
    return outcome


def play(fake: FakeUpstream, script: list[Step], deadlines: Deadlines = PATIENT) -> Outcome:
    fake.script("a/b", script)
    outcome = ask(fake.base_url, deadlines)
    assert fake.count == 1, "one run sends one request, whatever happens"
    return outcome
