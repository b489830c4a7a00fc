"""What a search finds: the models in which every word occurs, the best of them first, and which words were put right."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When
from django.db.models.functions import Cast

from catalog import freshness
from catalog.kept import Kept
from catalog.models import SearchText
from catalog.search.id_lists import among
from catalog.search.vocabulary import Vocabulary, vocabulary
from catalog.search.words import query_words

MOST_WEIGHED = 2000  # models that are looked at to choose between two corrections of a word


class Rank(IntEnum):
    """How well a model fits, the best first."""

    NAME = 0  # the words are one of its names, whole
    WORDS = 1  # each is a word of its names
    BEGINNINGS = 2  # each begins a word of its names
    PARTS = 3  # each is part of a word of its names
    PROSE = 4  # one at least is in its description only


@dataclass(frozen=True)
class Found:
    """The models that a search found, by how well they fit: `ranked[0]` are the best. `corrected` is a sentence where a
    word was put right, and `is_everything` says that nothing was asked."""

    ranked: tuple[Sequence[int], ...] = ()
    corrected: str = ""
    is_everything: bool = False

    @property
    def ids(self) -> list[int]:
        """The primary keys of the models, the best first."""
        return [pk for ids in self.ranked for pk in ids]

    def condition(self, prefix: str = "model_id") -> Q:
        """That a row's model was found; `prefix` is the column that holds the model's id."""
        return Q() if self.is_everything else among(prefix, sorted(self.ids))

    def order(self, prefix: str = "model_id") -> Any:
        """The place of a row's model among what was found, for `order_by` on rows that fulfil the condition: 0 for the
        best. The place that most of them have is not asked for but assumed."""
        sizes = [len(ids) for ids in self.ranked] or [0]
        usual = sizes.index(max(sizes))
        places = [
            When(among(prefix, ids), then=Value(place))
            for place, ids in enumerate(self.ranked)
            if ids and place != usual
        ]
        if not places:
            return Cast(Value(usual), IntegerField())  # a bare number would name a column
        return Case(*places, default=Value(usual), output_field=IntegerField())


EVERYTHING = Found(is_everything=True)
NOTHING = Found()
_kept: Kept[Found] = Kept(most=32)


def find(words: list[str]) -> Found:
    """The models in which all of the words occur, in any order: whole, as a beginning, or as a part of a word.

    A word that occurs nowhere is taken for the nearest one of a name, and `corrected` says so. No words find everything;
    words of signs only (a lone %) find nothing. At most four queries; one for what was asked since the last change.
    """
    if not words:
        return EVERYTHING
    wanted = tuple(query_words(words))
    if not wanted:
        return NOTHING
    version, is_fresh = freshness.state()
    found = _kept.get(version, wanted)
    if found is None:
        found = _find(wanted, vocabulary(version, is_fresh))
        if is_fresh:
            _kept.put(version, wanted, found)
    return found


def _find(wanted: tuple[str, ...], known: Vocabulary) -> Found:
    unknown = [word for word in wanted if not known.has(word)]
    if not unknown:
        found = _ranked(wanted)
        # Each occurs, but not together: perhaps a slip that happens to be a word, or a part of one, elsewhere.
        unknown = [] if found.ranked else [word for word in wanted if not known.names(word)]
        if not unknown:
            return found
    candidates = {word: known.nearest(word) for word in unknown}
    if not all(candidates.values()):
        return NOTHING
    corrections = _chosen(wanted, candidates)
    corrected = tuple(dict.fromkeys(corrections.get(word, word) for word in wanted))
    found = _ranked(corrected)
    return replace(found, corrected=f"Showing results for “{' '.join(corrected)}”.") if found.ranked else NOTHING


def _chosen(wanted: Sequence[str], candidates: dict[str, list[str]]) -> dict[str, str]:
    """For each mistyped word one of its candidates: of several that are equally near the one that most models have, among
    those that have the other words."""
    if all(len(near) == 1 for near in candidates.values()):
        return {word: near[0] for word, near in candidates.items()}
    rows = SearchText.objects.filter(
        reduce(and_, (reduce(or_, map(_in_names, candidates[w])) if w in candidates else _anywhere(w) for w in wanted))
    )
    names = list(rows.values_list("names", flat=True)[:MOST_WEIGHED])
    return {
        word: max(near, key=lambda candidate: (sum(candidate in text for text in names), -near.index(candidate)))
        for word, near in candidates.items()
    }


def _ranked(words: Sequence[str]) -> Found:
    """The models that have all of the words, by rank. One query."""
    rank = Case(
        When(_in_names(f". {' '.join(words)} ."), then=Value(Rank.NAME)),
        When(reduce(and_, (_in_names(f" {word} ") for word in words)), then=Value(Rank.WORDS)),
        When(reduce(and_, (_in_names(f" {word}") for word in words)), then=Value(Rank.BEGINNINGS)),
        When(reduce(and_, (_in_names(word) for word in words)), then=Value(Rank.PARTS)),
        default=Value(Rank.PROSE),
        output_field=IntegerField(),
    )
    ranked = tuple(array("q") for _ in Rank)
    rows = SearchText.objects.filter(reduce(and_, map(_anywhere, words))).annotate(rank=rank).order_by()
    for pk, place in rows.values_list("pk", "rank"):
        ranked[place].append(pk)
    return Found(ranked) if any(ranked) else NOTHING


def _in_names(text: str) -> Q:
    return Q(names__contains=text)


def _anywhere(word: str) -> Q:
    """A single letter or digit has to begin a word, as it is a part of almost every one."""
    text = f" {word}" if len(word) == 1 and word.isascii() else word
    return _in_names(text) | Q(prose__contains=text)
