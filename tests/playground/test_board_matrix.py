"""Many runs as a table: rows of values by models, repeats stacked, and what each model came to, summed by hand."""

import time
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground.board import summary
from playground.board.matrix import matrix_of
from playground.models import Prompt, Run, State
from tests.playground.boards import board_html, ended, failed, many, opened
from tests.playground.builders import FOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


def page_of(client: Client, prompt: Prompt) -> str:
    response = client.get(prompt.get_absolute_url())
    assert response.status_code == 200
    return board_html(" ".join(response.content.decode().split()))


def loaded(prompt: Prompt) -> Prompt:
    return Prompt.objects.for_board().get(pk=prompt.pk)


def usage(completion: int) -> dict[str, int]:
    return {"prompt_tokens": 10, "completion_tokens": completion}


@pytest.fixture
def prompt(owner: Any) -> Prompt:
    """Two rows by two models, ended: of the first model both costs known, of the second one."""
    prompt = many(owner, 2, FOUR[0], FOUR[3])
    first, second, third, fourth = prompt.runs.all()
    quick = {"first_token_ms": 200, "last_token_ms": 1200}
    ended(first, computed_usd="0.0047", usage=usage(100), **quick)
    ended(second, computed_usd="0.001", usage=usage(50), first_token_ms=100, last_token_ms=600, text="x" * 300)
    ended(third, State.TRUNCATED, computed_usd="0.0188", usage=usage(300), **(quick | {"first_token_ms": 400}))
    ended(fourth, State.INCOMPLETE, None, computed_usd="", usage=None, text="", error="The answer broke off.")
    return prompt


def test_a_table_of_rows_by_models(signed_in: Client, prompt: Prompt) -> None:
    page = page_of(signed_in, prompt)
    assert '<table class="matrix">' in page
    assert '<article id="column-' not in page
    assert page.count('<div id="cell-') == 4
    heads = page.partition("<thead>")[2].partition("</thead>")[0]
    assert heads.index("Mistral Large 3 2512") < heads.index("Devstral 2 2512")
    assert page.index("<code>wind</code> wind 1") < page.index("<code>wind</code> wind 2")
    for run in prompt.runs.all():
        assert f'href="/playground/{prompt.pk}/runs/{run.pk}/"' in page


def test_a_cell_has_state_beginning_cost_and_first_token(signed_in: Client, prompt: Prompt) -> None:
    first, second, _, fourth = prompt.runs.all()
    page = page_of(signed_in, prompt)
    assert f'<output id="cost-{first.pk.hex}">$0.0047</output> <small id="first-{first.pk.hex}">200 ms</small>' in page
    assert f"<span>{'x' * 200}…</span>" in page
    assert "x" * 201 not in page
    assert f'<output id="cost-{fourth.pk.hex}">not known</output>' in page
    assert f'<p id="out-{fourth.pk.hex}" class="quiet" hx-disable><span>The answer broke off.</span>' in page
    assert f'<p id="out-{second.pk.hex}" hx-disable>' in page


def test_the_foot_sums_up_each_model(prompt: Prompt) -> None:
    large, devstral = matrix_of(loaded(prompt)).heads
    # 0.0047 + 0.0188 = 0.0235; the median of 200 and 400 ms; of 100 tokens in 1 s and 300 in 0.8 s: (100 + 375) / 2
    assert (large.sums.ended, large.sums.cost) == ("1 done, 1 cut", "$0.0235")
    assert (large.sums.first, large.sums.speed) == ("300 ms", "237.5")
    # 50 tokens in 0.5 s; the other run said nothing
    assert (devstral.sums.ended, devstral.sums.cost) == ("1 done, 1 incomplete", "$0.001, 1 not known")
    assert (devstral.sums.first, devstral.sums.speed) == ("100 ms", "100.0")


def test_what_is_still_to_come_is_counted(owner: Any) -> None:
    prompt = many(owner, 3, FOUR[0])
    ended(prompt.runs.all()[1])
    (head,) = matrix_of(loaded(prompt)).heads
    assert (head.sums.ended, head.sums.cost, head.sums.first) == ("1 done, 2 to come", "$0.0047", "")


def test_repeats_stack_in_one_cell(signed_in: Client, owner: Any) -> None:
    prompt = opened(owner, *FOUR[:2], repeats=3)
    matrix = matrix_of(loaded(prompt))
    ((first, second),) = [line.cells for line in matrix.lines]
    assert [cell.run.repeat for cell in first] == [cell.run.repeat for cell in second] == [0, 1, 2]
    assert {cell.run.model_public_id for cell in first} == {FOUR[0]}
    assert "Each repeat" in page_of(signed_in, prompt)


def test_a_call_of_tools_and_an_error_stand_in_for_the_text(owner: Any) -> None:
    prompt = many(owner, 2, FOUR[0])
    first, second = prompt.runs.all()
    ended(first, text="", tool_calls=[{"id": "1", "name": name, "arguments": "{}"} for name in ("tide", "wind")])
    failed(second, "Too many.", error_status=429)
    cells = [line.cells[0][0] for line in matrix_of(loaded(prompt)).lines]
    assert [cell.beginning for cell in cells] == ["Calls tide, wind", "Too many."]


def test_a_long_value_is_cut_and_told_whole_in_its_title(signed_in: Client, owner: Any) -> None:
    prompt = many(owner, 2, FOUR[0])
    prompt.variables["rows"][0] = ["y" * 500]
    prompt.save()
    page = page_of(signed_in, prompt)
    assert f"<code>wind</code> {'y' * 120}…</span>" in page
    assert f'title="{"y" * 500}"' in page


def test_the_summary_compares_sums_of_models_that_are_known(prompt: Prompt) -> None:
    # 0.0047 + 0.0188 + 0.001; Devstral is not compared, because one of its costs is missing
    assert summary(loaded(prompt).runs.all()) == "All together this cost $0.0245. 1 of 4 costs is not known."


def test_the_cheapest_model_over_all_rows(owner: Any) -> None:
    prompt = many(owner, 2, FOUR[0], FOUR[3])
    for run, cost in zip(prompt.runs.all(), ("0.003", "0.004", "0.005", "0.001"), strict=True):
        ended(run, computed_usd=cost)
    # Large 3: 0.003 + 0.005 = 0.008; Devstral: 0.004 + 0.001 = 0.005; 0.008 / 0.005 = 1.6
    assert summary(loaded(prompt).runs.all()) == (
        "All together this cost $0.013. Cheapest: Devstral 2 2512. Mistral Large 3 2512 cost 1.6× as much."
    )


def test_queries_do_not_grow_with_the_runs(signed_in: Client, owner: Any) -> None:
    def queries(rows: int, *model_ids: str) -> int:
        prompt = many(owner, rows, *model_ids, key=str(rows))
        with CaptureQueriesContext(connection) as captured:
            page_of(signed_in, prompt)
        return len(captured)

    assert queries(2, FOUR[0]) == queries(15, *FOUR)


def test_six_hundred_cells_in_time(owner: Any) -> None:
    """100 rows by 6 models: built and rendered within a bound that leaves room for a busy machine."""
    prompt = many(owner, 100, *FOUR, upstream="rehearsal")
    runs = list(prompt.runs.all())
    extra = [Run(prompt=prompt, position=400 + number, row=number % 100) for number in range(200)]
    for number, run in enumerate(extra):
        like = runs[number % 100 * 4]
        run.offer, run.listing_id = f"{like.offer}@market-{number // 100}", like.listing_id
        run.model_public_id, run.model_name, run.upstream_id = like.model_public_id, like.model_name, like.upstream_id
        run.upstream, run.is_rehearsal, run.rates, run.request = "rehearsal", True, like.rates, like.request
    Run.objects.bulk_create(extra)
    Run.objects.update(
        state=State.DONE, text="An answer. " * 300, usage=usage(900), computed_usd="0.0047", first_token_ms=200,
        last_token_ms=1200,
    )  # fmt: skip
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        page = render_to_string("playground/_board.html", {"prompt": loaded(prompt)})
        seconds.append(time.perf_counter() - began)
    assert page.count('<div id="cell-') == 600
    assert len(page) < 600_000
    assert min(seconds) < 0.6, seconds
