"""The question that costs nothing: what an answer cost in the end."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from playground.upstream import connections
from playground.upstream.client import Upstream
from playground.upstream.errors import Broken, CannotReach, NotAStream, Refused, Stalled, TooMuch, UpstreamError
from tests.playground.asking import KEY
from tests.playground.test_upstream_secrets import assert_keyless
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Close, Hang, Headers, Reset, Send, Status, Step

GENERATION = "/v1/generation"
Question = Callable[[Upstream], Awaitable[Any]]


def looked_up(base_url: str, question: Question, name: str = "openrouter", key: str = KEY) -> Any:
    async def run() -> Any:
        upstream = Upstream(name, base_url, key)
        try:
            return await question(upstream)
        except UpstreamError as error:
            return error
        finally:
            await upstream.aclose()
            await asyncio.sleep(0.01)

    return asyncio.run(run())


def generation(fake: FakeUpstream, id: str = "gen-1", **options: Any) -> Any:
    return looked_up(fake.base_url, lambda upstream: upstream.generation(id), **options)


def test_what_an_answer_cost_is_exact(fake_upstream: FakeUpstream) -> None:
    body = (
        '{"data": {"id": "gen-1", "total_cost": 0.1000000000000000055, "native_tokens_prompt": 12, "cancelled": true}}'
    )
    fake_upstream.script(GENERATION, [Status(200, {}, body)])
    data = generation(fake_upstream, "gen-1/?&id=x ü")
    assert data == {
        "id": "gen-1",
        "total_cost": Decimal("0.1000000000000000055"),
        "native_tokens_prompt": 12,
        "cancelled": True,
    }
    request = fake_upstream.requests[0]
    assert (request.method, request.path, request.body) == ("GET", GENERATION, None)
    assert request.query == {"id": "gen-1/?&id=x ü"}
    expected = {"authorization": f"Bearer {KEY}", "accept": "application/json", "accept-encoding": "identity"}
    assert expected.items() <= request.headers.items()
    assert "content-type" not in request.headers


def test_an_answer_that_is_not_on_record_yet_is_asked_for_again(fake_upstream: FakeUpstream) -> None:
    missing = [Status(404, {}, {"error": {"code": 404, "message": "Not found"}})]
    fake_upstream.script_in_turn(
        GENERATION, missing, [Status(200, {}, {"data": None})], [Status(200, {}, {"data": {"total_cost": 1}})]
    )
    assert [generation(fake_upstream) for _ in range(4)] == [None, None, {"total_cost": 1}, {"total_cost": 1}]


def test_the_key_is_in_no_record(fake_upstream: FakeUpstream) -> None:
    said = {"label": f"{KEY} of ours", "total_cost": Decimal("7.25"), "upstream_id": None}
    fake_upstream.script(GENERATION, [Send(json.dumps({"data": said}, default=float))])
    assert generation(fake_upstream) == {**said, "label": "[key removed] of ours"}


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ([Status(302, {"Location": "http://127.0.0.1:1/"})], NotAStream),
        ([Status(204)], NotAStream),
        ([Status(200, {"Content-Type": "text/html"}, "<h1>x</h1>")], NotAStream),
        ([Status(200, {"Content-Encoding": "gzip"}, b"x")], NotAStream),
        ([Status(200, {}, "")], NotAStream),
        ([Status(200, {}, "[]")], NotAStream),
        ([Status(200, {}, {"data": [1]})], NotAStream),
        ([Status(200, {}, {"id": "gen-1", "total_cost": 1})], NotAStream),
        ([Status(200, {}, '{"data": {"total_cost": NaN}}')], NotAStream),
        ([Status(200, {}, {"error": {"message": KEY}})], NotAStream),
        ([Status(401, {}, {"error": {"message": f"No {KEY}"}})], Refused),
        ([Status(429, {"Retry-After": "7"}, {"error": {"message": "slowly"}})], Refused),
        ([Status(500, {}, f"<p>{KEY}</p>"), Close()], Refused),
        ([Headers("application/json"), Send(" " * 65_536, times=80)], TooMuch),
        ([Close()], Broken),
        ([Reset()], Broken),
        ([Headers("application/json"), Send('{"data": {'), Reset()], Broken),
    ],
)
def test_a_question_that_fails_says_so_costs_nothing_and_shows_no_key(
    fake_upstream: FakeUpstream, script: list[Step], kind: type[UpstreamError]
) -> None:
    fake_upstream.script(GENERATION, script)
    error = generation(fake_upstream)
    assert type(error) is kind
    assert error.nothing_billed
    assert "run it again" not in error.sentence
    assert_keyless(error)
    assert len(fake_upstream.requests) == 1


@pytest.mark.parametrize("script", [[Hang()], [Headers("application/json"), Hang()]])
def test_a_question_without_an_answer_ends(
    fake_upstream: FakeUpstream, script: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.upstream.client.LOOKUP_SECONDS", 0.3)
    assert connections.LOOKUP_SECONDS <= 30
    fake_upstream.script(GENERATION, script)
    begun = time.monotonic()
    error = generation(fake_upstream)
    assert type(error) is Stalled
    assert "account" in error.sentence
    assert time.monotonic() - begun < 2


def test_only_openrouter_is_asked(fake_upstream: FakeUpstream) -> None:
    for name in ("mistral", "compatible"):
        error = generation(fake_upstream, name=name)
        assert type(error) is Refused
        assert error.nothing_billed
    assert fake_upstream.requests == []


def test_what_cannot_be_reached(fake_upstream: FakeUpstream) -> None:
    error = looked_up("http://nowhere.invalid", lambda upstream: upstream.generation("gen-1"))
    assert type(error) is CannotReach
