"""The bytes of a request: the same JSON as ever, with images written in pieces as they are sent."""

import asyncio
import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import sending
from playground.bodies.chat import IMAGE
from playground.models import Image
from playground.upstream.client import Upstream
from playground.upstream.errors import UpstreamError
from playground.upstream.request_bodies import PIECE_BYTES, DataUrl, LongBody, encoded
from tests.playground.asking import KEY
from tests.upstreams.server import FakeUpstream

JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def pieces(body: LongBody) -> list[bytes]:
    async def read() -> list[bytes]:
        return [piece async for piece in body]

    return asyncio.run(read())


def asked(*urls: Any) -> dict[str, Any]:
    parts = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"model": "a/b", "messages": [{"role": "user", "content": parts}], "stream": True}


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5))
def test_without_images_it_is_what_json_says(body: dict[str, Any]) -> None:
    assert encoded(body) == json.dumps(body).encode()


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=3), st.text())
def test_an_image_is_its_data_url(contents: list[bytes], words: str) -> None:
    images = [DataUrl("image/png", content) for content in contents]
    urls = [f"data:image/png;base64,{base64.b64encode(content).decode()}" for content in contents]
    more = {"words": words, "twice": urls[0]}
    body = encoded({**asked(*images), **more, "twice": images[0]})
    assert isinstance(body, LongBody)
    expected = json.dumps({**asked(*urls), **more}).encode()
    for _ in range(2):  # as often as one likes
        assert b"".join(pieces(body)) == expected
    assert body.size == len(expected)


@pytest.mark.parametrize("size", [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 4 * 1024 * 1024])
def test_no_piece_is_long(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    body = encoded(asked(DataUrl("image/webp", content)))
    assert isinstance(body, LongBody)
    sent = pieces(body)
    assert max(map(len, sent)) <= PIECE_BYTES * 4 // 3
    url = json.loads(b"".join(sent))["messages"][0]["content"][0]["image_url"]["url"]
    assert base64.b64decode(url.removeprefix("data:image/webp;base64,")) == content


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), nested(5_000), {1, 2}, b"bytes"])
def test_what_cannot_be_written_is_not_sent_and_costs_nothing(fake_upstream: FakeUpstream, value: Any) -> None:
    async def ask() -> UpstreamError:
        upstream = Upstream("openrouter", fake_upstream.base_url, KEY)
        try:
            with pytest.raises(UpstreamError) as caught:
                async for _ in upstream.stream({"model": "a/b", "tools": value}):
                    pass
            return caught.value
        finally:
            await upstream.aclose()

    error = asyncio.run(ask())
    assert error.nothing_billed
    assert "nothing was sent" in error.sentence
    assert fake_upstream.count == 0


def test_four_large_images_arrive_whole(fake_upstream: FakeUpstream) -> None:
    """22 MB with their length announced, so that servers that know no chunks take them."""
    images = [DataUrl("image/png", bytes([number]) * (4 * 1024 * 1024)) for number in range(4)]

    async def ask() -> None:
        upstream = Upstream("openrouter", fake_upstream.base_url, KEY)
        async for _ in upstream.stream(asked(*images)):
            pass
        await upstream.aclose()

    asyncio.run(ask())
    (request,) = fake_upstream.requests
    assert "transfer-encoding" not in request.headers
    assert int(request.headers["content-length"]) > 22_000_000
    urls = [part["image_url"]["url"] for part in request.body["messages"][0]["content"]]
    assert [
        base64.b64decode(url.partition(",")[2]) == image.content for url, image in zip(urls, images, strict=True)
    ] == [True] * 4


def test_a_server_that_refuses_before_it_has_read_all_is_heard() -> None:
    """And nothing is sent twice."""
    heads: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 413 Payload Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        while await reader.read(65_536):
            pass
        writer.close()

    async def ask() -> UpstreamError:
        async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            upstream = Upstream("openrouter", f"http://127.0.0.1:{port}/v1", KEY)
            with pytest.raises(UpstreamError) as caught:
                async for _ in upstream.stream(asked(DataUrl("image/png", b"x" * 4_000_000))):
                    pass
            await upstream.aclose()
            await asyncio.sleep(0.05)
            return caught.value

    error = asyncio.run(ask())
    assert (error.status, error.nothing_billed, len(heads)) == (413, True, 1)


@pytest.mark.django_db
def test_runs_that_send_one_image_share_it_and_nobody_elses(owner: Any, stranger: Any) -> None:
    def image(user: Any) -> int:
        fields = {"media_type": "image/png", "width": 1, "height": 1, "size": 1, "content": b"a picture"}
        return Image.objects.create(user=user, sha256="0" * 64, **fields).pk

    mine, theirs = image(owner), image(stranger)

    def prepared(user: Any, number: int) -> Any:
        request = asked(f"{IMAGE}{number}")
        return sending.to_send(request, user.pk)["messages"][0]["content"][0]["image_url"]["url"]

    first = prepared(owner, mine)
    assert first.content == b"a picture"
    assert prepared(owner, mine) is first
    assert prepared(stranger, theirs) is not first
    with pytest.raises(sending.MissingImage):
        prepared(stranger, mine)  # in memory or not
    Image.objects.filter(pk=mine).delete()
    with pytest.raises(sending.MissingImage):
        prepared(owner, mine)
    del first
    assert mine not in sending._kept
