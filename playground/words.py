"""What differs between two texts, word by word. Pure; no Django.

Two runs of words are compared by their shortest way from one to the other (E. Myers, An O(ND) Difference Algorithm, 1986)
where that is quick; longer ones are first parted at words that each text has exactly once and in the same order (patience
diff), and what then still is too long stands as changed in whole. So the work is bounded, whatever the texts.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_WORDS = 20_000  # of each text; the rest is not compared
MOST_AT_ONCE = 1_200  # words of both texts for which the shortest way is found, however long it is
MOST_CHANGES = 300  # up to which it is looked for in any length
MOST_STEPS = 2_000_000  # of that search, over all parts of a text
# A word, a character of a script that writes no spaces between words, or a single sign.
WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+(?:['’.,-][^\W\u3040-\u30ff\u3400-\u9fff]+)*|[^\w\s]"
)


class Kind(StrEnum):
    SAME = "same"
    LEFT = "left"  # only in the left text
    RIGHT = "right"  # only in the right text


@dataclass(frozen=True)
class Piece:
    """Some text that is in both, or only in one of them."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Difference:
    """The pieces in order: those that are not only in the right text make up the left one, and the other way round.

    `same`, `left` and `right` count words. `is_cut` says that only the first words were compared, `is_rough` that somewhere
    the texts were too different to look for single words.
    """

    pieces: tuple[Piece, ...]
    same: int
    left: int
    right: int
    is_cut: bool = False
    is_rough: bool = False

    @property
    def is_equal(self) -> bool:
        return all(piece.kind is Kind.SAME for piece in self.pieces)


@dataclass(frozen=True)
class Word:
    """One word with the white space behind it, which does not count when words are compared."""

    text: str
    space: str = ""

    @property
    def is_counted(self) -> bool:
        return any(c.isalnum() for c in self.text)


def words(text: str) -> list[Word]:
    """The words of a text; together they are all of it. White space at its beginning is a word without letters."""
    found = list(WORD.finditer(text))
    starts = [match.start() for match in found]
    if not found or starts[0]:
        starts.insert(0, 0)
    ends = [*starts[1:], len(text)]
    return [_word(text[start:end]) for start, end in zip(starts, ends, strict=True) if end > start]


def _word(text: str) -> Word:
    bare = text.rstrip()
    return Word(bare, text[len(bare) :])


def difference(left: str, right: str) -> Difference:
    """What both texts share and what each has alone. Of more than 20,000 words only the first are compared."""
    a, b = words(left), words(right)
    is_cut = len(a) > MOST_WORDS or len(b) > MOST_WORDS
    a, b = a[:MOST_WORDS], b[:MOST_WORDS]
    search = _Search([word.text for word in a], [word.text for word in b])
    pairs = _worth_keeping(a, b, search.pairs())
    return Difference(
        tuple(_joined(_pieces(a, b, pairs))),
        sum(a[i].is_counted for i, _ in pairs),
        _count(a) - sum(a[i].is_counted for i, _ in pairs),
        _count(b) - sum(b[j].is_counted for _, j in pairs),
        is_cut,
        search.is_rough,
    )


def _count(found: Sequence[Word]) -> int:
    return sum(word.is_counted for word in found)


class _Search:
    """The search for words that two texts share in the same order, as pairs of their places."""

    def __init__(self, a: list[str], b: list[str]) -> None:
        self.a, self.b = a, b
        self.steps = 0
        self.is_rough = False

    def pairs(self) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        parts = [(0, len(self.a), 0, len(self.b))]
        while parts:
            a0, a1, b0, b1 = parts.pop()
            while a0 < a1 and b0 < b1 and self.a[a0] == self.b[b0]:
                found.append((a0, b0))
                a0, b0 = a0 + 1, b0 + 1
            while a0 < a1 and b0 < b1 and self.a[a1 - 1] == self.b[b1 - 1]:
                a1, b1 = a1 - 1, b1 - 1
                found.append((a1, b1))
            if a0 == a1 or b0 == b1:
                continue
            length = a1 - a0 + b1 - b0
            most = length if length <= MOST_AT_ONCE else MOST_CHANGES
            shortest = self._shortest(a0, a1, b0, b1, most) if self.steps < MOST_STEPS else None
            if shortest is not None:
                found += shortest
            elif anchors := self._anchors(a0, a1, b0, b1):
                found += anchors
                ends = [*anchors, (a1, b1)]
                starts = [(a0, b0), *((i + 1, j + 1) for i, j in anchors)]
                parts += [(i0, i1, j0, j1) for (i0, j0), (i1, j1) in zip(starts, ends, strict=True)]
            else:
                self.is_rough = True
        return sorted(found)

    def _anchors(self, a0: int, a1: int, b0: int, b1: int) -> list[tuple[int, int]]:
        """Words that both parts have once, as far as they stand in the same order."""
        in_a, in_b = Counter(self.a[a0:a1]), Counter(self.b[b0:b1])
        places = {self.b[j]: j for j in range(b0, b1) if in_b[self.b[j]] == 1}
        common = [(i, places[self.a[i]]) for i in range(a0, a1) if in_a[self.a[i]] == 1 and self.a[i] in places]
        return _longest_rising(common)

    def _shortest(self, a0: int, a1: int, b0: int, b1: int, most: int) -> list[tuple[int, int]] | None:
        """The pairs on the shortest way through a part, or None where it has more than `most` changes.

        Greedy: for each number of changes, how far every diagonal can be followed. A row holds the diagonals from
        `-changes` to `changes`, of which every second one can be reached.
        """
        a, b, n, m = self.a, self.b, a1 - a0, b1 - b0
        trace: list[list[int]] = [[0]]
        for changes in range(min(most, n + m) + 1):
            before, row = trace[-1], []
            for place in range(changes + 1):
                x = before[place] if _goes_down(before, place, changes) else before[place - 1] + 1
                y = x - (2 * place - changes)
                while x < n and y < m and a[a0 + x] == b[b0 + y]:
                    x, y = x + 1, y + 1
                row.append(x)
                if x >= n and y >= m:
                    return [(a0 + i, b0 + j) for i, j in _way_back(trace, n, m)]
            trace.append(row)
            self.steps += len(row)
        return None


def _goes_down(before: list[int], place: int, changes: int) -> bool:
    """Whether a diagonal is best reached from the one above it, by leaving out a word of the right text."""
    return place == 0 or (place != changes and before[place - 1] < before[place])


def _way_back(trace: list[list[int]], x: int, y: int) -> Iterator[tuple[int, int]]:
    """The pairs of a way, from its end; `trace` begins with the row before the first."""
    for changes in range(len(trace) - 1, -1, -1):
        before, place = trace[changes], (x - y + changes) // 2
        goes_down = _goes_down(before, place, changes)
        start = (before[place] if goes_down else before[place - 1]) if changes else 0
        start_y = start - (2 * place - changes + (1 if goes_down else -1)) if changes else 0
        after = start if goes_down else start + 1
        while x > (after if changes else 0) and y > 0:
            x, y = x - 1, y - 1
            yield x, y
        x, y = start, start_y


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest of the chains in which both places rise; the first of each pair rises already."""
    ends: list[int] = []  # the smallest second place at which a chain of each length ends
    last: list[int] = []  # which pair that is
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(ends, place)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        last[length : length + 1] = [number]
    chain = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _worth_keeping(a: list[Word], b: list[Word], pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs without single signs and small words that stand alone between larger changes: they are in every text, and
    taking them for something in common makes two sentences unreadable."""
    kept: list[tuple[int, int]] = []
    stretches = _stretches(pairs)
    for number, stretch in enumerate(stretches):
        before = stretches[number - 1][-1] if number else (-1, -1)
        after = stretches[number + 1][0] if number + 1 < len(stretches) else (len(a), len(b))
        is_small = sum(len(a[i].text) for i, _ in stretch) <= 3
        (i0, j0), (i1, j1) = stretch[0], stretch[-1]
        changed_before = min(i0 - before[0], j0 - before[1]) > 2
        changed_after = min(after[0] - i1, after[1] - j1) > 2
        if not (is_small and changed_before and changed_after):
            kept += stretch
    return kept


def _stretches(pairs: list[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """The pairs, parted where one does not follow upon another in both texts."""
    found: list[list[tuple[int, int]]] = []
    for i, j in pairs:
        if found and found[-1][-1] == (i - 1, j - 1):
            found[-1].append((i, j))
        else:
            found.append([(i, j)])
    return found


def _pieces(a: list[Word], b: list[Word], pairs: list[tuple[int, int]]) -> Iterator[Piece]:
    i = j = 0
    for at_a, at_b in [*pairs, (len(a), len(b))]:
        yield Piece(Kind.LEFT, "".join(word.text + word.space for word in a[i:at_a]))
        yield Piece(Kind.RIGHT, "".join(word.text + word.space for word in b[j:at_b]))
        if at_a < len(a):
            word, other = a[at_a], b[at_b]
            yield Piece(Kind.SAME, word.text + (word.space if word.space == other.space else ""))
            if word.space != other.space:
                yield Piece(Kind.LEFT, word.space)
                yield Piece(Kind.RIGHT, other.space)
        i, j = at_a + 1, at_b + 1


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece, without empty ones; between two shared pieces, left before right."""
    texts = {Kind.LEFT: "", Kind.RIGHT: ""}
    same = ""
    for piece in pieces:
        if not piece.text:
            continue
        if piece.kind is Kind.SAME:
            if texts[Kind.LEFT] or texts[Kind.RIGHT]:
                yield from _flush(texts)
            same += piece.text
            continue
        if same:
            yield Piece(Kind.SAME, same)
            same = ""
        texts[piece.kind] += piece.text
    if same:
        yield Piece(Kind.SAME, same)
    yield from _flush(texts)


def _flush(texts: dict[Kind, str]) -> Iterator[Piece]:
    for kind in (Kind.LEFT, Kind.RIGHT):
        if texts[kind]:
            yield Piece(kind, texts[kind])
            texts[kind] = ""
