"""How the form speaks of what was written where something else is expected. Pure; no Django.

A sentence that comes from Django would name no field, and would not say what was written.
"""

from collections.abc import Sequence
from typing import Any

LONGEST_QUOTED = 40  # characters
NUL = "holds the character NUL, which no text has."


def quoted(written: Any) -> str:
    """What was written, as a sentence quotes it: on one line, and cut where it is long."""
    text = " ".join(str(written).split())
    return f"“{text}”" if len(text) <= LONGEST_QUOTED else f"“{text[:LONGEST_QUOTED]}…”"


def either(words: Sequence[str]) -> str:
    """The words as a sentence offers them: “true or false”, “low, medium or high”."""
    return f"{', '.join(words[:-1])} or {words[-1]}" if words[1:] else words[0]


def text_errors(name: str, longest: int) -> dict[str, str]:
    """The sentences on a text that is too long, or no text, by the codes that Django's checks have for them."""
    return {
        "max_length": f"{name}: up to {longest:,} characters are possible; these are %(show_value)s.",
        "null_characters_not_allowed": f"{name}: the text {NUL}",
    }
