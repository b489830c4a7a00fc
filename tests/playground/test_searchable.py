"""Which words of an answer the search finds it by."""

from typing import Any

import pytest

from playground.searchable import LONGEST, LONGEST_CALLS, LONGEST_REASONING, words_of


def call(name: str, arguments: str) -> dict[str, str]:
    return {"id": "1", "name": name, "arguments": arguments}


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ({}, "done", ""),
        ({"text": "Crème  BRÛLÉE"}, "done", "creme brulee"),
        ({"text": "", "tool_calls": [call("get_wind", "")]}, "done", "get_wind"),
        ({"tool_calls": [call("get_wind", '{"place": "Zürich"}')]}, "done", 'get_wind {"place": "zurich"}'),
        ({"tool_calls": [call("a", "{"), call("b", "1")]}, "done", "a { b 1"),
        # JSON may write any letter as an escape, and arguments may break off in one
        ({"tool_calls": [call("a", '{"x": "Z\\u00fcrich"}')]}, "done", 'a {"x": "zurich"}'),
        ({"tool_calls": [call("a", '{"x": "Z\\u00f')]}, "done", 'a {"x": "z\\u00f'),
        ({"text": "Yes.", "reasoning": "Hm, the FÖHN"}, "done", "yes.\nhm, the fohn"),
        ({"error": "Refused.", "error_detail": "Flagged: harm"}, "refused", "refused. flagged: harm"),
        ({"text": "So far", "error": "Failed.", "error_detail": "timeout"}, "failed", "so far"),
    ],
)
def test_of_each_part_its_words(answer: dict[str, Any], state: str, words: str) -> None:
    assert words_of(answer, state) == words


def test_all_of_it_has_the_room_of_a_long_text() -> None:
    calls, reasoning = [call("c", "d" * 30_000)], "b" * 30_000
    alone = words_of({"text": "a" * 30_000})
    assert len(alone) == LONGEST
    text, called = words_of({"text": "a" * 30_000, "tool_calls": calls, "reasoning": reasoning}).split("\n")
    assert (len(text), len(called)) == (LONGEST - LONGEST_CALLS, LONGEST_CALLS)
    text, called, thought = words_of({"text": "a" * 100, "tool_calls": calls, "reasoning": reasoning}).split("\n")
    assert (len(text), len(called), len(thought)) == (100, LONGEST_CALLS, LONGEST_REASONING)
