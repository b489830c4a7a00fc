"""The ids of word sets, found or made for many models at once."""

from collections.abc import Sequence

from catalog.models import WordSet

LONGEST = 1500  # the width of WordSet.words


class WordSets:
    """Collects the sets that are wanted, fetches or makes them all, and then knows their ids."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], int] = {}
        self._wanted: set[tuple[str, str]] = set()

    def want(self, kind: str, words: Sequence[str]) -> None:
        self._wanted.add((kind, joined(words)))

    def fetch(self) -> None:
        self._find()
        missing = sorted(self._wanted - self._ids.keys())
        if missing:
            # Another process may make the same set at the same time; whoever comes second finds the first one's row.
            WordSet.objects.bulk_create(
                (WordSet(kind=kind, words=words) for kind, words in missing), ignore_conflicts=True
            )
            self._find()

    def id_of(self, kind: str, words: Sequence[str]) -> int:
        return self._ids[kind, joined(words)]

    def _find(self) -> None:
        texts = {words for _, words in self._wanted}
        rows = WordSet.objects.filter(words__in=texts).values_list("kind", "words", "pk")
        self._ids |= {(kind, words): pk for kind, words, pk in rows}


def joined(words: Sequence[str]) -> str:
    """The words with one space between them, as many as the column holds: some hundred, where real listings have thirty."""
    text = " ".join(words)
    return text if len(text) <= LONGEST else text[: LONGEST + 1].rpartition(" ")[0]
