"""Many runs and few places: all end, nobody starves, who waits gives a sign of life and can be stopped for nothing."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from playground import endings, journal, keeper, process, settlement
from playground import runner as running
from playground.models import House, Run, State
from playground.runner import runner
from playground.variables import Rows
from tests.playground.builders import budget
from tests.playground.running import ids, opened, play, priced, run_of
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, DoneMark, Ending, Status, Usage, WaitFor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _asked(owner: Any, settings: Any, fake_upstream: FakeUpstream) -> None:
    settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
    settings.OPENROUTER_BASE_URL = fake_upstream.base_url
    budget(owner, "1")


@pytest.fixture
def few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(keeper, "WRITE_EVERY", 0.05)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def matrix(owner: Any, rows: int, key: str = "key", slug: str = "wide") -> Any:
    values = Rows(("n",), tuple((str(number),) for number in range(rows)))
    return opened(owner, priced(slug), key=key, text="Say {{n}}", rows=values)


def states() -> dict[str, int]:
    found = list(Run.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


@pytest.mark.usefixtures("few_places")
def test_no_more_run_at_once_than_there_are_places(owner: Any, fake_upstream: FakeUpstream) -> None:
    prompt = matrix(owner, 10)
    seen = []

    def meanwhile() -> None:
        fake_upstream.wait_for_requests(3)
        time.sleep(0.3)
        seen.append((fake_upstream.count, len(runner.live), len(runner.waiting)))

    with fake_upstream.barrier():
        play_in_thread(ids(prompt), meanwhile)
    assert seen == [(3, 3, 7)]
    assert states() == {"interrupted": 3, "failed": 7}


def play_in_thread(run_ids: list[Any], meanwhile: Callable[[], None]) -> None:
    """Close the runner as soon as `meanwhile` is done, whatever still runs or waits."""
    import asyncio

    async def until_then() -> None:
        await runner.open()
        try:
            runner.start(run_ids)
            await asyncio.to_thread(meanwhile)
        finally:
            await runner.close()

    asyncio.run(until_then())


def test_a_server_that_stops_ends_those_that_wait_for_nothing(
    owner: Any, fake_upstream: FakeUpstream, few_places: None
) -> None:
    prompt = matrix(owner, 5)
    with fake_upstream.barrier():
        play_in_thread(ids(prompt), lambda: fake_upstream.wait_for_requests(3))
    ended = {
        (run.state, run.error, run.cost, run.hold.spent)
        for run in Run.objects.select_related("hold").filter(started_at=None)
    }
    assert ended == {("failed", endings.NOT_STARTED, 0, 0)}
    assert Run.objects.filter(started_at=None).count() == 2


@pytest.mark.usefixtures("few_places")
def test_a_short_prompt_does_not_wait_for_a_long_table(owner: Any, stranger: Any, fake_upstream: FakeUpstream) -> None:
    """A table of 30 holds every place; somebody else's prompt has the first or second place that becomes free."""
    table = matrix(owner, 30)
    budget(stranger, "1")
    short = opened(stranger, priced("short"))

    def meanwhile() -> None:
        fake_upstream.wait_for_requests(3)
        runner.start(ids(short))
        until(lambda: len(runner.waiting) == 28)

    script = [WaitFor("go"), Chunks(["x"]), Ending(), Usage(10, 3), DoneMark()]
    fake_upstream.script(table.runs.first().upstream_id, script)

    def then() -> None:
        meanwhile()
        fake_upstream.release("go")

    play([ids(table)], then)
    assert states() == {"done": 31}
    order = [request.body["model"] for request in fake_upstream.requests]
    assert order.index("mistralai/short") < 6
    assert fake_upstream.count == 31


@pytest.mark.usefixtures("few_places")
def test_who_waits_gives_a_sign_of_life_and_is_no_orphan(owner: Any, fake_upstream: FakeUpstream) -> None:
    prompt = matrix(owner, 4)
    fake_upstream.script("mistralai/wide", [WaitFor("go"), Chunks(["x"]), Ending(), Usage(10, 3), DoneMark()])
    Run.objects.update(created_at=timezone.now() - timedelta(hours=1))
    kept: list[int] = []
    original = journal.keep_waiting

    def noted(run_ids: Any) -> bool:
        is_open = original(run_ids)
        kept.append(Run.objects.filter(state=State.QUEUED, heartbeat_at__isnull=False).count())
        kept.append(settlement.interrupt_orphans(timezone.now() - keeper.SILENT_AFTER))
        return is_open

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "keep_waiting", noted)

        def meanwhile() -> None:
            until(lambda: len(kept) >= 2)
            fake_upstream.release("go")

        play([ids(prompt)], meanwhile)
    assert kept[:2] == [1, 0]
    assert states() == {"done": 4}


@pytest.mark.parametrize("how", ["here", "by another process"])
@pytest.mark.usefixtures("few_places")
def test_who_waits_is_stopped_for_nothing(
    owner: Any, fake_upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "here":
        monkeypatch.setattr(keeper, "WRITE_EVERY", 60)  # nobody looks at the flag in the database
    prompt = matrix(owner, 4)
    fake_upstream.script("mistralai/wide", [WaitFor("go"), Chunks(["x"]), Ending(), Usage(10, 3), DoneMark()])
    last = ids(prompt)[-1]

    def meanwhile() -> None:
        fake_upstream.wait_for_requests(3)
        if how == "here":
            runner.request_stop(last)
        until(lambda: last not in runner.waiting)
        until(lambda: last not in runner._tasks)
        fake_upstream.release("go")

    Run.objects.filter(pk=last).update(stop_requested=True)  # what the view writes, in either case
    play([ids(prompt)], meanwhile)
    run = Run.objects.select_related("hold").get(pk=last)
    assert (run.state, run.error, run.cost, run.hold.spent) == ("stopped", endings.STOPPED_FREE, 0, 0)
    assert fake_upstream.count == 3


class TestSwitch:
    """While the playground is off nothing new is sent: what waits ends unsent, and what is being answered goes on."""

    @pytest.mark.usefixtures("few_places")
    def test_what_waits_ends_unsent_and_what_runs_goes_on(
        self, owner: Any, fake_upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keeper, "HEARTBEAT_EVERY", 0.1)
        prompt = matrix(owner, 6)
        fake_upstream.script("mistralai/wide", [WaitFor("go"), Chunks(["x"]), Ending(), Usage(10, 3), DoneMark()])
        off: list[bool] = []
        original = journal.keep_waiting

        def switched(run_ids: Any) -> bool:
            if off:
                House.objects.get_or_create(defaults={"is_open": False})
            return original(run_ids)

        monkeypatch.setattr(journal, "keep_waiting", switched)

        def meanwhile() -> None:
            fake_upstream.wait_for_requests(3)
            off.append(True)
            until(lambda: not runner.waiting and len(runner._tasks) == 3)
            fake_upstream.release("go")

        play([ids(prompt)], meanwhile)
        assert states() == {"done": 3, "failed": 3}
        ended = Run.objects.select_related("hold").filter(state="failed")
        assert {(run.error, run.cost, run.hold.spent) for run in ended} == {(endings.SWITCHED_OFF, 0, 0)}
        assert fake_upstream.count == 3

    def test_what_has_not_begun_is_not_sent(self, owner: Any, fake_upstream: FakeUpstream) -> None:
        prompt = opened(owner, priced())
        House.objects.create(is_open=False, notice="Back on Monday.")
        play([ids(prompt)])
        run = run_of(prompt)
        assert (run.state, run.error, run.hold.spent) == ("failed", endings.SWITCHED_OFF, 0)
        assert fake_upstream.count == 0


def test_a_table_of_six_hundred_comes_to_its_end(owner: Any, fake_upstream: FakeUpstream) -> None:
    """At most a hundred are connected at any time."""
    models = [priced(f"m{number}") for number in range(6)]
    values = Rows(("n",), tuple((str(number),) for number in range(100)))
    prompt = opened(owner, *models, text="Say {{n}}", rows=values)
    most = 0

    def meanwhile() -> None:
        nonlocal most
        deadline = time.monotonic() + 60
        while (runner._tasks or runner.waiting or not fake_upstream.count) and time.monotonic() < deadline:
            most = max(most, len(runner.live))
            time.sleep(0.01)

    play([ids(prompt)], meanwhile)
    assert states() == {"done": 600}
    assert fake_upstream.count == 600
    assert 50 < most <= 100


def test_a_failure_in_one_run_leaves_the_others_alone(owner: Any, fake_upstream: FakeUpstream) -> None:
    good, bad = priced("good"), priced("bad")
    fake_upstream.script(bad.public_id, [Status(500)])
    prompt = opened(owner, good, bad)
    play([ids(prompt)])
    assert states() == {"done": 1, "failed": 1}


def test_after_a_suspension_nobody_sweeps_his_own(
    owner: Any, fake_upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wall clock went on and the heartbeats did not: to the sweep all runs, sent and waiting, look an hour old."""
    monkeypatch.setattr(running, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(keeper, "WRITE_EVERY", 0.05)
    monkeypatch.setattr(keeper, "SWEEP_EVERY", 0.0)
    prompt = matrix(owner, 2)
    fake_upstream.script("mistralai/wide", [WaitFor("go"), Chunks(["x"]), Ending(), Usage(10, 3), DoneMark()])
    swept: list[int] = []
    original = settlement.interrupt_orphans

    def much_later(silent_since: Any, but: Any) -> int:
        if fake_upstream.count:
            swept.append(len(but))
        return original(silent_since + timedelta(hours=1), but)

    monkeypatch.setattr(settlement, "interrupt_orphans", much_later)

    def meanwhile() -> None:
        fake_upstream.wait_for_requests(1)
        until(lambda: len(swept) >= 3)
        fake_upstream.release("go")

    play([ids(prompt)], meanwhile)
    assert 2 in swept, "one had its task and one waited"
    assert states() == {"done": 2}


def test_at_its_start_a_process_ends_only_what_has_fallen_silent(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another container with the same host name does not see our processes; what gives signs of life is nobody's orphan."""
    monkeypatch.setattr(process, "is_gone", lambda name: name == "here:1:abc")
    alive, lost = opened(owner, priced("a"), key="a"), opened(owner, priced("b"), key="b")
    for prompt, ago in ((alive, timedelta(0)), (lost, keeper.MISSED_AFTER + timedelta(seconds=1))):
        begun = {"process": "here:1:abc", "state": State.STREAMING, "heartbeat_at": timezone.now() - ago}
        Run.objects.filter(prompt=prompt).update(**begun)
    play([])
    assert [run_of(each).state for each in (alive, lost)] == ["streaming", "interrupted"]
