"""The JSON that goes upstream: accepted by strict readers, each server's form, and nothing that was not asked for."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from catalog.pricing import Component, Rate
from playground.bodies import Body, Routing, Wanted, build, texts
from playground.messages import Message, ToolCall
from tests.playground.strict_requests import refused_by_mistral, refused_by_openai, refused_by_openrouter

MODEL = "mistralai/mistral-large-2512"
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}
RATES = [
    Rate(Component.INPUT, Decimal("0.0000004")),
    Rate(Component.INPUT, Decimal("0.0000008")),  # of a longer context
    Rate(Component.OUTPUT, Decimal("0.0000020833333333")),
]
CALL = ToolCall("call_1", "weather", '{"city": "Paris"}')
TALK = [
    Message("system", "Be brief."),
    Message("user", "What is on it?", images=(7,)),
    Message("assistant", "", tool_calls=(CALL,)),
    Message("tool", "sunny", tool_call_id="call_1"),
    Message("assistant", "Sunny."),
    Message("user", "Thanks."),
]
FEATURES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "sampling": {"temperature": 0.3, "top_p": 0.9, "seed": 7},
    "limit": {"max_tokens": 64},
    "newer limit": {"max_completion_tokens": 64},
    "stops": {"stop": ["END", "\n\n"]},
    "penalties": {"frequency_penalty": 0.5, "presence_penalty": -0.5},
    "tools": {"tools": [WEATHER]},
    "a tool by name": {"tools": [WEATHER], "tool_choice": {"type": "function", "function": {"name": "weather"}}},
    "any tool": {"tools": [WEATHER], "tool_choice": "required", "parallel_tool_calls": False},
    "no tool": {"tools": [WEATHER], "tool_choice": "none"},
    "json": {"response_format": {"type": "json_object"}},
    "schema": {"response_format": SCHEMA},
    "strict schema": {"response_format": SCHEMA, "structured_outputs": True},
    "reasoning": {"reasoning": {"effort": "high"}},
    "effort": {"reasoning_effort": "low"},
}
MARKET_ONLY = {"sampling of the market": {"top_k": 5, "min_p": 0.1, "repetition_penalty": 1.1}, "all guards": {}}


class Takes:
    """One row of a parameter table."""

    def __init__(self, *, is_unsupported: bool = False, replaced_by: str = "") -> None:
        self.is_unsupported = is_unsupported
        self.is_deprecated = bool(replaced_by)
        self.replaced_by = replaced_by


class Everything(Mapping[str, Takes]):
    """A table that takes whatever it is asked about."""

    def __getitem__(self, name: str) -> Takes:
        return Takes()

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def made(values: dict[str, Any], messages: list[Message] | None = None, **more: Any) -> Body:
    return build(Wanted(MODEL, messages or [Message("user", "Hello")], values, more.pop("table", Everything()), **more))


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("feature", [*FEATURES, *MARKET_ONLY])
@pytest.mark.parametrize("messages", [[Message("user", "Hello")], TALK], ids=["one", "talk"])
def test_openrouter_understands_all_of_it(feature: str, api: str, streams: bool, messages: list[Message]) -> None:
    guards = Routing(True, True, True, True).preferences(RATES) if feature == "all guards" else {}
    body = made((FEATURES | MARKET_ONLY)[feature], messages, api=api, streams=streams, preferences=guards)
    assert refused_by_openrouter(body.json, api) == []
    assert ("provider" in body.json) is bool(guards)


@pytest.mark.parametrize("feature", [name for name in FEATURES if name != "reasoning"])
def test_the_openai_client_would_send_the_same(feature: str) -> None:
    assert refused_by_openai(made(FEATURES[feature], TALK).json) == []


@pytest.mark.parametrize("feature", [*FEATURES, *MARKET_ONLY])
def test_mistral_gets_no_unknown_field(feature: str) -> None:
    values = (FEATURES | MARKET_ONLY)[feature]
    guards = Routing(max_price=True).preferences(RATES)
    body = made(values, TALK, dialect="mistral", preferences=guards)
    assert refused_by_mistral(body.json) == []
    sent = set(body.json) | set(body.left_out)
    renamed = {"seed": "random_seed", "max_completion_tokens": "max_tokens"}
    for name in set(values) - {"structured_outputs"}:
        assert renamed.get(name, name) in sent, "what is asked for is sent, or said to be left out"


def test_the_readers_are_strict() -> None:
    wrong = made({}).json | {"colour": "red"}
    assert refused_by_openrouter(wrong, "chat") == refused_by_openai(wrong) == ["$.colour"]
    assert refused_by_mistral(wrong) == ["colour"]
    with pytest.raises(ValidationError):
        refused_by_openrouter(made({}).json | {"messages": "Hello"}, "chat")


def test_chat_by_hand() -> None:
    assert made({"temperature": 0.5}, TALK).json == {
        "model": MODEL,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "text", "text": "What is on it?"},
                    {"type": "image_url", "image_url": {"url": "windrose-image:7"}},
                ],
            },
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "weather", "arguments": '{"city": "Paris"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
            {"role": "assistant", "content": "Sunny."},
            {"role": "user", "content": "Thanks."},
        ],
        "stream": True,
        "temperature": 0.5,
    }


def test_responses_by_hand() -> None:
    values = {"max_tokens": 64, "response_format": SCHEMA, "tools": [WEATHER], "seed": 1, "stop": ["END"]}
    body = made(values, TALK, api="responses", streams=False)
    assert body.left_out == ["seed", "stop"]
    assert body.json == {
        "model": MODEL,
        "instructions": "Be brief.",
        "input": [
            {
                "type": "message",
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "What is on it?"},
                    {"type": "input_image", "detail": "auto", "image_url": "windrose-image:7"},
                ],
            },
            {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city": "Paris"}'},
            {"type": "function_call_output", "call_id": "call_1", "output": "sunny"},
            {"type": "message", "role": "assistant", "content": "Sunny."},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Thanks."}]},
        ],
        "stream": False,
        "max_output_tokens": 64,
        "text": {"format": {"type": "json_schema", "name": "answer", "schema": {"type": "object"}}},
        "tools": [{"type": "function", **WEATHER["function"]}],  # type: ignore[dict-item]
    }


def test_a_server_of_ones_own_is_asked_for_usage() -> None:
    asked = made({"seed": 1}, dialect="compatible", preferences={"require_parameters": True}).json
    assert asked["stream_options"] == {"include_usage": True}
    assert "provider" not in asked
    assert "stream_options" not in made({}, dialect="compatible", streams=False).json
    assert "stream_options" not in made({}).json


@pytest.mark.parametrize("dialect", ["openrouter", "mistral", "compatible"])
def test_nobody_is_asked_for_several_answers_at_once(dialect: str) -> None:
    body = made({"n": 10, "best_of": 5, "seed": 1}, dialect=dialect)
    assert not {"n", "best_of"} & set(body.json)
    assert {"n", "best_of"} <= set(body.left_out)


class TestTable:
    def test_what_it_does_not_list_is_left_out(self) -> None:
        table = {"temperature": Takes(), "seed": Takes(is_unsupported=True)}
        body = made({"temperature": 1.0, "seed": 1, "top_p": 0.5}, table=table)
        assert body.json == {
            "model": MODEL,
            "messages": [{"role": "user", "content": "Hello"}],
            "stream": True,
            "temperature": 1.0,
        }
        assert body.left_out == ["seed", "top_p"]

    def test_a_deprecated_name_travels_under_its_successor(self) -> None:
        table = {"max_tokens": Takes(replaced_by="max_completion_tokens")}
        assert made({"max_tokens": 5}, table=table).json["max_completion_tokens"] == 5
        assert made({"max_tokens": 5}, table=table, dialect="mistral").json["max_tokens"] == 5

    def test_a_limit_goes_to_who_knows_only_its_newer_name(self) -> None:
        assert made({"max_tokens": 5}, table={"max_completion_tokens": Takes()}).json["max_completion_tokens"] == 5
        assert made({"max_tokens": 5}, table={}).left_out == ["max_tokens"]

    def test_strictness_is_a_mark_of_the_schema(self) -> None:
        kept = made({"response_format": SCHEMA, "structured_outputs": True}).json
        assert kept["response_format"]["json_schema"]["strict"] is True
        assert "structured_outputs" not in kept
        assert made({"structured_outputs": True}).left_out == ["structured_outputs"]
        assert "strict" not in SCHEMA["json_schema"], "what was asked stays as it was"

    def test_effort_is_said_once(self) -> None:
        body = made({"reasoning": {"effort": "high"}, "reasoning_effort": "low"})
        assert (body.json["reasoning"], body.left_out) == ({"effort": "high"}, ["reasoning_effort"])


class TestRouting:
    def test_the_dearest_known_price_is_the_bound(self) -> None:
        # 0.0000008 x 1,000,000 = 0.8, and 0.0000020833333333 x 1,000,000 = 2.0833333333
        assert Routing(max_price=True).preferences(RATES) == {
            "max_price": {"prompt": "0.8", "completion": "2.0833333333"}
        }

    def test_what_is_off_is_not_said(self) -> None:
        assert Routing().preferences(RATES) == {}
        assert Routing(max_price=True).preferences([]) == {}
        assert Routing(deny_data_collection=True).preferences([]) == {"data_collection": "deny"}
        assert Routing(no_fallbacks=True, require_parameters=True).preferences([]) == {
            "require_parameters": True,
            "allow_fallbacks": False,
        }


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_everything_said_is_found_again(api: str) -> None:
    found = texts(made({}, TALK, api=api).json)
    assert [text for text in found if text] == (
        ["Be brief.", "What is on it?", "sunny", "Sunny.", "Thanks."]
        if api == "chat"
        else ["Be brief.", "What is on it?", '{"city": "Paris"}', "sunny", "Sunny.", "Thanks."]
    )
