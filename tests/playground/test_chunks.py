"""The shapes in which completion chunks come, and the pieces they become."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.upstream.chunks import (
    ChatReader,
    Failure,
    Finish,
    Identity,
    Reasoning,
    Refusal,
    Text,
    ToolCallDelta,
    UsageReport,
)
from playground.upstream.strict_json import NotJsonError, read_json
from playground.upstream.thinking import ThinkTags


def read(*chunks: Any) -> list[Any]:
    reader = ChatReader()
    pieces = [
        piece for chunk in chunks for piece in reader.read(chunk if isinstance(chunk, str) else json.dumps(chunk))
    ]
    return pieces + reader.end()


def said(**delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta}]}


@pytest.mark.parametrize(
    ("chunk", "pieces"),
    [
        (said(content="a"), [Text("a")]),
        (said(role="assistant", content=""), []),
        (said(role="assistant", content=None), []),
        (said(content=["a", {"type": "text", "text": "b"}, 3, None]), [Text("a"), Text("b")]),
        (said(content=[{"type": "thinking", "thinking": [{"type": "text", "text": "t"}]}]), [Reasoning("t")]),
        (said(content=[{"type": "thinking", "thinking": "t"}]), [Reasoning("t")]),
        (
            said(content=[{"type": "thinking", "thinking": ["t", {"type": "reference"}, {"text": "u"}, None]}]),
            [Reasoning("t"), Reasoning("u")],
        ),
        (
            said(content=[{"type": "reference", "reference_ids": [1]}, {"type": "refusal", "refusal": "no"}]),
            [Refusal("no")],
        ),
        (said(reasoning="r", reasoning_content="r"), [Reasoning("r")]),
        (said(content=5), []),
        (said(content="a\0b"), [Text("ab")]),
        (said(reasoning="r", content=""), [Reasoning("r")]),
        (said(reasoning="r", reasoning_details=[{"type": "reasoning.text", "text": "r"}]), [Reasoning("r")]),
        (said(reasoning_content="r", content="a"), [Reasoning("r"), Text("a")]),
        (said(reasoning_details=[{"type": "reasoning.summary", "summary": "s"}, 7]), [Reasoning("s")]),
        (said(refusal="no"), [Refusal("no")]),
        ({"choices": [{"delta": None}]}, []),
        ({"choices": [{}]}, []),
        ({"choices": [None, 4, []]}, []),
        ({"choices": []}, []),
        ({"choices": None}, []),
        ({"choices": {"0": {}}}, []),
        ({}, []),
        ([1, 2], []),
        (5, []),
        ("null", []),
        ('"text"', []),
        ({"choices": [{"index": 1, "delta": {"content": "b"}}, {"index": 0, "delta": {"content": "a"}}]}, [Text("a")]),
        ({"choices": [{"message": {"content": "all"}, "finish_reason": "stop"}]}, [Text("all"), Finish("stop", "")]),
        ({"usage": None, **said(content="a")}, [Text("a")]),
        ({"usage": [1]}, []),
        ({"usage": {"cost": 0}, **said(content="a")}, [Text("a"), UsageReport({"cost": 0})]),
        ({"choices": [{"delta": {}, "finish_reason": "stop", "native_finish_reason": "eos"}]}, [Finish("stop", "eos")]),
        ({"choices": [{"delta": {}, "finish_reason": 3}]}, []),
        ({"choices": [{"delta": {}, "finish_reason": "model_length"}]}, [Finish("length", "model_length")]),
        ({"timings": {"cache_n": 4, "prompt_n": True, "predicted_n": 3}}, []),
        ({"error": {"message": "x"}, "error_type": "timeout"}, [Failure({"message": "x", "error_type": "timeout"})]),
        ({"id": "g", "model": "m", "provider": "p"}, [Identity("g", "m", "p")]),
        ({"id": 5, "model": ["m"], "provider": None}, []),
        ({"id": "g" * 500}, [Identity("g" * 100, "", "")]),
        ({"error": {"code": 502, "message": "x"}}, [Failure({"code": 502, "message": "x"})]),
        ({"error": "x"}, [Failure("x")]),
        ({"error": None, **said(content="a")}, [Text("a")]),
        ({"object": "error", "message": "x"}, [Failure({"object": "error", "message": "x"})]),
        ({"detail": [{"msg": "x"}]}, [Failure({"detail": [{"msg": "x"}]})]),
        ({"choices": [{"message": {"content": "a"}, "error": {"code": 1}}]}, [Text("a"), Failure({"code": 1})]),
    ],
)
def test_every_shape_is_read_or_passed_over(chunk: Any, pieces: list[Any]) -> None:
    assert read(chunk) == pieces


def test_tool_calls_come_in_parts_and_several_at_once() -> None:
    first = {"index": 0, "id": "c1", "function": {"name": "look", "arguments": ""}}
    second = {"index": 1, "id": "c2", "function": {"name": "find", "arguments": {"a": 1}}}
    rest = {"index": 0, "function": {"arguments": '{"b"'}}
    odd = [None, {"index": -1}, {"index": "0"}, {"index": 10**9}, {"function": 5}]
    assert read(
        said(tool_calls=[first, second]), said(tool_calls=[rest]), said(tool_calls=odd), said(tool_calls=3)
    ) == [
        ToolCallDelta(0, "c1", "look", ""),
        ToolCallDelta(1, "c2", "find", '{"a": 1}'),
        ToolCallDelta(0, "", "", '{"b"'),
        ToolCallDelta(4, "", "", ""),
    ]


def test_a_name_and_an_id_that_are_repeated_in_every_part_come_once() -> None:
    part = {"index": 0, "id": "c1", "function": {"name": "look", "arguments": "1"}}
    assert read(said(tool_calls=[part]), said(tool_calls=[part])) == [
        ToolCallDelta(0, "c1", "look", "1"),
        ToolCallDelta(0, "", "", "1"),
    ]


def test_more_calls_than_anybody_makes_are_passed_over() -> None:
    calls = [{"id": f"c{number}", "function": {"name": "look", "arguments": ""}} for number in range(500)]
    one_by_one = read(*[said(tool_calls=[call]) for call in calls])
    assert [piece.index for piece in one_by_one] == list(range(128))
    assert [piece.index for piece in read(said(tool_calls=calls))] == list(range(128))


def split(*texts: str) -> tuple[str, str]:
    """The thoughts and the answer in texts that came one after the other."""
    tags = ThinkTags()
    parts = [part for text in texts for part in tags.feed(text)] + tags.no_more()
    return tuple("".join(said for kind, said in parts if kind is wanted) for wanted in (Reasoning, Text))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "thoughts", "answer"),
    [
        ("", "", ""),
        ("a", "", "a"),
        ("<think>a</think>b", "a", "b"),
        ("<think></think>b", "", "b"),
        ("<think>a", "a", ""),
        ("<think>a</think", "a</think", ""),
        ("<think>a < b </thin k></think>", "a < b </thin k>", ""),
        ("<think>a</think>b</think><think>c</think>", "a", "b</think><think>c</think>"),
        ("<thi", "", "<thi"),
        ("<thinking>a</thinking>", "", "<thinking>a</thinking>"),
        (" <think>a</think>", "", " <think>a</think>"),
        ("</think>a", "", "</think>a"),
        ("<THINK>a</THINK>", "", "<THINK>a</THINK>"),
    ],
)
def test_think_tags_at_the_very_beginning_hold_thoughts(text: str, thoughts: str, answer: str) -> None:
    assert split(text) == (thoughts, answer)
    assert split(*text) == (thoughts, answer)


@given(st.lists(st.sampled_from(["<think>", "</think>", "<", "/", "think", ">", "a", "</thi"]), max_size=12), st.data())
def test_think_tags_cut_anywhere_are_the_same(words: list[str], draw: st.DataObject) -> None:
    text = "".join(words)
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    parts = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert split(*parts) == split(text)
    assert len("".join(split(text))) <= len(text)


def test_thoughts_in_a_field_leave_tags_in_the_text_alone() -> None:
    assert read(said(content="<th"), said(reasoning="hm"), said(content="ink>")) == [
        Text("<th"),
        Reasoning("hm"),
        Text("ink>"),
    ]


def test_a_character_split_over_two_chunks_is_joined() -> None:
    halves = [r'{"choices":[{"delta":{"content":"a\ud83d"}}]}', r'{"choices":[{"delta":{"content":"\ude00b"}}]}']
    assert read(*halves) == [Text("a"), Text("😀b")]
    assert read(halves[0], said(content="b")) == [Text("a"), Text("\ufffdb")]
    assert read(halves[0]) == [Text("a"), Text("\ufffd")]


def test_identity_comes_once_and_again_when_another_model_serves() -> None:
    chunks = [{"id": "g1", "model": "asked"}, {"id": "g2", "model": "asked"}, {"id": "g1", "model": "other"}]
    assert read(*chunks) == [Identity("g1", "asked", ""), Identity("g1", "other", "")]


def test_a_repeated_finish_reason_counts_once_and_usage_may_come_twice() -> None:
    end = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    assert read(end, {**end, "usage": {"cost": 1}}, {"usage": {"cost": 2}}) == [
        Finish("stop", ""),
        UsageReport({"cost": 1}),
        UsageReport({"cost": 2}),
    ]


def test_the_whole_message_after_its_parts_is_not_said_twice() -> None:
    assert read(said(content="a"), {"choices": [{"message": {"content": "a"}}]}) == [Text("a")]


def test_amounts_are_exact_and_usage_is_cut_to_what_can_be_stored() -> None:
    raw = r'{"usage": {"cost": 0.1000000000000000055, "note": "a\u0000b\ud800", "deep": [[[[[[[[1]]]]]]]]}}'
    [report] = read(raw)
    assert report.raw["cost"] == Decimal("0.1000000000000000055")
    assert report.raw["note"] == "ab\ufffd"
    assert report.raw["deep"] == [[[[[[]]]]]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 1e999999999}',
        '{"a": 1e99999999999999999999999}',
        '{"a": 1.' + "0" * 500 + "}",
        '{"a": ' + "1" * 5000 + "}",
        "[" * 100_000,
        '{"a":' * 100_000,
        "<html>",
    ],
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(NotJsonError):
        read_json(text)


NAMES = [
    *("choices", "delta", "message", "content", "text", "thinking", "index", "reasoning", "reasoning_details"),
    *("refusal", "tool_calls", "function", "arguments", "usage", "error", "id", "model", "provider", "finish_reason"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(JSON)
def test_no_shape_makes_the_reader_fail(value: Any) -> None:
    for piece in read(
        json.dumps(value), {"choices": [{"delta": value}]}, {"choices": value}, {"usage": value}, {"error": value}
    ):
        for text in [] if isinstance(piece, Failure) else vars(piece).values():
            if isinstance(text, str):
                assert "\0" not in text
                text.encode()  # raises on half of a character
