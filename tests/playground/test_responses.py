"""The shapes in which events of the Responses API come, and the pieces they become."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.upstream.pieces import (
    Failure,
    Finish,
    Identity,
    Reasoning,
    Refusal,
    Text,
    ToolCallDelta,
    UsageReport,
)
from playground.upstream.responses import MOST_PLACES, ResponsesReader
from playground.upstream.tool_calls import MOST_TOOL_CALLS
from playground.upstream.usage_names import chat_usage
from tests.upstreams.responses import call, message, response


def read(*events: Any, reader: ResponsesReader | None = None) -> list[Any]:
    reader = reader or ResponsesReader()
    pieces = [piece for event in events for piece in reader.read(json.dumps(event))]
    return pieces + reader.end()


def event(name: str, **said: Any) -> dict[str, Any]:
    return {"type": f"response.{name}", **said}


def text(delta: Any, **at: Any) -> dict[str, Any]:
    return event("output_text.delta", delta=delta, **at)


@pytest.mark.parametrize(
    ("said", "pieces"),
    [
        (text("a"), [Text("a")]),
        (text(""), []),
        (text(None), []),
        (text(5), []),
        (text({"text": "a"}), [Text("a")]),
        (text({"type": "refusal", "refusal": "no"}), [Refusal("no")]),
        (text("a\0b"), [Text("ab")]),
        (event("refusal.delta", delta="no"), [Refusal("no")]),
        (event("reasoning_text.delta", delta="r"), [Reasoning("r")]),
        (event("reasoning_summary_text.delta", delta="r"), [Reasoning("r")]),
        (event("output_text.done", text="a"), [Text("a")]),
        (event("output_text.done", text=None), []),
        (event("content_part.done", part={"type": "output_text", "text": "a"}), [Text("a")]),
        (event("content_part.done", part={"type": "image", "text": "a"}), []),
        (event("content_part.done", part=None), []),
        (event("reasoning_summary_part.done", part={"type": "summary_text", "text": "s"}), [Reasoning("s")]),
        (event("output_item.added", item=message("not yet")), []),
        (event("output_item.done", item=message("a")), [Text("a")]),
        (event("output_item.done", item={"type": "message", "content": "a"}), []),
        (event("output_item.done", item={"type": "web_search_call", "id": "x"}), []),
        (event("output_item.done", item=[1]), []),
        (event("created", response={"id": "g", "model": "m", "usage": {"input_tokens": 9}}), [Identity("g", "m", "")]),
        (event("created", response=5), []),
        (event("in_progress"), []),
        ({"type": 5, "object": "response", "status": "completed"}, [Finish("stop", "completed")]),
        (event("completed"), [Finish("stop", "completed")]),
        (event("completed", response={"usage": [1]}), [Finish("stop", "completed")]),
        (event("done", usage={"output_tokens": 1}), [Finish("stop", "completed"), UsageReport({"completion_tokens": 1})]),
        (event("done", response={"status": "failed"}), [Failure({})]),
        (event("failed"), [Failure({})]),
        (event("error", message="x"), [Failure({"message": "x"})]),
        ({"type": "error", "message": "x", "code": "c"}, [Failure({"message": "x", "code": "c"})]),
        ({"type": "error", "error": {"message": "x"}}, [Failure({"message": "x"})]),
        ({"error": "x", "error_type": "timeout"}, [Failure({"message": "x", "error_type": "timeout"})]),
        ({"detail": "x"}, [Failure({"detail": "x"})]),
        ({"object": "error", "message": "x"}, [Failure({"object": "error", "message": "x"})]),
        ({"output": [message("a")]}, [Text("a")]),
        ({}, []),
        ([1], []),
        (5, []),
        (None, []),
    ],
)  # fmt: skip
def test_every_shape_is_read_or_passed_over(said: Any, pieces: list[Any]) -> None:
    assert read(said) == pieces


@pytest.mark.parametrize(
    ("deltas_at", "done_at"),
    [
        (
            {"item_id": "m", "output_index": 0, "content_index": 0},
            {"item_id": "m", "output_index": 0, "content_index": 0},
        ),
        ({"output_index": 0, "content_index": 0}, {"item_id": "m", "output_index": 0, "content_index": 0}),
        ({"item_id": "m"}, {"item_id": "m", "output_index": 0, "content_index": 0}),
        ({}, {"item_id": "m", "output_index": 0, "content_index": 0}),
        ({"item_id": "m", "output_index": 0, "content_index": 0}, {}),
        ({}, {}),
    ],
)
def test_a_text_is_never_said_twice(deltas_at: dict[str, Any], done_at: dict[str, Any]) -> None:
    whole = {"id": "m", **message("ab")}
    assert read(
        text("a", **deltas_at),
        text("b", **deltas_at),
        event("output_text.done", text="ab", **done_at),
        event("content_part.done", part={"type": "output_text", "text": "ab"}, **done_at),
        event("output_item.done", item={**whole, "id": done_at.get("item_id", "m")}, output_index=0),
        event("completed", response=response("completed", [whole])),
    )[:3] == [Text("a"), Text("b"), Identity("gen-fake-response", "fake/model", "")]


def test_a_part_without_deltas_is_said_from_its_end_although_another_had_them() -> None:
    second = {
        "type": "message",
        "content": [{"type": "output_text", "text": "a"}, {"type": "output_text", "text": "b"}],
    }
    assert read(
        text("a", output_index=0, content_index=0),
        event("output_text.done", text="a", output_index=0, content_index=0),
        event("output_item.done", item=second, output_index=0),
    ) == [Text("a"), Text("b")]


def test_what_was_said_is_not_said_again_at_the_end_under_other_ids() -> None:
    thought = {"id": "other", "type": "reasoning", "content": [{"type": "reasoning_text", "text": "r"}]}
    assert read(
        event("reasoning_text.delta", delta="r", item_id="rs_1"),
        text("a", item_id="m_1"),
        {"type": "response.completed", "response": {"output": [thought, message("a", id="another")]}},
    ) == [Reasoning("r"), Text("a"), Finish("stop", "completed")]


def test_the_generation_of_the_headers_stays() -> None:
    reader = ResponsesReader("gen-of-headers", "", "Provider")
    assert reader.begin() == [Identity("gen-of-headers", "", "Provider")]
    assert read(event("created", response=response("in_progress")), reader=reader) == [
        Identity("gen-of-headers", "fake/model", "Provider")
    ]


def test_arguments_are_joined_by_item_or_by_place() -> None:
    def part(delta: str, **at: Any) -> dict[str, Any]:
        return event("function_call_arguments.delta", delta=delta, **at)

    assert read(
        event("output_item.added", output_index=1, item=call("look", "", number=1)),
        event("output_item.added", output_index=2, item={**call("find", "", number=2), "id": None}),
        part("1", item_id="fc_1"),
        part("2", output_index=2),
        part("2", item_id="other", output_index=2),
        part("2", item_id="other"),
        part("1", output_index=1),
        part("3", item_id="fc_3", output_index=1),
    ) == [
        ToolCallDelta(0, "call_1", "look", ""),
        ToolCallDelta(1, "call_2", "find", ""),
        ToolCallDelta(0, "", "", "1"),
        ToolCallDelta(1, "", "", "2"),
        ToolCallDelta(1, "", "", "2"),
        ToolCallDelta(1, "", "", "2"),
        ToolCallDelta(0, "", "", "1"),
        ToolCallDelta(2, "", "", "3"),
    ]


def test_arguments_without_any_name_belong_to_the_call_before_them() -> None:
    assert read(
        event("output_item.added", item={"type": "function_call", "name": "look", "call_id": "c"}),
        event("function_call_arguments.delta", delta="{}"),
        event("function_call_arguments.done", arguments="{}"),
    ) == [ToolCallDelta(0, "c", "look", ""), ToolCallDelta(0, "", "", "{}")]


def test_a_character_split_over_two_events_is_joined() -> None:
    assert read(text("a\ud83d"), text("\ude00b")) == [Text("a"), Text("😀b")]
    assert read(text("a\ud83d")) == [Text("a"), Text("\ufffd")]


@pytest.mark.parametrize(
    ("reported", "usage"),
    [
        ({"input_tokens": 1, "output_tokens": 2}, {"prompt_tokens": 1, "completion_tokens": 2}),
        ({"prompt_tokens": 1, "completion_tokens": 2}, {"prompt_tokens": 1, "completion_tokens": 2}),
        ({"input_tokens": 9, "prompt_tokens": 1}, {"input_tokens": 9, "prompt_tokens": 1}),
        (
            {"input_tokens_details": {"cached_tokens": 1, "audio_tokens": 2}, "output_tokens_details": None, "x": [1]},
            {"prompt_tokens_details": {"cached_tokens": 1, "audio_tokens": 2}, "completion_tokens_details": None, "x": [1]},
        ),
        ({"cost_details": None}, {"cost_details": None}),
        (
            # What the server sums up itself, it may round: its own sum stands.
            {"cost_details": {"upstream_inference_cost": 4, "upstream_inference_input_cost": 1,
                              "upstream_inference_output_cost": 2}},
            {"cost_details": {"upstream_inference_cost": 4, "upstream_inference_prompt_cost": 1,
                              "upstream_inference_completions_cost": 2}},
        ),
        (
            # 0.1 + 0.2 as decimals is 0.3 and nothing else
            {"cost_details": {"upstream_inference_input_cost": Decimal("0.1"), "upstream_inference_output_cost": Decimal("0.2"),
                              "upstream_inference_cost": None}},
            {"cost_details": {"upstream_inference_prompt_cost": Decimal("0.1"), "upstream_inference_cost": Decimal("0.3"),
                              "upstream_inference_completions_cost": Decimal("0.2")}},
        ),
        (
            {"cost_details": {"upstream_inference_input_cost": 1, "upstream_inference_output_cost": True}},
            {"cost_details": {"upstream_inference_prompt_cost": 1, "upstream_inference_completions_cost": True}},
        ),
    ],
)  # fmt: skip
def test_usage_is_put_into_the_names_of_chats(reported: dict[str, Any], usage: dict[str, Any]) -> None:
    assert chat_usage(reported) == usage


def test_what_is_remembered_of_endless_parts_and_calls_is_bounded() -> None:
    reader = ResponsesReader()
    for number in range(20_000):
        said = read(text("a", item_id=f"m{number}", output_index=number), reader=reader)
        assert said == [Text("a")]
        read(event("function_call_arguments.delta", delta="1", item_id=f"c{number}"), reader=reader)
    assert len(reader._places["text"]) <= MOST_PLACES + 2
    assert len(reader._calls.calls) == MOST_TOOL_CALLS
    # Beyond the bound the end of a part is not trusted to be news.
    assert read(event("output_text.done", text="a", item_id="m19999"), reader=reader) == []


NAMES = [
    *("type", "response", "delta", "text", "part", "item", "item_id", "output_index", "content_index", "summary_index"),
    *("content", "summary", "output", "usage", "error", "error_type", "status", "incomplete_details", "reason", "id"),
    *("call_id", "name", "arguments", "cost_details", "refusal", "output_text", "object", "finish_reason"),
]
WORDS = st.sampled_from(
    [
        *(
            f"response.{name}"
            for name in ("output_text.delta", "output_text.done", "content_part.done", "completed", "failed")
        ),
        *(
            f"response.{name}"
            for name in ("output_item.added", "output_item.done", "function_call_arguments.delta", "done")
        ),
        *(
            "response.reasoning_summary_text.done",
            "response.incomplete",
            "error",
            "message",
            "function_call",
            "reasoning",
        ),
        *("output_text", "refusal", "summary_text", "completed", "incomplete", "failed", "response"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)


@given(st.lists(JSON, max_size=4), WORDS)
def test_no_shape_makes_the_reader_fail(values: list[Any], name: str) -> None:
    reader = ResponsesReader()
    told = [{"type": name, "response": value, "item": value, "part": value, "delta": value} for value in values]
    for piece in read(*values, *told, reader=reader):
        for value in [] if isinstance(piece, Failure) else vars(piece).values():
            if isinstance(value, str):
                assert "\0" not in value
                value.encode()  # raises on half of a character
