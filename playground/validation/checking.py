"""The check: does a text hold JSON that fits a schema? JSON Schema, draft 2020-12; `format` is an annotation, as there.

Bounded in size, and nothing is ever fetched: what a schema refers to has to be inside it. It is not bounded in time,
which is why it runs in a process that can be killed.
"""

import json
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_TEXT_BYTES = 1_000_000
MOST_SCHEMA_BYTES = 65_536
LONGEST_PATH = 300
LONGEST_MESSAGE = 300

Result = dict[str, Any]  # is_valid (None: it could not be checked), path, message


def fits() -> Result:
    return {"is_valid": True, "path": "", "message": ""}


def fails(message: str, path: str = "") -> Result:
    return {"is_valid": False, "path": _cut(path, LONGEST_PATH), "message": _cut(message, LONGEST_MESSAGE)}


def unchecked(message: str) -> Result:
    """The answer may fit or not: nobody knows, and the message says why."""
    return {"is_valid": None, "path": "", "message": _cut(message, LONGEST_MESSAGE)}


def check(text: str, schema: Any) -> Result:
    """Whether `text` is JSON that fits `schema`; with None for a schema, whether it is a JSON object."""
    if not text.strip():
        return fails("The answer is empty, so it is not JSON.")
    if len(text.encode("utf-8", "replace")) > MOST_TEXT_BYTES:
        return unchecked(f"The answer is longer than {MOST_TEXT_BYTES:,} bytes, so it was not checked.")
    try:
        answer = read(text)
    except RecursionError:
        return fails("The answer is nested too deeply to be read.")
    except ValueError as error:
        return fails(_not_json(text, error))
    if schema is None:
        return fits() if isinstance(answer, dict) else fails("The answer is JSON, but not an object.", "$")
    return _against(answer, schema)


def read(text: str) -> Any:
    """JSON as the standard has it: NaN and Infinity are no numbers. Raises ValueError and RecursionError."""

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is not a number")

    return json.loads(text, parse_constant=refuse)


def _not_json(text: str, error: ValueError) -> str:
    if text.lstrip().startswith("```"):
        return "The answer is wrapped in a code fence, so it is not JSON as it stands."
    if not isinstance(error, json.JSONDecodeError):
        return "The answer is not JSON: it holds a number that JSON does not know."
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "The answer is not JSON: it ends before the JSON does."
    return (
        f"The answer is not JSON: {error.msg[:1].lower()}{error.msg[1:]} in line {error.lineno}, column {error.colno}."
    )


def _against(answer: Any, schema: Any) -> Result:
    try:
        if len(json.dumps(schema, ensure_ascii=False).encode("utf-8", "replace")) > MOST_SCHEMA_BYTES:
            return unchecked(f"The schema is larger than {MOST_SCHEMA_BYTES:,} bytes, so the answer was not checked.")
        Draft202012Validator.check_schema(schema)
        # A registry of our own: the library's would fetch over the network what a reference names.
        validator = Draft202012Validator(schema, registry=Registry())
        error = next(validator.iter_errors(answer), None)  # the first; a long list of wrong items has as many
    except SchemaError as wrong:
        return unchecked(f"The schema itself is not valid, so the answer was not checked: {_said(wrong)}")
    except Unresolvable as wrong:
        return unchecked(
            f"The schema refers to “{_cut(str(wrong.ref), 100)}”, which is not inside it, so the answer was not checked."
        )
    except RecursionError:
        return unchecked("The schema or the answer is nested too deeply, so it was not checked.")
    except Exception as wrong:  # an odd number, an odd pattern: whatever the library stumbles over
        return unchecked(f"The schema could not be applied ({type(wrong).__name__}), so the answer was not checked.")
    if error is None:
        return fits()
    deepest = best_match([error])  # of a choice between forms, the part that comes nearest
    return fails(_said(deepest), deepest.json_path)


def _said(error: ValidationError | SchemaError) -> str:
    """The library's sentence. It quotes the value whole, so where that is long only the rule that is broken is named."""
    if len(error.message) <= LONGEST_MESSAGE:
        return str(error.message)
    rule = json.dumps(error.validator_value, ensure_ascii=False, default=str)
    return f"A long value does not fit: {error.validator} {_cut(rule, 200)}"


def _cut(text: str, longest: int) -> str:
    text = "".join(c if c.isprintable() else " " for c in text[: longest + 1])
    return text if len(text) <= longest else text[: longest - 1] + "…"
