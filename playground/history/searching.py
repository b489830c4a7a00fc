"""The words of a search: what they mean, and which texts have them. Pure; no Django.

Words are joined by AND, `"quoted words"` are found as they stand beside each other, and a leading `-` keeps out what has
the word. Case and accents make no difference: both sides are folded (messages.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from playground.messages import folded

MOST_TERMS = 8
Key = TypeVar("Key")

# A quotation mark that is never closed holds to the end, as a person who is still typing means it.
TERM = re.compile(r'(?P<out>-?)(?:"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+))')
QUOTES = str.maketrans("“”„«»", '"""""')


@dataclass(frozen=True)
class Term:
    """One folded word or phrase; with `is_out`, one that must not be there."""

    text: str
    is_out: bool = False


def terms(typed: str) -> tuple[Term, ...]:
    """What was typed, term by term, each once. Dashes alone are a word; what folds to nothing is left out."""
    found = []
    for match in TERM.finditer(typed.translate(QUOTES)):
        word, is_out = match["word"], bool(match["out"])
        if word is not None and not word.strip("-"):
            word, is_out = match[0], False
        text = folded(match["phrase"] if word is None else word)
        if text:
            found.append(Term(text, is_out))
    return tuple(dict.fromkeys(found))


def having(texts: Mapping[Key, str], term: Term) -> list[Key]:
    """The keys of the folded texts that hold the term: of labels and notes, which the database keeps as they were typed."""
    return [key for key, text in texts.items() if term.text in text]
