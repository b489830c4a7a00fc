"""Texts made to hurt, and texts that are refused before anything is started."""

import pytest

from catalog.tokenizers.counting import LONGEST_TEXT, Count, TokenCounter
from catalog.tokenizers.errors import Busy, CountingError, CountingFailed, TextNotUnicode, TextTooLong, TooSlow
from catalog.tokenizers.kinds import Kind
from tests.catalog.tokenizers.children import HONEST, child

# Texts made to hurt.


@pytest.mark.parametrize(
    ("text", "v3", "tekken"),
    [
        ("a" * LONGEST_TEXT, 125_003, 500_000),  # one word; v3 has aaaaaaaa as a piece
        ("\n" * LONGEST_TEXT, 1_000_001, 250_000),
        ("\u202e" * LONGEST_TEXT, 3_000_001, 2_000_000),
        ("\0" * LONGEST_TEXT, 1_000_001, 1_000_000),
        ("\U00020000" * LONGEST_TEXT, 4_000_001, 4_000_000),
    ],
    ids=["no blank", "line feeds", "right to left", "NUL", "rare"],
)
def test_the_longest_texts(counter: TokenCounter, text: str, v3: int, tekken: int) -> None:
    counts = counter.count(text, [Kind.V3, Kind.TEKKEN])
    assert counts == {Kind.V3: Count(v3, 3), Kind.TEKKEN: Count(tekken, 3)}


def test_a_text_that_a_tokenizer_cannot_read_costs_nobody_the_child(counter: TokenCounter) -> None:
    # Tekken's splitting pattern gives up on a stretch of 999,999 blanks or more; v3 reads it.
    blanks = " " * LONGEST_TEXT
    assert counter.count(blanks, [Kind.V3])[Kind.V3].text_tokens == 62_501
    pid = counter.pid
    with pytest.raises(
        CountingFailed, match=r"^The tokenizer Tekken cannot read this text; please shorten its longest"
    ):
        counter.count(blanks, [Kind.TEKKEN])
    assert counter.pid == pid
    assert counter.count("Hello", [Kind.TEKKEN]) == {Kind.TEKKEN: Count(1, 3)}


def test_a_text_that_is_too_long_is_refused_with_both_numbers(fakes: list[TokenCounter]) -> None:
    fakes.append(TokenCounter(child(HONEST)))
    with pytest.raises(TextTooLong, match=r"^The text has 1,000,001 characters and at most 1,000,000 are counted"):
        fakes[0].count("é" * (LONGEST_TEXT + 1), Kind)
    assert fakes[0].pid is None
    assert fakes[0].count("é" * LONGEST_TEXT, [Kind.V3]) == {Kind.V3: Count(LONGEST_TEXT, 3)}


def test_half_a_character_is_refused_and_named_by_its_place(fakes: list[TokenCounter]) -> None:
    fakes.append(TokenCounter(child(HONEST)))
    with pytest.raises(TextNotUnicode, match=r"^Character 4 of the text is only half of a character.*remove it"):
        fakes[0].count("abc\ud83d", Kind)
    assert fakes[0].pid is None


def test_no_kinds_start_nothing(fakes: list[TokenCounter]) -> None:
    fakes.append(TokenCounter(child(HONEST)))
    assert fakes[0].count("Hello", []) == {}
    assert fakes[0].pid is None


def test_errors_are_sentences() -> None:
    for error in (Busy, CountingFailed, TextNotUnicode, TextTooLong, TooSlow):
        assert issubclass(error, CountingError)
