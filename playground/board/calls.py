"""Tool calls as a person reads them: the name, and the arguments line by line where they are JSON. Pure but for the template."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

LONGEST_ARGUMENTS = 20_000  # characters of one call on the page
LONGEST_CALLS = 100_000  # characters of all calls on the page
MOST_DEPTH = 40
NOT_JSON = "The arguments are not valid JSON."
TOO_DEEP = "The arguments nest too deeply to be shown line by line."
PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


class NotJson(ValueError):
    """The text is not JSON."""


class TooDeep(ValueError):
    """The text nests deeper than a page shows."""


@dataclass(frozen=True)
class ShownCall:
    """One call. `problem` is a sentence where the arguments are no JSON; blank while they are still coming."""

    name: str
    id: str
    arguments: str
    problem: str = ""
    is_cut: bool = False


def indented(text: str) -> str:
    """JSON laid out in lines, every piece as it was written: no number is rounded, no name that stands twice is lost.

    Raises NotJson and TooDeep.
    """
    try:
        json.loads(text, parse_float=str, parse_int=str, parse_constant=_refuse)
    except RecursionError as error:
        raise TooDeep(text[:40]) from error
    except ValueError as error:
        raise NotJson(text[:40]) from error
    parts: list[str] = []
    depth, is_fresh = 0, False
    for piece in PIECE.findall(text):
        if piece in "}]":
            depth -= 1
            parts.append(piece if is_fresh else _line(depth) + piece)
            is_fresh = False
        elif piece == ",":
            parts.append(piece + _line(depth))
        elif piece == ":":
            parts.append(": ")
        else:
            parts.append(_line(depth) + piece if is_fresh else piece)
            is_fresh = piece in "{["
            depth += is_fresh
            if depth > MOST_DEPTH:
                raise TooDeep(text[:40])
    return "".join(parts)


def _line(depth: int) -> str:
    return "\n" + "  " * depth


def _refuse(name: str) -> str:
    raise ValueError(f"{name} is not JSON.")


def shown_calls(calls: Iterable[Mapping[str, str]], *, is_over: bool) -> list[ShownCall]:
    """The calls as a run keeps them. While they come their arguments stand as they are: half of a JSON text is none."""
    room = LONGEST_CALLS
    shown = []
    for call in calls:
        whole = call["arguments"]
        text, problem = whole, ""
        if is_over and whole.strip():
            try:
                text = indented(whole)
            except NotJson:
                problem = NOT_JSON
            except TooDeep:
                problem = TOO_DEEP
        most = min(LONGEST_ARGUMENTS, room)
        shown.append(ShownCall(call["name"], call["id"], text[:most], problem, len(text) > most))
        room -= min(len(text), most)
    return shown


def calls_html(calls: list[Mapping[str, str]], *, is_over: bool) -> SafeString:
    """The calls as their part of a column; blank where there are none."""
    if not calls:
        return SafeString("")
    shown = shown_calls(calls, is_over=is_over)
    return render_to_string("playground/_tool_calls.html", {"calls": shown, "is_over": is_over})
