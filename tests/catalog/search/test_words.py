"""How texts become words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search.words import MOST_WORDS, names_text, prose_text, query_words, vocabulary_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mistral Large 2411", ["mistral", "large", "2411"]),
        ("mistralai/mistral-large-2411", ["mistralai", "mistral", "large", "2411"]),
        ("Mixtral 8x22B (v0.1)", ["mixtral", "8x22b", "v0", "1"]),
        ("Café Übersetzer", ["cafe", "ubersetzer"]),
        ("ＧＰＴ ﬁne x²", ["gpt", "fine", "x2"]),
        ("Straße", ["strasse"]),
        ("通义千问 Qwen", ["通义千问", "qwen"]),
        ("a_b%c'd\"e\\f\0g🙂h", ["a", "b", "c", "d", "e", "f", "g", "h"]),
        ("%", []),
        ("🙂 \ud800 ‮", []),
        ("x" * 100, ["x" * 60]),
    ],
)
def test_words_of_a_text(text, words):
    assert words_of(text) == words


def test_the_words_of_a_query_are_looked_for_once_each():
    assert query_words(["Large", "large-3", "%"]) == ["large", "3"]
    assert len(query_words([f"a{number}" for number in range(100)])) == MOST_WORDS


def test_names_stand_whole_and_in_parts():
    text = names_text(["Mistral Large 3", "mistralai/qwen3-x", "Mistral Large 3", ""])
    assert text == ". mistral large 3 . mistrallarge3 . mistralai qwen3 x . qwen3x . qwen 3 ."
    assert vocabulary_of(text) >= {"mistral", "large", "3", "qwen3", "qwen"}
    assert "." not in vocabulary_of(text)


def test_prose_holds_each_word_once_between_spaces():
    assert prose_text("A model, a large model.") == " a model large "
    assert prose_text("…") == ""


@given(st.text())
def test_every_word_of_any_text_can_be_stored_and_found(text):
    for word in words_of(text):
        assert word.isalnum()
        assert word == word.strip()
        word.encode()
        assert f" {word} " in names_text([text])
        assert f" {word} " in prose_text(text)
