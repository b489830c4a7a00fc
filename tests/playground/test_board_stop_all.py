"""Stop all: one button for a board with several answers on their way, and what it asks of the database."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground import sharing
from playground.board import last_words
from tests.playground.boards import board_html, ended, many, opened
from tests.playground.builders import FOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
HTMX = {"HTTP_HX_REQUEST": "true"}
BUTTON = '<button class="button small" type="submit">Stop all</button>'


def page_of(client: Client, prompt: Any) -> str:
    response = client.get(prompt.get_absolute_url())
    assert response.status_code == 200
    return board_html(" ".join(response.content.decode().split()))


@pytest.mark.parametrize("is_table", [True, False])
def test_while_more_than_one_is_on_its_way(signed_in: Client, owner: Any, is_table: bool) -> None:
    prompt = many(owner, 2) if is_table else opened(owner, *FOUR[:2])
    page = page_of(signed_in, prompt)
    form = page.partition(f'<form method="post" action="/playground/{prompt.pk}/stop"')[2].partition("</form>")[0]
    assert BUTTON in form
    assert 'name="csrfmiddlewaretoken"' in form
    ended(prompt.runs.first())
    assert BUTTON not in page_of(signed_in, prompt)  # the last one has its own
    ended(prompt.runs.last())
    assert BUTTON not in page_of(signed_in, prompt)
    assert BUTTON not in last_words(prompt.pk)


def test_it_asks_all_that_are_on_their_way(signed_in: Client, owner: Any) -> None:
    prompt, other = opened(owner, *FOUR[:3]), opened(owner, *FOUR[:2], key="other")
    first = prompt.runs.first()
    ended(first)
    for _ in range(2):
        asked = signed_in.post(f"/playground/{prompt.pk}/stop", **HTMX)
        assert (asked.status_code, b"Stop was pressed for all." in asked.content) == (200, True)
    response = signed_in.post(f"/playground/{prompt.pk}/stop")
    assert (response.status_code, response["Location"]) == (302, prompt.get_absolute_url())
    assert list(prompt.runs.exclude(pk=first.pk).values_list("stop_requested", flat=True)) == [True, True]
    assert not prompt.runs.get(pk=first.pk).stop_requested
    assert not other.runs.filter(stop_requested=True).exists()


def test_a_shared_page_has_no_button(client: Client, owner: Any) -> None:
    token = sharing.share(opened(owner, *FOUR[:2]), None)
    page = client.get(f"/shared/{token.token}/").content.decode()
    assert "Answers are still coming." in page
    assert "Stop all" not in page


def test_as_many_queries_for_many_as_for_few(signed_in: Client, owner: Any) -> None:
    counts = []
    for rows in (2, 20):
        prompt = many(owner, rows, key=f"key-{rows}")
        with CaptureQueriesContext(connection) as queries:
            signed_in.post(f"/playground/{prompt.pk}/stop", **HTMX)
        counts.append(len(queries))
        assert sum("UPDATE" in query["sql"] and "playground_run" in query["sql"] for query in queries) == 1
    assert counts[0] == counts[1]
