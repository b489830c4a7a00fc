"""The event stream: who may attach, what a stranger is told, that it never starts anything, and what it has from memory."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground import opening, streams
from playground.models import Prompt, Recording, Run, State
from playground.runner import runner
from tests.conftest import BACKEND
from tests.playground.builders import FOUR, asked, budget
from tests.playground.running import ids, opened, priced, soon
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, DoneMark, Ending, Usage

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


class TestFromMemory:
    """An answer that is not to be stored: the page that asked has it from memory, also a moment after its end."""

    def attached(self, owner: Any, prompt: Prompt, *, times: int = 1, keeps: bool = True) -> str:
        """Play the prompt, and then attach: what the last connection is sent."""
        run_ids = ids(prompt)

        async def attach() -> str:
            await runner.open()
            try:
                runner.start(run_ids)
                await asyncio.sleep(0)
                await soon(lambda: not runner._tasks and not runner.waiting)
                assert set(runner.remembered) == (set(run_ids) if not prompt.is_stored else set())
                if not keeps:
                    runner.forget(before=float("inf"))
                client = AsyncClient()
                await client.aforce_login(owner, backend=BACKEND)
                for _ in range(times):
                    response = await client.get(f"/playground/{prompt.pk}/events")
                    body = b"".join([part async for part in response.streaming_content]).decode()
                return body
            finally:
                await runner.close()

        return asyncio.run(attach())

    @pytest.fixture
    def asked_of(self, owner: Any, settings: Any, fake_upstream: FakeUpstream) -> Any:
        settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
        settings.OPENROUTER_BASE_URL = fake_upstream.base_url
        budget(owner, "1")
        model = priced("quiet")
        script = [Chunks(["a <secret> ", "answer"]), Ending(), Usage(10, 3), DoneMark()]
        fake_upstream.script(model.public_id, script)
        return model

    @pytest.mark.parametrize("times", [1, 2])
    def test_the_text_comes_and_the_end_goes_around_it(self, owner: Any, asked_of: Any, times: int) -> None:
        prompt = opened(owner, asked_of, text="a question", is_stored=False)
        body = self.attached(owner, prompt, times=times)
        (key,) = (run_id.hex for run_id in ids(prompt))
        assert f'#out-{key}"><span>a &lt;secret&gt; answer</span>' in body
        assert f'<article id="column-{key}"' not in body, "it would take the text away"
        assert f'id="foot-{key}"' in body
        assert "Done" in body
        assert body.endswith("event: end\ndata: 1\n\n")
        stored = str([*Prompt.objects.values(), *Run.objects.values(), *Recording.objects.values()])
        assert "secret" not in stored
        assert "question" not in stored

    def test_once_it_is_forgotten_only_the_bill_is_left(self, owner: Any, asked_of: Any) -> None:
        prompt = opened(owner, asked_of, text="a question", is_stored=False)
        body = self.attached(owner, prompt, keeps=False)
        assert "secret" not in body
        assert "<article" in body
        assert "$0.0000095" in body  # 10 x 0.0000005 + 3 x 0.0000015

    def test_what_is_stored_is_not_remembered(self, owner: Any, asked_of: Any) -> None:
        body = self.attached(owner, opened(owner, asked_of))
        assert body.count("<article") == 1
        assert "a &lt;secret&gt; answer" in body


def test_a_long_table_that_waits_is_looked_at_and_not_loaded(owner: Any) -> None:
    prompt, _ = opening.open_prompt(owner, asked(*FOUR))
    sent = {run.pk: streams.Sent() for run in prompt.runs.all()}
    assert streams._stored_news(list(sent), sent)
    with CaptureQueriesContext(connection) as captured:
        assert streams._stored_news(list(sent), sent) == ""
    assert len(captured) == 1
    Run.objects.filter(pk=next(iter(sent))).update(heartbeat_at=timezone.now(), text="so far")
    assert "so far" in streams._stored_news(list(sent), sent)
