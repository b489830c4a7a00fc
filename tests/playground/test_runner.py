"""The runner's tasks on a real socket: a stop that comes before the task, a refusal, a run that is asked for twice."""

from typing import Any
from uuid import UUID

import pytest

from playground import opening
from playground.models import Run
from playground.runner import runner
from tests.playground import running
from tests.playground.builders import FOUR, asked, budget
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Status, WaitFor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]


@pytest.fixture
def run(seeded: None, owner: Any, settings: Any, fake_upstream: FakeUpstream) -> Run:
    settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
    settings.OPENROUTER_BASE_URL = fake_upstream.base_url
    budget(owner, "1")
    prompt, _ = opening.open_prompt(owner, asked(FOUR[0], max_tokens=9, upstream="openrouter"))
    return prompt.runs.get()


def play(run_id: UUID, meanwhile: Any = None) -> Run:
    """Run it to its end in a runner of its own."""
    running.play([[run_id]], meanwhile)
    return Run.objects.select_related("hold").get(pk=run_id)


def test_a_run_that_was_stopped_before_its_task_began_is_never_sent(run: Run, fake_upstream: FakeUpstream) -> None:
    Run.objects.filter(pk=run.pk).update(stop_requested=True)
    ended = play(run.pk)
    assert (ended.state, ended.hold.spent) == ("stopped", 0)
    assert fake_upstream.count == 0


def test_a_refusal_costs_nothing(run: Run, fake_upstream: FakeUpstream) -> None:
    """A status of 429 is certainly not billed, so its hold goes."""
    fake_upstream.script(FOUR[0], [WaitFor("refusal"), Status(429)])

    def refuse() -> None:
        fake_upstream.wait_for_requests(1)
        fake_upstream.release("refusal")

    ended = play(run.pk, refuse)
    assert (ended.state, ended.hold.spent) == ("failed", 0)
    assert fake_upstream.count == 1


def test_a_run_starts_once_however_often_it_is_asked_for(run: Run, fake_upstream: FakeUpstream) -> None:
    ended = play(run.pk, lambda: runner.start([run.pk] * 5))
    assert ended.state == "done"
    assert fake_upstream.count == 1
