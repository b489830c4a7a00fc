"""What an uploaded image is: its type and its size in pixels, told by the first bytes of the file and not by its name. Pure.

No picture is decoded here: each of the four formats that models read says its size near its beginning. A moving GIF or WebP
is one image. What a file holds behind that is the upstream's to judge; here it is only kept and sent.
"""

from dataclasses import dataclass

MOST_IMAGES = 4  # of one prompt
MOST_BYTES = 4 * 1024 * 1024  # of one image
LONGEST_SIDE = 8000  # pixels
MOST_SEGMENTS = 1000  # of a JPEG, before the one that tells its size

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}


class BadImage(ValueError):
    """The message is the end of a sentence that begins with the name of the file."""


@dataclass(frozen=True)
class Found:
    """The media type as HTTP names it, width and height in pixels."""

    media_type: str
    width: int
    height: int


def read(raw: bytes) -> Found:
    """What `raw` is. Raises BadImage: another format, a beginning that tells no size, too many bytes or pixels."""
    if len(raw) > MOST_BYTES:
        raise BadImage(f"has {len(raw):,} bytes; up to {MOST_BYTES:,} are possible")
    media_type = _media_type(raw)
    if media_type is None:
        raise BadImage("is not a PNG, JPEG, GIF or WebP image")
    size = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif, "image/webp": _webp}[media_type](raw)
    if size is None or not all(size):
        raise BadImage("is damaged: its beginning does not tell how large the image is")
    width, height = size
    if max(size) > LONGEST_SIDE:
        raise BadImage(f"is {width:,} × {height:,} pixels; up to {LONGEST_SIDE:,} on each side are possible")
    return Found(media_type, width, height)


def _media_type(raw: bytes) -> str | None:
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if raw.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if raw[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image/webp"
    return None


def _png(raw: bytes) -> tuple[int, int] | None:
    """The header chunk has to be the first one, and 13 bytes long."""
    if len(raw) < 33 or raw[8:16] != b"\x00\x00\x00\x0dIHDR":
        return None
    return _big(raw[16:20]), _big(raw[20:24])


def _gif(raw: bytes) -> tuple[int, int] | None:
    """The size of the screen that all frames are drawn on."""
    return (_little(raw[6:8]), _little(raw[8:10])) if len(raw) >= 13 else None


def _webp(raw: bytes) -> tuple[int, int] | None:
    """Extended, lossless and lossy files each say it in their own way."""
    chunk = raw[12:16]
    if len(raw) < 30:
        return None
    if chunk == b"VP8X":
        return _little(raw[24:27]) + 1, _little(raw[27:30]) + 1
    if chunk == b"VP8L" and raw[20] == 0x2F:
        packed = _little(raw[21:25])
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 " and raw[23:26] == b"\x9d\x01\x2a":
        return _little(raw[26:28]) & 0x3FFF, _little(raw[28:30]) & 0x3FFF
    return None


def _jpeg(raw: bytes) -> tuple[int, int] | None:
    """Segment by segment to the start of the frame, which tells the height before the width."""
    at = 2
    for _ in range(MOST_SEGMENTS):
        if raw[at : at + 1] != b"\xff" or at + 9 > len(raw):
            return None
        marker = raw[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return _big(raw[at + 7 : at + 9]), _big(raw[at + 5 : at + 7])
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:  # no length follows
            at += 2
        elif marker in (0xD9, 0xDA) or _big(raw[at + 2 : at + 4]) < 2:  # pixels, or the end, before any frame
            return None
        else:
            at += 2 + _big(raw[at + 2 : at + 4])
    return None


def _big(part: bytes) -> int:
    return int.from_bytes(part, "big")


def _little(part: bytes) -> int:
    return int.from_bytes(part, "little")
