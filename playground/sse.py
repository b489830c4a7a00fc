"""Server-sent events: bytes in, events out; an event in, bytes out. Pure; knows nothing of HTTP or of what is inside.

A line ends at LF, CR or CRLF and nowhere else: U+2028, U+0085 and their kind are legal inside JSON strings, and
a reader that splits there loses text and usage. Neither LF nor CR occurs inside a UTF-8 sequence, so lines are cut as
bytes and decoded whole; bytes that are not UTF-8 become U+FFFD.

Every byte is looked at a fixed number of times, however the bytes are cut, and three caps bound what is kept.
"""

from dataclasses import dataclass

MOST_EVENT_BYTES = 1_048_576
MOST_EVENTS = 1_000_000
MOST_BYTES = 64 * 1_048_576
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Event:
    """One event. `id` is the last id the stream has named so far, as the standard has it."""

    data: str
    name: str = "message"
    id: str = ""


class StreamTooLarge(Exception):
    """A cap was passed; the message is a sentence. `events` holds what was complete before it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.events: list[Event] = []


class Decoder:
    """Turns the bytes of one stream, cut anywhere, into events. After StreamTooLarge it must not be fed again."""

    def __init__(
        self, most_event_bytes: int = MOST_EVENT_BYTES, most_events: int = MOST_EVENTS, most_bytes: int = MOST_BYTES
    ) -> None:
        """The caps: bytes of one line or of one event's data, events, and bytes in all."""
        self.most_event_bytes = most_event_bytes
        self.most_events = most_events
        self.most_bytes = most_bytes
        self._bytes = 0
        self._events = 0
        self._line = bytearray()  # the begin of a line whose end has not come
        self._after_cr = False  # an LF now belongs to the CR before it
        self._at_start = True
        self._data: list[str] = []
        self._data_bytes = 0
        self._name = ""
        self._id = ""

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that `chunk` completes. Raises StreamTooLarge, which carries the events before the cap."""
        events: list[Event] = []
        if not chunk:
            return events
        try:
            self._take(chunk, events)
        except StreamTooLarge as error:
            error.events = events
            raise
        return events

    def close(self) -> list[Event]:
        """The end of the input. A last event without its blank line is delivered: some upstreams forget it."""
        events: list[Event] = []
        if self._line:
            self._end_line(bytes(self._line), events)
            self._line.clear()
        self._end_line(b"", events)
        return events

    def _take(self, chunk: bytes, events: list[Event]) -> None:
        self._bytes += len(chunk)
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        # An LF that stood alone in its chunk has used the CR up; the chunk is then empty.
        self._after_cr = chunk.endswith(b"\r")
        *ended, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in ended:
            if self._line:
                line = bytes(self._line) + line
                self._line.clear()
            self._end_line(line, events)
        self._line += rest
        if len(self._line) > self.most_event_bytes:
            raise self._too_long()
        if self._bytes > self.most_bytes:
            raise StreamTooLarge(f"The answer is larger than {self.most_bytes:,} bytes.")

    def _end_line(self, line: bytes, events: list[Event]) -> None:
        if self._at_start:
            line = line.removeprefix(BYTE_ORDER_MARK)
            self._at_start = False
        if len(line) > self.most_event_bytes:
            raise self._too_long()
        if not line:
            self._end_event(events)
            return
        if line.startswith(b":"):
            return
        field, _, raw = line.partition(b":")
        value = raw.removeprefix(b" ").decode("utf-8", "replace")
        if field == b"data":
            self._data_bytes += len(raw) + 1
            if self._data_bytes > self.most_event_bytes:
                raise self._too_long()
            self._data.append(value)
        elif field == b"event":
            self._name = value
        elif field == b"id" and "\0" not in value:
            self._id = value

    def _end_event(self, events: list[Event]) -> None:
        if self._data:
            self._events += 1
            if self._events > self.most_events:
                raise StreamTooLarge(f"The answer has more than {self.most_events:,} events.")
            events.append(Event("\n".join(self._data), self._name or "message", self._id))
            self._data.clear()
            self._data_bytes = 0
        self._name = ""

    def _too_long(self) -> StreamTooLarge:
        return StreamTooLarge(f"One event of the answer is larger than {self.most_event_bytes:,} bytes.")


def whole(text: str) -> str:
    """`text` as it can be stored and sent: surrogate halves joined, lone ones made U+FFFD, NUL dropped."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "")


def frame(data: str, name: str = "", id: str = "") -> bytes:
    """One event as bytes. CR and CRLF become LF; a line break in `name` or `id` is dropped, or it could inject fields."""
    lines = [f"{field}: {_one_line(value)}" for field, value in (("event", name), ("id", id)) if value]
    text = whole(data).replace("\r\n", "\n").replace("\r", "\n")
    lines += [f"data: {line}" for line in text.split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def _one_line(value: str) -> str:
    return whole(value).replace("\r", "").replace("\n", "")
