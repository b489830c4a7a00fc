"""What each server's form of chat completions calls things, takes, and needs to be told. Pure.

Mistral's own API answers 422 to any field that it does not know, `stream_options` and `max_completion_tokens` among them;
OpenRouter ignores unknown fields and always reports usage; vLLM, Ollama and llama.cpp report it only when asked.
"""

from collections.abc import Mapping
from typing import Any

MISTRAL_NAMES = {"seed": "random_seed", "max_completion_tokens": "max_tokens"}
MISTRAL_FIELDS = frozenset(
    {
        "temperature", "top_p", "max_tokens", "stop", "random_seed", "response_format", "tools", "tool_choice",
        "presence_penalty", "frequency_penalty", "n", "prediction", "parallel_tool_calls", "prompt_mode", "safe_prompt",
        "reasoning_effort",
    }
)  # fmt: skip


def fields(dialect: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The parameters as `dialect` names them, and the names of those that it does not take."""
    if dialect != "mistral":
        return dict(values), []
    sent: dict[str, Any] = {}
    refused: list[str] = []
    for name, value in values.items():
        known = MISTRAL_NAMES.get(name, name)
        if known in MISTRAL_FIELDS:
            sent[known] = "any" if (known, value) == ("tool_choice", "required") else value
        else:
            refused.append(name)
    return sent, refused


def always(dialect: str, streams: bool) -> dict[str, Any]:
    """What every request to such a server says, so that usage comes back."""
    return {"stream_options": {"include_usage": True}} if dialect == "compatible" and streams else {}
