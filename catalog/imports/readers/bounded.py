"""The bytes of an import file: never more than a limit, and looked at before a parser sees them. Pure.

What a file that is not JSON in UTF-8 usually is (an error page, a packed file, a spreadsheet's export) shows in its first
bytes, and the sentence that says so helps more than a parser's position.
"""

import io
import sys
from typing import BinaryIO

from catalog.imports.entries import Unreadable

MOST_BYTES = 128 * 2**20
MOST_DIGITS = min(4_000, sys.get_int_max_str_digits() or 4_000)  # in a row; Python refuses to read a longer number
LONG_NUMBER = b"0" * (MOST_DIGITS + 1)
DIGITS_ALIKE = bytes.maketrans(b"0123456789", b"0" * 10)
BOM = b"\xef\xbb\xbf"
PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
UTF_16_AND_32 = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
TOO_LARGE = f"The file is larger than {MOST_BYTES // 2**20} MB. No list of models is that long."
EMPTY = "The file is empty."


class BoundedFile:
    """A file for a parser to read from: raises Unreadable for what cannot be JSON in UTF-8, and past the limit.

    A file whose size can be asked for is refused before a byte of it is read. A byte order mark is passed over. Nothing is
    raised before the first `read`.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._is_started = False
        self._end = b""  # of what was read last: a number may go on in what comes next
        self.bytes_read = 0
        self.size = _size_of(file)

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""  # how a parser asks whether bytes or text come out
        if self.size is not None and self.size > MOST_BYTES:
            raise Unreadable(TOO_LARGE)
        data = self._take(size)
        if not self._is_started:
            self._is_started = True
            while len(data) < 16 and (more := self._take(size)):
                data += more
            data = _checked(data) or self._take(size)
        if b"\x00" in data:
            raise Unreadable("The file holds NUL bytes, which no text has. It may be damaged, or not a text file.")
        # ijson does not look at the error when Python refuses a number, and goes on with what is left of it.
        if LONG_NUMBER in (self._end + data).translate(DIGITS_ALIKE):
            raise Unreadable(f"The file holds a number of more than {MOST_DIGITS:,} digits.")
        self._end = data[-MOST_DIGITS:] if len(data) >= MOST_DIGITS else (self._end + data)[-MOST_DIGITS:]
        return data

    def _take(self, size: int) -> bytes:
        data = self._file.read(size)
        self.bytes_read += len(data)
        if self.bytes_read > MOST_BYTES:
            raise Unreadable(TOO_LARGE)
        return data


def _size_of(file: BinaryIO) -> int | None:
    """How many bytes are left in a file; None where it cannot tell, as a pipe cannot."""
    try:
        here = file.tell()
        end = file.seek(0, io.SEEK_END)
        file.seek(here)
    except (OSError, AttributeError):
        return None
    return end - here


def _checked(start: bytes) -> bytes:
    """The first bytes without a byte order mark. Raises Unreadable when they are not the start of JSON in UTF-8."""
    if not start:
        raise Unreadable(EMPTY)
    for magic, kind in PACKED.items():
        if start.startswith(magic):
            raise Unreadable(f"The file is compressed ({kind}). Unpack it first.")
    # JSON starts with a sign of ASCII, so a NUL beside it is the other half of a wider character.
    if start.startswith(UTF_16_AND_32) or start[1:2] == b"\x00" or (start[:1] == b"\x00" and start[1:2] != b"\x00"):
        raise Unreadable("The file is not UTF-8 text, but seems to be UTF-16 or UTF-32. Save it as UTF-8.")
    start = start.removeprefix(BOM)
    if start.lstrip().startswith(b"<"):
        raise Unreadable(
            "The file is not valid JSON but a web page or XML: perhaps an error page of the site it came from."
        )
    return start
