"""Thoughts that a server leaves in the text: `<think>...</think>` at the very beginning of an answer. Pure.

Ollama, and others without a parser for the model at hand, send the tags as they are. Only at the very beginning do they
mean thoughts; anywhere else the model is writing about the tags, and they are text.
"""

from playground.upstream.pieces import Reasoning, Text

OPENING = "<think>"
CLOSING = "</think>"
Part = tuple[type[Text] | type[Reasoning], str]


class ThinkTags:
    """Parts a text into thoughts and answer, however it is cut. What may be the beginning of a tag waits for the rest."""

    def __init__(self) -> None:
        self._held = ""
        self._is_begun = False
        self._is_thinking = False

    def feed(self, text: str) -> list[Part]:
        text = self._held + text
        self._held = ""
        if not self._is_begun:
            if len(text) < len(OPENING) and OPENING.startswith(text):
                self._held = text
                return []
            self._is_begun = True
            self._is_thinking = text.startswith(OPENING)
            text = text.removeprefix(OPENING)
        if not self._is_thinking:
            return [(Text, text)] if text else []
        thought, tag, answer = text.partition(CLOSING)
        self._is_thinking = not tag
        if not tag:
            held = beginning_at_end(thought, CLOSING)
            self._held = thought[len(thought) - held :]
            thought = thought[: len(thought) - held]
        return [(kind, said) for kind, said in ((Reasoning, thought), (Text, answer)) if said]

    def no_more(self) -> list[Part]:
        """The thoughts come in a field of their own, or the answer is over: what is held back is what it looks like."""
        held, self._held = self._held, ""
        self._is_begun = True
        return [(Reasoning if self._is_thinking else Text, held)] if held else []


def beginning_at_end(text: str, searched: str) -> int:
    """How many characters at the end of `text` are a beginning, and not all, of `searched`."""
    longest = min(len(searched) - 1, len(text))
    return next((length for length in range(longest, 0, -1) if text.endswith(searched[:length])), 0)
