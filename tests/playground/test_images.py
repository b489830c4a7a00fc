"""Uploaded images: type and size from their first bytes, made by hand for each format."""

import struct

import pytest

from playground.images import LONGEST_SIDE, MOST_BYTES, BadImage, Found, read
from tests.playground.pictures import gif, jpeg, png, webp, webp_lossless, webp_lossy


class TestFormats:
    @pytest.mark.parametrize(
        ("raw", "media_type"),
        [
            (png(320, 200), "image/png"),
            (jpeg(320, 200), "image/jpeg"),
            (gif(320, 200), "image/gif"),
            (gif(320, 200, b"GIF87a"), "image/gif"),
            (webp(320, 200), "image/webp"),
            (webp_lossless(320, 200), "image/webp"),
            (webp_lossy(320, 200), "image/webp"),
        ],
    )
    def test_width_before_height(self, raw: bytes, media_type: str) -> None:
        assert read(raw) == Found(media_type, 320, 200)

    def test_an_animated_gif_is_one_image(self) -> None:
        frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 5, 5, 0) + b"\x02\x02\x4c\x01\x00"
        assert read(gif(10, 20) + frame * 3 + b"\x3b") == Found("image/gif", 10, 20)

    def test_the_segments_of_a_jpeg_are_passed_over_by_their_lengths(self) -> None:
        """A comment that looks like a frame of 9 x 9 must not be taken for the frame."""
        lie = b"\xff\xc0\x00\x0b\x08\x00\x09\x00\x09"
        comment = b"\xff\xfe" + struct.pack(">H", 2 + len(lie)) + lie
        raw = jpeg(320, 200)
        assert read(raw[:2] + comment + b"\xff" + raw[2:]) == Found("image/jpeg", 320, 200)

    @pytest.mark.parametrize("sides", [(LONGEST_SIDE, 1), (1, LONGEST_SIDE)])
    def test_the_longest_side_is_taken(self, sides: tuple[int, int]) -> None:
        assert read(png(*sides)) == Found("image/png", *sides)


class TestRefusals:
    @pytest.mark.parametrize(
        ("raw", "sentence"),
        [
            (b"", "is not a PNG, JPEG, GIF or WebP image"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is not a PNG, JPEG, GIF or WebP image"),
            (b"BM" + bytes(60), "is not a PNG, JPEG, GIF or WebP image"),
            (b"%PDF-1.7" + bytes(60), "is not a PNG, JPEG, GIF or WebP image"),
            (b"RIFF\x10\x00\x00\x00WAVEfmt " + bytes(30), "is not a PNG, JPEG, GIF or WebP image"),
            (png(1, 1)[:20], "is damaged"),
            (png(1, 1).replace(b"IHDR", b"tEXt"), "is damaged"),
            (png(0, 5), "is damaged"),
            (gif(5, 0), "is damaged"),
            (gif(5, 5)[:9], "is damaged"),
            (b"\xff\xd8\xff", "is damaged"),
            (b"\xff\xd8\xff\xd9" + bytes(40), "is damaged"),
            (b"\xff\xd8\xff\xfe\x00\x00" + bytes(40), "is damaged"),
            (b"\xff\xd8" + b"\xff\xe0\x00\x02" * 2000, "is damaged"),
            (webp(5, 5)[:20], "is damaged"),
            (webp(5, 5).replace(b"VP8X", b"VP8?"), "is damaged"),
            (png(8001, 10), "is 8,001 × 10 pixels; up to 8,000 on each side are possible"),
            (gif(10, 65535), "is 10 × 65,535 pixels"),
            (png(1, 1) + bytes(MOST_BYTES), "has 4,194,3"),
        ],
    )
    def test_what_is_no_image_is_said(self, raw: bytes, sentence: str) -> None:
        with pytest.raises(BadImage) as refused:
            read(raw)
        assert sentence in str(refused.value)

    @pytest.mark.parametrize("make", [png, jpeg, gif, webp, webp_lossless, webp_lossy])
    def test_cut_anywhere_it_is_refused_or_the_same(self, make: object) -> None:
        whole = make(320, 200)  # type: ignore[operator]
        for length in range(len(whole)):
            try:
                assert (read(whole[:length]).width, read(whole[:length]).height) == (320, 200)
            except BadImage:
                continue
