"""How a text becomes the words that are stored and looked for. Pure; no Django.

Only letters and digits count, small and without accents, so that no sign of a query means anything: `Mistral-Large` and
`mistral large` are the same two words, and quotes, per cent signs, NUL and emoji are gaps between words.
"""

import re
import unicodedata
from collections.abc import Iterable

LONGEST_WORD = 60
MOST_WORDS = 24  # of one query; an id of many parts is many words
ASCII_WORD = re.compile(r"[a-z0-9]+")
BOUNDARY = re.compile(r"(?<=[^\W\d_])(?=\d)")  # within qwen3, large3


def words_of(text: str) -> list[str]:
    """The words of a text in their order: `Ministral 3 8B (é)` is ministral, 3, 8b and e."""
    if text.isascii():
        return [word[:LONGEST_WORD] for word in ASCII_WORD.findall(text.lower())]
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(sign if sign.isalnum() else " " for sign in folded if not unicodedata.combining(sign))
    return [word[:LONGEST_WORD] for word in plain.split()]


def query_words(words: Iterable[str]) -> list[str]:
    """The words to look for, each once."""
    found = dict.fromkeys(part for word in words for part in words_of(word))
    return list(found)[:MOST_WORDS]


def names_text(names: Iterable[str]) -> str:
    """Every name between full stops. A name's parts are findable joined (gpt4o for GPT-4o) and apart (large 3 for
    large3), too."""
    found: dict[str, None] = {}
    for name in names:
        words = words_of(name)
        if not words:
            continue
        found[" ".join(words)] = None
        last = words_of(name.rpartition("/")[2])
        if 1 < len(last) <= 4:
            found["".join(last)[:LONGEST_WORD]] = None
        for word in words:
            parts = BOUNDARY.sub(" ", word)
            if parts != word:
                found[parts] = None
    return "".join(f". {name} " for name in found) + "." if found else "."


def prose_text(text: str) -> str:
    """Each word of a text once, in the order in which they come, between spaces."""
    found = dict.fromkeys(words_of(text))
    return f" {' '.join(found)} " if found else ""


def vocabulary_of(names: str) -> set[str]:
    """The words of a text that `names_text` made."""
    return set(names.split()) - {"."}
