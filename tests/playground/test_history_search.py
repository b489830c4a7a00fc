"""What the words of a search mean, as a table."""

import pytest

from playground.history.searching import Term, having, terms


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", []),
        ("   ", []),
        ("wind", ["wind"]),
        ("Wind WIND wind", ["wind"]),
        ("wind rose", ["wind", "rose"]),
        ('"wind  Rose" sea', ["wind rose", "sea"]),
        ("“wind rose”", ["wind rose"]),
        ('"wind ro', ["wind ro"]),
        ('""', []),
        ('wind"rose sea"', ["wind", "rose sea"]),
        ("Zürich Straße", ["zurich", "strasse"]),
        ("100%", ["100%"]),
        ("a_b", ["a_b"]),
        ("\u0301", []),
    ],
)
def test_words_and_phrases(typed: str, found: list[str]) -> None:
    assert terms(typed) == tuple(Term(text) for text in found)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("-wind", [Term("wind", is_out=True)]),
        ('-"wind rose" sea', [Term("wind rose", is_out=True), Term("sea")]),
        ("wind -wind", [Term("wind"), Term("wind", is_out=True)]),
        ("mistral-large", [Term("mistral-large")]),
        ("-", [Term("-")]),
        ("--", [Term("--")]),
        ("---x", [Term("--x", is_out=True)]),
    ],
)
def test_what_is_kept_out(typed: str, found: list[Term]) -> None:
    assert terms(typed) == tuple(found)


def test_texts_that_hold_a_term() -> None:
    assert having({1: "the wind rose", 2: "a rose", 3: ""}, Term("rose")) == [1, 2]
    assert having({1: "the wind rose"}, Term("windrose")) == []
