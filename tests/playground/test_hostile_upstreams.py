"""What a hostile or broken upstream, a fault of ours, or a database that is away does to a run: it ends once, its money is
right, and nothing of what was sent is taken for more than text."""

import asyncio
import logging
import re
import time
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import OperationalError
from django.test import AsyncClient
from django.utils import timezone

from playground import answering, settlement
from playground.models import Hold, Run
from playground.runner import runner
from playground.sse import Decoder
from tests.conftest import BACKEND
from tests.playground.asking import KEY
from tests.playground.builders import budget
from tests.playground.running import ids, opened, play, priced, run_of, soon
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import (
    Chunks,
    Data,
    DoneMark,
    Ending,
    Event,
    Hang,
    Headers,
    Raw,
    Status,
    Usage,
    WaitFor,
    answer,
    chunk,
    delta,
)  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)
MODEL = "mistralai/model"
EVIL = (
    '</span></article><script>alert(1)</script><img src=x onerror=alert(1)><div hx-post="/playground/" hx-trigger="load" '
    'hx-swap-oob="innerHTML:#board">x</div>\n\nevent: end\ndata: 1\n\nretry: 1\r\rid: 7\r\n: \0\u2028'
)


@pytest.fixture(autouse=True)
def _asked(owner: Any, settings: Any, fake_upstream: FakeUpstream) -> None:
    settings.OPENROUTER_API_KEY = KEY
    settings.OPENROUTER_BASE_URL = fake_upstream.base_url
    budget(owner, "1")


def played(owner: Any, fake: FakeUpstream, *script: Any, **asked: Any) -> Run:
    fake.script(MODEL, script)
    prompt = opened(owner, priced(), **asked)
    play([ids(prompt)])
    return run_of(prompt)


class Markup(HTMLParser):
    """What a browser would make of it: the tags, and the attributes with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: dict[str, list[str | None]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value)


class TestStream:
    """The stream of a board whose model says everything that could be taken for markup or for a frame."""

    def heard(self, owner: Any, fake: FakeUpstream, *script: Any) -> tuple[Run, list[Any]]:
        fake.script(MODEL, script)
        prompt = opened(owner, priced())
        run_ids = ids(prompt)

        async def story() -> bytes:
            await runner.open()
            try:
                client = AsyncClient()
                await client.aforce_login(owner, backend=BACKEND)
                runner._readers = runner._database  # the tests' database in memory has no readers beside a writer
                response = await client.get(f"/playground/{prompt.pk}/events")
                runner.start(run_ids)
                return b"".join([part async for part in response.streaming_content])
            finally:
                await runner.close()

        body = asyncio.run(story())
        assert re.findall(rb"retry: (\d+)", body.split(b"\n\n")[0]) == [b"1000"]
        assert re.findall(rb"(?m)^(?:retry|id):.*", body) == [b"retry: 1000"]
        return run_of(prompt), Decoder().feed(body)

    @pytest.mark.parametrize("place", ["text", "reasoning", "refusal", "call", "identity", "error", "events", "finish"])
    def test_it_stays_text_wherever_it_is_said(self, owner: Any, fake_upstream: FakeUpstream, place: str) -> None:
        good = [Chunks(["fine"]), Ending(), Usage(10, 3), DoneMark()]
        call = {"index": 0, "id": EVIL, "function": {"name": EVIL, "arguments": EVIL}}
        script = {
            "text": [Chunks([EVIL, *EVIL]), *good],
            "reasoning": [Data(chunk("x", delta(reasoning=EVIL))), *good],
            "refusal": [Data(chunk("x", delta(refusal=EVIL))), *good],
            "call": [Data(chunk("x", delta(tool_calls=[call]))), Ending("tool_calls"), DoneMark()],
            "identity": [Data({"id": EVIL, "model": EVIL, "provider": EVIL, "choices": delta(content="a")}), *good],
            "error": [Status(400, {}, {"error": {"message": EVIL, "error_type": EVIL, "code": EVIL}})],
            "events": [Event("end", chunk("x", delta(content="a"))), Event("execute", {"html": EVIL}), *good],
            "finish": [Data(chunk("x", [{"index": 0, "delta": {"content": "a"}, "finish_reason": EVIL}])), DoneMark()],
        }[place]
        run, events = self.heard(owner, fake_upstream, *script)
        assert [event.name for event in events] == ["message"] * (len(events) - 1) + ["end"]
        html = "".join(event.data for event in events[:-1])
        markup = Markup()
        markup.feed(html)
        assert not markup.tags & {"script", "img", "meta", "base", "iframe"}
        assert not [name for name in markup.attributes if name.startswith("on")]
        assert "load" not in markup.attributes.get("hx-trigger", [])
        assert "innerHTML:#board" not in markup.attributes.get("hx-swap-oob", [])
        assert "/playground/" not in markup.attributes.get("hx-post", [])
        assert html.count("<article") == html.count("</article>") <= 1, "one finished column"
        assert run.is_over
        if place in ("text", "reasoning", "refusal"):
            said = run.reasoning if place == "reasoning" else run.text
            assert "<script>alert(1)</script>" in said, "it is kept as it was said"
            assert "\0" not in said
        for name in (run.generation_id, run.served_model, run.served_provider, run.finish_reason, run.error_kind):
            assert not re.search(r"[\n\r\0]", name)
        assert fake_upstream.count == 1


def test_cookies_never_come_back(owner: Any, stranger: Any, fake_upstream: FakeUpstream) -> None:
    """One connection serves everybody: what an upstream sets for one person would come with another's request."""
    budget(stranger, "1")
    set_cookie = Headers(extra={"Set-Cookie": "who=owner; Path=/; Max-Age=999999"})
    fake_upstream.script(MODEL, [set_cookie, *answer("Hello")])
    model = priced()
    prompts = [opened(owner, model, key="a"), opened(owner, model, key="b"), opened(stranger, model, key="c")]
    batches = [ids(prompt) for prompt in prompts]

    async def one_by_one() -> None:
        await runner.open()
        try:
            for run_ids in batches:
                runner.start(run_ids)
                await asyncio.sleep(0)
                await soon(lambda: not runner._tasks and not runner.waiting)
        finally:
            await runner.close()

    asyncio.run(one_by_one())
    assert fake_upstream.count == 3
    assert not any("cookie" in request.headers for request in fake_upstream.requests)


@pytest.mark.parametrize(
    "script",
    [
        [Raw(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 20_000), Hang()],
        [Raw(b"HTTP/1.1 200 OK\r\n" + b"X-More: y\r\n" * 50_000), Hang()],
        [Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n:\r\n" * 50_000), Hang()],
        [Raw(b"\r\n" * 100_000), Hang()],
    ],
    ids=["hints without end", "headers without end", "comments in chunks of one byte", "blank lines"],
)
def test_an_answer_that_never_begins_ends_in_its_time(
    owner: Any, fake_upstream: FakeUpstream, settings: Any, script: list[Any]
) -> None:
    settings.FIRST_TOKEN_SECONDS = 1.0
    begun = time.monotonic()
    run = played(owner, fake_upstream, *script)
    assert time.monotonic() - begun < 15
    assert (run.state, run.text, run.cost) == ("failed", "", None)
    assert run.hold.settled_at is None, "it was sent, so it may be billed"
    assert run.error.endswith(".")
    assert fake_upstream.count == 1


class TestOurOwnFaults:
    @pytest.mark.parametrize("is_sent", [True, False])
    def test_a_crash_ends_the_run_and_says_so(
        self,
        owner: Any,
        fake_upstream: FakeUpstream,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        is_sent: bool,
    ) -> None:
        """Its cost is unknown where the request may have been sent, and nothing where it certainly was not."""
        original = answering.answer

        async def crash(live: Any, *more: Any) -> Any:
            if is_sent:
                await original(live, *more)
                live.usage = None
            raise RuntimeError("a fault of ours")

        monkeypatch.setattr(answering, "answer", crash)
        run = played(owner, fake_upstream, *answer("Hello"))
        assert run.state == "failed"
        assert run.error.startswith("Windrose itself failed")
        assert (run.hold.settled_at is None) == is_sent
        assert run.cost == (None if is_sent else 0)
        (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert record.exc_info is not None
        assert KEY not in caplog.text

    def test_an_end_that_cannot_be_written_waits_and_is_written_once(
        self, owner: Any, fake_upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        original, tries = settlement.settle, []

        def locked(run_id: Any, outcome: Any, among: Any = None) -> bool:
            tries.append(run_id)
            if len(tries) < 4:
                raise OperationalError("database is locked")
            return original(run_id, outcome, among)

        monkeypatch.setattr(settlement, "settle", locked)
        run = played(owner, fake_upstream, *answer("a private word", usage=Usage(10, 3, cost="0.00001")))
        assert (len(tries), run.state, run.text, run.billed_usd) == (4, "done", "a private word", "0.00001")
        assert run.hold.spent == 10_000_000
        assert "waits: done, spent 0.00001" in caplog.text, "what it cost is in the log while the database is away"
        assert "private" not in caplog.text
        assert fake_upstream.count == 1

    def test_an_answer_that_no_database_takes_still_ends(
        self, owner: Any, fake_upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = settlement.settle

        def picky(run_id: Any, outcome: Any, among: Any = None) -> bool:
            if "text" in outcome.fields:
                raise ValueError("this text cannot be stored")
            return original(run_id, outcome, among)

        monkeypatch.setattr(settlement, "settle", picky)
        run = played(owner, fake_upstream, *answer("Hello"))
        assert (run.state, run.cost, run.hold.settled_at) == ("failed", None, None)
        assert run.error.startswith("This answer could not be stored.")
        assert (run.generation_id, run.reconciliation) == (f"gen-fake-{MODEL}", "waiting"), "its cost can be asked for"


@pytest.mark.parametrize("is_stored", [True, False])
def test_an_account_that_is_switched_off_sends_nothing_more(
    owner: Any, fake_upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch, is_stored: bool
) -> None:
    """What has begun goes on, because it is billed all the same; the rest of a long table is not sent."""
    monkeypatch.setattr("playground.runner.MOST_AT_ONCE", 1)
    begun = timezone.now()
    fake_upstream.script(MODEL, [WaitFor("go"), *answer("Hello")])
    prompt = opened(owner, priced(), repeats=3, is_stored=is_stored)
    run_ids = ids(prompt)

    async def story() -> None:
        await runner.open()
        try:
            runner.start(run_ids)
            await asyncio.to_thread(fake_upstream.wait_for_requests, 1)
            await runner.in_database(lambda: type(owner).objects.filter(pk=owner.pk).update(is_active=False))
            fake_upstream.release("go")
            await soon(lambda: not runner._tasks and not runner.waiting)
        finally:
            await runner.close()

    asyncio.run(story())
    assert fake_upstream.count == 1
    runs = Run.objects.filter(prompt=prompt, ended_at__gte=begun)
    assert sorted(runs.values_list("state", "cost")) == [("done", 123_000_000), ("failed", 0), ("failed", 0)]
    assert set(runs.filter(state="failed").values_list("error", flat=True)) == {
        "This account was switched off before this was sent, so nothing was sent and nothing is billed."
    }
    assert not Hold.objects.filter(settled_at=None).exists()
