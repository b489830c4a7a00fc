"""After Stop: the button goes, and what is said before, during and after agrees for every upstream."""

from typing import Any

import pytest
from django.test import Client

from catalog.models import Listing
from playground import board, endings, upstreams
from playground.board import sentences
from playground.board.columns import column_of
from playground.live import LiveRun, Watchers
from playground.models import Prompt, Run, State
from playground.upstream.pieces import Text, UsageReport
from tests.playground.boards import board_html, opened
from tests.playground.builders import FOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
USAGE = {"prompt_tokens": 5, "completion_tokens": 50}


@pytest.mark.parametrize(
    ("upstream", "listed", "ends"),
    [
        ("mistral", None, False),
        ("mistral", True, True),  # the listing knows better
        ("openrouter", None, None),
        ("openrouter", False, False),
        ("compatible", None, None),
    ],
)
def test_whether_stopping_ends_the_bill(upstream: str, listed: bool | None, ends: bool | None) -> None:
    run = Run(upstream=upstream, listing=Listing(stop_ends_billing=listed))
    assert upstreams.stop_ends_billing(run) is ends
    assert LiveRun(run, Watchers()).stop_ends_billing is ends
    assert upstreams.stop_ends_billing(Run(upstream=upstream, listing=run.listing, streams=False)) is False


@pytest.mark.parametrize(
    ("upstream", "before", "during", "after"),
    [
        ("mistral", sentences.BILLS_ALL, sentences.READING_ON, endings.STOPPED_READ_ON),
        ("compatible", sentences.NOT_KNOWN, sentences.READING_ON_UNSURE, endings.STOPPED_READ_ON_UNSURE),
    ],
)
def test_one_story_before_during_and_after(upstream: str, before: str, during: str, after: str) -> None:
    run = Run(upstream=upstream, prompt=Prompt(), request={"messages": []})
    assert sentences.on_stop(run) == before
    live = LiveRun(run, Watchers())
    live.begin()
    live.take(Text("So far"))
    assert board.live_figures(live).stopping == ""
    live.stop.set()
    live.state = State.STOPPING
    assert board.live_figures(live).stopping == during
    live.take(UsageReport(USAGE))
    assert endings.stopped(live, may_be_billed=True).fields["error"] == after
    assert "bills the whole answer" not in (before + during + after) or upstream == "mistral"


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"hides_names": True}, sentences.ASKED),
        ({"is_sent": False}, sentences.ASKED),
        ({"closes": True, "ends": True}, sentences.CLOSING),
        ({"closes": True, "ends": None}, sentences.CLOSING),  # nothing had come
        ({"streams": False}, sentences.WAITING_FOR_COST),
        ({"ends": False}, sentences.READING_ON),
        ({"ends": None}, sentences.READING_ON_UNSURE),
    ],
)
def test_what_is_going_on(told: dict[str, Any], sentence: str) -> None:
    usual = {"hides_names": False, "is_sent": True, "streams": True, "closes": False, "ends": False}
    assert sentences.on_stopped(**(usual | told)) == sentence


def test_the_stream_takes_the_button_away_once() -> None:
    live = LiveRun(Run(upstream="mistral", request={"messages": []}), Watchers())
    live.begin()
    live.take(Text("So far"))
    before = board.live_figures(live)
    live.stop.set()
    now = board.live_figures(live)
    sent = board.changes(live, before, now)
    assert f'innerHTML:#stop-{live.id.hex}"></span>' in sent
    assert f'innerHTML:#stopping-{live.id.hex}">{sentences.READING_ON}' in sent
    assert "stop-" not in board.changes(live, now, now)
    assert f'#stop-{live.id.hex}"></span>' in board.snapshot(live)


def test_a_page_that_is_loaded_after_stop_has_no_button(signed_in: Client, owner: Any) -> None:
    prompt = opened(owner, *FOUR[:2])
    first, second = prompt.runs.all()
    Run.objects.filter(pk=first.pk).update(stop_requested=True, state=State.STOPPING, first_token_ms=5)
    page = board_html(signed_in.get(prompt.get_absolute_url()).content.decode())
    assert f"/runs/{first.pk}/stop" not in page
    assert f"/runs/{second.pk}/stop" in page
    assert "Stop all" not in page  # one is left, and has its own
    asked = signed_in.post(f"/playground/{prompt.pk}/runs/{second.pk}/stop", HTTP_HX_REQUEST="true").content.decode()
    assert f"#stop-{second.pk.hex}" in asked
    page = board_html(signed_in.get(prompt.get_absolute_url()).content.decode())
    assert "/stop" not in page
    assert "Stop was pressed for all." in page


def test_what_is_over_is_not_said_to_be_stopping(signed_in: Client, owner: Any) -> None:
    run = opened(owner).runs.get()
    Run.objects.update(state=State.STOPPED, stop_requested=True)
    assert column_of(Run.objects.get()).figures.stopping == ""
    page = board_html(signed_in.get(run.prompt.get_absolute_url()).content.decode())
    assert "stopping-" not in page, "an answer that comes late finds no place to put its sentence in"
