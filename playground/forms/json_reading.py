"""Reading JSON that a person typed: what is wrong is said with its line and column. Pure; no Django.

Only what an upstream and every database take comes out: no NaN, no infinity, no NUL, no half of a surrogate pair, no name
twice in one object, no number or nesting without bound.
"""

import json
import math
from typing import Any

MOST_DEPTH = 48  # lists and objects inside each other
LONGEST_NUMBER = 40  # characters

SAID = (
    ("Expecting ',' delimiter", "a comma or a closing bracket is expected"),
    ("Expecting property name", "a name in double quotes is expected"),
    ("Expecting ':' delimiter", "a colon is expected after the name"),
    ("Expecting value", "a value is expected"),
    ("Illegal trailing comma", "a comma stands before a closing bracket"),
    ("Unterminated string", "the text that begins here has no closing quote"),
    ("Invalid control character", "a line break or tab inside a text is written \\n or \\t"),
    ("Invalid \\", "this backslash begins nothing that JSON knows"),
    ("Extra data", "something follows after the end"),
    ("Unexpected UTF-8 BOM", "a byte order mark stands before the beginning"),
)


class BadJSON(ValueError):
    """The message is a sentence for the person who typed it."""


def read(text: str) -> Any:
    """The value that `text` is. Raises BadJSON."""
    _check_depth(text)
    try:
        parsed = json.loads(
            text, parse_float=_float, parse_int=_integer, parse_constant=_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise BadJSON(f"This is not JSON. {_place(text, error.pos)}: {_in_words(error)}.") from error
    try:
        written = json.dumps(parsed, ensure_ascii=False)
        written.encode()
    except UnicodeEncodeError as error:
        raise BadJSON("This is not JSON. A text in it holds one half of a surrogate pair.") from error
    if "\\u0000" in written:
        raise BadJSON("This is not JSON. A text in it holds the character NUL.")
    return parsed


def _in_words(error: json.JSONDecodeError) -> str:
    return next((words for said, words in SAID if error.msg.startswith(said)), error.msg)


def _place(text: str, position: int) -> str:
    before = text[:position]
    return f"Line {before.count(chr(10)) + 1}, column {position - before.rfind(chr(10))}"


def _check_depth(text: str) -> None:
    depth = 0
    is_inside, is_escaped = False, False
    for position, character in enumerate(text):
        if is_inside:
            if is_escaped:
                is_escaped = False
            elif character == "\\":
                is_escaped = True
            elif character == '"':
                is_inside = False
        elif character == '"':
            is_inside = True
        elif character in "[{":
            depth += 1
            if depth > MOST_DEPTH:
                raise BadJSON(
                    f"{_place(text, position)}: lists and objects lie inside each other {MOST_DEPTH} deep at most."
                )
        elif character in "]}":
            depth -= 1


def _float(number: str) -> float:
    value = float(number)
    if len(number) > LONGEST_NUMBER or not math.isfinite(value):
        raise BadJSON(f"This is not JSON. The number {number[:LONGEST_NUMBER]} is out of all bounds.")
    return value


def _integer(number: str) -> int:
    if len(number) > LONGEST_NUMBER:
        raise BadJSON(f"This is not JSON. The number {number[:LONGEST_NUMBER]}… is out of all bounds.")
    return int(number)


def _constant(name: str) -> float:
    raise BadJSON(f"This is not JSON. {name} is not a number.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names: set[str] = set()
    for name, _ in pairs:
        if name in names:
            raise BadJSON(f"The name “{name[:60]}” stands twice in one object.")
        names.add(name)
    return dict(pairs)
