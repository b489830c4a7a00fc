"""Messages in the form of chat completions. Pure."""

from collections.abc import Sequence
from typing import Any

from playground.messages import Message

IMAGE = "windrose-image:"  # followed by the image's number; the runner puts the bytes there


def content(messages: Sequence[Message]) -> dict[str, Any]:
    return {"messages": [_message(message) for message in messages]}


def _message(message: Message) -> dict[str, Any]:
    if message.role == "tool":
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": message.content}
    said: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.images:
        text = [{"type": "text", "text": message.content}] if message.content else []
        images = [{"type": "image_url", "image_url": {"url": f"{IMAGE}{number}"}} for number in message.images]
        said["content"] = [*text, *images]
    if message.tool_calls:
        said["content"] = message.content or None
        said["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    return said
