"""The key never comes back: whatever an upstream sends, text in which our own key stands is shown without it. Pure.

An upstream that echoes its request, or a model that was told the key by one, would otherwise write it onto pages and
into the database.
"""

from typing import Any

REDACTED = "[key removed]"


class Redactor:
    """Takes a text in pieces and gives it back without the key, also where the key is cut between pieces.

    What may be the beginning of the key is held back until the next piece shows whether it is.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._held = ""

    def feed(self, text: str) -> str:
        if not self._key:
            return text
        text = (self._held + text).replace(self._key, REDACTED)
        held = self._length_of_beginning(text)
        self._held = text[len(text) - held :] if held else ""
        return text[: len(text) - held] if held else text

    def rest(self) -> str:
        """What was held back and turned out not to be the key."""
        held, self._held = self._held, ""
        return held

    def _length_of_beginning(self, text: str) -> int:
        """How many characters at the end of `text` are a beginning of the key."""
        longest = min(len(self._key) - 1, len(text))
        return next((length for length in range(longest, 0, -1) if text.endswith(self._key[:length])), 0)


def without_key(value: Any, key: str) -> Any:
    """A JSON value, or a name, without the key anywhere in its texts."""
    if not key:
        return value
    if isinstance(value, str):
        return value.replace(key, REDACTED)
    if isinstance(value, dict):
        return {without_key(name, key): without_key(entry, key) for name, entry in value.items()}
    if isinstance(value, list):
        return [without_key(entry, key) for entry in value]
    return value
