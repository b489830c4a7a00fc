"""Server-sent events: what is read, what is written, and that no cutting of the bytes changes either."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sse import Decoder, Event, StreamTooLarge, frame, whole


def decode(*chunks: bytes) -> list[Event]:
    decoder = Decoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return events + decoder.close()


@pytest.mark.parametrize(
    ("raw", "data"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data: a\r\n\r\n", ["a"]),
        (b"data: a\r\r", ["a"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  a\n\n", [" a"]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"data: a\rdata: b\r\ndata: c\n\n", ["a\nb\nc"]),
        (b"data\n\n", [""]),
        (b"data:\ndata:\n\n", ["\n"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", ["a"]),
        (b": comment\n\ndata: a\n\n:\n\n", ["a"]),
        (b"data: a\n: comment in between\ndata: b\n\n", ["a\nb"]),
        (b"unknown: x\nretry: 5\ndata: a\n\n", ["a"]),
        (b"\n\n\n", []),
        (b"event: only a name\n\n", []),
        (b"data: no blank line", ["no blank line"]),
        (b"data: a\n\ndata: no blank line\n", ["a", "no blank line"]),
        (
            "data: a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei\n\n".encode(),
            ["a\u2028b\u2029c\x85d\x0be\x0cf\x1cg\x1dh\x1ei"],
        ),
        ("data: né €\n\n".encode(), ["né €"]),
        (b"data: \xff\xe2\x82\n\n", ["\ufffd\ufffd"]),
        (b'data: {"a": "b: c"}\n\n', ['{"a": "b: c"}']),
    ],
)
def test_data_is_read_in_every_form_the_standard_allows(raw: bytes, data: list[str]) -> None:
    assert [event.data for event in decode(raw)] == data
    assert [event.data for event in decode(*[raw[i : i + 1] for i in range(len(raw))])] == data


def test_a_name_holds_for_one_event_and_an_id_until_the_next() -> None:
    raw = b"event: usage\nid: 7\ndata: a\n\ndata: b\n\nid: no\0id\ndata: c\n\n"
    assert decode(raw) == [Event("a", "usage", "7"), Event("b", "message", "7"), Event("c", "message", "7")]


def test_an_event_is_delivered_as_soon_as_its_blank_line_is_there() -> None:
    decoder = Decoder()
    assert decoder.feed(b"data: a\r\n\r") == [Event("a")]
    assert decoder.feed(b"\ndata: b\r") == []
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"\r") == [Event("b")]


PARTS = st.sampled_from(
    [
        b"data: a",
        b"data:",
        b"data",
        b"id: 1",
        b"event: x",
        b": c",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        "€\u2028".encode(),
        b"\xff",
    ]
)


@given(st.lists(PARTS, max_size=40).map(b"".join), st.data())
def test_any_cutting_of_the_same_bytes_gives_the_same_events(raw: bytes, draw: st.DataObject) -> None:
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(raw)), max_size=12)))
    chunks = [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    assert decode(*chunks) == decode(raw)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_what_is_framed_is_read_back(text: str) -> None:
    assert decode(frame(text)) == [Event(text.replace("\r\n", "\n").replace("\r", "\n"))]


@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()))
def test_any_text_makes_exactly_one_event(data: str, name: str, id: str) -> None:
    events = decode(frame(data, name, id))
    assert [event.data for event in events] == [whole(data).replace("\r\n", "\n").replace("\r", "\n")]


def test_a_name_cannot_inject_a_field() -> None:
    assert frame("a", "x\ndata: b", "1\r\nevent: y") == b"event: xdata: b\nid: 1event: y\ndata: a\n\n"


@pytest.mark.parametrize(
    ("text", "stored"),
    [("a\0b", "ab"), ("\ud83d\ude00", "😀"), ("a\ud83db", "a\ufffdb"), ("\ude00", "\ufffd")],
)
def test_halves_of_characters_are_joined_or_replaced(text: str, stored: str) -> None:
    assert whole(text) == stored
    assert decode(frame(text)) == [Event(stored)]


@pytest.mark.parametrize(
    ("decoder", "raw"),
    [
        (Decoder(most_event_bytes=100), b"data: " + b"x" * 200),
        (Decoder(most_event_bytes=100), b"x" * 200),
        (Decoder(most_event_bytes=100), b": " + b"x" * 200 + b"\n"),
        (Decoder(most_event_bytes=100), b"data: 0123456789\n" * 20),
        (Decoder(most_event_bytes=100), b"data:\n" * 200),
        (Decoder(most_events=5), b"data: x\n\n" * 6),
        (Decoder(most_bytes=100), b": ping\n\n" * 20),
    ],
)
def test_what_has_no_end_is_refused_with_a_sentence(decoder: Decoder, raw: bytes) -> None:
    with pytest.raises(StreamTooLarge, match=r"^(The|One event of the) answer .*\.$"):
        [decoder.feed(raw[start : start + 7]) for start in range(0, len(raw), 7)]


def test_events_before_a_cap_are_not_lost() -> None:
    with pytest.raises(StreamTooLarge) as caught:
        Decoder(most_event_bytes=100).feed(b"data: a\n\ndata: " + b"x" * 200)
    assert caught.value.events == [Event("a")]


def test_a_long_line_fed_byte_by_byte_takes_linear_time() -> None:
    decoder = Decoder()
    begun = time.perf_counter()
    for _ in range(1_000_000):
        decoder.feed(b"x")
    assert time.perf_counter() - begun < 10  # a second or less; hours if every byte copied the line
