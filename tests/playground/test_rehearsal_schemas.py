"""JSON that fits a schema, judged by a real validator; JSON that breaks one; and how little a hostile schema costs."""

import json
import time
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.rehearsal import patterns, schemas
from playground.rehearsal.process import RehearsalProcess
from playground.rehearsal.prompt_values import PromptValues
from playground.rehearsal.wording import NOTICE
from tests.playground.rehearsing import chat

PROMPT = 'Book "The Grand Hotel" in New York for 4 people at 99.5 a night from 2026-12-24, no smoking. Country: USA'


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[RehearsalProcess]:
    with RehearsalProcess(hurry=50) as process:
        yield process


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def test_a_form_is_filled_in_from_the_prompt() -> None:
    schema = an_object(
        hotel={"type": "string"},
        city={"type": "string"},
        country={"type": "string"},
        guests={"type": "integer"},
        price={"type": "number"},
        arrival={"type": "string", "format": "date"},
        smoking={"type": "boolean"},
        board={"enum": ["full", "night", "none"]},
    )
    assert schemas.fitting(schema, PromptValues(PROMPT)) == {
        "hotel": "The Grand Hotel",
        "city": "New York",
        "country": "USA",
        "guests": 4,
        "price": 99.5,
        "arrival": "2026-12-24",
        "smoking": False,
        "board": "night",
    }


NODE = {
    "$ref": "#/$defs/node",
    "$defs": {
        "node": an_object(name={"type": "string"}, children={"type": "array", "items": {"$ref": "#/$defs/node"}})
    },
}
SCHEMAS: list[dict[str, Any]] = [
    an_object(text={"type": "string"}, size={"type": "integer", "minimum": 10, "maximum": 12}),
    an_object(
        a={"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5}, b={"type": "string", "maxLength": 3}
    ),
    an_object(
        a={"type": "integer", "multipleOf": 7, "minimum": 15}, b={"type": "number", "multipleOf": 0.25, "maximum": -3}
    ),
    an_object(a={"type": "string", "minLength": 200}, b={"type": "string", "minLength": 5, "maxLength": 5}),
    an_object(a={"type": "array", "items": {"type": "integer"}, "minItems": 5, "uniqueItems": True}),
    an_object(a={"type": "array", "items": {"type": "string"}, "maxItems": 1}, b={"type": "array", "maxItems": 0}),
    an_object(a={"type": "array", "prefixItems": [{"type": "string"}, {"type": "boolean"}], "items": False}),
    an_object(a={"type": "array", "items": {"enum": ["x", "y", "z"]}, "uniqueItems": True, "minItems": 3}),
    an_object(a={"const": {"x": [1]}}, b={"enum": [None, 3]}, c={"type": "null"}, d={"type": ["null", "integer"]}),
    an_object(a={"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 5}]}, b={"oneOf": [{"const": "x"}]}),
    an_object(a={"allOf": [an_object(x={"type": "string"}) | {"additionalProperties": True}, {"required": ["x"]}]}),
    an_object(a={"type": "string", "format": "email"}, b={"type": "string", "format": "uri"}),
    an_object(a={"type": "string", "format": "date-time"}, b={"type": "string", "format": "uuid"}),
    an_object(
        a={"type": "string", "pattern": r"^[A-Z]{2}-\d{4}$"}, b={"type": "string", "pattern": "^(red|blue)+[^a1]?$"}
    ),
    {"type": "object", "additionalProperties": {"type": "integer"}},
    {"type": "object", "required": ["x", "y"]},
    {"type": "array", "items": an_object(n={"type": "integer"})},
    {"type": "string", "minLength": 4},
    NODE,
    an_object(first=NODE["$defs"]["node"] | NODE, second={"$ref": "#/properties/first"}) | {"$defs": NODE["$defs"]},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=[str(number) for number in range(len(SCHEMAS))])
@pytest.mark.parametrize("prompt", ["", PROMPT])
def test_it_fits(schema: dict[str, Any], prompt: str) -> None:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    for notice in ("", NOTICE):
        filled = schemas.fitting(schema, PromptValues(prompt), notice)
        jsonschema.validate(filled, schema, jsonschema.Draft202012Validator, format_checker=checker)
    assert filled == schemas.fitting(schema, PromptValues(prompt), NOTICE)


@pytest.mark.parametrize("schema", SCHEMAS, ids=[str(number) for number in range(len(SCHEMAS))])
def test_a_misfit_does_not(schema: dict[str, Any]) -> None:
    for notice in ("", NOTICE):
        broken = schemas.misfit(schema, schemas.fitting(schema, PromptValues(PROMPT), notice), notice)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema, jsonschema.Draft202012Validator)
        assert not notice or notice in json.dumps(broken)


def test_a_schema_that_contains_itself_ends_deep_but_soon() -> None:
    filled = schemas.fitting(NODE, PromptValues("one two"))
    assert [child["name"] for child in filled["children"]] == ["two", "one"]
    endless = {"$ref": "#/$defs/a", "$defs": {"a": an_object(a={"$ref": "#/$defs/a"})}}
    assert json.dumps(schemas.fitting(endless, PromptValues(""))).count("{") == schemas.MOST_DEPTH + 1


WIDE = {"type": "object", "properties": {f"p{number}": {"$ref": "#"} for number in range(200)}}
HOSTILE = [
    WIDE,
    {"$ref": "#"},
    {"allOf": [{"$ref": "#"}] * 50},
    {"anyOf": [{"$ref": "#/anyOf/0"}]},
    {"$ref": "#/no/where"},
    {"$ref": "https://example.org/schema.json"},
    {"type": "array", "minItems": 10**12, "items": {"type": "array", "minItems": 10**12, "items": {"type": "string"}}},
    {"type": "string", "minLength": 10**12},
    {"type": "string", "pattern": "(((a{200}){200}){200}){200}"},
    {"type": "string", "pattern": "(a+)+$(?=b)(?<!c)\\1"},
    {"type": "string", "pattern": "("},
    {"type": "integer", "minimum": 10**300, "multipleOf": 1e-320},
    {"type": "number", "minimum": 5, "maximum": 3},
    {"enum": [[str(number)] for number in range(50_000)]},
    {"properties": {f"p{number}": {"enum": [str(n) for n in range(100)]} for number in range(500)}},
    {"type": 5, "properties": [], "required": {}, "enum": {}, "anyOf": 5, "allOf": [5]},
]


@pytest.mark.parametrize("schema", HOSTILE, ids=[str(number) for number in range(len(HOSTILE))])
def test_hostile_schemas_cost_little(schema: dict[str, Any]) -> None:
    begun = time.monotonic()
    filled = schemas.fitting(schema, PromptValues(f"p1: {PROMPT} " * 200), NOTICE)
    assert len(json.dumps(schemas.misfit(schema, filled, NOTICE))) < 200_000
    assert time.monotonic() - begun < 2


@given(st.text(max_size=300), st.recursive(st.booleans() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5))
def test_any_prompt_and_any_enumeration_do(prompt: str, choice: Any) -> None:
    schema = an_object(a={"type": "string"}, b={"type": "integer", "minimum": 0}, c={"enum": [choice]})
    jsonschema.validate(schemas.fitting(schema, PromptValues(prompt), NOTICE), schema)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^[A-Z]{3}\d{2}$", "AAA11"),
        ("^(red|blue)$", "red"),
        (r"\w+@\w+\.(com|org)", "a@a.com"),
        ("[^a1]x*.", "Aa"),
        ("", ""),
        ("(", "a"),
    ],
)
def test_a_pattern_is_walked_not_run(pattern: str, text: str) -> None:
    assert patterns.example(pattern) == text
    assert patterns.example("^x*$", least=4) == "xxxx"


class TestAnswers:
    @staticmethod
    def form(schema: dict[str, Any]) -> dict[str, Any]:
        return {"type": "json_schema", "json_schema": {"name": "form", "strict": True, "schema": schema}}

    def test_an_answer_fits_and_is_labelled(self, rehearsal: RehearsalProcess) -> None:
        schema = an_object(size={"type": "integer"}, about=an_object(note={"type": "string"}, tag={"type": "string"}))
        heard = chat(rehearsal, "Paris, 7", response_format=self.form(schema))
        assert json.loads(heard.text) == {"size": 7, "about": {"note": NOTICE, "tag": "Paris"}}
        assert heard.finish == ["stop"]

    def test_any_json_is_an_object_with_the_notice(self, rehearsal: RehearsalProcess) -> None:
        heard = chat(rehearsal, "Hello there", response_format={"type": "json_object"})
        assert json.loads(heard.text) == {"notice": NOTICE, "words": 2}
        assert chat(rehearsal, "Hello", response_format={"type": "text"}).text == chat(rehearsal, "Hello").text

    def test_a_wrong_one_is_json_and_breaks_the_schema(self, rehearsal: RehearsalProcess) -> None:
        schema = an_object(city={"type": "string"}, note={"type": "string"}, size={"type": "integer"})
        said = json.loads(chat(rehearsal, "rehearse: wrong schema", response_format=self.form(schema)).text)
        assert next(iter(said.items())) == ("notice", NOTICE)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(said, schema)

    def test_text_in_place_of_json(self, rehearsal: RehearsalProcess) -> None:
        heard = chat(rehearsal, "rehearse: not json", response_format=self.form(an_object(a={"type": "string"})))
        assert heard.text.startswith(f"{NOTICE}\n\n")
        with pytest.raises(json.JSONDecodeError):
            json.loads(heard.text)

    def test_the_schema_counts_in_the_prompt(self, rehearsal: RehearsalProcess) -> None:
        plain = chat(rehearsal, "Hello").usages[0]["prompt_tokens"]
        more = chat(rehearsal, "Hello", response_format=self.form(an_object(a={"type": "string"}))).usages[0]
        assert more["prompt_tokens"] > plain
