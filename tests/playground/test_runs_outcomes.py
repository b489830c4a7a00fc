"""Every mode of an upstream, as a whole run: opened, sent, read, settled. What came, how it ended, and what it cost.

All modes are played once, a dozen at a time in one runner, so that no trouble of one run is a trouble of another.
"""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import httpx
import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import exact, frozen
from catalog.pricing import Component, Rate
from playground import endings, settlement
from playground import runner as running
from playground.live import LiveRun, Watchers
from playground.models import Run, State
from playground.usage import read_usage, storable
from tests.playground.builders import budget
from tests.playground.running import opened, play, priced
from tests.playground.test_outcomes import answered, body_of
from tests.upstreams.mode import Mode
from tests.upstreams.modes import GOLDEN, MODES
from tests.upstreams.server import FakeUpstream

pytestmark = pytest.mark.django_db
INPUT, OUTPUT = Decimal("0.0000005"), Decimal("0.0000015")  # USD per token: $0.50 and $1.50 per million
ONE_USE = httpx.Limits(max_connections=1000, max_keepalive_connections=0)
PATIENT = {"FIRST_TOKEN_SECONDS": 10, "IDLE_SECONDS": 10, "RUN_SECONDS": 20}
QUICK = {"FIRST_TOKEN_SECONDS": 1.0, "IDLE_SECONDS": 0.6, "RUN_SECONDS": 2.0}


@pytest.fixture(scope="module")
def ended(django_db_setup: None, django_db_blocker: Any) -> dict[str, Run]:
    """The run of each mode, loaded with its hold and its recording; the database is empty again afterwards."""
    fake = FakeUpstream()
    fake.start()
    key = {"OPENROUTER_API_KEY": "sk-or-not-a-key", "OPENROUTER_BASE_URL": fake.base_url}
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, override_settings(**key):
        patch.setattr(running, "MOST_AT_ONCE", 12)
        # The fake upstream closes connections without having said so; a run gets one that no other has used.
        patch.setattr(httpx, "Limits", lambda **_: ONE_USE)
        try:
            user = get_user_model().objects.create_user("somebody")
            budget(user, "100")
            with transaction.atomic():
                runs = {name: scripted(user, fake, number, MODES[name]) for number, name in enumerate(MODES)}
            for deadlines, is_slow in ((PATIENT, False), (QUICK, True)):
                with override_settings(**deadlines):
                    play([[run.pk for name, run in runs.items() if MODES[name].is_slow is is_slow]])
            loaded = Run.objects.select_related("hold", "recording").in_bulk([run.pk for run in runs.values()])
            return {name: loaded[run.pk] for name, run in runs.items()}
        finally:
            fake.stop()
            call_command("flush", interactive=False, verbosity=0)


def scripted(user: Any, fake: FakeUpstream, number: int, mode: Mode) -> Run:
    """A run of a model of its own, by whose name the fake upstream finds its script."""
    model = priced(f"mode-{number}")
    fake.script(model.public_id, mode.script)
    return opened(user, model, key=f"key-{number}", api=mode.api, streams=mode.streams).runs.get()


def plain(amount: Decimal | None) -> str:
    return "" if amount is None else exact.plain(amount)


@pytest.mark.parametrize("name", MODES)
def test_a_run_of_a_mode(ended: dict[str, Run], name: str) -> None:
    mode, run = MODES[name], ended[name]
    assert run.state == mode.state
    assert run.text == mode.text + mode.refusal
    assert run.reasoning == mode.reasoning
    assert run.tool_calls == [{"id": id, "name": call, "arguments": said} for id, call, said in mode.tool_calls]
    assert run.finish_reason == mode.finish
    assert run.usage == storable(mode.usage)
    if mode.served is not None:
        assert run.served_model == mode.served
    assert run.duration is not None
    assert run.duration.total_seconds() < 3
    if mode.error is not None:
        assert mode.words in run.error
        assert mode.detail in run.error_detail
        assert run.error_kind == mode.kind
    else:
        assert run.error_body == run.error_kind == ""
        assert run.error_status is None


@pytest.mark.parametrize("name", MODES)
def test_what_a_run_of_a_mode_cost(ended: dict[str, Run], name: str) -> None:
    mode, run = MODES[name], ended[name]
    billed = None if mode.cost is None else Decimal(mode.cost)
    counts = read_usage(mode.usage)
    computed = None
    if counts is not None:
        computed = counts.prompt_tokens * INPUT + counts.completion_tokens * OUTPUT
    if computed is None and mode.nothing_billed:
        computed = Decimal(0)
    final = computed if billed is None else billed
    assert run.billed_usd == plain(billed)
    assert run.computed_usd == plain(computed)
    assert run.cost == (None if final is None else int(final.scaleb(12)))
    assert run.hold.spent == run.cost
    assert (run.hold.settled_at is None) is (final is None)
    is_asked = final is None and bool(run.generation_id)
    assert run.reconciliation == ("waiting" if is_asked else "")
    assert (run.reconcile_at is not None) is is_asked


@pytest.mark.parametrize("name", MODES)
def test_what_came_is_recorded(ended: dict[str, Run], name: str) -> None:
    run = ended[name]
    if run.text or run.tool_calls:
        said = run.text or run.tool_calls[0]["name"]
        assert said[:1].encode() in bytes(run.recording.content)
        assert run.recording.is_cut is (len(run.recording.content) >= 2_097_152)


def test_every_end_is_among_them(ended: dict[str, Run]) -> None:
    """The table decides nothing if all of its runs end alike."""
    assert {run.state for run in ended.values()} >= {"done", "truncated", "refused", "failed", "incomplete"}
    assert {run.reconciliation for run in ended.values()} == {"", "waiting"}
    assert sum(run.hold.spent is None for run in ended.values()) > 10
    assert sum(bool(run.hold.spent) for run in ended.values()) > 10


def settled(mode: Mode, parts: list[bytes]) -> tuple[Any, ...]:
    """The end that the bytes come to, without its times and its recording."""
    rates = [Rate(Component.INPUT, INPUT), Rate(Component.OUTPUT, OUTPUT)]
    run = Run(state=State.CONNECTING, request={"messages": []}, rates=[frozen.freeze(rate) for rate in rates])
    live = LiveRun(run, Watchers())
    live.begin()
    answer, _ = answered(mode, parts)
    for piece in answer.pieces:
        live.take(piece)
    outcome = endings.completed(live) if answer.error is None else endings.broken(live, answer.error)
    fields = {name: value for name, value in outcome.fields.items() if not name.endswith(("_ms", "_at"))}
    return outcome.state, fields, outcome.spent


@pytest.mark.django_db
def test_what_the_server_s_end_meets_before_it_was_sent_costs_nothing(owner: Any) -> None:
    """Only what was sent can be billed: the sentence and the hold say so."""
    budget(owner, "1")
    run = opened(owner, priced()).runs.get()
    live = LiveRun(run, Watchers())
    assert not live.is_sent
    outcome = endings.interrupted(live)
    assert (outcome.state, outcome.spent, outcome.fields["computed_usd"]) == ("interrupted", 0, "0")
    assert outcome.fields["error"] == "The server was stopping, so nothing was sent. Send the prompt again."
    settlement.settle(run.pk, outcome)
    run.refresh_from_db()
    assert (run.cost, run.hold.spent, run.reconciliation) == (0, 0, "")

    live.begin()
    assert endings.interrupted(live).spent is None


UNCUT: dict[str, tuple[Any, ...]] = {}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(GOLDEN)), st.lists(st.floats(0, 1), max_size=12))
def test_no_cutting_of_the_bytes_changes_the_end(name: str, places: list[float]) -> None:
    mode = GOLDEN[name]
    raw = body_of(mode)
    if name not in UNCUT:
        UNCUT[name] = settled(mode, [raw])
    edges = [0, *sorted(int(place * len(raw)) for place in places), len(raw)]
    assert settled(mode, [raw[left:right] for left, right in pairwise(edges)]) == UNCUT[name]
    assert UNCUT[name][0] == mode.state
