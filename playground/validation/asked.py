"""What form of answer a request asks for, in either API's words. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wanted:
    """JSON that fits `schema`, or any JSON object where there is none."""

    schema: Any = None


def wanted(request: Mapping[str, Any]) -> Wanted | None:
    """What the answer to `request` has to be; None where plain text was asked for."""
    asked = request.get("response_format")
    if asked is None and isinstance(request.get("text"), dict):
        asked = request["text"].get("format")
    if not isinstance(asked, dict):
        return None
    if asked.get("type") == "json_object":
        return Wanted()
    if asked.get("type") != "json_schema":
        return None
    named = asked.get("json_schema", asked)
    schema = named.get("schema") if isinstance(named, dict) else None
    return Wanted() if schema is None else Wanted(schema)
