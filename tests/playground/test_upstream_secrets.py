"""The key travels in one header and shows up nowhere else, however an upstream fails."""

import traceback

import pytest

from playground.upstream.client import Upstream
from playground.upstream.errors import CannotReach, UpstreamError
from tests.playground.asking import KEY, QUICK, ask, play
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Close, Data, Hang, Raw, Reset, Status, Step

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
    ],
)
def test_the_key_is_in_nothing_that_an_error_holds(fake_upstream: FakeUpstream, script: list[Step]) -> None:
    assert_keyless(play(fake_upstream, script, QUICK).error)


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
    seen = " ".join([error.sentence, error.detail, str(error), repr(error), str(vars(error)), *own]).lower()
    assert KEY.lower() not in seen
    assert KEY[:12].lower() not in seen
    assert error.__cause__ is None
    assert error.__context__ is None


def test_the_upstream_does_not_show_its_key() -> None:
    assert "CANARY" not in repr(Upstream("openrouter", "http://127.0.0.1", KEY))
