"""The rows of messages: read from a post, moved about, and written as messages or refused with a sentence."""

from typing import Any

import pytest
from django.http import QueryDict

from playground.forms import messages as rows_of
from playground.forms.messages import MOST_MESSAGES, NO_PROMPT, Row, changed, from_data, is_simple, simple, written
from playground.messages import Answered, Message, ToolCall

CALLS = '[{"id": "c1", "name": "get_wind", "arguments": "{}"}]'
TWO_CALLS = '[{"id": "c1", "name": "get_wind", "arguments": ""}, {"id": "c2", "name": "get_tide", "arguments": ""}]'
OWN = Message("assistant", by={"a/b": Answered("Mine.")})


def data(*pairs: tuple[str, Any]) -> QueryDict:
    made = QueryDict(mutable=True)
    for name, value in pairs:
        made.appendlist(name, value)
    return made


def said(rows: list[Row], answers: Message | None = None, kept: set[int] | None = None) -> tuple[list[Message], str]:
    return written(rows, lambda reference: answers, (kept or set()).__contains__)


class TestReading:
    def test_the_short_form_is_two_rows(self) -> None:
        assert from_data(data(("system", "Be dry."), ("text", "Hello\r\nyou"))) == simple("Be dry.", "Hello\nyou")
        assert from_data(data()) == simple()
        assert is_simple(simple())

    def test_numbers_only_order(self) -> None:
        posted = data(
            ("content-30", "third"),
            ("role-30", "user"),
            ("content-4", "first"),
            ("role-4", "system"),
            ("role-5", "assistant"),
            ("content-5", "second"),
            ("role-x", "user"),
            ("role-12345", "user"),
            ("text", "not read"),
        )
        rows = from_data(posted)
        assert [(row.role, row.content) for row in rows] == [
            ("system", "first"),
            ("assistant", "second"),
            ("user", "third"),
        ]
        assert not is_simple(rows)

    def test_everything_of_a_row(self) -> None:
        posted = data(
            ("role-0", "user"),
            ("content-0", "Look"),
            ("images-0", "7"),
            ("images-0", "9"),
            ("images-0", "7"),
            ("images-0", "x"),
            ("calls-0", CALLS),
            ("call-0", " c1 "),
            ("by-0", "p:1"),
            ("refused-0", "Too large."),
        )
        assert from_data(posted) == [
            Row("user", "Look", [7, 9, 0], CALLS, "c1", "p:1", refused="Too large.", error="Too large.")
        ]

    def test_what_was_sent_becomes_rows_again(self) -> None:
        messages = [
            Message("system", "Be dry."),
            Message("user", "Look", images=(7,)),
            Message("assistant", "", tool_calls=(ToolCall("c1", "get_wind", "{}"),)),
            Message("tool", "4 Bft", tool_call_id="c1"),
            OWN,
            Message("user", "And now?"),
        ]
        rows = rows_of.of(messages, lambda index: f"prompt:{index}")
        assert rows[4].by == "prompt:4"
        assert [row.by for row in rows if row is not rows[4]] == [""] * 5
        assert said(rows, OWN, {7}) == (messages, "")


class TestChanges:
    ROWS = [Row("system", "s"), Row("user", "u"), Row("assistant", "a")]

    @pytest.mark.parametrize(
        ("wish", "order"),
        [
            ("up-1", "usa"),
            ("down-1", "sau"),
            ("up-0", "sua"),
            ("down-2", "sua"),
            ("remove-1", "sa"),
            ("up-9", "sua"),
            ("up-", "sua"),
            ("remove", "sua"),
            ("up--1", "sua"),
            ("up-²", "sua"),
            ("", "sua"),
            ("fly-1", "sua"),
        ],
    )
    def test_moving_and_taking_away(self, wish: str, order: str) -> None:
        assert "".join(row.content for row in changed(self.ROWS, wish)) == order

    def test_a_message_more_takes_its_turn(self) -> None:
        assert [row.role for row in changed(simple(), "add")] == ["system", "user", "assistant"]
        more = changed(self.ROWS, "add")
        assert [row.role for row in more] == ["system", "user", "assistant", "user"]
        assert more[-1].is_new

    def test_the_last_one_stays_and_there_is_an_end(self) -> None:
        assert changed([Row("user", "u")], "remove-0") == [Row("user", "u")]
        assert len(changed([Row("user")] * MOST_MESSAGES, "add")) == MOST_MESSAGES

    def test_going_on_without_what_was_refused(self) -> None:
        row = Row("user", "Look", [7], refused="Too large.", error="Too large.")
        assert changed([row], "without-0") == [Row("user", "Look", [7], is_new=True)]

    def test_an_image_is_taken_away(self) -> None:
        (row,) = changed([Row("user", "u", [7, 9])], "image-0-7")
        assert row.images == [9]
        assert changed([Row("user", "u", [7])], "image-0") == [Row("user", "u", [7])]


class TestWriting:
    def test_an_empty_system_prompt_is_none(self) -> None:
        assert said(simple(" \n", "Hello")) == ([Message("user", "Hello")], "")

    def test_a_conversation(self) -> None:
        rows = [Row("user", "1"), Row("assistant", "2"), Row("user", "3", [7])]
        assert said(rows, kept={7}) == (
            [Message("user", "1"), Message("assistant", "2"), Message("user", "3", images=(7,))],
            "",
        )

    def test_calls_and_their_results(self) -> None:
        rows = [
            Row("user", "1"),
            Row("assistant", "", calls=TWO_CALLS),
            Row("tool", "rising", call_id="c2"),
            Row("tool", "4 Bft", call_id="c1"),
            Row("user"),
        ]
        messages, wrong = said(rows)
        assert wrong == ""
        assert messages[1].tool_calls == (ToolCall("c1", "get_wind", ""), ToolCall("c2", "get_tide", ""))
        assert [message.tool_call_id for message in messages] == ["", "", "c2", "c1"]

    def test_each_models_own_answer(self) -> None:
        rows = [Row("user", "1"), Row("assistant", by="p:1"), Row("user", "2")]
        assert said(rows, OWN) == ([Message("user", "1"), OWN, Message("user", "2")], "")

    @pytest.mark.parametrize(
        ("rows", "sentence"),
        [
            ([Row("system", "Only this"), Row("user", " ")], NO_PROMPT),
            ([Row("assistant", "Only this")], NO_PROMPT),
            ([Row("user", "1"), Row("assistant"), Row("user", "2")], "Message 2: It is empty. Write something"),
            ([Row("user", "1"), Row("assistant", "2"), Row("user", " ")], "Message 3: It is empty."),
            ([Row("user", "1"), Row("robot", "2"), Row("user", "3")], "Message 2: Its role is none of system"),
            ([Row("user", "x" * 200_001)], "It has 200,001 characters; up to 200,000 are possible."),
            ([Row("user", "a\0b")], "It holds the character NUL, which no text has."),
            ([Row("user", "1"), Row("assistant", "2", [7]), Row("user", "3")], "Only a message of the user can have images."),
            ([Row("user", "1", [8])], "An image that stood here is no longer kept."),
            ([Row("user", "1", [7, 7, 7, 7, 7])], "Up to 4 images are possible in one prompt."),
            ([Row("user", "1"), Row("assistant", calls="[{]"), Row("user", "2")], "Message 2: This is not JSON. Line 1,"),
            ([Row("user", "1"), Row("assistant", calls="{}"), Row("user", "2")], "Message 2: calls: a list is expected."),
            ([Row("user", "1"), Row("tool", "x", call_id="c1"), Row("user", "2")], "Message 2: No call “c1” waits for a result"),
            (
                [Row("user", "1"), Row("assistant", calls=CALLS), Row("tool", " ", call_id="c1")],
                "Message 3: Write what the tool answered.",
            ),
            (
                [Row("user", "1"), Row("assistant", calls=CALLS), Row("tool", "x")],
                "Message 3: Say which call it answers.",
            ),
            (
                [Row("user", "1"), Row("assistant", calls=CALLS), Row("user", "2")],
                "Message 3: Before it, the call of get_wind needs its result.",
            ),
            ([Row("user", "1"), Row("assistant", calls=CALLS)], "The call of get_wind has no result"),
            (
                [Row("user", "1"), Row("assistant", calls=CALLS), Row("tool", "x", call_id="c1"), Row("tool", "y", call_id="c1")],
                "Message 4: No call “c1” waits for a result here.",
            ),
            ([Row("user", "1"), Row("assistant", by="gone:1"), Row("user", "2")], "Message 2: The answers that stood here"),
            ([Row("user", "1", error="“a.bmp” is not an image.")], "“a.bmp” is not an image."),
            ([Row("user", "1")] * (MOST_MESSAGES + 1), "Up to 100 messages are possible."),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said(self, rows: list[Row], sentence: str) -> None:
        _, wrong = said(rows, kept={7})
        assert sentence in wrong

    def test_the_mistake_stands_at_its_message(self) -> None:
        rows = [Row("user", "1"), Row("assistant"), Row("user", "2")]
        said(rows)
        assert [bool(row.error) for row in rows] == [False, True, False]
