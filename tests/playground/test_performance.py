"""A model's page speaks of this installation's own runs: medians and shares by hand, rehearsals named and left out."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from playground import opening
from playground.models import Run, State
from playground.performance import performance_of
from tests.playground.builders import FOUR, asked, budget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
TODAY = datetime.now(UTC).date()


def make_run(owner: Any, state: State, first: int | None = None, last: int | None = None, tokens: int = 0) -> Run:
    prompt, _ = opening.open_prompt(
        owner, asked(FOUR[0], key=str(Run.objects.count()), max_tokens=9, upstream="openrouter")
    )
    usage = {"prompt_tokens": 100, "completion_tokens": tokens} if tokens else None
    Run.objects.filter(prompt=prompt).update(state=state, first_token_ms=first, last_token_ms=last, usage=usage)
    return prompt.runs.get()


@pytest.fixture
def runs(seeded: None, owner: Any) -> None:
    budget(owner, "5")
    make_run(owner, State.DONE, 200, 1200, 50)  # 50 tokens in 1 s
    make_run(owner, State.DONE, 400, 2400, 200)  # 200 in 2 s: 100 a second
    make_run(owner, State.TRUNCATED, 900, 1900, 70)  # 70 a second
    make_run(owner, State.FAILED)
    make_run(owner, State.STOPPED, 300, 400)
    make_run(owner, State.INTERRUPTED)
    opening.open_prompt(owner, asked(FOUR[0], key="rehearsal"))


@pytest.mark.usefixtures("runs")
def test_figures_by_hand() -> None:
    found = performance_of(FOUR[0], TODAY)
    assert (found.runs, found.rehearsals) == (6, 1)
    assert found.first_token_ms == 350  # the median of 200, 300, 400, 900
    assert found.tokens_per_second == Decimal("70.0")  # of 50, 70, 100
    assert (found.prompt_tokens, found.completion_tokens) == (300, 320)
    assert found.uptime == Decimal("75.0")  # 3 of 4; stopped and interrupted runs say nothing of the upstream


@pytest.mark.usefixtures("runs")
def test_days_of_activity() -> None:
    yesterday = Run.objects.first()
    Run.objects.filter(pk=yesterday.pk).update(created_at=datetime.now(UTC) - timedelta(days=1))
    days = performance_of(FOUR[0], TODAY).active_days
    assert [(day.day, day.runs) for day in days] == [(TODAY - timedelta(days=1), 1), (TODAY, 5)]
    assert [day.height for day in days] == [8, 40]


@pytest.mark.usefixtures("runs")
def test_a_person_reads_them_on_the_models_page(client: Client) -> None:
    page = client.get(f"/models/{FOUR[0]}/").content.decode()
    for words in (
        "From the latest 6 runs of this installation.",
        "350 ms",
        "70.0",
        "75.0",
        "1 rehearsal run is left out",
    ):
        assert words in page


def test_without_runs_the_page_says_so(client: Client) -> None:
    page = client.get(f"/models/{FOUR[0]}/").content.decode()
    assert page.count("This installation has not run this model yet, so there is nothing to show.") == 3
