"""The upstream client against a real server on a socket that misbehaves in every way it can be made to."""

import gzip
import socket
from typing import Any

import pytest

from playground.upstream.deadlines import Deadlines
from playground.upstream.errors import (
    Broken,
    CannotReach,
    MidStreamError,
    NotAStream,
    Refused,
    Stalled,
    TooMuch,
    UpstreamError,
)
from tests.playground.asking import QUICK, ask, play
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import (
    Chunks,
    Close,
    Data,
    DoneMark,
    Hang,
    Headers,
    Raw,
    Reset,
    Send,
    Status,
    Step,
    Usage,
    Wait,
    answer,
    chunk,
    delta,
)

BYTES = b"data: [DONE]\n\n"
JUNK = [
    ([Status(302, {"Location": "http://127.0.0.1:1/"})], NotAStream, "another address"),
    ([Status(204)], NotAStream, "without an answer"),
    ([Status(200, {"Content-Type": "text/html"}, "<h1>Welcome</h1>")], NotAStream, "web page"),
    ([Status(200, {"Content-Type": "text/plain"}, "hello there")], NotAStream, "not an answer"),
    ([Status(200, {}, "not json")], NotAStream, "not an answer"),
    ([Status(200, {}, "")], Broken, "without an answer"),
    ([Status(200, {"Content-Encoding": "gzip"}, gzip.compress(BYTES))], NotAStream, "compressed"),
    ([Headers(extra={"Content-Encoding": "br"}), Send(BYTES)], NotAStream, "compressed"),
    ([Headers()], Broken, "without an answer"),
    ([Headers(), Send(b": ping\n\n")], Broken, "without an answer"),
    (
        [Status(200, {"Content-Type": "text/event-stream"}, {"error": {"code": 502, "message": "x"}})],
        MidStreamError,
        "",
    ),
    ([Close()], Broken, "lost"),
    ([Reset()], Broken, "lost"),
    ([Raw(b"what is this\r\n\r\n"), Close()], Broken, "lost"),
    ([Raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n"), Close()], Broken, "lost"),
    ([Raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), Close()], Broken, "lost"),
    ([Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Close()], Broken, "lost"),
]


@pytest.mark.parametrize(("script", "kind", "words"), JUNK)
def test_what_is_no_answer_is_an_error_and_never_a_blank_success(
    fake_upstream: FakeUpstream, script: list[Step], kind: type[UpstreamError], words: str
) -> None:
    outcome = play(fake_upstream, script)
    assert type(outcome.error) is kind
    assert words in outcome.error.sentence
    assert not outcome.error.nothing_billed
    assert outcome.text == ""


CUT = [
    ([Chunks(["a"]), Reset()], Broken, "was lost"),
    ([Chunks(["a"]), Close()], Broken, "was lost"),
    ([Headers(extra={"Content-Length": "9000"}, chunked=False), Chunks(["a"]), Close()], Broken, "was lost"),
    ([Chunks(["a"]), Raw(b"zz\r\nnot a chunk"), Close()], Broken, "was lost"),
    ([Chunks(["a"]), Data('{"choices": [{"delta"')], Broken, "text may be missing"),
    ([Headers(chunked=False), Chunks(["a"]), Send(b'data: {"cho'), Close()], Broken, "text may be missing"),
    ([Chunks(["a"]), Data('{"usage": {"cost": NaN}}'), DoneMark()], Broken, "text may be missing"),
    ([Chunks(["a"]), Data("[" * 100_000), DoneMark()], Broken, "text may be missing"),
    ([Chunks(["a"]), Send(b"data: " + b"x" * 65_536), Send(b"x" * 65_536, times=160)], TooMuch, "larger than"),
    ([Chunks(["a"]), Hang()], Stalled, "0.4 seconds"),
    ([Chunks(["a"]), *[Send(b": ping\n\n"), Wait(0.05)] * 40], Stalled, "0.4 seconds"),
    ([Chunks(["a"]), *[Data(chunk("a/b", delta(content=""))), Wait(0.05)] * 60], Stalled, "1.5 seconds in all"),
]


@pytest.mark.parametrize(("script", "kind", "words"), CUT)
def test_an_answer_that_breaks_keeps_its_text_and_says_why(
    fake_upstream: FakeUpstream, script: list[Step], kind: type[UpstreamError], words: str
) -> None:
    outcome = play(fake_upstream, script, QUICK)
    assert type(outcome.error) is kind
    assert words in outcome.error.sentence
    assert not outcome.error.nothing_billed
    assert outcome.text == "a"
    assert outcome.seconds < 3


@pytest.mark.parametrize(
    "script",
    [
        [Hang()],
        [Headers(), Hang()],
        [*[Send(b": OPENROUTER PROCESSING\n\n"), Wait(0.05)] * 40],
        [*[Data(chunk("a/b", delta(role="assistant", content=""))), Wait(0.05)] * 40],
        [*[Raw(b"HTTP/1.1 102 Processing\r\n\r\n"), Wait(0.05)] * 40],
    ],
)
def test_comments_and_empty_chunks_do_not_move_the_first_token_deadline(
    fake_upstream: FakeUpstream, script: list[Step]
) -> None:
    outcome = play(fake_upstream, script, QUICK)
    assert type(outcome.error) is Stalled
    assert "0.5 seconds" in outcome.error.sentence
    assert not outcome.error.nothing_billed
    assert outcome.seconds < 1.4


def test_a_role_chunk_does_not_start_the_idle_deadline(fake_upstream: FakeUpstream) -> None:
    deadlines = Deadlines(first_token=2, idle=0.2, total=5)
    role = Data(chunk("a/b", delta(role="assistant", content="")))
    outcome = play(fake_upstream, [role, Wait(0.5), *answer("thought long")], deadlines)
    assert outcome.text == "thought long"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"code": 502, "message": "Bad", "metadata": {"error_type": "provider_unavailable"}}, "cannot be reached"),
        ({"code": "server_error", "message": "Bad"}, "fault of its own (status 500)"),
        ({"code": 429, "message": "Bad", "metadata": {"retry_after": 5}}, "Try again in 5 seconds"),
        ({"code": "429", "message": "Bad"}, "takes no more requests"),
        ({"message": "Bad"}, "fault of its own"),
        ("Bad", "fault of its own"),
        (["Bad"], "fault of its own"),
    ],
)
def test_an_error_inside_the_answer_keeps_the_text_and_the_usage(
    fake_upstream: FakeUpstream, error: Any, words: str
) -> None:
    broken = Data(chunk("a/b", delta("error", content=""), error=error))
    outcome = play(fake_upstream, [Chunks(["a"]), broken, Chunks(["never"]), Usage(7, 1, cost="0.01"), DoneMark()])
    assert type(outcome.error) is MidStreamError
    assert outcome.error.sentence.startswith("The answer broke off. ")
    assert words in outcome.error.sentence
    assert outcome.text == "a"
    assert outcome.usage["prompt_tokens"] == 7
    assert not outcome.error.nothing_billed


def test_an_event_named_error_and_a_stream_that_stays_open_after_it(fake_upstream: FakeUpstream) -> None:
    outcome = play(fake_upstream, [Send("event: error\ndata: it broke\n\n"), Hang()])
    assert type(outcome.error) is MidStreamError
    assert outcome.error.detail == "it broke"
    assert outcome.seconds < 4


REFUSALS = [
    (Status(400, {}, {"error": {"message": "bad"}}), "did not accept the request", True),
    (Status(401, {}, {"error": {"message": "no"}}), "did not accept the key", True),
    (Status(402, {}, {"error": {"message": "no"}}), "no credit left", True),
    (Status(403, {}, {"error": {"message": "no", "metadata": {"reasons": ["x"]}}}), "moderation filter", True),
    (Status(404, {}, {"error": {"message": "no"}}), "catalog page", True),
    (Status(408, {}, {"error": {"message": "no"}}), "gave up waiting", False),
    (Status(413, {}, ""), "Shorten it", True),
    (Status(422, {}, {"detail": [{"loc": ["body", "stream_options"], "msg": "extra"}]}), "one of the parameters", True),
    (Status(429, {"Retry-After": "7"}, {"error": {"message": "no"}}), "Try again in 7 seconds.", True),
    (Status(500, {"Content-Type": "text/html"}, "<h1>Oops</h1>"), "fault of its own (status 500)", False),
    (Status(503, {"Retry-After": "junk"}, ""), "Try again in a moment.", True),
    (Status(524, {}, "<html>"), "took too long", False),
    (Status(529, {}, ""), "overloaded", True),
    (Status(502, {"Content-Type": "text/html"}, "x" * 5_000_000), "cannot be reached", False),
    (Status(500, {"Content-Encoding": "gzip"}, gzip.compress(b"x" * 99_999)), "fault of its own", False),
    (Status(500, {"Content-Length": "500"}, "short"), "fault of its own", False),
]


@pytest.mark.parametrize(("status", "words", "nothing_billed"), REFUSALS)
def test_a_refusal_says_what_to_do_next(
    fake_upstream: FakeUpstream, status: Status, words: str, nothing_billed: bool
) -> None:
    outcome = play(fake_upstream, [status, Close()])
    assert type(outcome.error) is Refused
    assert words in outcome.error.sentence
    assert (outcome.error.status, outcome.error.nothing_billed) == (status.code, nothing_billed)
    assert len(outcome.error.detail) <= 300


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:{port}", "http://nowhere.invalid", "ftp://127.0.0.1", "http://["]
)
def test_what_cannot_be_reached_has_cost_nothing(base_url: str) -> None:
    outcome = ask(base_url.format(port=closed_port()), QUICK)
    assert type(outcome.error) is CannotReach
    assert outcome.error.nothing_billed


def test_a_server_that_does_not_speak_tls_is_not_reached(fake_upstream: FakeUpstream) -> None:
    deadlines = Deadlines(first_token=5, idle=5, total=5, connect=0.3)
    outcome = ask(fake_upstream.base_url.replace("http:", "https:"), deadlines)
    assert type(outcome.error) is CannotReach
    assert fake_upstream.count == 0
