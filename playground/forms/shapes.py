"""Whether JSON that was typed is a list of tools, a choice of a tool, a response format, a way of reasoning, and so on. Pure; no
Django.

Each check raises BadShape, which begins with the path of what is wrong: `tools[0].function.name`. The rules are those of the
chat completions API; schemas are checked against the JSON Schema metaschema of 2020-12, without looking anything up.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from playground.parameter_ranges import EFFORTS, MOST_BIAS, SUMMARIES

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
TOKEN = re.compile(r"[0-9]{1,9}")
MOST_TOOLS = 128
CHOICE_WORDS = ("none", "auto", "required")
REASONING = ("effort", "max_tokens", "exclude", "enabled", "summary")
FORMATS = ("text", "json_object", "json_schema", "grammar", "python")
LONGEST_SAID = 160  # characters of what the schema's checker says


class BadShape(ValueError):
    """The message is a sentence for the person who typed it, beginning with a path."""


def check_tools(tools: Any) -> None:
    """A list of functions, each with a name of its own and parameters that are a JSON Schema of an object."""
    if not isinstance(tools, list) or not tools:
        raise BadShape("tools: a list of at least one tool is expected.")
    if len(tools) > MOST_TOOLS:
        raise BadShape(f"tools: up to {MOST_TOOLS} tools are possible; these are {len(tools)}.")
    names = [_tool(tool, f"tools[{index}]") for index, tool in enumerate(tools)]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise BadShape(f"tools[{index}].function.name: “{name}” is the name of another tool already.")


def _tool(tool: Any, path: str) -> str:
    if not isinstance(tool, dict):
        raise BadShape(f"{path}: an object is expected.")
    if tool.get("type") != "function":
        raise BadShape(f"{path}.type: “function” is expected; tools that run at the upstream are not offered here.")
    function = tool.get("function")
    if not isinstance(function, dict):
        raise BadShape(f"{path}.function: an object with a name is expected.")
    name = _name(function.get("name"), f"{path}.function.name")
    if not isinstance(function.get("description", ""), str):
        raise BadShape(f"{path}.function.description: text is expected.")
    if "parameters" in function:
        check_schema(function["parameters"], f"{path}.function.parameters")
        if function["parameters"].get("type", "object") != "object":
            raise BadShape(f"{path}.function.parameters.type: the parameters of a tool are an “object”.")
    return name


def check_response_format(wanted: Any) -> None:
    """One of the formats by its type; `json_schema` with a name and a schema."""
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind not in FORMATS:
        raise BadShape(f"response_format.type: one of {', '.join(FORMATS)} is expected{_instead(wanted, 'type')}.")
    if kind == "grammar" and not isinstance(wanted.get("grammar"), str):
        raise BadShape("response_format.grammar: the grammar, as text, is missing.")
    if kind != "json_schema":
        return
    named = wanted.get("json_schema")
    if not isinstance(named, dict):
        raise BadShape("response_format.json_schema: an object with name and schema is expected.")
    _name(named.get("name"), "response_format.json_schema.name")
    if "schema" not in named:
        raise BadShape("response_format.json_schema.schema: the schema is missing.")
    if not isinstance(named.get("description", ""), str):
        raise BadShape("response_format.json_schema.description: text is expected.")
    if not isinstance(named.get("strict", False), bool):
        raise BadShape("response_format.json_schema.strict: true or false is expected.")
    check_schema(named["schema"], "response_format.json_schema.schema")


def check_reasoning(wanted: Any) -> None:
    """How much is to be thought: an effort in a word, or tokens, but not both; and whether the thoughts are shown."""
    if unknown := [name for name in wanted if name not in REASONING]:
        raise BadShape(f"reasoning.{unknown[0][:40]}: only {_listed(REASONING)} are possible.")
    for name, words in (("effort", EFFORTS), ("summary", SUMMARIES)):
        if name in wanted and wanted[name] not in words:
            raise BadShape(f"reasoning.{name}: one of {', '.join(words)} is expected{_instead(wanted, name)}.")
    tokens = wanted.get("max_tokens", 1)
    if type(tokens) is not int or tokens < 1:
        raise BadShape(
            f"reasoning.max_tokens: a whole number of 1 or more is expected{_instead(wanted, 'max_tokens')}."
        )
    for name in ("exclude", "enabled"):
        if not isinstance(wanted.get(name, False), bool):
            raise BadShape(f"reasoning.{name}: true or false is expected{_instead(wanted, name)}.")
    if "effort" in wanted and "max_tokens" in wanted:
        raise BadShape("reasoning: either effort or max_tokens is possible, and not both.")


def check_logit_bias(wanted: Any) -> None:
    """By the number of a token what is added to its score."""
    for token, bias in wanted.items():
        if not TOKEN.fullmatch(token):
            raise BadShape(f"logit_bias: each name is the number of a token, such as “1234”; this is “{token[:40]}”.")
        if isinstance(bias, bool) or not isinstance(bias, int | float) or not -MOST_BIAS <= bias <= MOST_BIAS:
            raise BadShape(
                f"logit_bias.{token}: a number from -{MOST_BIAS} to {MOST_BIAS} is expected{_instead(wanted, token)}."
            )


def check_prediction(wanted: Any) -> None:
    """Text that the answer is expected to hold, whole or in parts."""
    if wanted.get("type") != "content":
        raise BadShape(f"prediction.type: “content” is expected{_instead(wanted, 'type')}.")
    content = wanted.get("content")
    if isinstance(content, str):
        return
    if not isinstance(content, list) or not content:
        raise BadShape("prediction.content: the text that is expected, or a list of its parts, is missing.")
    for index, part in enumerate(content):
        if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
            raise BadShape(f'prediction.content[{index}]: {{"type": "text", "text": "…"}} is expected.')


def check_tool_choice(choice: Any) -> None:
    """A word, or an object that names a function."""
    if choice in CHOICE_WORDS:
        return
    function = choice.get("function") if isinstance(choice, dict) else None
    if not isinstance(function, dict) or choice.get("type") != "function":
        raise BadShape(
            'tool_choice: none, auto, required, or {"type": "function", "function": {"name": "…"}} is expected.'
        )
    _name(function.get("name"), "tool_choice.function.name")


def check_choice_among(choice: Any, tools: Any) -> None:
    """Whether what is chosen can be called: some tool with “required”, the named one else. Both have their shape."""
    if choice in (None, "none", "auto"):
        return
    names = [tool["function"]["name"] for tool in tools or ()]
    if not names:
        raise BadShape("tool_choice: a tool is to be called, and no tools are given.")
    if choice != "required" and (name := choice["function"]["name"]) not in names:
        raise BadShape(f"tool_choice.function.name: no tool is called “{name}”; there is {', '.join(names[:8])}.")


def check_calls(calls: Any) -> None:
    """Calls as an assistant's message holds them: id, name, and arguments as text."""
    if not isinstance(calls, list):
        raise BadShape("calls: a list is expected.")
    seen: set[str] = set()
    for index, call in enumerate(calls):
        if not isinstance(call, dict) or not all(isinstance(call.get(key), str) for key in ("id", "name", "arguments")):
            raise BadShape(f"calls[{index}]: an object with the texts id, name and arguments is expected.")
        if len(call["id"]) > 100:
            raise BadShape(f"calls[{index}].id: up to 100 characters are possible.")
        if not call["id"] or call["id"] in seen:
            raise BadShape(f"calls[{index}].id: each call has an id of its own.")
        _name(call["name"], f"calls[{index}].name")
        seen.add(call["id"])


def check_schema(schema: Any, path: str) -> None:
    """Whether `schema` is a JSON Schema. An object is asked for: `true` and `false` allow and refuse everything."""
    if not isinstance(schema, dict):
        raise BadShape(f"{path}: a JSON Schema, which is an object, is expected.")
    try:
        # Formats are left alone: a pattern is of ECMAScript, and what Python cannot read of it an upstream may.
        Draft202012Validator.check_schema(schema, format_checker=None)
    except SchemaError as error:
        raise BadShape(f"{path}{_written(error.absolute_path)}: {_short(error.message)}.") from error


def _instead(wanted: Any, name: str) -> str:
    """What stands there instead, for the end of a sentence; nothing where nothing does."""
    if not isinstance(wanted, dict) or name not in wanted:
        return ""
    return f"; this is {_short(json.dumps(wanted[name], ensure_ascii=False))}"


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _written(parts: Iterable[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)


def _short(said: str) -> str:
    return said if len(said) <= LONGEST_SAID else f"{said[:60]} … {said[-80:]}"


def _name(name: Any, path: str) -> str:
    if not isinstance(name, str) or not name:
        raise BadShape(f"{path}: the name is missing.")
    if not NAME.fullmatch(name):
        raise BadShape(f"{path}: up to 64 letters, digits, _ and - are expected.")
    return name
