"""Reading the answer to a question that is free: what one answer cost in the end. Pure."""

from typing import Any

from playground.upstream.redaction import without_key
from playground.upstream.strict_json import NotJsonError, read_json, storable_json


def data_of(body: bytes, key: str) -> dict[str, Any] | None:
    """The `data` of an answer, decimals exact, cut to what a database takes, without the key; None if it is null.

    Raises NotJsonError for anything else.
    """
    said = read_json(body.decode("utf-8", "replace"))
    if not isinstance(said, dict) or not isinstance(said.get("data", said), dict | None) or "data" not in said:
        raise NotJsonError("The answer has no data.")
    data: dict[str, Any] | None = without_key(storable_json(said["data"]), key)
    return data
