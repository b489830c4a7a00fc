"""The check: does a text hold JSON that fits a schema? JSON Schema, draft 2020-12; `format` is an annotation, as there.

Bounded in size, and nothing is ever fetched: what a schema refers to has to be inside it. It is not bounded in time,
which is why it runs in a process that can be killed.
"""

import json
from itertools import islice
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_TEXT_BYTES = 1_000_000
MOST_SCHEMA_BYTES = 65_536
LONGEST_PATH = 300
LONGEST_MESSAGE = 300
MOST_FAULTS = 3
MOST_FORMS = 6  # of a choice that are named
MOST_STEPS = 8  # of a reference that leads to another

Result = dict[str, Any]  # is_valid (None: it could not be checked), path, message, and where there are: `more` of both


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
        errors = list(islice(validator.iter_errors(answer), MOST_FAULTS))  # a long list of wrong items has as many
    except SchemaError as wrong:
        return unchecked(f"The schema itself is not valid, so the answer was not checked: {_said(wrong)}")
    except Unresolvable as wrong:
        return unchecked(
            f"The schema refers to “{_cut(str(wrong.ref), 100)}”, which is not inside it, so the answer was not checked."
        )
    except RecursionError:
        if is_endless(schema):
            return unchecked("The schema refers to itself without end, so it cannot be checked.")
        return unchecked("The schema or the answer is nested too deeply, so it was not checked.")
    except Exception as wrong:  # an odd number, an odd pattern: whatever the library stumbles over
        return unchecked(f"The schema could not be applied ({type(wrong).__name__}), so the answer was not checked.")
    if not errors:
        return fits()
    first, *more = [_fault(error, schema) for error in errors]
    return fails(**first) | ({"more": more} if more else {})


def _fault(error: ValidationError, schema: Any) -> dict[str, str]:
    """What is wrong and where; of a choice between forms, the part that comes nearest, where one does."""
    deepest = best_match([error])
    said = _choice(deepest, schema) if deepest.validator in ("anyOf", "oneOf") else _said(deepest)
    return {"message": _cut(said, LONGEST_MESSAGE), "path": _cut(deepest.json_path, LONGEST_PATH)}


def _choice(error: ValidationError, schema: Any) -> str:
    """A choice that was not met, with what would have been possible."""
    value = _cut(json.dumps(error.instance, ensure_ascii=False, default=str), 60)
    forms = list(dict.fromkeys(_form(each, schema) for each in error.validator_value))
    named = forms[:MOST_FORMS] + ([f"{len(forms) - MOST_FORMS} more"] if len(forms) > MOST_FORMS else [])
    possible = _or(named)
    if not error.context:
        return f"{value} fits more than one of these forms, and only one may fit: {possible}"
    return f"{value} fits none of the forms that are possible here: {possible}"


def _form(part: Any, schema: Any) -> str:
    """What one form of a choice asks for, in a few words."""
    for _ in range(MOST_STEPS):
        if not isinstance(part, dict) or "$ref" not in part:
            break
        part = _pointed(part["$ref"], schema)
    if not isinstance(part, dict):
        return "another form"
    if "const" in part or "enum" in part:
        values = part["enum"] if "enum" in part else [part["const"]]
        return _or([_cut(json.dumps(value, ensure_ascii=False, default=str), 40) for value in values[:MOST_FORMS]])
    kinds = part.get("type", "object" if "properties" in part or "required" in part else None)
    words = [TYPES.get(kind, str(kind)) for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind]
    needed = [str(name) for name in part.get("required", ())[:MOST_FORMS]] if words == [TYPES["object"]] else []
    with_them = " with " + ", ".join(f"“{_cut(name, 40)}”" for name in needed) if needed else ""
    return _or(words) + with_them if words else "another form"


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " or " + words[-1]


TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def is_endless(schema: Any) -> bool:
    """Whether some part of a schema leads back to itself for one and the same value, through references inside it and
    whatever combines schemas in place. Walks with a list of its own, as such schemas are deep."""
    parts, seen = [schema], set()
    while parts:
        part = parts.pop()
        if isinstance(part, dict) and id(part) not in seen and _comes_back(part, schema, seen):
            return True
        if isinstance(part, dict | list):
            parts += part.values() if isinstance(part, dict) else part
    return False


def _comes_back(start: dict[str, Any], schema: Any, seen: set[int]) -> bool:
    """From one part on; `seen` are the parts from which nothing comes back, and grows."""
    on_the_way = {id(start)}
    way = [(start, iter(_in_place(start, schema)))]
    while way:
        part, following = way[-1]
        step = next(following, None)
        if step is None:
            way.pop()
            on_the_way.discard(id(part))
            seen.add(id(part))
        elif id(step) in on_the_way:
            return True
        elif id(step) not in seen:
            on_the_way.add(id(step))
            way.append((step, iter(_in_place(step, schema))))
    return False


def _in_place(part: dict[str, Any], schema: Any) -> list[dict[str, Any]]:
    """The schemas that `part` applies to the very value that it is applied to itself."""
    found = [_pointed(part.get(name), schema) for name in ("$ref", "$dynamicRef")]
    found += [part.get(name) for name in ("not", "if", "then", "else")]
    for name in ("allOf", "anyOf", "oneOf"):
        found += part[name] if isinstance(part.get(name), list) else []
    if isinstance(part.get("dependentSchemas"), dict):
        found += part["dependentSchemas"].values()
    return [each for each in found if isinstance(each, dict)]


def _pointed(reference: Any, schema: Any) -> Any:
    """What `#` or `#/a/b` names in the schema; None for any other reference."""
    if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
        return None
    found = schema
    for step in unquote(reference).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list):
            found = found[int(name)] if name.isdecimal() and int(name) < len(found) else None
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return found


def _said(error: ValidationError | SchemaError) -> str:
    """The library's sentence. It quotes the value whole, so where that is long only the rule that is broken is named."""
    if len(error.message) <= LONGEST_MESSAGE:
        return str(error.message)
    rule = json.dumps(error.validator_value, ensure_ascii=False, default=str)
    return f"A long value does not fit: {error.validator} {_cut(rule, 200)}"


def _cut(text: str, longest: int) -> str:
    text = "".join(c if c.isprintable() else " " for c in text[: longest + 1])
    return text if len(text) <= longest else text[: longest - 1] + "…"
