"""Structured answers against what was asked: the check as a table, and the process that does it when it is made to hurt."""

import asyncio
import json
import socket
import sys
import time
from typing import Any

import pytest

from playground.validation import Validator, Wanted, wanted
from playground.validation.checking import MOST_SCHEMA_BYTES, MOST_TEXT_BYTES, check
from playground.validation.validator import BUSY, LOST, TOO_SLOW

ORDER = {
    "type": "object",
    "properties": {
        "items": {"type": "array", "items": {"$ref": "#/$defs/item"}},
        "odd name": {"type": "null"},
        "mail": {"type": "string", "format": "email"},
    },
    "required": ["items"],
    "$defs": {"item": {"type": "object", "properties": {"price": {"type": "number"}}, "additionalProperties": False}},
}


@pytest.mark.parametrize(
    ("text", "is_valid", "path", "message"),
    [
        ('{"items": [{"price": 1}, {"price": 2.5}]}', True, "", ""),
        (' \n{"items": []}\n', True, "", ""),
        ('{"items": [], "mail": "not an address"}', True, "", ""),  # a format is an annotation
        ('{"items": [{"price": 1}, {}, {"price": "x"}]}', False, "$.items[2].price", "'x' is not of type 'number'"),
        ('{"items": [{"name": 1}]}', False, "$.items[0]", "Additional properties are not allowed ('name' was unexpected)"),
        ('{"items": [], "odd name": 1}', False, "$['odd name']", "1 is not of type 'null'"),
        ("{}", False, "$", "'items' is a required property"),
        ("[]", False, "$", "[] is not of type 'object'"),
        ('{"items": [{"price', False, "", "The answer is not JSON: it ends before the JSON does."),
        ('{"items": [', False, "", "The answer is not JSON: it ends before the JSON does."),
        ("Here you are: {}", False, "", "The answer is not JSON: expecting value in line 1, column 1."),
        ('```json\n{"items": []}\n```', False, "", "The answer is wrapped in a code fence, so it is not JSON as it stands."),
        ('{"items": [NaN]}', False, "", "The answer is not JSON: it holds a number that JSON does not know."),
        (" \n", False, "", "The answer is empty, so it is not JSON."),
        ("[" * 100_000, False, "", "The answer is nested too deeply to be read."),
        (f'{{"items": "{"x" * 1000}"}}', False, "$.items", 'A long value does not fit: type "array"'),
    ],
)  # fmt: skip
def test_an_answer_against_a_schema(text: str, is_valid: bool, path: str, message: str) -> None:
    assert check(text, ORDER) == {"is_valid": is_valid, "path": path, "message": message}


@pytest.mark.parametrize(
    ("text", "is_valid", "message"),
    [
        ('{"a": 1}', True, ""),
        ("[1]", False, "The answer is JSON, but not an object."),
        ("x", False, "The answer is not"),
    ],
)
def test_an_answer_that_only_has_to_be_an_object(text: str, is_valid: bool, message: str) -> None:
    found = check(text, None)
    assert found["is_valid"] is is_valid
    assert found["message"].startswith(message)


CIRCLE = {"$ref": "#"}
ENDLESS = "The schema refers to itself without end, so it cannot be checked."
DEEP = {"type": "array", "items": {"allOf": [{"$ref": "#"}]}}  # refers to itself, but each time for a smaller value
WEB = {"allOf": [{"$ref": "#/$defs/a0"}], "$defs": {"a40": {}}}
WEB["$defs"] |= {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "schema", "message"),
    [
        ("{}", {"type": "nonsense"}, "The schema itself is not valid"),
        ("{}", {"pattern": "("}, "The schema itself is not valid"),
        ("{}", {"$ref": "https://example.com/schema.json"}, "The schema refers to “https://example.com/schema.json”"),
        ("{}", {"$ref": "file:///etc/passwd"}, "The schema refers to “file:///etc/passwd”"),
        ("{}", {"$dynamicRef": "http://127.0.0.1:1/"}, "The schema refers to"),
        ("{}", {"$ref": "#/$defs/absent"}, "The schema refers to"),
        ("{}", CIRCLE, ENDLESS),
        ("{}", {"allOf": [{"$ref": "#"}]}, ENDLESS),
        (
            "{}",
            {"properties": {}, "$ref": "#/$defs/a~1b", "$defs": {"a/b": {"not": {"anyOf": [{"$ref": "#"}]}}}},
            ENDLESS,
        ),
        ("[" * 300 + "]" * 300, DEEP, "The schema or the answer is nested too deeply"),
        ("{}", {"const": "x" * MOST_SCHEMA_BYTES}, "The schema is larger than 65,536 bytes"),
        ('"' + "x" * MOST_TEXT_BYTES + '"', {}, "The answer is longer than 1,000,000 bytes"),
        ("1e999", {"multipleOf": 0.1}, "The schema could not be applied (OverflowError)"),
    ],
)
def test_what_cannot_be_checked_is_not_called_wrong(
    text: str, schema: Any, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: Any, **__: Any) -> None:
        raise AssertionError("Nothing is ever fetched.")

    monkeypatch.setattr(socket, "create_connection", no_network)
    monkeypatch.setattr("urllib.request.urlopen", no_network)
    found = check(text, schema)
    assert found["is_valid"] is None
    assert found["message"].startswith(message)
    assert len(found["message"]) <= 300


@pytest.mark.parametrize(
    ("request_json", "expected"),
    [
        ({}, None),
        ({"response_format": {"type": "text"}}, None),
        ({"response_format": {"type": "json_object"}}, Wanted()),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": ORDER}}}, Wanted(ORDER)),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}}, Wanted()),
        ({"response_format": "json"}, None),
        ({"text": {"format": {"type": "json_schema", "name": "a", "schema": ORDER}}}, Wanted(ORDER)),
        ({"text": {"format": {"type": "json_object"}}}, Wanted()),
        ({"text": {"verbosity": "low"}}, None),
    ],
)
def test_what_a_request_asks_for(request_json: dict[str, Any], expected: Wanted | None) -> None:
    assert wanted(request_json) == expected


def checked(*asked: tuple[str, Any], **options: Any) -> list[tuple[dict[str, Any], float]]:
    """The results with the seconds that each took, all by one validator, one after another."""

    async def ask() -> list[tuple[dict[str, Any], float]]:
        validator = Validator(**options)
        results = []
        try:
            for text, schema in asked:
                begun = time.monotonic()
                results.append((await validator.check(text, Wanted(schema)), time.monotonic() - begun))
        finally:
            await asyncio.to_thread(validator.close)
        return results

    return asyncio.run(ask())


def test_the_process_checks_and_is_kept() -> None:
    results = checked(('{"items": []}', ORDER), ("{}", ORDER), ("“é漢🙂\u2028”", None))
    assert [found["is_valid"] for found, _ in results] == [True, False, False]
    assert results[1][1] < 0.5


HURTFUL = {
    "a pattern": ('"' + "a" * 60 + '!"', {"pattern": "^(a+)+$"}),
    "a pattern of names": ('{"' + "a" * 60 + '!": 1}', {"propertyNames": {"pattern": "^(a|a)*$"}}),
    "references": ("{}", WEB),
}


@pytest.mark.parametrize(("text", "schema"), HURTFUL.values(), ids=HURTFUL)
def test_what_would_never_end_is_stopped_and_the_next_answer_is_checked(text: str, schema: Any) -> None:
    (hurt, seconds), (after, _) = checked((text, schema), ("{}", ORDER), seconds=1.0)
    assert hurt == {"is_valid": None, "path": "", "message": TOO_SLOW}
    assert seconds < 3
    assert after["message"] == "'items' is a required property"


def test_nobody_waits_for_ever_behind_others() -> None:
    async def ask() -> tuple[list[Any], float]:
        validator = Validator(seconds=2.0, wait=0.8)
        hurtful = ('"' + "a" * 60 + '!"', Wanted({"pattern": "^(a+)+$"}))
        begun = time.monotonic()
        try:
            found = await asyncio.gather(*(validator.check(*hurtful) for _ in range(50)))
            return found, time.monotonic() - begun
        finally:
            await asyncio.to_thread(validator.close)

    found, seconds = asyncio.run(ask())
    assert {each["message"] for each in found} == {BUSY}
    assert seconds < 1.5


@pytest.mark.parametrize("trouble", ["sys.exit(1)", "print('nonsense', flush=True)", "print('{}', flush=True)"])
def test_a_child_that_dies_or_lies_is_replaced_once(trouble: str) -> None:
    command = (sys.executable, "-c", f"import sys\nfor line in sys.stdin:\n    {trouble}")
    ((found, _),) = checked(("{}", None), command=command)
    assert found == {"is_valid": None, "path": "", "message": LOST}


def test_closing_ends_a_check_that_is_under_way() -> None:
    async def ask() -> float:
        validator = Validator(seconds=30.0, wait=30.0)
        checking = asyncio.create_task(validator.check('"' + "a" * 60 + '!"', Wanted({"pattern": "^(a+)+$"})))
        await asyncio.sleep(0.5)
        begun = time.monotonic()
        await asyncio.to_thread(validator.close)
        assert (await checking)["message"] == LOST
        return time.monotonic() - begun

    assert asyncio.run(ask()) < 2


def test_the_largest_schema_and_answer_pass_through_the_pipe() -> None:
    text = json.dumps({"items": [{"price": 1}] * 50_000})
    ((found, _),) = checked((text, ORDER), seconds=20.0, wait=30.0)
    assert found == {"is_valid": True, "path": "", "message": ""}


EITHER = {
    "anyOf": [
        {"type": "integer"},
        {"$ref": "#/$defs/place"},
        {"enum": ["left", "right"]},
        {"type": ["array", "null"]},
    ]
}
PLACE = {"place": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}}


def test_three_faults_are_named_and_no_more() -> None:
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in "abcd"}}
    found = check('{"a": "x", "b": "y", "c": "z", "d": "w"}', schema)
    assert (found["path"], found["message"]) == ("$.a", "'x' is not of type 'integer'")
    assert [each["path"] for each in found["more"]] == ["$.b", "$.c"]
    assert "more" not in check('{"a": "x"}', schema)


def test_what_would_have_been_possible_is_named() -> None:
    found = check('{"is": "objekt"}', {"properties": {"is": EITHER}, "$defs": PLACE})
    assert found["path"] == "$.is"
    assert found["message"] == (
        '"objekt" fits none of the forms that are possible here: a whole number, an object with “city”, "left" or "right" '
        "or a list or null"
    )


def test_two_forms_at_once_where_one_is_allowed() -> None:
    found = check("3", {"oneOf": [{"type": "integer"}, {"type": "number"}]})
    assert found["message"] == "3 fits more than one of these forms, and only one may fit: a whole number or a number"


@pytest.mark.parametrize(
    "forms", [[{}], [True, False], [{"$ref": "#/$defs/a"}], [{"not": {}}], [{"type": 3}], [{"enum": [1]}] * 40]
)
def test_odd_forms_are_only_said_less_well(forms: list[Any]) -> None:
    found = check(
        '"x"', {"allOf": [{"not": {"type": "string"}}, {"anyOf": forms}], "$defs": {"a": {"$ref": "#/$defs/a"}}}
    )
    assert found["is_valid"] in (False, None)
