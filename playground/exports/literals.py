"""JSON values as source text, in JSON, Python and TypeScript: what a program reads there is the very value. Pure.

A text is written as JSON writes it, which Python and TypeScript read alike, with one addition: what cannot be seen, or
turns the direction of the line, stands as its escape, so that the code is what it looks like. Texts of several lines
stand line by line.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WIDTH = 100  # characters of a line, indentation included, before a list or an object is laid out in lines
MOST_LINES = 1000
SAFE_INTEGER = 2**53 - 1  # beyond it numbers of JavaScript have gaps
UNSEEN = re.compile("[\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def quoted(text: str) -> str:
    """The text in double quotes, the same in all three languages."""
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def typescript_name(name: str) -> str:
    """The name of a property. Plainly written, `__proto__` would set the object's prototype."""
    if name == "__proto__":
        return '["__proto__"]'
    return name if IDENTIFIER.fullmatch(name) else quoted(name)


def _in_parentheses(lines: list[str], pad: str, step: str) -> str:
    texts = [f"{line}\n" for line in lines[:-1]] + [line for line in lines[-1:] if line]
    return "(\n" + "".join(f"{pad}{step}{quoted(each)}\n" for each in texts) + f"{pad})"


def _joined(lines: list[str], pad: str, step: str) -> str:
    return "[\n" + "".join(f"{pad}{step}{quoted(line)},\n" for line in lines) + f'{pad}].join("\\n")'


@dataclass(frozen=True)
class Language:
    """How one language writes values. `lines` writes the lines of a text below each other; None leaves it on one line."""

    none: str = "null"
    true: str = "true"
    false: str = "false"
    step: str = "  "
    name: Callable[[str], str] = quoted
    braces: tuple[str, str] = ("{", "}")
    last_comma: str = ""
    lines: Callable[[list[str], str, str], str] | None = None


JSON = Language()
PYTHON = Language("None", "True", "False", "    ", last_comma=",", lines=_in_parentheses)
TYPESCRIPT = Language(name=typescript_name, braces=("{ ", " }"), last_comma=",", lines=_joined)


def write(value: Any, language: Language, pad: str = "", used: int = 0) -> str:
    """`value` as source. `pad` is the indentation of the line it stands in, `used` what is before it on that line."""
    if isinstance(value, str):
        if language.lines is not None and _stands_in_lines(value):
            return language.lines(value.split("\n"), pad, language.step)
        return quoted(value)
    if not isinstance(value, dict | list):
        return _plain(value, language)
    flat = _flat(value, language, WIDTH - len(pad) - used)
    if flat is not None:
        return flat
    inner = pad + language.step
    if isinstance(value, dict):
        opened, closed = "{", "}"
        names = ((language.name(name), each) for name, each in value.items())
        items = [f"{name}: {write(each, language, inner, len(name) + 2)}" for name, each in names]
    else:
        opened, closed = "[", "]"
        items = [write(each, language, inner) for each in value]
    body = ",\n".join(inner + item for item in items)
    return f"{opened}\n{body}{language.last_comma}\n{pad}{closed}"


def _stands_in_lines(text: str) -> bool:
    """Whether a text is easier to read line by line. A very long one is not, and compilers take their time over it."""
    return 0 < text.rstrip("\n").count("\n") < MOST_LINES


def _plain(value: Any, language: Language) -> str:
    if value is None:
        return language.none
    if value is True or value is False:
        return language.true if value else language.false
    return json.dumps(value, allow_nan=False)


def _flat(value: Any, language: Language, room: int) -> str | None:
    """`value` on one line of at most `room` characters; None where it does not fit."""
    if isinstance(value, str):
        if len(value) > room or (language.lines is not None and _stands_in_lines(value)):
            return None
        text = quoted(value)
    elif isinstance(value, dict | list):
        if len(value) * 3 > room and value:
            return None
        parts = []
        left = room
        for each in value:
            name = f"{language.name(each)}: " if isinstance(value, dict) else ""
            inside = _flat(value[each] if isinstance(value, dict) else each, language, left - len(name))
            if inside is None:
                return None
            parts.append(name + inside)
            left -= len(name) + len(inside) + 2
        opened, closed = language.braces if isinstance(value, dict) else ("[", "]")
        text = f"{opened}{', '.join(parts)}{closed}" if parts else ("{}" if isinstance(value, dict) else "[]")
    else:
        text = _plain(value, language)
    return text if len(text) <= room else None


def is_exact_in_javascript(value: Any) -> bool:
    """Whether every number of it is the same number in JavaScript, which knows no whole numbers beyond a size."""
    if isinstance(value, dict):
        return all(is_exact_in_javascript(each) for each in value.values())
    if isinstance(value, list):
        return all(is_exact_in_javascript(each) for each in value)
    return not isinstance(value, int | float) or abs(value) <= SAFE_INTEGER
