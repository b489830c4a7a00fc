"""What a board reads from the database: of a table no more of an answer than its cells show, however long the answers are."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground import board
from playground.board.matrix import matrix_of
from playground.models import Prompt, Run, State
from tests.conftest import BACKEND
from tests.playground.boards import ended, failed, many, opened
from tests.playground.builders import FOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
LONG = ("text", "reasoning", "rest", "request", "rates", "error_body", "error_detail", "generation")
CALLS = [{"id": "1", "name": "tide", "arguments": "{}"}]


def long_table(owner: Any) -> Prompt:
    prompt = many(owner, 3, *FOUR[:2])
    long = {"text": "y" * 50_000, "reasoning": "z" * 50_000}
    first, second, third, *rest = prompt.runs.all()
    ended(first, **long)
    ended(second, text="", tool_calls=CALLS)
    failed(third, "Too many.", error_status=429, error_body="b" * 50_000)
    for run in rest:
        ended(run, text="short", tool_calls=CALLS)
    Prompt.objects.update(searched="y" * 500_000)
    return prompt


def selected(captured: CaptureQueriesContext) -> str:
    return " ".join(query["sql"].partition(" FROM ")[0] for query in captured if query["sql"].startswith("SELECT"))


def test_a_table_leaves_long_texts_where_they_are(owner: Any) -> None:
    prompt = long_table(owner)
    with CaptureQueriesContext(connection) as captured:
        cells = [cell for line in matrix_of(Prompt.objects.board(prompt.pk)).lines for (cell,) in line.cells]
        shown = [cell.beginning for cell in cells]
    assert len(captured) == 7  # prompt, runs, holds, listings, models, vendors, labels
    for column in LONG:
        assert f', "playground_run"."{column}"' not in selected(captured)
    assert '"searched"' not in selected(captured)
    assert shown == [f"{'y' * 200}…", "Calls tide", "Too many.", "short", "short", "short"]
    assert [cell.is_aside for cell in cells] == [False, True, True, False, False, False]
    assert max(len(value) for cell in cells for value in cell.run.__dict__.values() if isinstance(value, str)) <= 201


@pytest.mark.parametrize("length", [0, 1, 199, 200, 201, 5_000])
def test_a_cell_that_was_read_in_part_is_the_cell_of_the_whole_run(owner: Any, length: int) -> None:
    prompt = many(owner, 2)
    for run in prompt.runs.all():
        ended(run, State.TRUNCATED, text="ä" * length, tool_calls=CALLS)
    whole = [board.finished_column(run) for run in Run.objects.select_related("prompt").order_by("position")]
    lines = matrix_of(Prompt.objects.board(prompt.pk)).lines
    assert [cell.html(out_of_band=True) for line in lines for (cell,) in line.cells] == whole


def test_a_board_of_columns_is_read_whole(owner: Any) -> None:
    prompt = opened(owner, *FOUR[:2])
    for run in prompt.runs.all():
        ended(run, text="y" * 5_000)
    with CaptureQueriesContext(connection) as captured:
        loaded = Prompt.objects.board(prompt.pk)
        assert [column.text for column in board.board_of(loaded).columns] == ["y" * 5_000] * 2
    assert len(captured) == 7
    assert '"searched"' not in selected(captured)


def test_the_page_and_the_last_words_of_a_table_ask_for_no_text(signed_in: Client, owner: Any) -> None:
    prompt = long_table(owner)
    for asked in (
        lambda: signed_in.get(prompt.get_absolute_url()).content.decode(),
        lambda: board.last_words(prompt.pk),
    ):
        with CaptureQueriesContext(connection) as captured:
            assert "y" * 202 not in asked()
        assert ', "playground_run"."text"' not in selected(captured)
        assert '"searched"' not in selected(captured)


def test_a_cell_opens_to_its_whole_answer(signed_in: Client, owner: Any) -> None:
    prompt = long_table(owner)
    run = prompt.runs.first()
    address = f"/playground/{prompt.pk}/runs/{run.pk}/"
    assert f'href="{address}"' in signed_in.get(prompt.get_absolute_url()).content.decode()
    assert "y" * 50_000 in signed_in.get(address).content.decode()


def test_a_prompt_of_somebody_else_is_not_there(client: Client, owner: Any, stranger: Any) -> None:
    prompt = long_table(owner)
    client.force_login(stranger, backend=BACKEND)
    assert client.get(prompt.get_absolute_url()).status_code == 404
    with pytest.raises(Prompt.DoesNotExist):
        Prompt.objects.of(stranger).board(prompt.pk)
