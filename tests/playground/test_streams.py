"""The event stream: who may attach, what a stranger is told, that it never starts anything, and what it has from memory."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground import opening, remembering, streams
from playground.followers import Followers
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

    @pytest.fixture(autouse=True)
    def _patched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

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
                    self.monkeypatch.setattr(remembering, "SECONDS", 0.0)
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


class TestBounds:
    """How many may follow: the newest page of a person goes before the oldest, and nobody keeps another out."""

    @pytest.fixture(autouse=True)
    def _nobody_follows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(streams, "followers", Followers())
        monkeypatch.setattr(streams, "JOIN", 0.0)

    def waiting(self, user: Any, key: str = "key") -> Prompt:
        """A prompt with one run that another process has, so that its streams do not end."""
        prompt, _ = opening.open_prompt(user, asked(FOUR[0], key=key))
        Run.objects.filter(prompt=prompt).update(state=State.STREAMING, process="elsewhere:1:x", text="so far")
        return prompt

    def played(self, story: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await runner.open()
            runner._readers = runner._database  # the tests' database in memory has no readers beside a writer
            try:
                await story()
                assert len(streams.followers) == 0
            finally:
                await runner.close()

        asyncio.run(run())

    def test_the_newest_comes_in_and_the_oldest_pauses(self, owner: Any, settings: Any) -> None:
        settings.STREAMS_PER_USER = 2
        prompt = self.waiting(owner)

        async def story() -> None:
            pages = [Page(await opened_by(owner, prompt)) for _ in range(3)]
            for page in pages:
                await page.until("so far")
            await pages[0].until("pages follow answers at the same time")
            await pages[0].ended()
            assert f'#summary-{prompt.pk.hex}">This page has paused, because more than 2 of your' in pages[0].text
            assert f'#announcement-{prompt.pk.hex}">This page has paused' in pages[0].text
            assert "retry: 15000\n" in pages[0].text
            assert "event: end" not in pages[0].text, "it would not come back by itself"
            assert "sse-connect" not in pages[0].text
            assert f'id="stream-{prompt.pk.hex}"' not in pages[0].text
            assert not pages[1].is_over
            # It comes back as the newest, in place of what it was told, and the next one pauses.
            back = Page(await opened_by(owner, prompt))
            await back.until("so far")
            assert f'<span hx-swap-oob="innerHTML:#summary-{prompt.pk.hex}"></span>' in back.text
            assert back.text.startswith("retry: 1000\n")
            await pages[1].ended()
            assert not pages[2].is_over
            for page in (pages[2], back):
                await page.close()

        self.played(story)

    def test_nobodys_many_pages_keep_another_person_out(self, owner: Any, stranger: Any, settings: Any) -> None:
        settings.STREAMS_PER_PROCESS = 3
        mine, theirs = self.waiting(owner), self.waiting(stranger, "theirs")

        async def story() -> None:
            pages = [Page(await opened_by(owner, mine)) for _ in range(3)]
            for page in pages:
                await page.until("so far")
            other = Page(await opened_by(stranger, theirs))
            await other.until("so far")
            await pages[0].ended()
            assert [page.is_over for page in pages] == [True, False, False]
            for page in (*pages, other):
                await page.close()

        self.played(story)

    def test_where_everybody_follows_one_a_newcomer_asks_again(self, owner: Any, stranger: Any, settings: Any) -> None:
        settings.STREAMS_PER_PROCESS = 1
        mine, theirs = self.waiting(owner), self.waiting(stranger, "theirs")

        async def story() -> None:
            page = Page(await opened_by(owner, mine))
            await page.until("so far")
            other = Page(await opened_by(stranger, theirs))
            await other.ended()
            assert "This page waits, because this server follows as many pages as it can" in other.text
            assert "so far" not in other.text
            assert other.text.startswith("retry: 15000\n")
            assert "event: end" not in other.text
            assert not page.is_over
            await page.close()
            again = Page(await opened_by(stranger, theirs))
            await again.until("so far")
            await again.close()

        self.played(story)

    def test_who_does_not_read_is_let_go_all_the_same(
        self, owner: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "UNREAD", 0.05)
        settings.STREAMS_PER_USER = 1
        prompt = self.waiting(owner)

        async def story() -> None:
            stuck = Page(await opened_by(owner, prompt), reads=1)  # its connection takes no more than the first bytes
            await stuck.until("here")
            page = Page(await opened_by(owner, prompt))
            await page.until("so far")
            await stuck.ended()
            assert stuck.was_cancelled
            assert len(streams.followers) == 1
            await page.close()

        self.played(story)

    def test_a_page_that_goes_makes_room(self, owner: Any, settings: Any) -> None:
        settings.STREAMS_PER_USER = 1
        prompt = self.waiting(owner)

        async def story() -> None:
            for _ in range(5):
                page = Page(await opened_by(owner, prompt))
                await page.until("so far")
                await page.close()
                assert "paused" not in page.text

        self.played(story)

    @pytest.mark.parametrize("how", ["signed out", "deactivated", "new password"])
    def test_who_is_not_signed_in_any_more_is_let_go(
        self, owner: Any, how: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(streams, "SIGNED_IN_EVERY", 0.0)
        monkeypatch.setattr(streams, "ELSEWHERE_EVERY", 0.02)
        prompt = self.waiting(owner)

        def leave() -> None:
            if how == "signed out":
                Session.objects.all().delete()
            elif how == "deactivated":
                get_user_model().objects.filter(pk=owner.pk).update(is_active=False)
            else:
                owner.set_password("another one")
                owner.save()

        async def story() -> None:
            page = Page(await opened_by(owner, prompt))
            await page.until("so far")
            await runner.in_database(leave)
            await page.ended()
            assert f'#summary-{prompt.pk.hex}">You are signed out' in page.text
            assert page.text.endswith("event: end\ndata: 1\n\n")

        self.played(story)


class Page:
    """What a browser's connection reads, in a task as the server has one for each."""

    def __init__(self, response: Any, reads: int | None = None) -> None:
        self.text = ""
        self.was_cancelled = False
        self._task = asyncio.create_task(self._read(response, reads))

    async def _read(self, response: Any, reads: int | None) -> None:
        try:
            async with aclosing(aiter(response)) as parts:
                async for part in parts:
                    self.text += part.decode()
                    if reads is not None and (reads := reads - 1) == 0:
                        await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.was_cancelled = True

    @property
    def is_over(self) -> bool:
        return self._task.done()

    async def until(self, words: str) -> None:
        await soon(lambda: words in self.text)

    async def ended(self) -> None:
        await soon(lambda: self.is_over)

    async def close(self) -> None:
        self._task.cancel()
        await self._task


async def opened_by(user: Any, prompt: Prompt) -> Any:
    client = AsyncClient()
    await client.aforce_login(user, backend=BACKEND)
    response = await client.get(f"/playground/{prompt.pk}/events")
    assert response.streaming
    return response


def test_a_long_table_that_waits_is_looked_at_and_not_loaded(owner: Any) -> None:
    prompt, _ = opening.open_prompt(owner, asked(*FOUR))
    sent = {run.pk: streams.Sent() for run in prompt.runs.all()}
    assert streams._stored_news(list(sent), sent)
    with CaptureQueriesContext(connection) as captured:
        assert streams._stored_news(list(sent), sent) == ""
    assert len(captured) == 1
    Run.objects.filter(pk=next(iter(sent))).update(heartbeat_at=timezone.now(), text="so far")
    assert "so far" in streams._stored_news(list(sent), sent)
