"""What is left of a prompt and its runs once their texts are removed: the bill, the timings, and the shape of the board.

Everything that was typed, uploaded or answered goes; numbers, states, models and our own sentences stay.
"""

import re
from datetime import datetime
from typing import Any

from playground.models import Prompt

# Of a run, by field: what is there instead of a text.
RUN: dict[str, Any] = {
    "text": "",
    "reasoning": "",
    "rest": "",
    "tool_calls": [],
    "request": {},
    "error_detail": "",
    "error_body": "",
}
PROMISE = re.compile(r"What came is kept(?:\. ?|; (\w))")


def without_texts(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of a run as they may be written where no text is kept. Of a validation its verdict stays."""
    verdict = fields.get("validation")
    kept = None if verdict is None else {"is_valid": verdict["is_valid"], "path": "", "message": ""}
    said = {"error": without_promise(fields["error"])} if "error" in fields else {}
    return fields | RUN | said | {"validation": kept}


def without_promise(sentence: str) -> str:
    """One of our sentences without its clause that what came is kept, which is untrue where nothing is."""
    sentence = sentence.replace(" and what came is kept", "")
    return PROMISE.sub(lambda found: (found[1] or "").upper(), sentence).rstrip()


def forget(prompt: Prompt, now: datetime) -> None:
    """Remove what `prompt` asked, and save that. The rows of its values stay as empty ones: a table keeps its shape."""
    rows = prompt.variables.get("rows", [])
    prompt.messages = []
    prompt.text = prompt.searched = ""
    prompt.variables = {"names": [], "rows": [[] for _ in rows]} if rows else {}
    prompt.overrides = {}
    prompt.parameters = {
        name: value for name, value in prompt.parameters.items() if isinstance(value, bool | int | float)
    }
    prompt.purged_at = now
    prompt.save(
        update_fields=["messages", "text", "searched", "variables", "overrides", "parameters", "purged_at"],
    )
