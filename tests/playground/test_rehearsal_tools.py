"""Tools in chats: which of them are called, with what, in which pieces, and what follows their results."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from playground.rehearsal import words
from playground.rehearsal.process import RehearsalProcess
from playground.rehearsal.request import Tool, Tools
from playground.rehearsal.tools import called
from playground.rehearsal.wording import NOTICE
from tests.playground.rehearsing import chat, said_to


def tool(name: str, description: str = "", **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


WEATHER = tool(
    "get_weather",
    "The weather of a place",
    city={"type": "string"},
    days={"type": "integer", "minimum": 1, "maximum": 7},
    unit={"type": "string", "enum": ["celsius", "fahrenheit"]},
)
TIME = tool("get_time", "What time it is", place={"type": "string"})


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[RehearsalProcess]:
    with RehearsalProcess(hurry=50) as process:
        yield process


def test_a_call_is_streamed_in_pieces_with_arguments_from_the_prompt(rehearsal: RehearsalProcess) -> None:
    heard = chat(rehearsal, "What is the weather in Paris for 3 days, in Fahrenheit?", tools=[TIME, WEATHER])
    assert heard.text == NOTICE
    [(name, arguments)] = heard.calls
    assert (name, json.loads(arguments)) == ("get_weather", {"city": "Paris", "days": 3, "unit": "fahrenheit"})
    assert heard.finish == ["tool_calls"]
    deltas = [chunk["choices"][0]["delta"] for chunk in heard.said if chunk["choices"]]
    pieces = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]
    assert [set(piece) for piece in pieces[:2]] == [{"index", "id", "type", "function"}, {"index", "function"}]
    assert len(pieces) == 1 + len(words.tokens(arguments))
    assert heard.usages[0]["completion_tokens"] == len(words.tokens(NOTICE)) + len(pieces)


def test_whole_it_is_the_same_call(rehearsal: RehearsalProcess) -> None:
    streamed = chat(rehearsal, "The weather in Paris", tools=[WEATHER])
    heard = chat(rehearsal, "The weather in Paris", tools=[WEATHER], stream=False)
    assert heard.calls == streamed.calls
    assert heard.usages == streamed.usages
    assert heard.finish == ["tool_calls"]


def test_two_calls_keep_their_indexes_apart(rehearsal: RehearsalProcess) -> None:
    heard = chat(rehearsal, "Call get_time for Rome and get_weather for Oslo", tools=[WEATHER, TIME])
    assert [name for name, _ in heard.calls] == ["get_time", "get_weather"]
    for (_, arguments), offered in zip(heard.calls, (TIME, WEATHER), strict=True):
        jsonschema.validate(json.loads(arguments), offered["function"]["parameters"])
    assert json.loads(heard.calls[0][1]) == {"place": "Rome"}
    ids = [call["id"] for chunk in heard.said for call in _calls(chunk) if "id" in call]
    assert len(set(ids)) == 2
    heard = chat(rehearsal, "Both", tools=[WEATHER, TIME], parallel_tool_calls=False)
    assert len(heard.calls) == 1


def _calls(chunk: dict[str, Any]) -> list[dict[str, Any]]:
    return chunk["choices"][0]["delta"].get("tool_calls", []) if chunk["choices"] else []


OFFERED = (
    Tool("get_weather", "The weather of a place", {}),
    Tool("get_time", "What time it is", {}),
    Tool("send-mail", "", {}),
)


@pytest.mark.parametrize(
    ("prompt", "choice", "names"),
    [
        ("Tell me", "auto", ["get_weather"]),
        ("What time is it?", "auto", ["get_time"]),
        ("Use get time", "required", ["get_time"]),
        ("Send mail, then get_weather, then get_time", "auto", ["send-mail", "get_weather"]),
        ("get_weathers", "auto", ["get_weather"]),
        ("Do both", "auto", ["get_weather", "get_time"]),
        ("Do both with get_time", "auto", ["get_time", "get_weather"]),
        ("Do both with get_time", "send-mail", ["send-mail"]),
    ],
)
def test_which_tools_are_called(prompt: str, choice: str, names: list[str]) -> None:
    assert [tool.name for tool in called(Tools(OFFERED, choice), prompt)] == names


def test_one_tool_is_called_twice_with_other_words(rehearsal: RehearsalProcess) -> None:
    heard = chat(rehearsal, "The time in both Oslo and Rome", tools=[TIME])
    assert [json.loads(arguments)["place"] for _, arguments in heard.calls] == ["Oslo", "Rome"]


def test_choices_are_kept(rehearsal: RehearsalProcess) -> None:
    assert chat(rehearsal, "The weather", tools=[WEATHER], tool_choice="none").calls == []
    named = {"type": "function", "function": {"name": "get_time"}}
    [(name, _)] = chat(rehearsal, "The weather", tools=[WEATHER, TIME], tool_choice=named).calls
    assert name == "get_time"


CALL = {"id": "c1", "type": "function", "function": {"name": "get_time", "arguments": '{"place": "Rome"}'}}
ASKED = [*said_to("The time in Rome"), {"role": "assistant", "content": None, "tool_calls": [CALL]}]
RESULT = {"role": "tool", "tool_call_id": "c1", "content": '{"time": "`12:00`"}'}


def test_a_result_is_quoted_in_words(rehearsal: RehearsalProcess) -> None:
    heard = chat(rehearsal, [*ASKED, RESULT], tools=[TIME])
    assert heard.text.startswith(NOTICE)
    assert "get_time" in heard.text
    assert """`{"time": "'12:00'"}`""" in heard.text
    assert (heard.finish, heard.calls) == (["stop"], [])
    again = chat(rehearsal, [*ASKED, RESULT, *said_to("And in Oslo?")], tools=[TIME])
    assert json.loads(again.calls[0][1]) == {"place": "Oslo"}


@pytest.mark.parametrize(
    ("messages", "word"),
    [
        ([*said_to("x"), RESULT], "a call that nobody made"),
        ([*ASKED, {**RESULT, "tool_call_id": "c2"}], "“c2”, a call that nobody made"),
        ([*ASKED, RESULT, RESULT], "a call that nobody made"),
        (ASKED, "“c1” has no result"),
        ([*ASKED, *said_to("x"), RESULT], "“c1” has no result"),
        ([*ASKED, {"role": "tool", "content": "x"}], "tool_call_id"),
        ([{"role": "assistant", "tool_calls": [{"id": "c1"}]}], "tool_calls.0.function"),
        ([{"role": "assistant", "tool_calls": [{"id": 5, "function": {"name": "n", "arguments": ""}}]}], "required"),
        ([{"role": "assistant", "tool_calls": {}}], "a list"),
    ],
)
def test_results_and_calls_have_to_match(rehearsal: RehearsalProcess, messages: list[Any], word: str) -> None:
    heard = chat(rehearsal, messages, tools=[TIME])
    assert heard.status == 400
    assert word in heard.error["message"]


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"tools": {}}, "tools"),
        ({"tools": [{"type": "retrieval"}]}, "tools.0.type"),
        ({"tools": [{"type": "function"}]}, "tools.0.function"),
        ({"tools": [tool("two words")]}, "tools.0.function.name"),
        ({"tools": [TIME, TIME]}, "same name"),
        ({"tools": [tool(f"t{number}") for number in range(129)]}, "128"),
        ({"tools": [{"type": "function", "function": {"name": "x", "parameters": []}}]}, "parameters"),
        ({"tools": [{"type": "function", "function": {"name": "x", "parameters": {"type": "array"}}}]}, "parameters"),
        ({"tools": [TIME], "tool_choice": "sometimes"}, "tool_choice"),
        ({"tools": [TIME], "tool_choice": {"type": "function", "function": {"name": "none"}}}, "“none”"),
        ({"tool_choice": "required"}, "none is offered"),
        ({"tools": [TIME], "parallel_tool_calls": 1}, "parallel_tool_calls"),
    ],
)
def test_what_tools_may_not_be(rehearsal: RehearsalProcess, more: dict[str, Any], word: str) -> None:
    heard = chat(rehearsal, "x", **more)
    assert heard.status == 400
    assert word in heard.error["message"]


def test_arguments_are_broken_on_request(rehearsal: RehearsalProcess) -> None:
    [(_, arguments)] = chat(rehearsal, "Weather. rehearse: wrong schema", tools=[WEATHER]).calls
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(arguments), WEATHER["function"]["parameters"])
    [(_, arguments)] = chat(rehearsal, "Weather. rehearse: not json", tools=[WEATHER]).calls
    with pytest.raises(json.JSONDecodeError):
        json.loads(arguments)


def test_tools_without_parameters_and_stop_in_the_middle(rehearsal: RehearsalProcess) -> None:
    bare = {"type": "function", "function": {"name": "ping"}}
    assert chat(rehearsal, "x", tools=[bare]).calls == [("ping", "{}")]
    length = len(words.tokens(NOTICE))
    assert chat(rehearsal, "x", tools=[bare], max_tokens=length).calls == []
    heard = chat(rehearsal, "x", tools=[bare], max_tokens=length + 1)
    assert (heard.calls, heard.finish) == ([("ping", "")], ["length"])
