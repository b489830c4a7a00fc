"""Asking a fake upstream one question, and what came of it."""

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from playground.upstream.client import Upstream
from playground.upstream.deadlines import Deadlines
from playground.upstream.errors import UpstreamError
from playground.upstream.pieces import Done, Finish, Identity, Reasoning, Refusal, Text, ToolCallDelta, UsageReport
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

    def _of(self, kind: type) -> list[Any]:
        return [piece for piece in self.pieces if isinstance(piece, kind)]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self._of(Text))

    @property
    def reasoning(self) -> str:
        return "".join(piece.text for piece in self._of(Reasoning))

    @property
    def refusal(self) -> str:
        return "".join(piece.text for piece in self._of(Refusal))

    @property
    def tool_calls(self) -> tuple[tuple[str, str, str], ...]:
        """Id, name and arguments of each call, in the order of their indexes."""
        calls: dict[int, tuple[str, str, str]] = {}
        for part in self._of(ToolCallDelta):
            id, name, arguments = calls.get(part.index, ("", "", ""))
            calls[part.index] = (id + part.id, name + part.name, arguments + part.arguments)
        return tuple(calls[index] for index in sorted(calls))

    @property
    def finish(self) -> str:
        return ([""] + [piece.reason for piece in self._of(Finish)])[-1]

    @property
    def served(self) -> str:
        return ([""] + [piece.model for piece in self._of(Identity)])[-1]

    @property
    def usage(self) -> dict[str, Any] | None:
        found = [piece.raw for piece in self._of(UsageReport)]
        return found[-1] if found else None

    @property
    def is_done(self) -> bool:
        return self.pieces[-1:] == [Done()]

    def joined(self) -> tuple[Any, ...]:
        """Everything in it that must not depend on how the bytes were cut."""
        said = (self.text, self.reasoning, self.refusal, self.tool_calls, self.finish, self.served, self.usage)
        error = None if self.error is None else vars(self.error)
        return (*said, self.is_done, type(self.error), error)


def ask(
    base_url: str,
    deadlines: Deadlines = PATIENT,
    key: str = KEY,
    *,
    api: str = "chat",
    streams: bool = True,
    record: Callable[[bytes], None] | None = None,
    **options: Any,
) -> Outcome:
    outcome = Outcome()
    body = {"model": "a/b", "stream": True} if streams else {"model": "a/b"}

    async def run() -> None:
        upstream = Upstream("openrouter", base_url, key, deadlines=deadlines, **options)
        try:
            async with aclosing(upstream.stream(body, api=api, record=record)) as pieces:
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


def play(fake: FakeUpstream, script: list[Step], deadlines: Deadlines = PATIENT, **asked: Any) -> Outcome:
    fake.script("a/b", script)
    outcome = ask(fake.base_url, deadlines, **asked)
    assert fake.count == 1, "one run sends one request, whatever happens"
    return outcome
