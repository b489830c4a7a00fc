"""What each server's form of chat completions calls things, takes, and needs to be told. Pure.

Mistral's own API answers 422 to any field that it does not know, `stream_options` and `max_completion_tokens` among them;
OpenRouter ignores unknown fields and always reports usage; vLLM, Ollama and llama.cpp report it only when asked.
"""

from collections.abc import Callable, Mapping
from typing import Any

# What OpenRouter's own description of the request names. It ignores the rest, so the rest is said to be left out.
OPENROUTER_FIELDS = frozenset(
    {
        "temperature", "top_p", "top_k", "min_p", "top_a", "frequency_penalty", "presence_penalty", "repetition_penalty",
        "max_tokens", "max_completion_tokens", "logit_bias", "logprobs", "top_logprobs", "prediction", "seed", "stop",
        "response_format", "tools", "tool_choice", "parallel_tool_calls", "reasoning", "reasoning_effort",
    }
)  # fmt: skip
# Several answers for one request: each is billed, while the hold covers one and one is read. Repeats are runs of their own.
SEVERAL = frozenset({"n", "best_of"})
MISTRAL_NAMES = {"seed": "random_seed", "max_completion_tokens": "max_tokens"}
MISTRAL_FIELDS = frozenset(
    {
        "temperature", "top_p", "max_tokens", "stop", "random_seed", "response_format", "tools", "tool_choice",
        "presence_penalty", "frequency_penalty", "prediction", "parallel_tool_calls", "prompt_mode", "safe_prompt",
        "reasoning_effort",
    }
)  # fmt: skip


def fields(dialect: str, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The parameters as `dialect` names them, and the names of those that it does not take."""
    if dialect == "mistral":
        return _known(values, MISTRAL_FIELDS, MISTRAL_NAMES, _mistral_value)
    if dialect == "openrouter":
        sent, refused = _known(values, OPENROUTER_FIELDS, {}, lambda _, value: value)
        if "reasoning" in sent and sent.pop("reasoning_effort", None) is not None:
            refused.append("reasoning_effort")  # both at once are refused where they differ, and one says it all
        return sent, refused
    sent = {name: value for name, value in values.items() if name not in SEVERAL}
    return sent, [name for name in values if name in SEVERAL]


def _known(
    values: Mapping[str, Any],
    fields: frozenset[str],
    names: Mapping[str, str],
    written: Callable[[str, Any], Any],
) -> tuple[dict[str, Any], list[str]]:
    sent: dict[str, Any] = {}
    refused: list[str] = []
    for name, value in values.items():
        known = names.get(name, name)
        if known in fields:
            sent[known] = written(known, value)
        else:
            refused.append(name)
    return sent, refused


def _mistral_value(name: str, value: Any) -> Any:
    return "any" if (name, value) == ("tool_choice", "required") else value


def always(dialect: str, streams: bool) -> dict[str, Any]:
    """What every request to such a server says, so that usage comes back."""
    return {"stream_options": {"include_usage": True}} if dialect == "compatible" and streams else {}
