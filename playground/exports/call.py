"""One request as code has to make it: where it goes, with which key, what it says, and what the code says about it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PATHS = {"chat": "/chat/completions", "responses": "/responses"}


@dataclass(frozen=True)
class Call:
    """`key_variable` names the environment variable that holds the key; blank where the server asks for none.

    `notes` are sentences that stand in the code as comments. `has_parts` is true of servers whose answers may be lists of
    parts instead of a text, as those of Mistral's reasoning models are.
    """

    base_url: str
    api: str
    body: Mapping[str, Any]
    key_variable: str = ""
    notes: tuple[str, ...] = ()
    has_parts: bool = False

    @property
    def url(self) -> str:
        return self.base_url.rstrip("/") + PATHS[self.api]

    @property
    def streams(self) -> bool:
        return self.body.get("stream") is True

    @property
    def has_tools(self) -> bool:
        return bool(self.body.get("tools"))

    def comments(self, mark: str) -> str:
        """The notes, one on each line. A note is one line whatever is in it: a name may come from anywhere."""
        lines = (" ".join("".join(c if c.isprintable() else " " for c in note).split()) for note in self.notes)
        return "".join(f"{mark} {line}\n" for line in lines)


def lines(text: str, step: str) -> str:
    """`text` with every line that is not empty moved in by `step`."""
    return "".join(step + line if line.strip() else line for line in text.splitlines(keepends=True))
