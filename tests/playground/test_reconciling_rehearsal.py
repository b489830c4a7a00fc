"""A rehearsal without usage learns afterwards what it would have cost, from the rehearsal's own records and over real HTTP."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from playground.models import Run
from playground.runner import runner
from tests.playground.running import ids, opened, priced, run_of, soon

pytestmark = pytest.mark.django_db(transaction=True)


def rehearsed(user: Any, text: str, is_enough: Callable[[Run], bool], stop_at: str = "") -> Run:
    """The run of a prompt, played until it `is_enough`; stopped once its text has come as far as `stop_at`."""
    prompt = opened(user, priced(), text=text, upstream="rehearsal", parameters={"max_tokens": 2000})
    (run_id,) = ids(prompt)

    async def play() -> None:
        await runner.open()
        try:
            runner.start([run_id])
            if stop_at:
                await soon(lambda: run_id in runner.live and stop_at in runner.live[run_id].text)
                runner.stop(run_id)
            while not is_enough(await runner.in_database(lambda: run_of(prompt))):  # noqa: ASYNC110  a row, not an event
                await asyncio.sleep(0.1)
        finally:
            await runner.close()

    asyncio.run(asyncio.wait_for(play(), 40))
    return run_of(prompt)


def is_learnt(run: Run) -> bool:
    return run.reconciliation in ("reconciled", "unreconciled")


@pytest.mark.parametrize(
    ("text", "stop_at", "state"),
    [("rehearse: missing usage", "", "done"), ("Tell me a long story of the wind", "imulated", "stopped")],
)
def test_its_record_says_it(owner: Any, text: str, stop_at: str, state: str) -> None:
    run = rehearsed(owner, text, is_learnt, stop_at)
    assert (run.state, run.reconciliation) == (state, "reconciled")
    assert run.usage["completion_tokens"] > 0
    assert run.computed_usd != ""
    assert run.cost is not None
    assert (run.billed_usd, run.hold.spent) == ("", 0), "a rehearsal is free"


def test_without_a_record_it_goes_on_asking(owner: Any) -> None:
    run = rehearsed(owner, "rehearse: no record", lambda run: run.reconcile_tries >= 2)
    assert (run.state, run.reconciliation, run.usage, run.cost) == ("done", "waiting", None, None)
