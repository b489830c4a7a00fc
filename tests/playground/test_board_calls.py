"""Tool calls laid out: every token as it was written, and in words what is no JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.board.calls import LONGEST_ARGUMENTS, NotJson, TooDeep, calls_html, indented, shown_calls


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('{"city":"Nice"}', '{\n  "city": "Nice"\n}'),
        ("{}", "{}"),
        ("[ ]", "[]"),
        ('{"a":[],"b":{}}', '{\n  "a": [],\n  "b": {}\n}'),
        ('[1,[2,"x"]]', '[\n  1,\n  [\n    2,\n    "x"\n  ]\n]'),
        ('{"a":1.10,"a":1e999}', '{\n  "a": 1.10,\n  "a": 1e999\n}'),  # numbers stay as written, and both names
        (r'{"a":"{\"b\": [1]}"}', '{\n  "a": "{\\"b\\": [1]}"\n}'),  # text that looks like JSON stays text
        ('"word"', '"word"'),
        ("true", "true"),
    ],
)
def test_laid_out_in_lines(text: str, lines: str) -> None:
    assert indented(text) == lines


@pytest.mark.parametrize("text", ['{"city":', "", "{'a': 1}", "NaN", '{"a": Infinity}', '{"a": 1} and more'])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(NotJson):
        indented(text)


@pytest.mark.parametrize("depth", [41, 100_000])
def test_what_nests_too_deeply_is_refused(depth: int) -> None:
    with pytest.raises(TooDeep):
        indented("[" * depth + "]" * depth)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_laying_out_changes_no_value(value: Any, is_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)
    assert json.loads(indented(text)) == value
    assert indented(indented(text)) == indented(text)


def call(arguments: str, name: str = "weather") -> dict[str, str]:
    return {"id": "call-1", "name": name, "arguments": arguments}


def test_half_of_a_call_is_no_mistake_until_the_answer_is_over() -> None:
    (coming,) = shown_calls([call('{"city":')], is_over=False)
    (broken,) = shown_calls([call('{"city":')], is_over=True)
    assert (coming.arguments, coming.problem) == ('{"city":', "")
    assert (broken.arguments, broken.problem) == ('{"city":', "The arguments are not valid JSON.")


def test_long_arguments_are_cut_and_all_of_them_together_bounded() -> None:
    shown = shown_calls([call("x" * 30_000)] * 6, is_over=False)
    assert [len(each.arguments) for each in shown] == [LONGEST_ARGUMENTS] * 5 + [0]
    assert all(each.is_cut for each in shown)


def test_a_call_is_text_whatever_it_holds() -> None:
    html = calls_html([call('{"a":"<b hx-get=/>"}', "<script>")], is_over=True)
    assert "&lt;script&gt;" in html
    assert "&lt;b hx-get=/&gt;" in html
    assert "<b " not in html


def test_a_call_without_arguments_is_said_to_have_none() -> None:
    assert "Without arguments." in calls_html([call("")], is_over=True)
    assert "Without arguments." not in calls_html([call("")], is_over=False)
    assert calls_html([], is_over=True) == ""
