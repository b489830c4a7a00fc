"""The rehearsal: what it says and counts, and the real process that says it."""

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.rehearsal import answers, chat_request, words
from playground.rehearsal.process import PROJECT, RehearsalProcess
from playground.rehearsal.wording import NOTICE
from tests.playground.rehearsing import chat, said_to, send


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[RehearsalProcess]:
    with RehearsalProcess(hurry=50) as process:
        yield process


def test_an_answer_is_labelled_counted_and_free(rehearsal: RehearsalProcess) -> None:
    heard = chat(rehearsal, "Why is the sky blue?")
    assert heard.text.startswith(f"{NOTICE}\n\n")
    assert "Why is the sky blue?" in heard.text
    assert heard.finish == ["stop"]
    assert heard.is_done
    assert heard.said[-1] == heard.said[-1] | {"choices": [], "usage": heard.usages[0]}
    prompt, completion = words.count(["Why is the sky blue?"]), len(words.tokens(heard.text))
    assert heard.usages == [
        {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
            "cost": 0,
            "is_byok": False,
        }
    ]
    assert sum(bool(chunk["choices"] and chunk["choices"][0]["delta"]["content"]) for chunk in heard.said) == completion
    assert {(chunk["model"], chunk["provider"]) for chunk in heard.said} == {("a/b", "Windrose rehearsal")}
    assert {chunk["id"] for chunk in heard.said} == {heard.headers["x-generation-id"]}
    assert heard.headers["x-generation-id"].startswith("gen-rehearsal-")
    assert heard.headers["x-provider-name"] == "Windrose rehearsal"


def test_a_prompt_is_counted_by_hand() -> None:
    assert words.tokens("Hello, world") == ["Hell", "o", ",", " worl", "d"]
    assert words.count(["Hello, world", ""]) == 5 + 3 + 0 + 3


def test_the_same_prompt_gives_the_same_answer_and_another_model_another(rehearsal: RehearsalProcess) -> None:
    first, again, other = (chat(rehearsal, "Hello", model=model).text for model in ("a/b", "a/b", "a/c"))
    assert first == again
    assert first.replace("a/b", "") != other.replace("a/c", "")


def test_say_exactly_streams_the_rest_as_it_stands(rehearsal: RehearsalProcess) -> None:
    rest = "  né 😀\u2028 <b>x</b>\r\n\n| a | _b_ |\t\n"
    assert chat(rehearsal, f"Please SAY exactly:{rest}").text == f"{NOTICE}\n\n{rest.lstrip(' ')}"


def test_limits_and_stop_texts_are_kept(rehearsal: RehearsalProcess) -> None:
    for limits in ({"max_tokens": 5}, {"max_completion_tokens": 5}, {"max_tokens": 9, "max_completion_tokens": 5}):
        heard = chat(rehearsal, "Hello", **limits)
        assert heard.finish == ["length"]
        assert heard.usages[0]["completion_tokens"] == 5
    heard = chat(rehearsal, "say exactly: one two three", stop=["two"])
    assert heard.text == f"{NOTICE}\n\none "
    assert heard.finish == ["stop"]


def test_without_streaming_it_answers_in_one_piece(rehearsal: RehearsalProcess) -> None:
    heard = chat(rehearsal, "say exactly: hello", stream=False)
    assert heard.headers["content-type"] == "application/json"
    assert heard.said[0]["object"] == "chat.completion"
    assert heard.said[0]["choices"][0]["message"] == {"role": "assistant", "content": f"{NOTICE}\n\nhello"}
    assert heard.usages[0]["completion_tokens"] == len(words.tokens(heard.text))


def test_parts_of_a_message_are_read_like_text(rehearsal: RehearsalProcess) -> None:
    parts = [{"type": "text", "text": "say exactly: one"}, {"type": "text", "text": "two"}]
    assert chat(rehearsal, [{"role": "user", "content": parts}]).text == f"{NOTICE}\n\none\ntwo"


def test_a_conversation_is_answered_at_its_end_and_counted_whole(rehearsal: RehearsalProcess) -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        *said_to("say exactly: one"),
        {"role": "assistant", "content": "one"},
        *said_to("say exactly: two"),
    ]
    heard = chat(rehearsal, messages)
    assert heard.text == f"{NOTICE}\n\ntwo"
    assert heard.usages[0]["prompt_tokens"] == words.count([message["content"] for message in messages])


USER = b'"messages": [{"role": "user", "content": "x"}]'


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "JSON"),
        (b"[]", "object"),
        (b"{}", "model"),
        (b'{"model": "a", "messages": []}', "messages"),
        (b'{"model": "a", "messages": [5]}', "messages.0"),
        (b'{"model": "a", "messages": [{"role": "king", "content": "x"}]}', "messages.0"),
        (b'{"model": "a", "messages": [{"role": "user", "content": 5}]}', "content"),
        (b'{"model": "a", "messages": [{"role": "user", "content": [{"type": "file"}]}]}', "content.0"),
        (b'{"model": "a", "max_tokens": 0, ' + USER + b"}", "max_tokens"),
        (b'{"model": "a", "max_tokens": NaN, ' + USER + b"}", "JSON"),
        (b'{"model": "a", "temperature": 1e999, ' + USER + b"}", "JSON"),
        (b'{"model": "a", "temperature": 2.5, ' + USER + b"}", "temperature"),
        (b'{"model": "a", "seed": "7", ' + USER + b"}", "seed"),
        (b'{"model": "a", "stop": [1], ' + USER + b"}", "stop"),
        (b'{"model": "a", "stream": "yes", ' + USER + b"}", "stream"),
        (b'{"model": "a", "reasoning": {"effort": "great"}, ' + USER + b"}", "effort"),
        (b'{"model": "a", "reasoning": {"effort": "low"}, "reasoning_effort": "high", ' + USER + b"}", "differ"),
        (b'{"model": "a", "response_format": {"type": "xml"}, ' + USER + b"}", "response_format"),
        (b'{"model": "a", "response_format": {"type": "json_schema"}, ' + USER + b"}", "json_schema.name"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_nonsense_is_refused(rehearsal: RehearsalProcess, raw: bytes, word: str) -> None:
    heard = send(rehearsal, raw)
    assert heard.status == heard.error["code"] == 400
    assert word in heard.error["message"]
    assert heard.error["metadata"]["error_type"] == "invalid_request"


def test_other_addresses_and_methods_are_refused(rehearsal: RehearsalProcess) -> None:
    assert send(rehearsal, b"", "/").status == 404
    assert send(rehearsal, b"", "/models").status == 404
    assert send(rehearsal, None, method="GET").status == 405
    assert send(rehearsal, b"", "/generation?id=x").status == 405
    assert send(rehearsal, b" " * (8 * 1_048_576 + 2)).status == 413


@given(st.text())
def test_the_tokens_of_a_text_are_the_text(said: str) -> None:
    assert "".join(words.tokens(said)) == said
    assert words.how_many(said) == len(words.tokens(said))


@given(st.text(min_size=1, max_size=200), st.text())
def test_any_model_and_prompt_gets_an_answer(model: str, prompt: str) -> None:
    raw = json.dumps({"model": model, "messages": said_to(prompt), "reasoning_effort": "none"}).encode()
    assert answers.answer(chat_request.read(raw), None).text.startswith(NOTICE)
    pace = answers.pace(model)
    assert 0.2 <= pace.first_token <= 0.6
    assert 40 <= pace.tokens_per_second <= 120


def test_no_answer_is_endless() -> None:
    raw = json.dumps({"model": "a/b", "messages": said_to("say exactly: " + "a " * 300_000)}).encode()
    answer = answers.answer(chat_request.read(raw), None)
    assert (len(answer.pieces), answer.finish_reason) == (answers.MOST_TOKENS, "length")


def test_the_pace_is_that_of_a_model() -> None:
    with RehearsalProcess() as process:
        begun = time.monotonic()
        heard = chat(process, "Hello", max_tokens=20)
    pace = answers.pace("a/b")
    assert len(heard.text) > 20
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
    hangs = json.dumps({"model": "a/b", "stream": True, "messages": said_to("rehearse: stall")})
    connection.request("POST", "/v1/chat/completions", hangs)
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


def test_it_works_without_django_and_the_rest_of_the_project() -> None:
    code = (
        "import sys, playground.rehearsal.__main__\n"
        "own = [m for m in sys.modules if m.split('.')[0] in ('django', 'httpx', 'catalog', 'config', 'playground')]\n"
        "assert not [m for m in own if m != 'playground' and not m.startswith('playground.rehearsal')], own\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
