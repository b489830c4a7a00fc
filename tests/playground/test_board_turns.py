"""Turns of a conversation: from one board to the one before it and to those after it; and continuing, where it works."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground import sharing
from playground.board.whole import board_of
from playground.messages import Message, ToolCall
from playground.models import Prompt
from tests.playground.boards import board_html, ended, opened
from tests.playground.builders import FOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
CALLS = [{"id": "1", "name": "tide", "arguments": "{}"}]


@pytest.fixture
def turns(owner: Any) -> tuple[Prompt, Prompt, Prompt]:
    """A question, the result of the tool that was called, and another question."""
    first = opened(owner, text="When is the tide?")
    ended(first.runs.get(), tool_calls=CALLS, text="")
    asked = [
        Message("user", "When is the tide?"),
        Message("assistant", tool_calls=(ToolCall("1", "tide", "{}"),)),
        Message("tool", "At noon.", tool_call_id="1"),
    ]
    second = opened(owner, key="2", messages=asked, continues=first)
    ended(second.runs.get())
    more = [*asked, Message("assistant", "At noon."), Message("user", "And the next?")]
    third = opened(owner, key="3", messages=more, continues=second)
    ended(third.runs.get())
    return first, second, third


def nav(client: Client, prompt: Prompt) -> str:
    page = board_html(client.get(prompt.get_absolute_url()).content.decode())
    return page.partition('<nav class="turns"')[2].partition("</nav>")[0]


def test_each_turn_leads_to_those_beside_it(signed_in: Client, turns: tuple[Prompt, Prompt, Prompt]) -> None:
    first, second, third = (turn.get_absolute_url() for turn in turns)
    told = nav(signed_in, turns[0])
    assert "Goes on from" not in told
    assert f'Continued in</span> <a rel="next" href="{second}">the result of a tool, ' in told
    told = nav(signed_in, turns[1])
    assert f'Goes on from</span> <a rel="prev" href="{first}">“When is the tide?”, ' in told
    assert f'<a rel="next" href="{third}">“And the next?”, ' in told
    told = nav(signed_in, turns[2])
    assert f'<a rel="prev" href="{second}">the result of a tool, ' in told
    assert "Continued in" not in told


def test_a_prompt_by_itself_has_no_turns(signed_in: Client, owner: Any) -> None:
    assert nav(signed_in, opened(owner)) == ""


def test_one_query_for_any_number_of_turns(owner: Any, turns: tuple[Prompt, Prompt, Prompt]) -> None:
    opened(owner, key="4", continues=turns[0])
    whole = board_of(Prompt.objects.board(turns[0].pk))
    with CaptureQueriesContext(connection) as queries:
        assert [bool(turn.get_absolute_url() and turn.beginning) for turn in whole.turns.after] == [True, True]
    assert len(queries) == 1
    assert '"playground_prompt"."messages"' not in queries[0]["sql"].replace(
        'JSON_EXTRACT("playground_prompt"."messages"', ""
    )


def test_a_shared_board_leads_to_no_other(client: Client, turns: tuple[Prompt, Prompt, Prompt]) -> None:
    page = client.get(f"/shared/{sharing.share(turns[1], None).token}/").content.decode()
    assert 'class="turns"' not in page
    assert str(turns[0].pk) not in page


def test_the_history_tells_turns_apart(signed_in: Client, turns: tuple[Prompt, Prompt, Prompt]) -> None:
    page = " ".join(signed_in.get("/history/").content.decode().split())
    rows = (
        page.partition('<table class="prompts">')[2].partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    )
    third, second, first = (row.partition('<td class="ended">')[0] for row in rows)
    assert "Later turn" not in first
    assert f'href="{turns[0].get_absolute_url()}">Later turn, with the result of a tool<' in second
    assert f'href="{turns[1].get_absolute_url()}">Later turn<' in third


class TestContinuing:
    def test_not_all_where_a_tool_was_called(self, signed_in: Client, owner: Any) -> None:
        prompt = opened(owner, *FOUR[:2])
        for run in prompt.runs.all():
            ended(run, tool_calls=CALLS, text="")
        page = board_html(signed_in.get(prompt.get_absolute_url()).content.decode())
        assert "Continue all" not in page
        for run in prompt.runs.all():
            assert f"?continue={run.pk}" in page
        page = signed_in.get(f"/playground/?continue={prompt.pk}").content.decode()
        assert "Continue the answers one by one." in page
        assert f'<a href="{prompt.get_absolute_url()}">Back to its answers</a>' in page

    def test_all_where_all_answered(self, signed_in: Client, owner: Any) -> None:
        prompt = opened(owner, *FOUR[:2])
        for run in prompt.runs.all():
            ended(run)
        assert "Continue all" in board_html(signed_in.get(prompt.get_absolute_url()).content.decode())

    def test_a_refused_run_leads_back_too(self, signed_in: Client, owner: Any) -> None:
        prompt = opened(owner)
        page = signed_in.get(f"/playground/?continue={prompt.runs.get().pk}").content.decode()
        assert "Its answer is still coming." in page
        assert f'<a href="{prompt.get_absolute_url()}">Back to its answers</a>' in page
        assert "Back to its answers" not in signed_in.get("/playground/").content.decode()
