"""The fields that both APIs share, checked as a real upstream checks them. Each reader raises BadRequest."""

import json
import math
from typing import Any

from playground.rehearsal.refusals import BadRequest
from playground.rehearsal.request import Call, Message, Reasoning

# Tokens of thinking for an effort. Real models think for thousands; a rehearsal is watched.
THINKING = {"none": 0, "minimal": 0, "low": 48, "medium": 96, "high": 192, "xhigh": 256, "max": 320}
MOST_THINKING = 320
LARGEST_SEED = 2**63 - 1


def body_of(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`, without NaN and infinity."""
    try:
        body = json.loads(raw, parse_constant=_refused, parse_float=_finite)
    except (ValueError, RecursionError):
        raise BadRequest("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise BadRequest("The body is not a JSON object.")
    return body


def model_of(body: dict[str, Any]) -> str:
    model = body.get("model")
    if not isinstance(model, str) or not 0 < len(model) <= 200:
        raise BadRequest("model: a name is required.")
    return model


def flag(body: dict[str, Any], name: str, default: bool) -> bool:
    value = body.get(name)
    if not isinstance(value, bool | None):
        raise BadRequest(f"{name}: true or false is expected.")
    return default if value is None else value


def limit_of(body: dict[str, Any], *names: str) -> int | None:
    """The least of the limits given, in tokens."""
    limits = []
    for name in names:
        value = body.get(name)
        if value is None:
            continue
        if type(value) is not int or value < 1:
            raise BadRequest(f"{name}: a whole number of 1 or more is expected.")
        limits.append(value)
    return min(limits, default=None)


def stops_of(body: dict[str, Any]) -> tuple[str, ...]:
    stop = body.get("stop")
    stops = [stop] if isinstance(stop, str) else stop or []
    if not isinstance(stops, list) or len(stops) > 4 or not all(isinstance(text, str) for text in stops):
        raise BadRequest("stop: text, or a list of up to 4 texts, is expected.")
    return tuple(text for text in stops if text)


def seed_of(body: dict[str, Any]) -> int | None:
    """The seed, also under the name that Mistral's own API gives it."""
    for name in ("seed", "random_seed"):
        value = body.get(name)
        if value is None:
            continue
        if type(value) is not int or abs(value) > LARGEST_SEED:
            raise BadRequest(f"{name}: a whole number is expected.")
        return value
    return None


def temperature_of(body: dict[str, Any]) -> float | None:
    value = body.get("temperature")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 2:
        raise BadRequest("temperature: a number from 0 to 2 is expected.")
    return float(value)


def reasoning_of(body: dict[str, Any], model: str) -> Reasoning:
    """How much to think: as asked, or as the model does by itself, which only Magistral does here."""
    settings = body.get("reasoning")
    if not isinstance(settings, dict | None):
        raise BadRequest("reasoning: an object such as {“effort”: “high”} is expected.")
    settings = settings or {}
    efforts = [value for value in (settings.get("effort"), body.get("reasoning_effort")) if value is not None]
    for effort in efforts:
        if not isinstance(effort, str) or effort not in THINKING:
            raise BadRequest(f"reasoning: the effort is one of {', '.join(THINKING)}.")
    if len(set(efforts)) > 1:
        raise BadRequest("reasoning.effort and reasoning_effort differ; give one of them.")
    most = limit_of(settings, "max_tokens")
    if efforts:
        tokens = THINKING[efforts[0]]
    elif most is not None:
        tokens = MOST_THINKING
    else:
        thinks = flag(settings, "enabled", "magistral" in model.lower())
        tokens = THINKING["medium"] if thinks else 0
    is_shown = flag(body, "include_reasoning", True) and not flag(settings, "exclude", False)
    return Reasoning(min(tokens, most or tokens), is_shown)


def checked(messages: list[Message]) -> tuple[Message, ...]:
    """The messages, when every call of a tool has one result, right after it, and every result has its call."""
    open_calls: dict[str, Call] = {}
    for number, message in enumerate(messages):
        if message.role == "tool":
            if open_calls.pop(message.result_of, None) is None:
                raise BadRequest(f"messages.{number}: it answers “{message.result_of[:60]}”, a call that nobody made.")
        elif open_calls:
            break
        open_calls |= {call.id: call for call in message.calls}
    if open_calls:
        raise BadRequest(f"The call “{next(iter(open_calls))[:60]}” has no result; a tool message must follow it.")
    return tuple(messages)


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is no JSON.")


def _finite(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError("A number is out of all bounds.")
    return value
