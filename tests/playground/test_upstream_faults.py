"""What the table of modes cannot show: servers that are not there, and which of the deadlines it was that passed."""

import socket

import pytest

from playground.upstream.deadlines import Deadlines
from playground.upstream.errors import CannotReach, Stalled
from tests.playground.asking import QUICK, ask, play
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Data, Hang, Headers, Send, Step, Wait, answer, chunk, delta

PING = Send(b": ping\n\n")
EMPTY = Data(chunk("a/b", delta(content="")))


@pytest.mark.parametrize(
    ("script", "words", "most_seconds"),
    [
        ([*[PING, Wait(0.05)] * 40], "within 0.5 seconds", 1.4),
        ([Chunks(["a"]), Hang()], "nothing for 0.4 seconds", 1.4),
        ([Chunks(["a"]), *[EMPTY, Wait(0.05)] * 60], "longer than 1.5 seconds in all", 3),
    ],
)
def test_the_deadline_that_passed_is_named(
    fake_upstream: FakeUpstream, script: list[Step], words: str, most_seconds: float
) -> None:
    outcome = play(fake_upstream, script, QUICK)
    assert type(outcome.error) is Stalled
    assert words in outcome.error.sentence
    assert outcome.seconds < most_seconds


def test_a_role_chunk_does_not_start_the_idle_deadline(fake_upstream: FakeUpstream) -> None:
    deadlines = Deadlines(first_token=2, idle=0.2, total=5)
    role = Data(chunk("a/b", delta(role="assistant", content="")))
    outcome = play(fake_upstream, [role, Wait(0.5), *answer("thought long")], deadlines)
    assert outcome.text == "thought long"


def test_an_answer_in_one_piece_has_only_the_deadline_for_all_of_it(fake_upstream: FakeUpstream) -> None:
    deadlines = Deadlines(first_token=0.2, idle=0.2, total=5)
    outcome = play(fake_upstream, [Wait(0.6), *answer("took its time")], deadlines, streams=False)
    assert outcome.text == "took its time"


def test_a_server_that_says_it_will_not_stream_has_all_the_time_too(fake_upstream: FakeUpstream) -> None:
    deadlines = Deadlines(first_token=0.2, idle=0.2, total=5)
    script: list[Step] = [Headers("application/json"), Wait(0.6), Data(chunk("a/b", delta("stop", content="a")))]
    assert play(fake_upstream, script, deadlines).text == "a"


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize(
    "base_url", ["http://127.0.0.1:{port}", "http://nowhere.invalid", "ftp://127.0.0.1", "http://["]
)
def test_what_cannot_be_reached_has_cost_nothing(base_url: str, api: str) -> None:
    outcome = ask(base_url.format(port=closed_port()), QUICK, api=api)
    assert type(outcome.error) is CannotReach
    assert outcome.error.nothing_billed


def test_a_server_that_does_not_speak_tls_is_not_reached(fake_upstream: FakeUpstream) -> None:
    deadlines = Deadlines(first_token=5, idle=5, total=5, connect=0.3)
    outcome = ask(fake_upstream.base_url.replace("http:", "https:"), deadlines)
    assert type(outcome.error) is CannotReach
    assert fake_upstream.count == 0
