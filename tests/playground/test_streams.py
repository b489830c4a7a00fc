"""The event stream: who may attach, what a stranger is told, and that it never starts anything."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from django.test import AsyncClient

from playground import opening
from playground.models import Prompt, Run, State
from playground.runner import runner
from tests.conftest import BACKEND
from tests.playground.builders import FOUR, asked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]


def stream(user: Any, prompt_id: Any, prepare: Any = None) -> tuple[int, str]:
    """Status and body of one connection, in a process whose runner is open but runs nothing."""

    async def attach() -> tuple[int, str]:
        await runner.open()
        try:
            client = AsyncClient()
            if user is not None:
                await client.aforce_login(user, backend=BACKEND)
            response = await client.get(f"/playground/{prompt_id}/events")
            if not response.streaming:
                return response.status_code, response.content.decode()
            body = b"".join([part async for part in response.streaming_content])
            return response.status_code, body.decode()
        finally:
            await runner.close()

    return asyncio.run(attach())


@pytest.fixture
def finished(owner: Any) -> Prompt:
    prompt, _ = opening.open_prompt(owner, asked(*FOUR))
    Run.objects.filter(prompt=prompt).update(state=State.DONE, text="An <b>answer</b>.")
    return prompt


def test_a_finished_board_gets_its_columns_and_the_end(owner: Any, finished: Prompt) -> None:
    status, body = stream(owner, finished.pk)
    assert status == 200
    assert body.startswith("retry: 1000\n: here\n\n")
    assert body.count('<article id="column-') == 4
    assert "An &lt;b&gt;answer&lt;/b&gt;." in body
    assert f'<div id="stream-{finished.pk.hex}" hidden hx-swap-oob="true"></div>' in body
    assert body.endswith("event: end\ndata: 1\n\n")


def test_somebody_who_is_signed_out_is_told_and_let_go(finished: Prompt) -> None:
    status, body = stream(None, finished.pk)
    assert status == 200
    assert f'#summary-{finished.pk.hex}">You are signed out' in body  # in sight, not only announced
    assert "answer" not in body.replace("the answers", "")
    assert body.endswith("event: end\ndata: 1\n\n")


def test_somebody_elses_board_does_not_exist(stranger: Any, finished: Prompt) -> None:
    assert stream(stranger, finished.pk)[0] == stream(stranger, uuid4())[0] == 404


def test_attaching_changes_nothing(owner: Any, finished: Prompt) -> None:
    before = list(Run.objects.values())
    for _ in range(3):
        stream(owner, finished.pk)
    assert list(Run.objects.values()) == before
