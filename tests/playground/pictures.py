"""The smallest beginnings of image files, made from what each format's description says, with the sizes one asks for."""

import struct
import zlib
from typing import Any

from playground.models import Image


def png(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    end = b"\x00\x00\x00\x00IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    pixels = b"IDAT" + zlib.compress(b"".join(b"\0" + b"\x20\x60\xa0" * width for _ in range(min(height, 400))))
    chunks = b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in (header, pixels)
    )
    return b"\x89PNG\r\n\x1a\n" + chunks + end


def jpeg(width: int, height: int) -> bytes:
    application = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + application + frame + b"\xff\xd9"


def gif(width: int, height: int, signature: bytes = b"GIF89a") -> bytes:
    return signature + struct.pack("<HHBBB", width, height, 0, 0, 0) + b"\x3b"


def _riff(chunk: bytes, content: bytes) -> bytes:
    body = b"WEBP" + chunk + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp(width: int, height: int) -> bytes:
    """The extended form: sizes less one, in three bytes each."""
    return _riff(b"VP8X", bytes(4) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3] + bytes(10))


def webp_lossless(width: int, height: int) -> bytes:
    return _riff(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14) + bytes(10))


def webp_lossy(width: int, height: int) -> bytes:
    return _riff(b"VP8 ", b"\x30\x01\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(10))


def kept(user: Any, **fields: Any) -> Image:
    """An image that `user` uploaded before."""
    known = {"sha256": "x", "media_type": "image/png", "width": 1, "height": 1, "size": 1, "content": png(1, 1)}
    return Image.objects.create(user=user, **(known | fields))
