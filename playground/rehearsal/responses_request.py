"""A request of the Responses API, checked as a real upstream checks it: it keeps nothing, so everything must be sent."""

from typing import Any

from playground.rehearsal import fields, images
from playground.rehearsal.chat_request import schema_shape
from playground.rehearsal.images import Image
from playground.rehearsal.refusals import BadRequest
from playground.rehearsal.request import Call, Message, Request, Shape
from playground.rehearsal.tools import tools_of

ROLES = {"system", "developer", "user", "assistant"}
ECHOED = ("instructions", "max_output_tokens", "metadata", "reasoning", "temperature", "text", "tool_choice", "top_p")


def read(raw: bytes) -> Request:
    """The request in `raw`. Raises BadRequest."""
    body = fields.body_of(raw)
    model = fields.model_of(body)
    if fields.flag(body, "store", False):
        raise BadRequest("store: nothing is stored here; leave it out or send false.")
    if body.get("previous_response_id") is not None:
        raise BadRequest("previous_response_id: nothing is stored here; send the earlier messages as input.")
    instructions = body.get("instructions")
    if not isinstance(instructions, str | None):
        raise BadRequest("instructions: text is expected.")
    messages = [Message("system", instructions)] if instructions else []
    messages += _input(body.get("input"))
    return Request(
        model,
        fields.checked(messages),
        fields.flag(body, "stream", False),
        fields.limit_of(body, "max_output_tokens"),
        (),  # this API knows no stop texts
        fields.seed_of(body),
        fields.temperature_of(body),
        tools_of(body, are_flat=True),
        _shape(body.get("text")),
        fields.reasoning_of(body, model),
        {name: body[name] for name in (*ECHOED, "tools", "parallel_tool_calls") if body.get(name) is not None},
    )


def _input(given: Any) -> list[Message]:
    if isinstance(given, str) and given:
        return [Message("user", given)]
    if not isinstance(given, list) or not given:
        raise BadRequest("input: text, or a list with at least one item, is required.")
    messages: list[Message] = []
    for number, item in enumerate(given):
        message = _item(item, f"input.{number}")
        if message is None:
            continue
        last = messages[-1] if messages else None
        # Calls made at one time are items of their own here, and belong to one message.
        if message.calls and last is not None and last.calls:
            messages[-1] = Message(last.role, last.text, last.images, (*last.calls, *message.calls))
        else:
            messages.append(message)
    if not messages:
        raise BadRequest("input: there is no message in it.")
    return messages


def _item(item: Any, where: str) -> Message | None:
    """One item as a message; None for thinking that is handed back, which is passed over."""
    if not isinstance(item, dict):
        raise BadRequest(f"{where}: an object is expected.")
    kind = item.get("type", "message")
    if kind == "reasoning":
        return None
    if kind == "message":
        role = item.get("role")
        if not isinstance(role, str) or role not in ROLES:
            raise BadRequest(f"{where}: a role is expected: {', '.join(sorted(ROLES))}.")
        return Message(role, *_content(item.get("content"), where))
    if kind == "function_call":
        values: list[Any] = [item.get("call_id"), item.get("name"), item.get("arguments")]
        if not all(isinstance(value, str) for value in values):
            raise BadRequest(f"{where}: call_id, name and arguments are texts, and all are required.")
        return Message("assistant", "", calls=(Call(*values),))
    if kind == "function_call_output":
        answered = item.get("call_id")
        if not isinstance(answered, str) or not answered:
            raise BadRequest(f"{where}.call_id: the id of the call that it answers is required.")
        return Message("tool", *_content(item.get("output"), where), result_of=answered)
    raise BadRequest(f"{where}.type: message, function_call, function_call_output or reasoning is expected.")


def _content(content: Any, where: str) -> tuple[str, tuple[Image, ...]]:
    if isinstance(content, str):
        return content, ()
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise BadRequest(f"{where}: text or a list of parts is expected.")
    texts, pictures = [], []
    for number, part in enumerate(content):
        place = f"{where}.content.{number}"
        said = part.get("refusal") if part.get("type") == "refusal" else part.get("text")
        if part.get("type") == "input_image":
            pictures.append(images.from_address(part.get("image_url"), place))
        elif isinstance(said, str):
            texts.append(said)
        else:
            raise BadRequest(f"{place}: input_text, output_text or input_image is expected.")
    return "\n".join(texts), tuple(pictures)


def _shape(text: Any) -> Shape:
    wanted = text.get("format") if isinstance(text, dict) else None
    if text is not None and not isinstance(text, dict):
        raise BadRequest("text: an object with a format is expected.")
    if wanted is None:
        return Shape()
    kind = wanted.get("type") if isinstance(wanted, dict) else None
    if kind == "json_schema":
        return schema_shape(wanted, "text.format")
    if kind not in ("text", "json_object"):
        raise BadRequest("text.format.type: text, json_object or json_schema is expected.")
    return Shape(wants_json=kind == "json_object")
