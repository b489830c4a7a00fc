"""The words that occur in the catalog, held in memory: which of them a query's word is a part of, and which are nearest to
one that was mistyped.

A distance counts the letters to add, to leave out, to change or to swap with the next: `lrage` is one away from `large`.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.kept import Kept
from catalog.models import SearchWord

SHORTEST_MISTYPED = 3
MOST_CANDIDATES = 8


class Vocabulary:
    """`names` are the words of names and ids, `prose` those of descriptions only."""

    def __init__(self, names: Iterable[str], prose: Iterable[str]) -> None:
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for word in names:
            self._by_length[len(word)].append(word)
        self._words = frozenset(word for words in self._by_length.values() for word in words)
        self._text = "\n" + "\n".join((*self._words, *prose)) + "\n"

    def has(self, word: str) -> bool:
        """Whether the word is, or is part of, any word of the catalog."""
        return "\n" not in word and word in self._text  # each word stands on a line of its own

    def names(self, word: str) -> bool:
        """Whether it is a whole word of some name."""
        return word in self._words

    def nearest(self, word: str) -> list[str]:
        """The words of names that are nearest to a mistyped one; none where even they are too far.

        A number is never taken for another: 2412 is no slip for 2411 but a different model.
        """
        if len(word) < SHORTEST_MISTYPED or not any(sign.isalpha() for sign in word):
            return []
        furthest = furthest_for(word)
        near = [
            near for length in range(len(word) - furthest, len(word) + furthest + 1) for near in self._by_length[length]
        ]
        found = self._within(word, near, furthest)
        if not found:  # a word that is still being typed may stand for the beginning of a longer one
            longer = [known for length, words in self._by_length.items() if length > len(word) for known in words]
            found = self._within(word, {known[: len(word)] for known in longer}, min(furthest, 1))
        return found[:MOST_CANDIDATES]

    @staticmethod
    def _within(word: str, words: Iterable[str], furthest: int) -> list[str]:
        """Those of the words that are at the smallest distance; the ones that begin alike first."""
        hits = process.extract(
            word, list(words), scorer=OSA.distance, score_cutoff=furthest, limit=None, processor=None
        )
        smallest = min((distance for _, distance, _ in hits), default=0)
        found = [near for near, distance, _ in hits if distance == smallest]
        return sorted(found, key=lambda near: (near[0] != word[0], abs(len(near) - len(word)), near))


def furthest_for(word: str) -> int:
    """How many slips a word of this length may have."""
    return 1 if len(word) <= 5 else 2


_kept: Kept[Vocabulary] = Kept(most=1)
_loading = threading.Lock()


def vocabulary(version: int, is_fresh: bool) -> Vocabulary:
    """The vocabulary of the catalog in its present version. One query where it is not in memory."""
    known = _kept.get(version, "")
    if known is not None:
        return known
    with _loading:
        known = _kept.get(version, "")
        if known is None:
            words = list(SearchWord.objects.values_list("word", "is_name"))
            known = Vocabulary(
                (word for word, is_name in words if is_name), (word for word, is_name in words if not is_name)
            )
            if is_fresh:
                _kept.put(version, "", known)
    return known
