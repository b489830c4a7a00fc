"""Tools that a request offers, in the form of either API, and which of them a prompt calls for."""

import re
from collections.abc import Sequence
from typing import Any

from playground.rehearsal.refusals import BadRequest
from playground.rehearsal.request import Tool, Tools

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
MOST_TOOLS = 128
MOST_SEARCHED = 20_000  # characters of a prompt that are searched for names


def tools_of(body: dict[str, Any], *, are_flat: bool) -> Tools:
    """The tools of a request; `are_flat` where name and parameters stand beside the type, as Responses has it.

    Raises BadRequest.
    """
    entries = body.get("tools")
    if not isinstance(entries, list | None) or len(entries or []) > MOST_TOOLS:
        raise BadRequest(f"tools: a list of up to {MOST_TOOLS} tools is expected.")
    offered = tuple(_tool(entry, f"tools.{number}", are_flat) for number, entry in enumerate(entries or []))
    names = [tool.name for tool in offered]
    if len(set(names)) < len(names):
        raise BadRequest("tools: two tools have the same name.")
    parallel = body.get("parallel_tool_calls")
    if not isinstance(parallel, bool | None):
        raise BadRequest("parallel_tool_calls: true or false is expected.")
    return Tools(offered, _choice(body.get("tool_choice"), names), parallel is not False)


def _tool(entry: Any, where: str, is_flat: bool) -> Tool:
    if not isinstance(entry, dict) or entry.get("type") != "function":
        raise BadRequest(f"{where}.type: “function” is expected; the rehearsal knows no other tools.")
    function = entry if is_flat else entry.get("function")
    where = where if is_flat else f"{where}.function"
    if not isinstance(function, dict):
        raise BadRequest(f"{where}: an object with a name is expected.")
    name, description, schema = (function.get(key) for key in ("name", "description", "parameters"))
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise BadRequest(f"{where}.name: up to 64 letters, digits, _ or - are expected.")
    if not isinstance(description, str | None):
        raise BadRequest(f"{where}.description: text is expected.")
    if not isinstance(schema, dict | None) or (schema and schema.get("type", "object") != "object"):
        raise BadRequest(f"{where}.parameters: a JSON schema of an object is expected.")
    return Tool(name, description or "", schema or {"type": "object"})


def _choice(choice: Any, names: list[str]) -> str:
    """none, auto, required or a name. A name in an object stands under `function` in chats, at the top in Responses."""
    if choice is None or choice in ("none", "auto"):
        return choice or "auto"
    if choice in ("required", "any"):
        if not names:
            raise BadRequest("tool_choice: a tool is required, and none is offered.")
        return "required"
    named = choice.get("function", choice) if isinstance(choice, dict) else None
    name = named.get("name") if isinstance(named, dict) else None
    if not isinstance(name, str):
        raise BadRequest("tool_choice: none, auto, required, or a function’s name in an object is expected.")
    if name not in names:
        raise BadRequest(f"tool_choice: no tool is called “{name[:64]}”.")
    return name


def called(tools: Tools, prompt: str) -> list[Tool]:
    """The tools that an answer to `prompt` calls: one, or two when the prompt names two or says “both”.

    Of several, the ones that the prompt names come first, then those that share most words with it. With “both” and a
    single tool, that one is called twice.
    """
    for tool in tools.offered:
        if tool.name == tools.choice:
            return [tool]
    prompt = prompt[:MOST_SEARCHED].lower()
    named = sorted(
        (place, position)
        for position, tool in enumerate(tools.offered)
        if (place := _place(tool.name.lower(), prompt)) is not None
    )
    first = [tools.offered[position] for _, position in named]
    rest = [tool for tool in tools.offered if tool not in first]
    rest.sort(key=lambda tool: -_shared(tool, prompt))
    wants_two = len(first) > 1 or re.search(r"\bboth\b", prompt) is not None
    ordered: Sequence[Tool] = [*first, *rest]
    if not wants_two or not tools.in_parallel:
        return [ordered[0]]
    return [*ordered, ordered[0]][:2]


def _place(name: str, prompt: str) -> int | None:
    """Where the prompt names a tool, also with spaces for underscores; None when it does not."""
    form = re.escape(name).replace("_", "[_ ]").replace(r"\-", "[- ]")
    found = re.search(rf"(?<![\w-]){form}(?![\w-])", prompt)
    return found.start() if found else None


def _shared(tool: Tool, prompt: str) -> int:
    own = set(re.findall(r"[a-z0-9]{3,}", f"{tool.name} {tool.description[:2000]}".lower()))
    return len(own & set(re.findall(r"[a-z0-9]{3,}", prompt)))
