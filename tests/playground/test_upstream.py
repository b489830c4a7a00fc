"""The upstream client and a server that does what it should, however it words and cuts it."""

import asyncio
import gzip
import json
from contextlib import aclosing
from typing import Any

import pytest

from playground.upstream.chunks import Done, Finish, Identity, Text, UsageReport
from playground.upstream.client import Upstream
from playground.upstream.errors import Broken
from tests.playground.asking import KEY, QUICK, ask, play
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import (
    Chunks,
    Close,
    Hang,
    Headers,
    Raw,
    Reset,
    Send,
    Status,
    Step,
    answer,
    chunk,
    delta,
)


def test_a_good_answer(fake_upstream: FakeUpstream) -> None:
    outcome = ask(fake_upstream.base_url, site_url="https://windrose.example")
    assert [type(piece) for piece in outcome.pieces] == [Identity, Text, Text, Text, Finish, UsageReport, Done]
    assert outcome.text == "Hello from a/b"
    assert str(outcome.usage["cost"]) == "0.000123"
    request = fake_upstream.requests[0]
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    assert request.body == {"model": "a/b", "stream": True}
    expected = {
        "authorization": f"Bearer {KEY}",
        "accept": "text/event-stream",
        "accept-encoding": "identity",
        "content-type": "application/json",
        "http-referer": "https://windrose.example",
        "x-title": "Windrose",
        "x-openrouter-title": "Windrose",
    }
    assert expected.items() <= request.headers.items()


def test_each_api_has_its_path_and_each_request_says_what_it_takes(fake_upstream: FakeUpstream) -> None:
    for api, path in (("chat", "/v1/chat/completions"), ("responses", "/v1/responses")):
        for streams, accepted in ((True, "text/event-stream"), (False, "application/json")):
            outcome = ask(fake_upstream.base_url, api=api, streams=streams)
            assert outcome.text == "Hello from a/b"
            assert str(outcome.usage["cost"]) == "0.000123"
            assert outcome.is_done
            request = fake_upstream.requests[-1]
            assert (request.path, request.headers["accept"]) == (path, accepted)
            assert request.body == ({"model": "a/b", "stream": True} if streams else {"model": "a/b"})


def test_another_upstream_gets_no_titles_and_without_a_key_no_authorization(fake_upstream: FakeUpstream) -> None:
    async def run() -> None:
        upstream = Upstream("compatible", fake_upstream.base_url, "")
        [_ async for _ in upstream.stream({"model": "a/b"})]
        await upstream.aclose()

    asyncio.run(run())
    assert not {"authorization", "x-title", "http-referer"} & fake_upstream.requests[0].headers.keys()


def test_the_connection_is_used_again(fake_upstream: FakeUpstream) -> None:
    async def run() -> None:
        upstream = Upstream("openrouter", fake_upstream.base_url, KEY)
        for _ in range(3):
            [_ async for _ in upstream.stream({"model": "a/b"})]
        await upstream.aclose()

    asyncio.run(run())
    assert (fake_upstream.count, fake_upstream.connections) == (3, 1)


HELLO = json.dumps(chunk("a/b", delta(content="né😀\u2028x")), ensure_ascii=False)
BYTES = f": ping\n\ndata: {HELLO}\n\ndata: [DONE]\n\n".encode()
TEXT = "né😀\u2028x"
WHOLE = json.dumps({"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]}).encode()


@pytest.mark.parametrize(
    "script",
    [
        [Send(BYTES)],
        [Send(BYTES, every=1)],
        [Send(BYTES.replace(b"\n", b"\r\n"), every=3)],
        [Send(BYTES.replace(b"\n", b"\r"))],
        [Send(b"\xef\xbb\xbf" + BYTES)],
        [Headers(chunked=False), Send(BYTES)],
        [Headers("text/event-stream; charset=utf-8"), Send(BYTES)],
        [Headers("text/plain"), Send(BYTES)],
        [Headers(""), Send(BYTES)],
        [Headers(extra={"Content-Encoding": "identity"}), Send(BYTES)],
        [Send(BYTES), Send(BYTES)],
        [Send(BYTES.replace(b"data: [DONE]\n\n", b"data:[DONE] \n\n"))],
        [Raw(b"HTTP/1.1 103 Early Hints\r\n\r\n"), Raw(b"HTTP/1.0 200 OK\r\n\r\n" + BYTES)],
        [Status(200, {}, chunk("a/b", [{"index": 0, "message": {"content": TEXT}, "finish_reason": "stop"}]))],
        [
            Status(200, {"Content-Type": "text/plain"}, chunk("a/b", [{"message": {"content": TEXT}}])),
        ],
        [Headers("application/json"), Send(BYTES, every=1)],
        [Headers("application/json"), Send(" \n" * 5000), Send(WHOLE, every=100)],
        [Headers(), Send(b"\xef\xbb\xbf\n" + WHOLE, every=1)],
    ],
)
def test_however_it_is_cut_and_labelled_the_text_is_the_same(fake_upstream: FakeUpstream, script: list[Step]) -> None:
    outcome = play(fake_upstream, script)
    assert outcome.error is None
    assert outcome.text == TEXT


def test_done_ends_the_answer_although_the_connection_stays_open(fake_upstream: FakeUpstream) -> None:
    outcome = play(fake_upstream, [*answer("a b"), Hang()])
    assert outcome.is_done
    assert outcome.seconds < 2
    assert fake_upstream.requests[0].disconnected.wait(2)


def test_a_last_event_without_its_blank_line_counts(fake_upstream: FakeUpstream) -> None:
    outcome = play(fake_upstream, [Chunks(["a"]), Send("data: [DONE]")])
    assert outcome.is_done


def test_the_generation_is_known_from_the_headers_before_any_text(fake_upstream: FakeUpstream) -> None:
    headers = Headers(extra={"X-Generation-Id": "gen-fake-a/b", "X-Provider-Name": "Fake"})
    outcome = play(fake_upstream, [headers, Hang()], QUICK)
    assert outcome.pieces == [Identity("gen-fake-a/b", "", "Fake")]


def test_cancelling_closes_the_connection_and_passes_through(fake_upstream: FakeUpstream) -> None:
    fake_upstream.script("a/b", [Chunks(["a"]), Hang()])

    async def run() -> None:
        upstream = Upstream("openrouter", fake_upstream.base_url, KEY)
        began = asyncio.Event()

        async def read() -> None:
            async for piece in upstream.stream({"model": "a/b"}):
                if isinstance(piece, Text):
                    began.set()

        task = asyncio.create_task(read())
        await asyncio.wait_for(began.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(fake_upstream.requests[0].disconnected.wait, 2)
        await upstream.aclose()

    asyncio.run(run())


def test_leaving_early_closes_the_connection(fake_upstream: FakeUpstream) -> None:
    fake_upstream.script("a/b", [Chunks(["a"]), Hang()])

    async def run() -> None:
        upstream = Upstream("openrouter", fake_upstream.base_url, KEY)
        async with aclosing(upstream.stream({"model": "a/b"})) as pieces:
            async for _ in pieces:
                break
        assert await asyncio.to_thread(fake_upstream.requests[0].disconnected.wait, 2)
        await upstream.aclose()

    asyncio.run(run())


def test_one_broken_answer_leaves_the_others_alone(fake_upstream: FakeUpstream) -> None:
    fake_upstream.script("bad", [Chunks(["a"]), Reset()])

    async def text(upstream: Upstream, model: str) -> str:
        return "".join([piece.text async for piece in upstream.stream({"model": model}) if isinstance(piece, Text)])

    async def run() -> list[Any]:
        upstream = Upstream("openrouter", fake_upstream.base_url, KEY)
        with fake_upstream.barrier():
            tasks = [asyncio.create_task(text(upstream, model)) for model in ["good", "bad"] * 20]
            await asyncio.to_thread(fake_upstream.wait_for_requests, 40)
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await upstream.aclose()
        return results

    results = asyncio.run(run())
    assert results[::2] == ["Hello from good"] * 20
    assert all(isinstance(result, Broken) for result in results[1::2])


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_what_is_recorded_is_what_came(fake_upstream: FakeUpstream, api: str) -> None:
    recorded: list[bytes] = []
    body = (
        b": hello\r\n\r\n" + BYTES
        if api == "chat"
        else json.dumps({"output_text": TEXT, "object": "response"}).encode()
    )
    outcome = play(fake_upstream, [Send(body, every=7)], api=api, record=recorded.append)
    assert outcome.text == TEXT
    assert b"".join(recorded) == body


def test_what_is_recorded_of_an_error_is_its_body_and_of_a_compressed_one_nothing(fake_upstream: FakeUpstream) -> None:
    recorded: list[bytes] = []
    outcome = play(fake_upstream, [Status(500, {}, "x" * 5000), Close()], record=recorded.append)
    assert b"".join(recorded) == b"x" * 5000
    assert outcome.error is not None
    assert outcome.error.body == "x" * 5000
    recorded.clear()
    squeezed = gzip.compress(b"x" * 5000)
    fake_upstream.script("a/b", [Status(500, {"Content-Encoding": "gzip"}, squeezed), Close()])
    outcome = ask(fake_upstream.base_url, record=recorded.append)
    assert recorded == []
    assert outcome.error is not None
    assert outcome.error.body == ""


def test_what_came_before_a_stop_is_recorded(fake_upstream: FakeUpstream) -> None:
    recorded: list[bytes] = []
    fake_upstream.script("a/b", [Chunks(["a"]), Send(b"data: s"), Hang()])

    async def run() -> None:
        upstream = Upstream("openrouter", fake_upstream.base_url, KEY)
        async with aclosing(upstream.stream({"model": "a/b", "stream": True}, record=recorded.append)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Text):
                    break
        await upstream.aclose()

    asyncio.run(run())
    assert b'"content": "a"' in b"".join(recorded)


def test_an_api_that_there_is_not_is_a_mistake_of_ours(fake_upstream: FakeUpstream) -> None:
    with pytest.raises(KeyError):
        ask(fake_upstream.base_url, api="completions")
    assert fake_upstream.count == 0
