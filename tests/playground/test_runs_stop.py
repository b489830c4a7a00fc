"""Stop on whole runs: who closes the connection, who reads on, what is kept of the rest, and what it cost."""

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from playground import endings, keeper
from playground import runner as running
from playground.models import Run
from playground.runner import runner
from playground.variables import Rows
from tests.playground.builders import budget
from tests.playground.running import ids, opened, play, priced, run_of
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Close, DoneMark, Ending, Hang, Reset, Status, Usage, WaitFor

pytestmark = pytest.mark.django_db(transaction=True)
REST = [Chunks([" and on", "."]), Ending(), Usage(10, 3, cost="0.00001"), DoneMark()]


@pytest.fixture(autouse=True)
def _asked(owner: Any, settings: Any, fake_upstream: FakeUpstream) -> None:
    settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
    settings.OPENROUTER_BASE_URL = fake_upstream.base_url
    budget(owner, "1")


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def stop_after(fake: FakeUpstream, run_id: Any, text: str) -> Callable[[], None]:
    """Stop the run once it was sent and `text` has come; then let the upstream go on."""

    def meanwhile() -> None:
        fake.wait_for_requests(1)
        until(lambda: run_id in runner.live and runner.live[run_id].text == text)
        runner.request_stop(run_id)
        until(lambda: run_id not in runner.live or runner.live[run_id].state == "stopping")
        fake.release("rest")

    return meanwhile


def stopped(owner: Any, fake: FakeUpstream, script: list[Any], text: str = "so far", **model: Any) -> Run:
    fields = {"streams": model.pop("streams", True)}
    asked_of = priced(**model)
    fake.script(asked_of.public_id, script)
    prompt = opened(owner, asked_of, **fields)
    (run_id,) = ids(prompt)
    play([[run_id]], stop_after(fake, run_id, text))
    run = run_of(prompt)
    assert run.state == "stopped"
    return run


def test_where_all_is_billed_the_rest_is_read_and_kept_apart(owner: Any, fake_upstream: FakeUpstream) -> None:
    run = stopped(owner, fake_upstream, [Chunks(["so far"]), WaitFor("rest"), *REST], stop_ends_billing=False)
    assert (run.text, run.rest) == ("so far", " and on.")
    assert run.error == endings.STOPPED_READ_ON
    # 10 x 0.0000005 + 3 x 0.0000015 = 0.0000095; the upstream says 0.00001
    assert (run.computed_usd, run.billed_usd, run.cost) == ("0.0000095", "0.00001", 10_000_000)
    assert run.hold.spent == 10_000_000
    assert fake_upstream.requests[0].finished.wait(5)


def test_where_all_is_billed_it_is_read_on_also_before_the_first_token(owner: Any, fake_upstream: FakeUpstream) -> None:
    run = stopped(owner, fake_upstream, [WaitFor("rest"), *REST], "", stop_ends_billing=False)
    assert (run.text, run.rest, run.cost) == ("", " and on.", 10_000_000)


def test_where_stopping_ends_the_bill_the_connection_is_closed(owner: Any, fake_upstream: FakeUpstream) -> None:
    run = stopped(owner, fake_upstream, [Chunks(["so far"]), Hang()], stop_ends_billing=True)
    assert (run.text, run.rest, run.error) == ("so far", "", endings.STOPPED_UNKNOWN)
    assert fake_upstream.requests[0].disconnected.wait(5)
    assert (run.cost, run.hold.spent) == (None, None)
    assert run.reconciliation == "waiting"  # its generation id came with the text, so its cost can be asked for
    assert run.generation_id == f"gen-fake-{run.upstream_id}"


@pytest.mark.parametrize("text", ["", "so far"])
def test_where_nobody_knows_what_has_begun_is_read_on(owner: Any, fake_upstream: FakeUpstream, text: str) -> None:
    script = [Chunks(["so far"]), WaitFor("rest"), *REST] if text else [Hang()]
    run = stopped(owner, fake_upstream, script, text)
    if text:
        assert (run.rest, run.cost) == (" and on.", 10_000_000)
    else:
        assert (run.rest, run.cost) == ("", None)
        assert fake_upstream.requests[0].disconnected.wait(5)


def test_what_is_not_streamed_cannot_be_cancelled(owner: Any, fake_upstream: FakeUpstream) -> None:
    whole = {
        "id": "gen-1",
        "choices": [{"message": {"content": "all of it"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 3},
    }
    run = stopped(
        owner, fake_upstream, [WaitFor("rest"), Status(200, {}, whole)], "", stop_ends_billing=True, streams=False
    )
    assert (run.text, run.rest, run.error) == ("", "all of it", endings.STOPPED_NOT_STREAMED)
    assert Decimal(run.computed_usd) == Decimal("0.0000095")
    assert fake_upstream.requests[0].body["stream"] is False


def test_a_refusal_while_stopping_costs_nothing(owner: Any, fake_upstream: FakeUpstream) -> None:
    run = stopped(owner, fake_upstream, [WaitFor("rest"), Status(429)], "", stop_ends_billing=False)
    assert (run.error, run.cost, run.hold.spent) == (endings.STOPPED_FREE, 0, 0)


def test_an_answer_that_breaks_while_it_is_read_on_is_not_free(owner: Any, fake_upstream: FakeUpstream) -> None:
    run = stopped(owner, fake_upstream, [Chunks(["so far"]), WaitFor("rest"), DoneMark()], stop_ends_billing=False)
    assert (run.error, run.cost, run.hold.spent) == (endings.STOPPED_LOST, None, None)
    assert run.reconciliation == "waiting"


@pytest.mark.parametrize("fault", [Reset(), Close()])
def test_a_connection_that_breaks_while_it_is_read_on_is_not_free(
    owner: Any, fake_upstream: FakeUpstream, fault: Any
) -> None:
    run = stopped(owner, fake_upstream, [Chunks(["so far"]), WaitFor("rest"), fault], stop_ends_billing=False)
    assert (run.text, run.error) == ("so far", endings.STOPPED_LOST)
    assert (run.computed_usd, run.cost, run.hold.spent, run.hold.settled_at) == ("", None, None, None)
    assert run.reconciliation == "waiting"


@pytest.mark.parametrize("by_htmx", [True, False])
def test_a_whole_table_is_stopped_at_once(
    owner: Any, signed_in: Client, fake_upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch, by_htmx: bool
) -> None:
    """Of twelve rows three are being answered: they end, and the nine that wait end unsent and for nothing."""
    monkeypatch.setattr(running, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(keeper, "WRITE_EVERY", 60)  # nobody looks at the flags in the database
    rows = Rows(("n",), tuple((str(number),) for number in range(12)))
    prompt = opened(owner, priced("wide"), text="Say {{n}}", rows=rows)
    other = opened(owner, priced("other"), key="other")
    fake_upstream.script("mistralai/wide", [Hang()])
    answers = []

    def press() -> None:
        headers = {"HTTP_HX_REQUEST": "true"} if by_htmx else {}
        answers.append(signed_in.post(f"/playground/{prompt.pk}/stop", **headers))

    def meanwhile() -> None:
        fake_upstream.wait_for_requests(3)
        assert len(runner.waiting) == 10
        # In the writing thread: the tests' database in memory has one writer.
        asyncio.run_coroutine_threadsafe(runner.in_database(press), runner._loop).result(15)

    play([ids(prompt), ids(other)], meanwhile)
    (answer,) = answers
    assert (answer.status_code, answer.get("Location")) == (
        (200, None) if by_htmx else (302, prompt.get_absolute_url())
    )
    ended = list(Run.objects.select_related("hold").filter(prompt=prompt))
    assert {run.state for run in ended} == {"stopped"}
    assert (
        sorted((run.error, run.cost, run.hold.spent) for run in ended if run.cost is not None)
        == [(endings.STOPPED_FREE, 0, 0)] * 9
    )
    assert [run.error for run in ended if run.cost is None] == [endings.STOPPED_UNKNOWN] * 3
    assert [request.body["model"] for request in fake_upstream.requests] == ["mistralai/wide"] * 3 + ["mistralai/other"]
    assert run_of(other).state == "done"
