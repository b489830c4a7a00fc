"""Answers kept until the catalog changes."""

from catalog.kept import Kept


def test_an_answer_is_kept_for_its_version_only():
    kept: Kept[str] = Kept(most=2)
    kept.put(1, "a", "one")
    assert kept.get(1, "a") == "one"
    assert kept.get(2, "a") is None
    kept.put(2, "b", "two")
    assert kept.get(1, "a") is None
    assert kept.get(2, "b") == "two"


def test_the_answers_last_asked_for_stay():
    kept: Kept[str] = Kept(most=2)
    kept.put(1, "a", "one")
    kept.put(1, "b", "two")
    kept.get(1, "a")
    kept.put(1, "c", "three")
    assert [kept.get(1, key) for key in "abc"] == ["one", None, "three"]


def test_nothing_is_kept_of_a_catalog_without_a_version():
    kept: Kept[str] = Kept(most=2)
    kept.put(0, "a", "one")
    assert kept.get(0, "a") is None
