"""Messages: their stored form, their variables, and what each column makes of a shared conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.messages import (
    Answered,
    Message,
    ToolCall,
    filled,
    filled_length,
    folded,
    read,
    title,
    variable_names,
    write,
)

TEXT = st.text(max_size=20)
CALLS = st.lists(st.builds(ToolCall, TEXT, TEXT, TEXT), max_size=2).map(tuple)
MESSAGES = st.lists(
    st.builds(
        Message,
        st.sampled_from(["system", "user", "assistant", "tool"]),
        TEXT,
        st.lists(st.integers(1, 99), max_size=2).map(tuple),
        CALLS,
        TEXT,
        st.dictionaries(TEXT, st.builds(Answered, TEXT, CALLS), max_size=2),
    ),
    max_size=4,
)


@given(MESSAGES)
def test_what_is_written_is_read(messages: list[Message]) -> None:
    assert read(write(messages)) == messages


def test_a_plain_message_is_stored_plainly() -> None:
    assert write([Message("user", "Hello")]) == [{"role": "user", "content": "Hello"}]


def test_variables_in_their_order() -> None:
    messages = [
        Message("system", "You speak {{ language }}."),
        Message("user", "{{text}} in {{language}}, {{ no name }}"),
    ]
    assert variable_names(messages) == ["language", "text"]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("{{a}}", "1"),
        ("{{ a }}{{a}}", "11"),
        ("{{b}}", "{{a}}"),  # a value is text, not a template
        ("{{c}}", "{{c}}"),  # nobody gave it a value
        ("{a} {{ a", "{a} {{ a"),
        ("{{{a}}}", "{1}"),
    ],
)
def test_values_are_filled_in_once(typed: str, sent: str) -> None:
    assert filled([Message("user", typed)], {"a": "1", "b": "{{a}}"}) == [Message("user", sent)]


def test_the_length_is_counted_without_filling() -> None:
    typed = Message("user", "{{a}} and {{ b }} and {{c}}")
    values = {"a": "x" * 1000, "b": ""}
    assert filled_length(typed, values) == len(filled([typed], values)[0].content) == 1000 + 5 + 0 + 5 + 5


def test_each_column_has_its_own_answer() -> None:
    call = ToolCall("call_1", "weather", "{}")
    turn = Message("assistant", by={"a/one": Answered("Yes."), "a/two": Answered("", (call,))})
    assert turn.of("a/one") == Message("assistant", "Yes.")
    assert turn.of("a/two") == Message("assistant", "", tool_calls=(call,))
    assert Message("user", "Hello").of("a/one") == Message("user", "Hello")
    with pytest.raises(KeyError):
        turn.of("a/three")


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([], ""),
        ([Message("system", "Be brief.")], "Be brief."),
        ([Message("user", "One?"), Message("assistant", "1"), Message("user", "Two?")], "Two?"),
        ([Message("user", "One?"), Message("assistant", "1"), Message("user", " ")], "One?"),
        ([Message("user", "Weather?"), Message("tool", "sunny")], "Weather?"),
    ],
)
def test_the_title_is_the_last_question(messages: list[Message], expected: str) -> None:
    assert title(messages) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((), "Say {{word}} in {{ city }}, {{other}}."),
        ((("hi", "Brest"),), "Say hi in Brest, {{other}}."),
        ((("hi", "Brest"), ("ho", "{{word}}")), "2 rows × Say ‹word› in ‹city›, {{other}}."),
    ],
)
def test_the_title_says_what_fills_it(rows: tuple[tuple[str, str], ...], expected: str) -> None:
    """Without rows the braces are sent as they are, and so is a name without a value."""
    names = ("word", "city") if rows else ()
    asked = [Message("system", "Be {{word}}."), Message("user", "Say {{word}} in {{ city }}, {{other}}.")]
    assert title(asked, names, rows) == expected


def test_the_search_forgets_case_accents_and_spaces() -> None:
    assert folded("  GRÖSSE\n\tÉté ﬁn\0 ") == "grosse ete fin"
