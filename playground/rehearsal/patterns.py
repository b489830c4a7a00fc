"""A text that fits a regular expression, made by walking over it. The expression is only read, never run.

Running one that a stranger wrote can take for ever; walking over it takes as long as it is. What cannot be followed
(looking ahead or behind, references back) is left out, so that the text may then not fit.
"""

import re
import warnings
from typing import Any

try:
    # Python's own parser of expressions is not a public part of it; without it every pattern is filled with "a".
    from re import _constants as codes  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:
    codes = parser = None

MOST_CHARACTERS = 200
MOST_PATTERN = 1000
MOST_NESTING = 20
CLASSES = {
    "CATEGORY_DIGIT": "1",
    "CATEGORY_WORD": "a",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": "a",
    "CATEGORY_NOT_WORD": "-",
    "CATEGORY_NOT_SPACE": "a",
}
COMMON = "a1A -_.,:/@"


def example(pattern: str, least: int = 0) -> str:
    """A short text that `pattern` finds, with `least` characters if repeating more often makes them; else "a"."""
    if parser is None or len(pattern) > MOST_PATTERN:
        return "a"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError, ValueError):
        return "a"
    for extra in (0, 1, least):
        text = _walk(parsed, extra, 0)
        if len(text) >= least:
            break
    return text[:MOST_CHARACTERS]


def _walk(parts: Any, extra: int, depth: int) -> str:
    """The text of the parts in turn; every repetition is made `extra` times more than it has to be, where it may."""
    if depth > MOST_NESTING:
        return ""
    text = ""
    for code, held in parts:
        if len(text) > MOST_CHARACTERS:
            break
        if code is codes.LITERAL:
            text += chr(held)
        elif code is codes.NOT_LITERAL:
            text += next(character for character in COMMON if ord(character) != held)
        elif code is codes.ANY:
            text += "a"
        elif code is codes.IN:
            text += _one_of(held)
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            least, most, repeated = held
            times = min(int(least) + extra, int(most), MOST_CHARACTERS)
            text += (_walk(repeated, 0, depth + 1) * times)[: MOST_CHARACTERS + 1]
        elif code is codes.SUBPATTERN:
            text += _walk(held[3], extra, depth + 1)
        elif code is codes.ATOMIC_GROUP:
            text += _walk(held, extra, depth + 1)
        elif code is codes.BRANCH:
            text += _walk(held[1][0], extra, depth + 1)
    return text


def _one_of(members: list[Any]) -> str:
    if members and members[0][0] is codes.NEGATE:
        return next((character for character in COMMON if not _holds(members[1:], character)), "a")
    code, held = members[0]
    if code is codes.LITERAL:
        return chr(held)
    return chr(held[0]) if code is codes.RANGE else CLASSES.get(str(held), "a")


def _holds(members: list[Any], character: str) -> bool:
    place = ord(character)
    for code, held in members:
        if code is codes.LITERAL and held == place:
            return True
        if code is codes.RANGE and held[0] <= place <= held[1]:
            return True
        if code is codes.CATEGORY and _is_in(str(held), character):
            return True
    return False


def _is_in(category: str, character: str) -> bool:
    found = {
        "DIGIT": character.isdigit(),
        "WORD": character.isalnum() or character == "_",
        "SPACE": character.isspace(),
    }.get(category.removeprefix("CATEGORY_").removeprefix("NOT_"), False)
    return found is not category.startswith("CATEGORY_NOT_")
