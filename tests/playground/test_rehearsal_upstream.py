"""The rehearsal as Windrose's own upstream client meets it: text, calls, usage, and a sentence for each trouble."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from playground.rehearsal.process import RehearsalProcess
from playground.rehearsal.wording import NOTICE
from playground.upstream.chunks import Done, Finish, Identity, Reasoning, Refusal, Text, ToolCallDelta, UsageReport
from playground.upstream.client import Upstream
from playground.upstream.deadlines import Deadlines
from playground.upstream.errors import UpstreamError
from tests.playground.rehearsing import said_to


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[RehearsalProcess]:
    with RehearsalProcess(hurry=50) as process:
        yield process


def ask(rehearsal: RehearsalProcess, prompt: str, **more: Any) -> tuple[list[Any], UpstreamError | None]:
    """The pieces of one answer, and the error that ended it."""
    pieces: list[Any] = []

    async def run() -> UpstreamError | None:
        deadlines = Deadlines(first_token=3, idle=0.5, total=5)
        upstream = Upstream("rehearsal", rehearsal.base_url, "", is_rehearsal=True, deadlines=deadlines)
        body = {"model": "a/b", "stream": True, "messages": said_to(prompt), **more}
        try:
            async with aclosing(upstream.stream(body)) as stream:
                async for piece in stream:
                    pieces.append(piece)
        except UpstreamError as error:
            return error
        finally:
            await upstream.aclose()
        return None

    return pieces, asyncio.run(run())


def said(pieces: list[Any], kind: type[Any] = Text) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, kind))


@pytest.mark.parametrize("stream", [True, False])
def test_an_answer(rehearsal: RehearsalProcess, stream: bool) -> None:
    pieces, error = ask(rehearsal, "say exactly: hello", reasoning_effort="low", stream=stream)
    assert error is None
    assert said(pieces) == f"{NOTICE}\n\nhello"
    assert said(pieces, Reasoning).count("Simulated thinking") == 1
    assert [piece for piece in pieces if isinstance(piece, Finish)] == [Finish("stop", "stop")]
    assert [piece.raw["cost"] for piece in pieces if isinstance(piece, UsageReport)] == [0]
    assert pieces[-1] == Done()
    identity = [piece for piece in pieces if isinstance(piece, Identity)][-1]
    assert (identity.model, identity.provider) == ("a/b", "Windrose rehearsal")


def test_a_call(rehearsal: RehearsalProcess) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    tools = [{"type": "function", "function": {"name": "look_up", "parameters": schema}}]
    pieces, error = ask(rehearsal, "Look up the mayor of Paris", tools=tools)
    assert error is None
    parts = [piece for piece in pieces if isinstance(piece, ToolCallDelta)]
    assert parts[0].name == "look_up"
    assert json.loads("".join(part.arguments for part in parts)) == {"city": "Paris"}


def test_a_refusal(rehearsal: RehearsalProcess) -> None:
    assert said(ask(rehearsal, "rehearse: refusal")[0], Refusal).startswith(NOTICE)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("rate limit", 429, "Try again in 7 seconds."),
        ("no credit", 402, "no credit"),
        ("credit held", 402, "Try again in 3 seconds."),
        ("moderation", 403, "moderation"),
        ("key limit", 403, "spending limit"),
        ("model gone", 404, "catalog page"),
        ("server error", 500, "fault of its own"),
        ("overloaded", 503, "overloaded"),
        ("error in mid-stream", 502, "broke off"),
        ("stall", None, "sent nothing for 0.5 seconds"),
        ("broken connection", None, "was lost"),
    ],
)
def test_troubles_that_end_in_an_error(rehearsal: RehearsalProcess, name: str, status: int | None, words: str) -> None:
    pieces, error = ask(rehearsal, f"rehearse: {name}")
    assert error is not None
    assert error.status == status
    assert words in error.sentence
    assert bool(said(pieces)) is (name in ("error in mid-stream", "stall", "broken connection"))
