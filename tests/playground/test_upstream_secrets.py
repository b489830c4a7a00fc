"""The key travels in one header and shows up nowhere else, however an upstream fails."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.upstream.client import Upstream
from playground.upstream.errors import CannotReach, UpstreamError
from playground.upstream.pieces import Done, Reasoning, Text, ToolCallDelta
from playground.upstream.redaction import REDACTED, Redactor, keyless
from tests.playground.asking import KEY, QUICK, ask, play
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Close, Data, DoneMark, Event, Hang, Raw, Reset, Status, Step, chunk, delta

SPLIT = {"index": 0, "id": KEY, "function": {"name": KEY, "arguments": '{"a": "' + KEY[:9]}}
ECHO = {"error": {"message": f"Key {KEY} and {KEY.upper()} in {KEY[:9]}\0{KEY[9:]}", "metadata": {"raw": KEY}}}


@pytest.mark.parametrize(
    "script",
    [
        [Status(401, {"X-Key": KEY}, ECHO)],
        [Status(500, {}, f"<p>Bearer {KEY}</p>")],
        [Status(500, {}, "x" * 280 + KEY)],
        [Status(500, {}, "\0" * (65_536 - 20) + KEY)],
        [Status(200, {}, ECHO)],
        [Status(200, {"Content-Type": "text/plain"}, f"hello {KEY}")],
        [Chunks(["a"]), Data({"error": KEY})],
        [Chunks(["a"]), Data(f"junk {KEY}")],
        [Reset()],
        [Status(302, {"Location": f"http://127.0.0.1/?key={KEY}"})],
        [Raw(f"HTTP/1.1 {KEY}\r\n\r\n".encode()), Close()],
        [Hang()],
        [Event("error", {"code": KEY, "message": KEY, "error_type": KEY})],
        [Status(404, {}, {"error": {"availability": {"code": KEY, "fallback_models": [KEY, f"a/{KEY}"]}}})],
    ],
)
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_the_key_is_in_nothing_that_an_error_holds(fake_upstream: FakeUpstream, script: list[Step], api: str) -> None:
    recorded: list[bytes] = []
    outcome = play(fake_upstream, script, QUICK, api=api, record=recorded.append)
    assert_keyless(outcome.error)
    assert KEY not in str(outcome.pieces)
    assert KEY.encode() not in b"".join(recorded)


def test_the_key_is_not_in_the_error_of_a_response_that_failed(fake_upstream: FakeUpstream) -> None:
    response = {"id": KEY, "error": {"message": f"\n{KEY}", "code": KEY}, "error_type": KEY, "usage": {KEY: KEY}}
    outcome = play(fake_upstream, [Event("response.failed", {"response": response})], api="responses")
    assert_keyless(outcome.error)
    assert KEY not in str(outcome.pieces)


def test_the_key_is_not_in_the_arguments_of_a_call_either(fake_upstream: FakeUpstream) -> None:
    rest = {"index": 0, "function": {"arguments": KEY[9:] + '"}'}}
    chunks = [Data(chunk("a/b", delta(tool_calls=[part]))) for part in (SPLIT, rest)]
    outcome = play(fake_upstream, [chunks[0], Chunks(["meanwhile"]), chunks[1], DoneMark()])
    assert KEY not in str(outcome.pieces)
    [(id, name, arguments)] = outcome.tool_calls
    assert (id, name) == (REDACTED, REDACTED)
    assert KEY not in arguments
    assert arguments.endswith(f'{REDACTED}"}}')


def test_what_looks_like_the_key_is_said_in_its_place() -> None:
    """A key begins with an s, as many a word ends: that letter must come before what follows it, and only once."""

    async def pieces() -> AsyncIterator[Any]:
        for piece in (
            Text("Let us"),
            ToolCallDelta(0, "c", "look", "{}"),
            Text("ee"),
            Text("Yes"),
            Reasoning("s"),
            Done(),
        ):
            yield piece

    async def run() -> list[Any]:
        return [piece async for piece in keyless(pieces(), KEY)]

    assert asyncio.run(run()) == [
        Text("Let u"),
        Text("s"),
        ToolCallDelta(0, "c", "look", "{}"),
        Text("ee"),
        Text("Ye"),
        Text("s"),
        Reasoning("s"),
        Done(),
    ]


def test_a_key_that_goes_on_after_something_else_is_still_found() -> None:
    redactor = Redactor(KEY)
    said = redactor.feed(f"x {KEY[:6]}") + redactor.pause() + redactor.feed(KEY[6:20]) + redactor.pause()
    assert said == f"x {KEY[:6]}"
    assert redactor.feed(KEY[20:] + " y") == f"{REDACTED} y"


def test_much_of_the_key_at_the_end_is_not_shown() -> None:
    redactor = Redactor(KEY)
    assert redactor.feed(f"x {KEY[:-1]}") + redactor.rest() == f"x {REDACTED}"


@given(st.text(alphabet="ab"), st.lists(st.integers(0, 30), max_size=8), st.sets(st.integers(0, 8)))
def test_pausing_anywhere_lets_no_key_through_and_loses_nothing(text: str, cuts: list[int], pauses: set[int]) -> None:
    """A key of two letters, repeating itself, in a text of the same two: every beginning is also an end of something."""
    key = "abaab"
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    redactor = Redactor(key)
    said = ""
    for number, (left, right) in enumerate(pairwise(edges)):
        said += redactor.feed(text[left:right])
        said += redactor.pause() if number in pauses else ""
    said += redactor.rest()
    assert key not in said
    if key not in text and REDACTED not in said:
        assert said == text


@pytest.mark.parametrize("tail", ["\n", "\r\nX-Other: 1", " ü", "\0"])
def test_a_key_that_no_header_can_hold_is_not_repeated(fake_upstream: FakeUpstream, tail: str) -> None:
    outcome = ask(fake_upstream.base_url, QUICK, KEY + tail)
    assert type(outcome.error) is CannotReach
    assert fake_upstream.count == 0
    assert_keyless(outcome.error)


def assert_keyless(error: UpstreamError | None) -> None:
    assert error is not None
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    own = [line for line in frames.format() if "playground/upstream" in line or "Error" in line]
    assert KEY.lower() not in error.body.lower()
    seen = " ".join([error.sentence, error.detail, str(error), repr(error), str(vars(error)), *own]).lower()
    assert KEY.lower() not in seen
    assert KEY[:12].lower() not in seen
    assert error.__cause__ is None
    assert error.__context__ is None


def test_the_upstream_does_not_show_its_key() -> None:
    assert "CANARY" not in repr(Upstream("openrouter", "http://127.0.0.1", KEY))


def test_a_plain_word_for_a_key_does_not_vanish_from_answers(fake_upstream: FakeUpstream) -> None:
    """A server of one's own is often told any word, such as its own name."""
    fake_upstream.script("a/b", [Chunks(["An ollama ", "is a lla", "ma."]), DoneMark()])
    assert ask(fake_upstream.base_url, key="ollama").text == "An ollama is a llama."
