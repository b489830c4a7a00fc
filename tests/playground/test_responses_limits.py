"""Endless and huge answers of the Responses API through the real client: memory stays flat, and they end in time."""

import asyncio
import json
import os
import sys
import time
from contextlib import aclosing
from typing import Any

import pytest

from playground.upstream.client import Upstream
from playground.upstream.deadlines import Deadlines
from playground.upstream.errors import Stalled, TooMuch, UpstreamError
from playground.upstream.pieces import Text
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Send, Step

MEGABYTE = 1_048_576
MOST_GROWTH = 40 * MEGABYTE  # of both ends of the socket: the fake upstream lives in this process too

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the memory in use from /proc")


def memory() -> int:
    """Bytes of this process that are in memory."""
    with open("/proc/self/statm") as sizes:
        return int(sizes.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def event(name: str, **said: Any) -> bytes:
    return f"event: response.{name}\ndata: {json.dumps({'type': f'response.{name}', **said})}\n\n".encode()


def consumed(fake: FakeUpstream, script: list[Step], deadlines: Deadlines) -> tuple[int, int, float, UpstreamError]:
    """Characters of text, growth of memory in bytes at its highest, seconds, and how it ended. Nothing is kept."""
    fake.script("a/b", script)

    async def run() -> tuple[int, int, float, UpstreamError]:
        upstream = Upstream("openrouter", fake.base_url, "", deadlines=deadlines)
        characters, before, begun = 0, memory(), time.monotonic()
        most = before
        try:
            async with aclosing(upstream.stream({"model": "a/b", "stream": True}, api="responses")) as pieces:
                async for piece in pieces:
                    characters += len(piece.text) if isinstance(piece, Text) else 0
                    most = max(most, memory())
        except UpstreamError as error:
            return characters, max(most, memory()) - before, time.monotonic() - begun, error
        finally:
            await upstream.aclose()
        raise AssertionError("It should not have ended well.")

    return asyncio.run(run())


HUGE = event("output_text.delta", delta="x" * 900_000, item_id="m", output_index=0)
SMALL = b"".join(event("output_text.delta", delta="x", item_id=f"m{n}", output_index=n) for n in range(2_000))
ARGUMENTS = event("function_call_arguments.delta", delta="1" * 900_000, item_id="c", output_index=0)
ITEMS = event("output_item.done", item={"type": "message", "content": [{"type": "output_text", "text": "x" * 900_000}]})
TOO_LONG = event("output_text.delta", delta="x" * 2 * MEGABYTE)
NESTED = b"data: " + b'{"response":' * 80_000 + b"\n\n"


@pytest.mark.parametrize(
    ("body", "times", "kind"),
    [
        (HUGE, 100, TooMuch),
        (ARGUMENTS, 100, TooMuch),
        (ITEMS, 100, TooMuch),
        (TOO_LONG, 1, TooMuch),
        (SMALL, 2_000, Stalled),
        (event("output_text.delta", delta="x"), 1_000_000, Stalled),
    ],
    ids=["huge deltas", "huge arguments", "huge items", "one huge line", "ever new items", "small deltas"],
)
def test_what_has_no_end_is_ended_in_flat_memory(
    fake_upstream: FakeUpstream, body: bytes, times: int, kind: type[UpstreamError]
) -> None:
    deadlines = Deadlines(first_token=5, idle=5, total=3 if kind is Stalled else 30)
    characters, growth, seconds, error = consumed(fake_upstream, [Send(body, times=times)], deadlines)
    assert type(error) is kind
    assert growth < MOST_GROWTH
    assert seconds < (5 if kind is Stalled else 15)
    assert characters <= 64 * MEGABYTE


def test_a_nesting_without_a_bottom_is_refused_at_once(fake_upstream: FakeUpstream) -> None:
    _, growth, seconds, error = consumed(fake_upstream, [Send(NESTED)], Deadlines())
    assert "cannot be read" in error.sentence
    assert growth < MOST_GROWTH
    assert seconds < 2
