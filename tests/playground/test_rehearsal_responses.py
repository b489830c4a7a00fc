"""The Responses API of the rehearsal: its events, items and usage, and what it refuses."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from playground.rehearsal import words
from playground.rehearsal.process import RehearsalProcess
from playground.rehearsal.thinking import LABEL
from playground.rehearsal.wording import NOTICE
from tests.playground.rehearsing import RESPONSES, chat, respond, said_to, send

WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
TEXT_EVENTS = [
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
]
THINKING_EVENTS = [kind.replace("output_text", "reasoning_text") for kind in TEXT_EVENTS]
CALL_EVENTS = [
    "response.output_item.added",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.output_item.done",
]


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[RehearsalProcess]:
    with RehearsalProcess(hurry=50) as process:
        yield process


def test_text_comes_in_the_order_of_the_description(rehearsal: RehearsalProcess) -> None:
    heard = respond(rehearsal, "Why is the sky blue?")
    assert heard.kinds == ["response.created", "response.in_progress", *TEXT_EVENTS, "response.completed"]
    assert heard.is_done
    text = heard.deltas("output_text")
    assert text == chat(rehearsal, "Why is the sky blue?").text
    [done] = [event["text"] for event in heard.said if event["type"] == "response.output_text.done"]
    assert done == heard.response["output"][0]["content"][0]["text"] == text
    assert heard.response["id"] == heard.headers["x-generation-id"]
    prompt, completion = words.count(["Why is the sky blue?"]), len(words.tokens(text))
    assert heard.response["usage"] == {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": completion,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": prompt + completion,
        "cost": 0,
        "is_byok": False,
    }
    assert [event["response"]["usage"] for event in heard.said if event["type"] == "response.created"] == [None]


def test_whole_is_what_the_last_event_holds(rehearsal: RehearsalProcess) -> None:
    more: dict[str, Any] = {"instructions": "Be brief.", "tools": [WEATHER], "reasoning": {"effort": "low"}}
    whole = respond(rehearsal, "Weather in Oslo", stream=False, **more)
    assert whole.headers["content-type"] == "application/json"
    streamed = respond(rehearsal, "Weather in Oslo", **more).response
    for said in (whole.response, streamed):
        for item in said["output"]:
            item["id"] = item.get("call_id") and "x"
            item.pop("call_id", None)
        for name in ("id", "created_at", "completed_at"):
            said[name] = None
    assert whole.response == streamed
    assert streamed["instructions"] == "Be brief."
    assert streamed["tools"] == [WEATHER]


def test_thinking_and_calls_are_items_of_their_own(rehearsal: RehearsalProcess) -> None:
    other = WEATHER | {"name": "get_time"}
    heard = respond(
        rehearsal,
        "Call both: the weather in Oslo, the time in Rome",
        reasoning={"effort": "low"},
        tools=[WEATHER, other],
    )
    created = ["response.created", "response.in_progress"]
    assert heard.kinds == [*created, *THINKING_EVENTS, *TEXT_EVENTS, *CALL_EVENTS, *CALL_EVENTS, "response.completed"]
    thinking, message, first, second = heard.response["output"]
    assert thinking["content"][0]["text"] == heard.deltas("reasoning_text")
    assert heard.deltas("reasoning_text").startswith(LABEL)
    assert message["content"][0]["text"] == NOTICE
    assert [first["name"], second["name"]] == ["get_weather", "get_time"]
    assert [json.loads(call["arguments"]) for call in (first, second)] == [{"city": "Oslo"}, {"city": "Rome"}]
    assert heard.deltas("function_call_arguments") == first["arguments"] + second["arguments"]
    places = [event["output_index"] for event in heard.said if event["type"] == "response.output_item.added"]
    assert places == [0, 1, 2, 3]
    thought = len(words.tokens(heard.deltas("reasoning_text")))
    assert heard.response["usage"]["output_tokens_details"]["reasoning_tokens"] == thought


def test_items_are_read_as_a_conversation(rehearsal: RehearsalProcess) -> None:
    items = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Weather in Oslo and Rome?"}]},
        {"type": "reasoning", "id": "r", "summary": []},
        {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": '{"city": "Oslo"}'},
        {"type": "function_call", "call_id": "c2", "name": "get_weather", "arguments": '{"city": "Rome"}'},
        {"type": "function_call_output", "call_id": "c2", "output": "sunny"},
        {"type": "function_call_output", "call_id": "c1", "output": "snow"},
    ]
    text = respond(rehearsal, items, tools=[WEATHER]).deltas("output_text")
    assert text.startswith(NOTICE)
    assert text.index("`sunny`") < text.index("`snow`")
    assert "get_weather" in text
    heard = respond(rehearsal, [*items, {"role": "assistant", "content": "Cold."}, *said_to("say exactly: bye")])
    assert heard.deltas("output_text") == f"{NOTICE}\n\nbye"


def test_limits_and_instructions_count(rehearsal: RehearsalProcess) -> None:
    heard = respond(rehearsal, "Hello", max_output_tokens=5, instructions="Be brief.")
    assert heard.response["usage"]["output_tokens"] == 5
    assert heard.response["usage"]["input_tokens"] == words.count(["Be brief.", "Hello"])
    assert heard.response["incomplete_details"] == {"reason": "max_output_tokens"}


def test_a_format_is_kept(rehearsal: RehearsalProcess) -> None:
    schema = {"type": "object", "properties": {"note": {"type": "string"}}, "required": ["note"]}
    form = {"type": "json_schema", "name": "n", "schema": schema}
    assert json.loads(respond(rehearsal, "Hi", text={"format": form}).deltas("output_text")) == {"note": NOTICE}
    said = respond(rehearsal, "Hi", text={"format": {"type": "json_object"}}).deltas("output_text")
    assert json.loads(said)["notice"] == NOTICE


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"input": None}, "input"),
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": [5]}, "input.0"),
        ({"input": [{"type": "reasoning"}]}, "no message"),
        ({"input": [{"type": "web_search_call"}]}, "input.0.type"),
        ({"input": [{"role": "tool", "content": "x"}]}, "role"),
        ({"store": True}, "store"),
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"instructions": 5}, "instructions"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"text": {"format": {"type": "json_schema", "schema": {}}}}, "text.format.name"),
        ({"text": "json"}, "text"),
        ({"tools": [{"type": "web_search"}]}, "tools.0.type"),
        ({"tools": [{"type": "function", "function": {"name": "x"}}]}, "tools.0.name"),
        ({"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]}, "a call that nobody made"),
        ({"input": [{"type": "function_call", "call_id": "c", "name": "n", "arguments": ""}]}, "no result"),
        ({"input": [{"type": "function_call", "call_id": "c", "name": "n"}]}, "arguments"),
    ],
)
def test_what_is_refused(rehearsal: RehearsalProcess, more: dict[str, Any], word: str) -> None:
    heard = send(rehearsal, json.dumps({"model": "a/b", "input": "x", **more}).encode(), RESPONSES)
    assert heard.status == heard.error["code"] == 400
    assert word in heard.error["message"]


def test_what_is_stateless_is_taken(rehearsal: RehearsalProcess) -> None:
    assert respond(rehearsal, "Hi", store=False, previous_response_id=None).response["status"] == "completed"
