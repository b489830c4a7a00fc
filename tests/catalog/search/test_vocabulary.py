"""Mistyped words: what they are taken for, and what they are never taken for."""

import pytest

from catalog.search.vocabulary import Vocabulary

NAMES = ["mistral", "mixtral", "ministral", "large", "devstral", "codestral", "2411", "2512", "8x22b", "v3", "nemo"]
KNOWN = Vocabulary(NAMES, ["translation", "large-ish"])


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("lrage", ["large"]),
        ("devstrl", ["devstral"]),
        ("mistrsl", ["mistral"]),
        ("codstrall", ["codestral"]),
        ("ministarl", ["ministral"]),
        ("devsrt", ["devstr"]),  # still being typed
        ("8x222b", ["8x22b"]),
        ("nmeo", ["nemo"]),
        ("2412", []),  # another number is another model
        ("24a1", ["2411"]),
        ("la", []),
        ("quantum", []),
        ("x" * 60, []),
        ("translatoin", []),  # words of descriptions are not what a person mistypes a name for
    ],
)
def test_the_nearest_word(word, near):
    assert KNOWN.nearest(word) == near


def test_words_that_begin_alike_come_first():
    assert Vocabulary(["mistral", "distral"], []).nearest("mstral") == ["mistral"]
    assert Vocabulary(["large", "barge", "marge"], []).nearest("larhe") == ["large"]
    assert Vocabulary(["tango", "mango"], []).nearest("mxngo") == ["mango"]
    assert Vocabulary(["cat", "bat", "hat"], []).nearest("bbt") == ["bat"]
    assert Vocabulary(["dat", "bat", "hat"], []).nearest("xat") == ["bat", "dat", "hat"]


def test_which_words_are_known():
    assert KNOWN.has("stral")
    assert KNOWN.has("translat")
    assert not KNOWN.has("lrage")
    assert not KNOWN.has("large\nmistral")
    assert KNOWN.names("large")
    assert not KNOWN.names("larg")
    assert not KNOWN.names("translation")


def test_an_empty_catalog_knows_nothing():
    nothing = Vocabulary([], [])
    assert not nothing.has("a")
    assert nothing.nearest("large") == []
