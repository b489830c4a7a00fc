"""A request that is refused for what it says, and the form that errors have on the wire."""

import json
from typing import Any


class BadRequest(ValueError):
    """The message is a sentence for the person who asked; `kind` is the type of the error in OpenRouter's words."""

    def __init__(self, message: str, kind: str = "invalid_request") -> None:
        super().__init__(message)
        self.kind = kind


def error(code: int, message: str, kind: str, **more: Any) -> dict[str, Any]:
    """An error as OpenRouter writes it; `more` joins its metadata."""
    return {"code": code, "message": message, "metadata": {"error_type": kind, **more}}


def error_body(said: dict[str, Any]) -> bytes:
    return json.dumps({"error": said}).encode()
