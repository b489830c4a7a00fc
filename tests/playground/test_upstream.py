"""The upstream client and a server that does what it should, however it words and cuts it."""

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from playground.upstream.chunks import Done, Finish, Identity, Reasoning, Text, UsageReport
from playground.upstream.client import Upstream
from playground.upstream.errors import Broken
from tests.playground.asking import KEY, QUICK, ask, play
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import (
    Chunks,
    Data,
    DoneMark,
    Ending,
    Hang,
    Headers,
    Raw,
    Reset,
    Send,
    Status,
    Step,
    Usage,
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


def test_what_comes_after_done_is_not_read(fake_upstream: FakeUpstream) -> None:
    outcome = play(fake_upstream, [*answer("a b"), Chunks(["c"]), Send(b"x" * 65_536, times=50), Hang()])
    assert outcome.text == "a b"
    assert outcome.is_done


def test_usage_after_the_finish_reason_beside_choices_and_twice(fake_upstream: FakeUpstream) -> None:
    beside = chunk("a/b", delta("stop", content="b"), usage={"prompt_tokens": 1, "completion_tokens": 1})
    outcome = play(
        fake_upstream, [Chunks(["a"]), Ending(), Data(beside), Usage(9, 8, cached=4, cost="0.3"), DoneMark()]
    )
    assert outcome.text == "ab"
    assert outcome.usage["prompt_tokens"] == 9
    assert outcome.usage["prompt_tokens_details"] == {"cached_tokens": 4}
    assert outcome.is_done


def test_an_end_without_done_ends_without_done(fake_upstream: FakeUpstream) -> None:
    outcome = play(fake_upstream, [Chunks(["a"])])
    assert (outcome.text, outcome.error, outcome.is_done) == ("a", None, False)


def test_a_last_event_without_its_blank_line_counts(fake_upstream: FakeUpstream) -> None:
    outcome = play(fake_upstream, [Chunks(["a"]), Send("data: [DONE]")])
    assert outcome.is_done


def test_the_generation_is_known_from_the_headers_before_any_text(fake_upstream: FakeUpstream) -> None:
    headers = Headers(extra={"X-Generation-Id": "gen-fake-a/b", "X-Provider-Name": "Fake"})
    outcome = play(fake_upstream, [headers, Hang()], QUICK)
    assert outcome.pieces == [Identity("gen-fake-a/b", "", "Fake")]


def test_reasoning_only_is_no_text(fake_upstream: FakeUpstream) -> None:
    outcome = play(fake_upstream, [Data(chunk("a/b", delta(reasoning="hm", content=""))), Ending("length"), DoneMark()])
    assert Reasoning("hm") in outcome.pieces
    assert outcome.text == ""


def test_an_empty_success_is_a_finish_without_text(fake_upstream: FakeUpstream) -> None:
    outcome = play(fake_upstream, [Ending(), Usage(5, 0), DoneMark()])
    assert (outcome.text, outcome.error, outcome.is_done) == ("", None, True)


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
