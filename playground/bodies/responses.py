"""Messages and parameters in the form of the Responses API, which is stateless here: the whole conversation is sent. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from playground.bodies.chat import IMAGE
from playground.messages import Message

# By the form's name: what the Responses API calls it. What is not here it does not take.
NAMES = {
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "top_logprobs": "top_logprobs",
    "tools": "tools",
    "tool_choice": "tool_choice",
    "parallel_tool_calls": "parallel_tool_calls",
    "response_format": "text",
    "reasoning": "reasoning",
    "reasoning_effort": "reasoning",
}


def content(messages: Sequence[Message]) -> dict[str, Any]:
    """Leading system messages become the instructions, everything else items of the input."""
    rest = list(messages)
    instructions = []
    while rest and rest[0].role == "system":
        instructions.append(rest.pop(0).content)
    items = [item for message in rest for item in _items(message)]
    head = {"instructions": "\n\n".join(instructions)} if instructions else {}
    return {**head, "input": items}


def _items(message: Message) -> list[dict[str, Any]]:
    if message.role == "tool":
        return [{"type": "function_call_output", "call_id": message.tool_call_id, "output": message.content}]
    items: list[dict[str, Any]] = []
    if message.role == "assistant":
        # An answer's parts would need the id that the API gave them; as plain text it needs none.
        if message.content or not message.tool_calls:
            items.append({"type": "message", "role": "assistant", "content": message.content})
    else:
        parts: list[dict[str, Any]] = [{"type": "input_text", "text": message.content}] if message.content else []
        parts += [
            {"type": "input_image", "detail": "auto", "image_url": f"{IMAGE}{number}"} for number in message.images
        ]
        items.append({"type": "message", "role": message.role, "content": parts})
    items += [
        {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}
        for call in message.tool_calls
    ]
    return items


def fields(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The parameters under this API's names and in its forms, and the names of those that it does not take."""
    sent: dict[str, Any] = {}
    refused: list[str] = []
    for name, value in values.items():
        known = NAMES.get(name)
        if known is None:
            refused.append(name)
        elif name == "tools":
            sent[known] = [_tool(tool) for tool in value] if isinstance(value, list) else value
        elif name == "tool_choice":
            sent[known] = _choice(value)
        elif name == "response_format":
            sent[known] = {"format": _format(value)}
        elif name == "reasoning_effort":
            sent[known] = {"effort": value}
        else:
            sent[known] = value
    return sent, refused


def _flat(value: Any, name: str) -> Any:
    """`{"type": t, name: {…}}` as `{"type": t, …}`, which is how this API writes what the other one nests."""
    if not isinstance(value, dict) or not isinstance(value.get(name), dict):
        return value
    return {"type": value.get("type", name), **value[name]}


def _tool(tool: Any) -> Any:
    return _flat(tool, "function")


def _choice(choice: Any) -> Any:
    return _flat(choice, "function")


def _format(response_format: Any) -> Any:
    return _flat(response_format, "json_schema")
