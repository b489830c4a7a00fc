"""Strict readers of requests, made from what the APIs' own clients say a request is.

OpenRouter's client is generated from its published description; the `openai` client carries the types that servers of
its kind are written against. Both are lenient towards what they do not know, so a body is read and written again: what
is not in it afterwards was not understood.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from openai.types.chat.completion_create_params import CompletionCreateParams
from openrouter.components.chatrequest import ChatRequest
from openrouter.components.responsesrequest import ResponsesRequest
from pydantic import TypeAdapter

# Mistral's own API refuses every other field with 422 (`extra_forbidden`).
MISTRAL = {
    "model", "messages", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed", "response_format", "tools",
    "tool_choice", "presence_penalty", "frequency_penalty", "n", "prediction", "parallel_tool_calls", "prompt_mode",
    "safe_prompt", "reasoning_effort", "guardrails", "metadata",
}  # fmt: skip
OPENAI = TypeAdapter(CompletionCreateParams)


def refused_by_openrouter(body: dict[str, Any], api: str) -> list[str]:
    """The places in `body` that OpenRouter's description does not know; raises where it contradicts it."""
    kind = ResponsesRequest if api == "responses" else ChatRequest
    understood = json.loads(kind.model_validate(body).model_dump_json(by_alias=True))
    return list(_lost(body, understood, "$"))


def refused_by_openai(body: dict[str, Any]) -> list[str]:
    """The same for the `openai` client's chat completions. A market's own fields are not its business."""
    return list(_lost(body, _plain(OPENAI.validate_python(body)), "$"))


def _plain(understood: Any) -> Any:
    """Dicts and lists; the client's types say `Iterable`, which is validated only when it is read."""
    if isinstance(understood, dict):
        return {name: _plain(value) for name, value in understood.items()}
    if isinstance(understood, Iterable) and not isinstance(understood, str):
        return [_plain(value) for value in understood]
    return understood


def refused_by_mistral(body: dict[str, Any]) -> list[str]:
    return sorted(set(body) - MISTRAL)


def _lost(sent: Any, understood: Any, path: str) -> Iterator[str]:
    if isinstance(sent, dict):
        for name, value in sent.items():
            if not isinstance(understood, dict) or name not in understood:
                yield f"{path}.{name}"
            else:
                yield from _lost(value, understood[name], f"{path}.{name}")
    elif isinstance(sent, list):
        if not isinstance(understood, list) or len(understood) != len(sent):
            yield path
        else:
            for place, (value, other) in enumerate(zip(sent, understood, strict=True)):
                yield from _lost(value, other, f"{path}[{place}]")
    elif sent != understood:
        yield path
