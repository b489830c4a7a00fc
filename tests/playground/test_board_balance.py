"""What is spent, held and left stands on the page as it is: after Run, when runs end, and when a cost is learnt."""

import asyncio
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground import board, ledger, streams, upstreams
from playground.models import Hold, Reconciliation, Run
from playground.runner import runner
from tests.playground.boards import ended, opened
from tests.playground.builders import FOUR, budget

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]
PURSE = '<a id="purse" class="purse" hx-swap-oob="true"'
LINE = '<p id="standing" class="standing quiet" hx-swap-oob="true">'


@pytest.fixture(autouse=True)
def _is_real(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.OPENROUTER_API_KEY = "set"
    assert not upstreams.is_rehearsal()


def test_the_answer_to_run_brings_the_new_balance(
    signed_in: Client, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget(owner, "5")
    monkeypatch.setattr(runner, "start_or_refuse", lambda ids: None)
    page = signed_in.get("/playground/").content.decode()
    assert 'id="purse"' in page
    assert 'id="standing"' in page
    assert "Held now <strong>$0</strong>" in page
    form = {"key": "k", "model": FOUR[:1], "text": "Which wind?", "parameter-max_tokens": "100"}
    answer = signed_in.post("/playground/", form, HTTP_HX_REQUEST="true").content.decode()
    held = ledger.standings(owner).held_text
    assert held != "$0"
    assert PURSE in answer
    assert LINE in answer
    assert f"Held now <strong>{held}</strong>" in answer
    assert "hx-swap-oob" not in page.partition("<main")[0], "a whole page replaces nothing"


def test_of_its_parts_each_has_its_place(owner: Any) -> None:
    opened(owner)
    with CaptureQueriesContext(connection) as queries:
        sent = board.balance(owner.pk)
    assert len(queries) == 2  # budgets, and sums
    assert PURSE in sent
    assert LINE in sent
    assert f"Held now <strong>{ledger.standings(owner).held_text}</strong>" in sent


def test_the_rehearsal_spends_nothing_and_says_nothing(owner: Any, settings: Any) -> None:
    settings.OPENROUTER_API_KEY = ""
    assert board.balance(owner.pk) == ""


def test_the_last_words_and_a_cost_that_was_learnt_bring_it(owner: Any) -> None:
    prompt = opened(owner)
    run = prompt.runs.get()
    ended(run)
    assert ">$0.0047 spent, $0 held, " in board.last_words(prompt.pk)
    Run.objects.update(reconciliation=Reconciliation.WAITING)
    assert "purse" not in board.cost_learnt(Run.objects.get())
    Run.objects.update(reconciliation=Reconciliation.RECONCILED)
    assert PURSE in board.cost_learnt(Run.objects.get())


def test_the_stream_brings_it_when_a_run_ends_and_not_with_every_message(
    owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three runs, of which two end one after the other while the third goes on."""
    monkeypatch.setattr(streams, "ELSEWHERE_EVERY", 0.02)
    monkeypatch.setattr(streams, "BALANCE_EVERY", 0.0)
    monkeypatch.setattr(streams, "JOIN", 0.0)
    prompt = opened(owner, *FOUR[:3])
    runs = list(prompt.runs.all())
    counted = []
    monkeypatch.setattr(board, "balance", lambda user_id: counted.append(user_id) or "<i>balance</i>")

    async def attach() -> list[str]:
        await runner.open()
        follower = streams.followers.join(owner.pk, lambda: None, most_of_one=9, most=9)
        assert follower is not None
        got: list[str] = []
        try:
            messages = streams.follow(prompt.pk, runner.watch(prompt.pk), follower, None)
            async for message in messages:
                got.append(message.decode())
                if len(counted) < 2 and len(got) in (2, 3):
                    await runner.in_database(lambda: ended(runs[len(got) - 2]))
                if len(counted) == 2:
                    break
            await messages.aclose()
        finally:
            streams.followers.leave(follower)
            await runner.close()
        return got

    got = asyncio.run(asyncio.wait_for(attach(), 20))
    assert counted == [owner.pk, owner.pk]
    assert sum("<i>balance</i>" in message for message in got) == 2
    assert all("<article" in message for message in got if "<i>balance</i>" in message)
    assert Hold.objects.filter(spent=None).count() == 1
