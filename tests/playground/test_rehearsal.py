"""The rehearsal: what it says and counts, and the real process that says it, reached as any upstream is."""

import asyncio
import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.rehearsal import answers, request, troubles, words
from playground.rehearsal.answers import NOTICE
from playground.rehearsal.process import PROJECT, RehearsalProcess
from playground.upstream.chunks import Done, Finish, Identity, Text, UsageReport
from playground.upstream.client import Upstream
from playground.upstream.deadlines import Deadlines
from playground.upstream.errors import UpstreamError


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[RehearsalProcess]:
    with RehearsalProcess(hurry=50) as process:
        yield process


def body(prompt: str, **more: Any) -> dict[str, Any]:
    return {"model": "a/b", "stream": True, "messages": [{"role": "user", "content": prompt}], **more}


def ask(rehearsal: RehearsalProcess, prompt: str, **more: Any) -> tuple[list[Any], UpstreamError | None]:
    """The pieces of one answer, and the error that ended it."""
    pieces: list[Any] = []

    async def run() -> UpstreamError | None:
        deadlines = Deadlines(first_token=3, idle=0.5, total=5)
        upstream = Upstream("rehearsal", rehearsal.base_url, "", is_rehearsal=True, deadlines=deadlines)
        try:
            async with aclosing(upstream.stream(body(prompt, **more))) as stream:
                async for piece in stream:
                    pieces.append(piece)
        except UpstreamError as error:
            return error
        finally:
            await upstream.aclose()
        return None

    return pieces, asyncio.run(run())


def text(pieces: list[Any]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


def usage(pieces: list[Any]) -> dict[str, Any]:
    return next(piece.raw for piece in pieces if isinstance(piece, UsageReport))


def test_an_answer_is_labelled_counted_and_free(rehearsal: RehearsalProcess) -> None:
    pieces, error = ask(rehearsal, "Why is the sky blue?")
    assert error is None
    assert text(pieces).startswith(f"{NOTICE}\n\n")
    assert "Why is the sky blue?" in text(pieces)
    assert pieces[-3:] == [Finish("stop", "stop"), UsageReport(usage(pieces)), Done()]
    assert usage(pieces)["cost"] == 0
    assert usage(pieces)["completion_tokens"] == sum(isinstance(piece, Text) for piece in pieces)
    assert usage(pieces)["prompt_tokens"] == words.count(["Why is the sky blue?"])
    identity = [piece for piece in pieces if isinstance(piece, Identity)][-1]
    assert identity.generation_id.startswith("gen-rehearsal-")
    assert (identity.model, identity.provider) == ("a/b", "Windrose rehearsal")


def test_the_same_prompt_gives_the_same_answer_and_another_model_another(rehearsal: RehearsalProcess) -> None:
    first, again, other = (text(ask(rehearsal, "Hello", model=model)[0]) for model in ("a/b", "a/b", "a/c"))
    assert first == again
    assert first.replace("a/b", "") != other.replace("a/c", "")


def test_say_exactly_streams_the_rest_as_it_stands(rehearsal: RehearsalProcess) -> None:
    rest = "  né 😀\u2028 <b>x</b>\r\n\n| a | _b_ |\t\n"
    assert text(ask(rehearsal, f"Please SAY exactly:{rest}")[0]) == f"{NOTICE}\n\n{rest.lstrip(' ')}"


def test_limits_and_stop_texts_are_kept(rehearsal: RehearsalProcess) -> None:
    pieces, _ = ask(rehearsal, "Hello", max_tokens=5)
    assert Finish("length", "length") in pieces
    assert usage(pieces)["completion_tokens"] == 5
    pieces, _ = ask(rehearsal, "say exactly: one two three", stop=["two"])
    assert text(pieces) == f"{NOTICE}\n\none "
    assert Finish("stop", "stop") in pieces


def test_without_streaming_it_answers_in_one_piece(rehearsal: RehearsalProcess) -> None:
    pieces, error = ask(rehearsal, "say exactly: hello", stream=False)
    assert error is None
    assert text(pieces) == f"{NOTICE}\n\nhello"
    assert sum(isinstance(piece, Text) for piece in pieces) == 1
    assert usage(pieces)["completion_tokens"] == len(words.tokens(text(pieces)))


TROUBLES = [
    ("rate limit", 429, "Try again in 7 seconds."),
    ("no credit", 402, "no credit"),
    ("moderation", 403, "moderation"),
    ("model gone", 404, "catalog page"),
    ("server error", 500, "fault of its own"),
    ("overloaded", 503, "overloaded"),
    ("error in mid-stream", 502, "broke off"),
    ("stall", None, "sent nothing for 0.5 seconds"),
    ("broken connection", None, "was lost"),
]


@pytest.mark.parametrize(("name", "status", "words"), TROUBLES)
def test_troubles_that_end_in_an_error(rehearsal: RehearsalProcess, name: str, status: int | None, words: str) -> None:
    pieces, error = ask(rehearsal, f"Tell me.  Rehearse:  {name.upper()}")
    assert error is not None
    assert error.status == status
    assert words in error.sentence
    assert bool(text(pieces)) is (name in ("error in mid-stream", "stall", "broken connection"))


def test_troubles_that_end_well_after_all(rehearsal: RehearsalProcess) -> None:
    assert not [piece for piece in ask(rehearsal, "rehearse: missing usage")[0] if isinstance(piece, UsageReport)]
    assert Finish("length", "length") in ask(rehearsal, "rehearse: cut off")[0]
    pieces, error = ask(rehearsal, "rehearse: empty")
    assert (text(pieces), usage(pieces)["completion_tokens"], pieces[-1], error) == ("", 0, Done(), None)
    begun = time.monotonic()
    assert text(ask(rehearsal, "rehearse: slow start", max_tokens=1)[0])
    assert time.monotonic() - begun > 8 / 50


def test_every_trouble_has_a_test_and_a_description() -> None:
    tested = {name for name, _, _ in TROUBLES} | {"missing usage", "cut off", "empty", "slow start"}
    assert tested == {trouble.name for trouble in troubles.TROUBLES}
    assert all(trouble.what_happens.endswith(".") for trouble in troubles.TROUBLES)
    assert troubles.asked_for("what does rehearse: mean?") is None


def post(rehearsal: RehearsalProcess, raw: bytes, path: str = "/v1/chat/completions", method: str = "POST") -> Any:
    port = int(rehearsal.base_url.split(":")[2].split("/")[0])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, path, raw)
    answer = connection.getresponse()
    found = answer.status, json.loads(answer.read())
    connection.close()
    return found


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "JSON"),
        (b"[]", "object"),
        (b"{}", "model"),
        (b'{"model": "a", "messages": []}', "messages"),
        (b'{"model": "a", "messages": [5]}', "messages.0"),
        (b'{"model": "a", "messages": [{"role": "user", "content": 5}]}', "content"),
        (b'{"model": "a", "messages": [{"role": "user", "content": "x"}], "max_tokens": 0}', "max_tokens"),
        (b'{"model": "a", "messages": [{"role": "user", "content": "x"}], "stop": [1]}', "stop"),
        (b'{"model": "a", "messages": [{"role": "user", "content": "x"}], "stream": "yes"}', "stream"),
    ],
)
def test_nonsense_is_refused(rehearsal: RehearsalProcess, raw: bytes, word: str) -> None:
    status, said = post(rehearsal, raw)
    assert status == 400
    assert word in said["error"]["message"]


def test_other_addresses_and_methods_are_refused(rehearsal: RehearsalProcess) -> None:
    assert post(rehearsal, b"", "/")[0] == 404
    assert post(rehearsal, b"", method="GET")[0] == 405
    assert post(rehearsal, b" " * (8 * 1_048_576 + 2))[0] == 413


@given(st.text())
def test_the_tokens_of_a_text_are_the_text(said: str) -> None:
    assert "".join(words.tokens(said)) == said


@given(st.text(min_size=1, max_size=200), st.text())
def test_any_model_and_prompt_gets_an_answer(model: str, prompt: str) -> None:
    raw = json.dumps({"model": model, "messages": [{"role": "user", "content": prompt}]}).encode()
    assert "".join(answers.answer(request.read(raw), None).tokens).startswith(NOTICE)
    pace = answers.pace(model)
    assert 0.2 <= pace.first_token <= 0.6
    assert 40 <= pace.tokens_per_second <= 120


def test_json_is_answered_when_json_is_asked_for(rehearsal: RehearsalProcess) -> None:
    said = json.loads(text(ask(rehearsal, "Hello", response_format={"type": "json_object"})[0]))
    assert said["notice"] == NOTICE


def test_the_pace_is_that_of_a_model() -> None:
    with RehearsalProcess() as process:
        begun = time.monotonic()
        pieces, _ = ask(process, "Hello", max_tokens=20)
    pace = answers.pace("a/b")
    assert len(text(pieces)) > 20
    assert time.monotonic() - begun > pace.first_token + 19 / pace.tokens_per_second - 0.01


def test_the_process_starts_again_after_its_end() -> None:
    process = RehearsalProcess()
    assert not process.is_alive()
    process.start()
    first = process.base_url
    assert process.is_alive()
    process.stop()
    process.stop()
    assert not process.is_alive()
    process.start()
    assert process.is_alive()
    assert first.startswith("http://127.0.0.1:")
    process.stop()


def test_the_process_ends_with_its_input_even_when_an_answer_hangs() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "playground.rehearsal", "--hurry", "50"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdin
    assert child.stdout
    assert child.stderr
    port = int(child.stdout.readline().split()[1])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("POST", "/v1/chat/completions", json.dumps(body("rehearse: stall")))
    connection.getresponse().read(100)
    child.stdin.close()
    assert child.wait(5) == 0
    assert (child.stdout.read(), child.stderr.read()) == (b"", b"")
    connection.close()
    child.stdout.close()
    child.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_quietly(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "playground.rehearsal"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout
        assert child.stderr
        child.stdout.readline()
        time.sleep(0.3)
        child.send_signal(number)
        child.wait(5)
        assert child.stderr.read() == b""


def test_it_works_without_django() -> None:
    code = "import sys, playground.rehearsal.__main__; assert not [m for m in sys.modules if m.startswith('django')]"
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
