"""The word diff: what it finds, that nothing is lost, and that no pair of texts takes long."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground import words
from playground.words import Difference, Kind, Piece, difference

TEXTS = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["a ", "b ", "c\n", " ", ".", "the ", "漢字", "x-y ", " \n", "it’s "]), max_size=14).map(
        "".join
    ),
)


def rebuilt(found: Difference, side: Kind) -> str:
    return "".join(piece.text for piece in found.pieces if piece.kind in (Kind.SAME, side))


def marked(left: str, right: str) -> str:
    """The difference on one line: [only left], {only right}."""
    signs = {Kind.SAME: ("", ""), Kind.LEFT: ("[", "]"), Kind.RIGHT: ("{", "}")}
    return "".join(f"{signs[p.kind][0]}{p.text}{signs[p.kind][1]}" for p in difference(left, right).pieces)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("", "", ""),
        ("same words", "same words", "same words"),
        ("", "new", "{new}"),
        ("old", "", "[old]"),
        ("one two three", "one 2 three", "one [two ]{2 }three"),
        ("one three", "one two three", "one {two }three"),
        ("It is cold", "It is cold.", "It is cold{.}"),  # a sign is not part of its word
        ("a b", "a\nb", "a[ ]{\n}b"),  # white space alone
        ("It’s well-known", "It’s well known", "It’s [well-known]{well known}"),
        ("風が吹く", "雨が降る", "[風]{雨}が[吹く]{降る}"),
        ("Café", "Cafe", "[Café]{Cafe}"),
        ("<b>x</b>", "<b>y</b>", "<b>[x]{y}</b>"),
    ],
)
def test_what_is_found(left: str, right: str, expected: str) -> None:
    assert marked(left, right) == expected


def test_counts_are_of_words_and_not_of_signs() -> None:
    found = difference("The wind blows, and it is cold.", "The wind blows and it is very cold!")
    assert (found.same, found.left, found.right) == (7, 0, 1)


def test_a_small_word_alone_between_changes_is_nothing_in_common() -> None:
    assert (
        marked("red green of blue grey", "one two of three four") == "[red green of blue grey]{one two of three four}"
    )


@given(TEXTS, TEXTS)
def test_both_texts_can_be_rebuilt(left: str, right: str) -> None:
    found = difference(left, right)
    assert rebuilt(found, Kind.LEFT) == left
    assert rebuilt(found, Kind.RIGHT) == right
    assert all(piece.text for piece in found.pieces)
    assert all(a.kind is not b.kind for a, b in pairwise(found.pieces))
    assert found.is_equal is (left == right)


def longest_common(a: list[str], b: list[str]) -> int:
    """By the textbook's table."""
    row = [0] * (len(b) + 1)
    for x in a:
        above, row = row, [0]
        for j, y in enumerate(b):
            row.append(above[j] + 1 if x == y else max(above[j + 1], row[j]))
    return row[-1]


@given(st.lists(st.sampled_from("abc"), max_size=12), st.lists(st.sampled_from("abc"), max_size=12))
def test_the_shortest_way_shares_as_much_as_can_be_shared(a: list[str], b: list[str]) -> None:
    assert len(words._Search(a, b).pairs()) == longest_common(a, b)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_parting_long_texts_keeps_the_order(seed: int) -> None:
    """With the limits so low that every way of parting is taken."""
    chance = random.Random(seed)
    a, b = ([chance.choice("abcdefghij") * chance.randint(1, 9) for _ in range(80)] for _ in range(2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "MOST_AT_ONCE", 6)
        patch.setattr(words, "MOST_CHANGES", 3)
        pairs = words._Search(a, b).pairs()
    assert pairs == sorted(set(pairs))
    assert all(a[i] == b[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))


class TestLongTexts:
    def test_a_long_text_with_one_change_is_compared_exactly(self) -> None:
        text = [f"word{number % 977}" for number in range(15_000)]
        other = [*text[:7_000], "else", *text[7_001:]]
        found = difference(" ".join(text), " ".join(other))
        assert (found.same, found.left, found.right, found.is_cut, found.is_rough) == (14_999, 1, 1, False, False)

    def test_only_the_first_words_of_a_very_long_text_are_compared(self) -> None:
        found = difference("a " * 20_001, "a " * 20_000)
        assert (found.same, found.left, found.right, found.is_cut) == (20_000, 0, 0, True)

    @pytest.mark.parametrize("kind", ["nothing in common", "two words", "common words", "one word"])
    def test_the_worst_pairs_end_soon(self, kind: str) -> None:
        chance = random.Random(1)
        texts = {
            "nothing in common": [" ".join(f"{side}{n}" for n in range(20_000)) for side in "lr"],
            "two words": [" ".join(chance.choice("ab") for _ in range(20_000)) for _ in range(2)],
            "common words": [" ".join(f"w{int(chance.paretovariate(0.7))}" for _ in range(20_000)) for _ in range(2)],
            "one word": ["a " * 20_000, "a " * 9_000 + "b " * 11_000],
        }[kind]
        begun = time.monotonic()
        found = difference(*texts)
        assert time.monotonic() - begun < 10
        assert rebuilt(found, Kind.LEFT) == texts[0]
        assert rebuilt(found, Kind.RIGHT) == texts[1]

    def test_what_is_too_different_stands_as_changed_in_whole(self) -> None:
        left, right = " ".join(["a", "b"] * 5_000), " ".join(["c", "d"] * 5_000)
        found = difference(left, right)
        assert found.pieces == (Piece(Kind.LEFT, left), Piece(Kind.RIGHT, right))
        assert found.is_rough
