"""Modes of good answers of the Responses API: the names in the specification and in use, and events that are left out."""

from decimal import Decimal
from typing import Any

from tests.upstreams import responses
from tests.upstreams.mode import Mode, billed, usage
from tests.upstreams.responses import CHAT_USAGE, USAGE, began, call, deltas, ended, message, response
from tests.upstreams.steps import Data, DoneMark, Event, Hang, Send, Status, Step

AT = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
THOUGHT = {"item_id": "rs_1", "output_index": 0}
BYOK = {
    "input_tokens": 10,
    "output_tokens": 3,
    "total_tokens": 13,
    "cost": Decimal("0.001"),
    "is_byok": True,
    "cost_details": {
        "upstream_inference_input_cost": Decimal("0.005"),
        "upstream_inference_output_cost": Decimal("0.015"),
    },
}
REASONING = {
    "id": "rs_1",
    "type": "reasoning",
    "content": [{"type": "reasoning_text", "text": "a plan"}],
    "summary": [{"type": "summary_text", "text": "planned"}],
}


def mode(script: list[Step], **expected: Any) -> Mode:
    """A mode that ends well, with the usage of every test, unless something else is said."""
    good: dict[str, Any] = {"finish": "stop", "usage": CHAT_USAGE, "cost": "0.000123"}
    return Mode(script, api="responses", **good | expected)


def broken(script: list[Step], **expected: Any) -> Mode:
    none: dict[str, Any] = {"finish": "", "usage": None, "cost": None, "is_done": False, "state": "incomplete"}
    return mode(script, **none | expected)


def arguments(number: int, *pieces: str) -> list[Step]:
    at = {"item_id": f"fc_{number}", "output_index": number}
    return [Event("response.function_call_arguments.delta", {**at, "delta": piece}) for piece in pieces]


def added(name: str, number: int) -> Event:
    return Event("response.output_item.added", {"output_index": number, "item": call(name, "", number=number)})


TEXTS = {
    "responses": mode(responses.answer(["Hel", "lo"]), text="Hello", served="fake/model"),
    "responses in the names of the prose": mode(
        [
            Event("response.content_part.delta", {"output_index": 0, "content_index": 0, "delta": "Hel"}),
            Event("response.content_part.delta", {"delta": {"type": "output_text", "text": "lo"}}),
            Event("response.output_item.done", {"output_index": 0, "item": message("Hello")}),
            Event("response.done", {"response": {"id": "r", "status": "completed", "usage": USAGE}}),
            DoneMark(),
        ],
        text="Hello",
    ),
    "responses with whole texts only": mode(
        [
            *began(),
            Event("response.output_text.done", {**AT, "text": "Hello"}),
            Event("response.content_part.done", {**AT, "part": {"type": "output_text", "text": "Hello"}}),
            Event("response.output_item.done", {"output_index": 0, "item": message("Hello")}),
            ended([message("Hello")]),
        ],
        text="Hello",
    ),
    "responses with whole items only": mode(
        [
            Event("response.output_item.done", {"output_index": 0, "item": REASONING}),
            Event("response.output_item.done", {"output_index": 1, "item": message("Hello")}),
            ended([REASONING, message("Hello")]),
        ],
        text="Hello",
        reasoning="a plan",
    ),
    "responses with everything at the end": mode(
        [*began(), ended([REASONING, message("Hello"), call("look", "{}")])],
        text="Hello",
        reasoning="a plan",
        tool_calls=(("call_1", "look", "{}"),),
        finish="tool_calls",
    ),
    "responses in two messages": mode(
        [
            *deltas(["one "]),
            Event("response.output_item.done", {"output_index": 0, "item": message("one ")}),
            Event("response.output_item.done", {"output_index": 1, "item": message("two", id="msg_2")}),
            ended([message("one "), message("two", id="msg_2")]),
        ],
        text="one two",
    ),
    "responses without types in the data": mode(
        [
            Send('event: response.output_text.delta\ndata: {"delta": "Hello"}\n\n'),
            Send('event: response.output_text.done\ndata: {"text": "Hello"}\n\n'),
            Send('event: response.completed\ndata: {"response": {"status": "completed"}}\n\n'),
        ],
        text="Hello",
        usage=None,
        cost=None,
    ),
    "responses without names of events": mode(
        [
            Data({"type": "response.output_text.delta", "delta": "Hello"}),
            Data({"type": "response.completed", "response": response("completed", usage=USAGE)}),
        ],
        text="Hello",
    ),
    "responses with events that nobody knows": mode(
        [
            Event("response.debug", {"body": {"text": "not said"}}),
            *deltas(["Hello"]),
            Event("response.output_text.annotation.added", {**AT, "annotation": {"text": "not said"}}),
            Event("response.web_search_call.searching", {"delta": "not said"}),
            Data([1]),
            Data("null"),
            Data({"delta": "not said"}),
            ended([message("Hello")]),
        ],
        text="Hello",
    ),
    "responses with thoughts and their summary": mode(
        [
            *deltas(["a ", "plan"], "reasoning_text", item="rs_1"),
            Event("response.reasoning_text.done", {**THOUGHT, "content_index": 0, "text": "a plan"}),
            Event("response.reasoning_summary_part.added", {**THOUGHT, "summary_index": 0, "part": {"text": ""}}),
            Event("response.reasoning_summary_text.delta", {**THOUGHT, "summary_index": 0, "delta": "first"}),
            Event("response.reasoning_summary_text.done", {**THOUGHT, "summary_index": 0, "text": "first"}),
            Event("response.reasoning_summary_text.delta", {**THOUGHT, "summary_index": 1, "delta": "second"}),
            Event("response.output_item.done", {"output_index": 0, "item": REASONING}),
            *deltas(["Hello"], place=1),
            ended([REASONING, message("Hello")]),
        ],
        text="Hello",
        reasoning="a plan\n\nfirst\n\nsecond",
    ),
    "responses with a refusal": mode(
        [
            *deltas(["I will ", "not."], "refusal"),
            Event("response.refusal.done", {**AT, "refusal": "I will not."}),
            ended(),
        ],
        refusal="I will not.",
        state="refused",
    ),
    "responses with a refusal at the end only": mode(
        [ended([{"type": "message", "content": [{"type": "refusal", "refusal": "I will not."}]}])],
        refusal="I will not.",
        state="refused",
    ),
    "responses with a key of the customer's own": mode(
        [*deltas(["Hello"]), ended(usage=BYOK)],
        text="Hello",
        usage=billed(
            10,
            3,
            "0.001",
            is_byok=True,
            cost_details={
                "upstream_inference_prompt_cost": Decimal("0.005"),
                "upstream_inference_completions_cost": Decimal("0.015"),
                "upstream_inference_cost": Decimal("0.020"),
            },
        ),
        cost="0.021",
    ),
    "responses not streaming": mode(
        [
            Status(
                200,
                {},
                {
                    **response("completed", [REASONING, message("Hello")]),
                    "usage": {"input_tokens": 10, "output_tokens": 3, "total_tokens": 13},
                },
            )
        ],
        text="Hello",
        reasoning="a plan",
        usage=usage(10, 3),
        cost=None,
        streams=False,
    ),
    "responses not streaming, as text alone": mode(
        [Status(200, {}, {**response("completed"), "output_text": "Hello"})],
        text="Hello",
        usage=None,
        cost=None,
        streams=False,
    ),
    "responses not streaming, with a call": mode(
        [Status(200, {}, response("completed", [call("look", '{"a": 1}')]))],
        tool_calls=(("call_1", "look", '{"a": 1}'),),
        finish="tool_calls",
        usage=None,
        cost=None,
        streams=False,
    ),
    "responses and a connection that stays open": mode(
        [*deltas(["Hello"]), ended([message("Hello")]), Hang()], text="Hello"
    ),
}

CALLS = {
    "responses with two calls": mode(
        [
            added("look", 1),
            added("find", 2),
            *arguments(1, '{"a"', ": 1}"),
            *arguments(2, "{}"),
            Event(
                "response.function_call_arguments.done", {"item_id": "fc_1", "output_index": 1, "arguments": '{"a": 1}'}
            ),
            Event("response.output_item.done", {"output_index": 1, "item": call("look", '{"a": 1}', number=1)}),
            Event("response.output_item.done", {"output_index": 2, "item": call("find", "{}", number=2)}),
            ended([message(""), call("look", '{"a": 1}', number=1), call("find", "{}", number=2)]),
        ],
        tool_calls=(("call_1", "look", '{"a": 1}'), ("call_2", "find", "{}")),
        finish="tool_calls",
    ),
    "responses with a call that is whole at once": mode(
        [Event("response.output_item.done", {"output_index": 1, "item": {**call("look", "{}"), "id": None}}), ended()],
        tool_calls=(("call_1", "look", "{}"),),
        finish="tool_calls",
    ),
    "responses with a call that is named at its end": mode(
        [
            *arguments(1, "{}"),
            Event("response.output_item.done", {"output_index": 1, "item": call("look", "{}")}),
            ended(),
        ],
        tool_calls=(("call_1", "look", "{}"),),
        finish="tool_calls",
    ),
    "responses with other ids at the end": mode(
        [added("look", 1), *arguments(1, "{}"), ended([{**call("look", "{}", number=9), "call_id": "other"}])],
        tool_calls=(("call_1", "look", "{}"),),
        finish="tool_calls",
    ),
}

RESPONSES = {**TEXTS, **CALLS}
