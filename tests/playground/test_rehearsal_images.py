"""Images in a prompt: read by their first bytes, counted by their size, never fetched."""

import base64
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.rehearsal import images, words
from playground.rehearsal.images import Image
from playground.rehearsal.process import RehearsalProcess
from playground.rehearsal.wording import NOTICE
from tests.playground.rehearsing import chat, respond

PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 480) + b"\x08\x02\x00\x00\x00"
GIF = b"GIF89a" + struct.pack("<HH", 64, 33) + b"\x00\x00\x00"
EXIF = b"\xff\xe1" + struct.pack(">H", 1000) + bytes(998)
FRAME = b"\xff\xc2" + struct.pack(">HBHH", 17, 8, 300, 200)
JPEG = b"\xff\xd8" + EXIF + b"\xff" + FRAME + bytes(10)


def webp(kind: bytes, data: bytes) -> bytes:
    return (
        b"RIFF" + struct.pack("<I", len(data) + 12) + b"WEBP" + kind + struct.pack("<I", len(data)) + data + bytes(16)
    )


EXTENDED = webp(b"VP8X", bytes(4) + (1999).to_bytes(3, "little") + (999).to_bytes(3, "little"))
LOSSLESS = webp(b"VP8L", b"\x2f" + (99 | 49 << 14).to_bytes(4, "little"))
LOSSY = webp(b"VP8 ", bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 320 | 1 << 14, 240))


@pytest.mark.parametrize(
    ("raw", "kind", "width", "height"),
    [
        (PNG, "PNG", 640, 480),
        (GIF, "GIF", 64, 33),
        (JPEG, "JPEG", 200, 300),
        (EXTENDED, "WebP", 2000, 1000),
        (LOSSLESS, "WebP", 100, 50),
        (LOSSY, "WebP", 320, 240),
    ],
)
def test_type_and_size_are_read(raw: bytes, kind: str, width: int, height: int) -> None:
    assert images.read(raw) == Image(kind, width, height, len(raw))
    assert all(images.read(raw[:length]) is None for length in range(10))


@pytest.mark.parametrize(
    "raw", [b"", b"hello", PNG[:20], b"\xff\xd8" + EXIF * 2000, PNG.replace(b"\x80", b"\x00"), GIF[:8]]
)
def test_what_is_no_image(raw: bytes) -> None:
    assert images.read(raw) is None or raw.startswith(b"\x89PNG")


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", PNG[:12], b"\xff\xd8", b"GIF89a", b"RIFF0000WEBPVP8 ", b"RIFF0000WEBPVP8L"]),
)
def test_any_bytes_are_read_or_not(rest: bytes, start: bytes) -> None:
    found = images.read(start + rest)
    assert found is None or found.width * found.height > 0


@pytest.mark.parametrize(
    ("width", "height", "tokens"),
    [(1, 1, 1), (32, 32, 1), (33, 32, 2), (64, 33, 4), (640, 480, 300), (10**6, 10**6, 4096)],
)
def test_tokens_of_an_image_by_hand(width: int, height: int, tokens: int) -> None:
    assert Image("PNG", width, height, 1).tokens == tokens


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[RehearsalProcess]:
    with RehearsalProcess(hurry=50) as process:
        yield process


def address(raw: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(raw).decode()}"


def with_images(*addresses: Any) -> list[dict[str, Any]]:
    parts = [{"type": "image_url", "image_url": {"url": each}} for each in addresses]
    return [{"role": "user", "content": [{"type": "text", "text": "Look"}, *parts]}]


def test_the_answer_names_what_came(rehearsal: RehearsalProcess) -> None:
    heard = chat(rehearsal, with_images(address(PNG, "png"), address(JPEG, "jpg")))
    assert heard.text.startswith(NOTICE)
    named = f"2 images came: PNG, 640 × 480 pixels, {len(PNG)} bytes; JPEG, 200 × 300 pixels, 1,024 bytes."
    assert len(JPEG) == 1024
    assert named in heard.text
    # 20 x 15 tiles and 7 x 10 tiles of 32 pixels.
    assert heard.usages[0]["prompt_tokens"] == words.count(["Look"]) + 300 + 70
    bare = [{"role": "user", "content": [{"type": "image_url", "image_url": address(GIF, "gif")}]}]
    assert "One image came: GIF, 64 × 33 pixels, 13 bytes." in chat(rehearsal, bare).text


def test_the_answer_of_responses_names_it_too(rehearsal: RehearsalProcess) -> None:
    parts = [{"type": "input_text", "text": "Look"}, {"type": "input_image", "image_url": address(LOSSY, "webp")}]
    heard = respond(rehearsal, [{"role": "user", "content": parts}])
    assert "One image came: WebP, 320 × 240 pixels" in heard.deltas("output_text")
    assert heard.response["usage"]["input_tokens"] == words.count(["Look"]) + 10 * 8


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("https://example.org/cat.png", "image_download_failed"),
        ("HTTP://127.0.0.1:1/cat.png", "image_download_failed"),
        ("file:///etc/hostname", "image_download_failed"),
        ("cat.png", "invalid_image"),
        ("data:text/html;base64,eA==", "invalid_image"),
        ("data:image/png;base64,***", "invalid_image"),
        ("data:image/png;base64,aGVsbG8=", "invalid_image"),
        (address(GIF, "png"), "invalid_image"),
        (address(b"<svg/>", "svg+xml"), "unsupported_image_format"),
        (None, "invalid_image"),
        (5, "invalid_image"),
    ],
)
def test_what_is_refused(rehearsal: RehearsalProcess, given: Any, kind: str) -> None:
    heard = chat(rehearsal, with_images(given))
    assert heard.status == 400
    assert heard.error["metadata"]["error_type"] == kind
    assert heard.error["message"].startswith("messages.0.content.1: ")
