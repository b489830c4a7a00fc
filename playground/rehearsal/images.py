"""What an image in a prompt is: its type and its size in pixels, read from the first bytes of the file itself.

Only images inside the request are read (`data:` addresses). A remote address is refused, because the rehearsal fetches
nothing, ever. No picture is decoded: each of the four formats says its size near its beginning.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from math import ceil

from playground.rehearsal.refusals import BadRequest

DATA = re.compile(r"data:image/([a-z0-9.+-]{1,30});base64,", re.IGNORECASE)
MOST_SEGMENTS = 1000  # of a JPEG, before the one that tells the size
TILE = 32  # pixels
MOST_TILES = 4096
NAMES = {"png": "PNG", "jpeg": "JPEG", "jpg": "JPEG", "gif": "GIF", "webp": "WebP"}


@dataclass(frozen=True)
class Image:
    """`kind` is PNG, JPEG, GIF or WebP; `width` and `height` are in pixels, `size` in bytes."""

    kind: str
    width: int
    height: int
    size: int

    @property
    def tokens(self) -> int:
        """What it counts in usage: one token for each started square of 32 by 32 pixels, at most 4,096.

        Real models count by tiles too, each by a rule of its own. A small picture of 64 by 33 pixels is 2 x 2 = 4.
        """
        return min(ceil(self.width / TILE) * ceil(self.height / TILE), MOST_TILES)

    def __str__(self) -> str:
        return f"{self.kind}, {self.width:,} × {self.height:,} pixels, {self.size:,} bytes"


def from_address(address: object, where: str) -> Image:
    """The image of a `data:` address. Raises BadRequest, naming `where` in the request it stands."""
    if not isinstance(address, str):
        raise BadRequest(f"{where}: the address of an image is expected.", "invalid_image")
    if re.match(r"[a-z][a-z0-9+-]*://", address[:40], re.IGNORECASE):
        sentence = f"{where}: the rehearsal fetches nothing. Send the image itself, as a data: address."
        raise BadRequest(sentence, "image_download_failed")
    head = DATA.match(address[:60])
    if head is None:
        raise BadRequest(f"{where}: data:image/png;base64,… is expected.", "invalid_image")
    try:
        raw = base64.b64decode(address[head.end() :], validate=True)
    except (binascii.Error, ValueError):
        raise BadRequest(f"{where}: the image is not base64.", "invalid_image") from None
    said = NAMES.get(head[1].lower())
    if said is None:
        raise BadRequest(f"{where}: PNG, JPEG, GIF and WebP are read.", "unsupported_image_format")
    found = read(raw)
    if found is None:
        raise BadRequest(f"{where}: these bytes are no image.", "invalid_image")
    if found.kind != said:
        raise BadRequest(f"{where}: the address says {said}, and the bytes are {found.kind}.", "invalid_image")
    return found


def read(raw: bytes) -> Image | None:
    """The image in `raw`; None when its first bytes are those of no format known here, or say no size."""
    kind, size = "", None
    if raw.startswith(b"\x89PNG\r\n\x1a\n") and raw[12:16] == b"IHDR" and len(raw) >= 24:
        kind, size = "PNG", (_big(raw, 16, 4), _big(raw, 20, 4))
    elif raw[:6] in (b"GIF87a", b"GIF89a") and len(raw) >= 10:
        kind, size = "GIF", (_little(raw, 6, 2), _little(raw, 8, 2))
    elif raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        kind, size = "WebP", _webp_size(raw)
    elif raw.startswith(b"\xff\xd8"):
        kind, size = "JPEG", _jpeg_size(raw)
    return Image(kind, *size, len(raw)) if size is not None and min(size) > 0 else None


def _webp_size(raw: bytes) -> tuple[int, int] | None:
    """Three kinds of WebP say their size in three ways: extended, lossless and lossy."""
    if len(raw) < 30:
        return None
    if raw[12:16] == b"VP8X":
        return _little(raw, 24, 3) + 1, _little(raw, 27, 3) + 1
    if raw[12:16] == b"VP8L" and raw[20] == 0x2F:
        bits = _little(raw, 21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if raw[12:16] == b"VP8 " and raw[23:26] == b"\x9d\x01\x2a":
        return _little(raw, 26, 2) & 0x3FFF, _little(raw, 28, 2) & 0x3FFF
    return None


def _jpeg_size(raw: bytes) -> tuple[int, int] | None:
    """From segment to segment, by their lengths, to the frame header, which tells height and width."""
    place = 2
    for _ in range(MOST_SEGMENTS):
        if place + 9 > len(raw) or raw[place] != 0xFF:
            return None
        marker = raw[place + 1]
        if marker == 0xFF:  # a byte of padding
            place += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return _big(raw, place + 7, 2), _big(raw, place + 5, 2)
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:  # markers without a length
            place += 2
        else:
            place += 2 + max(2, _big(raw, place + 2, 2))
    return None


def _big(raw: bytes, place: int, length: int) -> int:
    return int.from_bytes(raw[place : place + length], "big")


def _little(raw: bytes, place: int, length: int) -> int:
    return int.from_bytes(raw[place : place + length], "little")
