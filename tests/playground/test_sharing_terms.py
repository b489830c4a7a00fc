"""What readers of a shared board see of how it was asked: parameters, tools, schema, rows of values, columns of their own."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground import sharing
from playground.models import Prompt
from playground.variables import Rows
from playground.views.own import own_run
from tests.playground.boards import ended, many, opened
from tests.playground.builders import FOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
TOOL = {"type": "function", "function": {"name": "tide", "parameters": {"type": "object"}}}


def shared(client: Client, prompt: Prompt) -> str:
    page = client.get(f"/shared/{sharing.share(prompt, None).token}/").content.decode()
    return page.partition("<h3>Asked with</h3>")[2].partition("</section>")[0]


def test_parameters_and_tools_as_the_owner_sent_them(client: Client, owner: Any) -> None:
    prompt = opened(
        owner, *FOUR[:2], parameters={"max_tokens": 77, "tools": [TOOL]}, overrides={FOUR[0]: {"temperature": 0.3}}
    )
    Prompt.objects.filter(pk=prompt.pk).update(note="private note")
    terms = shared(client, prompt)
    assert "<code>max_tokens</code></dt><dd hx-disable>77</dd>" in terms
    assert "&quot;name&quot;: &quot;tide&quot;" in terms
    assert f"<h3>{prompt.runs.first().model_name} in its place</h3>" in terms
    assert "<code>temperature</code></dt><dd hx-disable>0.3</dd>" in terms
    assert "Chat completions, streamed" in terms
    assert "private note" not in terms
    assert owner.get_username() not in terms


def test_a_parameter_that_a_column_leaves_out(client: Client, owner: Any) -> None:
    terms = shared(client, opened(owner, overrides={FOUR[0]: {"max_tokens": None}}))
    assert "<code>max_tokens</code></dt><dd hx-disable>left out here</dd>" in terms


def test_of_a_blind_board_nothing_of_single_columns(client: Client, owner: Any) -> None:
    prompt = opened(owner, *FOUR[:2], overrides={FOUR[0]: {"temperature": 0.3}}, is_blind=True)
    terms = shared(client, prompt)
    assert "Single columns have parameters of their own, which are shown with the names." in terms
    assert "0.3" not in terms
    assert "istral" not in terms


@pytest.mark.parametrize(
    ("rows", "words"), [(1, "<summary>Values</summary>"), (3, "<summary>3 rows of values</summary>")]
)
def test_values_of_rows(client: Client, owner: Any, rows: int, words: str) -> None:
    values = Rows(("wind",), tuple((f"<b>{n}</b>" + "x" * 300,) for n in range(rows)))
    terms = shared(client, opened(owner, text="Say {{wind}}", rows=values))
    assert words in terms
    assert terms.count("<td>") == rows
    assert "&lt;b&gt;0&lt;/b&gt;" + "x" * 300 in terms


def test_a_shared_table_reads_no_long_text(client: Client, owner: Any) -> None:
    prompt = many(owner, 3, *FOUR[:2])
    for run in prompt.runs.all():
        ended(run, text="y" * 5_000, reasoning="z" * 5_000)
    address = f"/shared/{sharing.share(prompt, None).token}/"
    with CaptureQueriesContext(connection) as captured:
        assert "y" * 202 not in client.get(address).content.decode()
    asked = " ".join(query["sql"].partition(" FROM ")[0] for query in captured)
    for column in ("text", "reasoning", "request", "generation"):
        assert f', "playground_run"."{column}"' not in asked
    assert '"searched"' not in asked
    assert sum('FROM "playground_run"' in query["sql"] for query in captured) == 1


def test_a_live_run_does_not_read_the_words_for_the_search(rf: Any, owner: Any) -> None:
    run = opened(owner).runs.get()
    request = rf.get("/")
    request.user = owner
    with CaptureQueriesContext(connection) as captured:
        assert own_run(request, run.prompt_id, run.pk).prompt.text == "Hello"
    assert '"searched"' not in " ".join(query["sql"] for query in captured)
