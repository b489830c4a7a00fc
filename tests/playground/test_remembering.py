"""Answers that are stored nowhere: bounded in number, bytes and time, and gone from the process when their time is over."""

import asyncio
import gc
import weakref
from typing import Any
from uuid import UUID, uuid4

import pytest

from playground import remembering
from playground.keeper import Keeper
from playground.live import LiveRun, Watchers
from playground.models import Prompt, Recording, Run
from playground.remembering import Remembered
from playground.runner import runner
from playground.upstream.pieces import Reasoning, Text, ToolCallDelta
from tests.playground.builders import budget
from tests.playground.running import ids, opened, priced, soon
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, DoneMark, Ending, Usage


def answer(*texts: str) -> LiveRun:
    run = Run(id=uuid4(), model_public_id="a/b", request={"messages": [{"role": "user", "content": "a question"}]})
    live = LiveRun(run, Watchers(), Prompt(is_stored=False))
    for text in texts:
        live.take(Text(text))
    return live


def test_the_size_is_the_text_and_what_each_part_takes() -> None:
    live = answer("four", "é")  # 4 and 2 bytes, in two parts of 64
    assert live.size == 6 + 128
    live.take(Reasoning("12"))
    live.take(ToolCallDelta(0, "id", "f", "{}"))
    assert live.size == 6 + 128 + 2 + 64 + 5 + 64


class TestBounds:
    @pytest.fixture
    def memory(self, monkeypatch: pytest.MonkeyPatch) -> Remembered:
        monkeypatch.setattr(remembering, "MOST", 3)
        monkeypatch.setattr(remembering, "MOST_BYTES", 1000)
        return Remembered()

    def kept(self, memory: Remembered, *answers: LiveRun) -> list[UUID]:
        for each in answers:
            memory.keep(each)
        return list(memory)

    def test_the_oldest_goes(self, memory: Remembered) -> None:
        answers = [answer("a") for _ in range(5)]
        assert self.kept(memory, *answers) == [each.id for each in answers[2:]]
        assert memory.size == 3 * 65
        assert memory.get(answers[0].id) is None
        assert memory.get(answers[4].id) is answers[4]

    def test_by_bytes(self, memory: Remembered) -> None:
        small, large, larger = answer("a"), answer("a" * 500), answer("a" * 600)
        assert self.kept(memory, small, large) == [small.id, large.id]  # 65 + 564
        assert self.kept(memory, larger) == [larger.id]  # 65 + 564 + 664, then 564 + 664: both are too much
        assert memory.size == 664

    def test_the_newest_stays_whatever_its_size(self, memory: Remembered) -> None:
        huge = answer("a" * 5000)
        assert self.kept(memory, answer("a"), huge) == [huge.id]

    def test_one_that_is_kept_again_counts_once(self, memory: Remembered) -> None:
        live = answer("a")
        self.kept(memory, live, live)
        assert (len(memory), memory.size) == (1, 65)

    def test_what_nobody_is_shown_goes_at_once(self, memory: Remembered) -> None:
        live = answer("a")
        live.rest_parts.append("after Stop")
        memory.keep(live)
        assert (live.request, live.rest, live.text) == ({}, "", "a")

    def test_after_its_time_it_is_not_found_and_then_gone(
        self, memory: Remembered, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        live = answer("a")
        memory.keep(live)
        memory.forget()
        assert memory.get(live.id) is live
        monkeypatch.setattr(remembering, "SECONDS", 0.0)
        assert memory.get(live.id) is None
        memory.forget()
        assert (len(memory), memory.size) == (0, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_database_away", [False, True])
def test_after_its_time_nothing_in_the_process_holds_it(
    owner: Any, settings: Any, fake_upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch, is_database_away: bool
) -> None:
    """Nor does anything in the database from its end on; and the promise does not wait for a database that is away."""
    settings.OPENROUTER_API_KEY = "sk-or-not-a-key"
    settings.OPENROUTER_BASE_URL = fake_upstream.base_url
    budget(owner, "1")
    model = priced("quiet")
    fake_upstream.script(model.public_id, [Chunks(["a secret"]), Ending(), Usage(10, 3), DoneMark()])
    prompt = opened(owner, model, text="a question", is_stored=False)
    (run_id,) = ids(prompt)

    async def story() -> None:
        await runner.open()
        try:
            runner.start([run_id])
            await soon(lambda: run_id in runner.remembered)
            await soon(lambda: not runner._tasks)
            found = runner.in_memory(run_id)
            assert found is not None
            assert found.text == "a secret"
            held = weakref.ref(found)
            del found
            if is_database_away:
                monkeypatch.setattr(Keeper, "_write_progress", _away)
            monkeypatch.setattr(remembering, "SECONDS", 0.0)
            assert runner.in_memory(run_id) is None
            await soon(lambda: run_id not in runner.remembered)  # the keeper's next round
            gc.collect()
            assert held() is None
        finally:
            await runner.close()

    asyncio.run(story())
    stored = str([*Prompt.objects.values(), *Run.objects.values(), *Recording.objects.values()])
    assert "secret" not in stored
    assert "question" not in stored
    assert Run.objects.get().state == "done"


def _away(*_: Any) -> None:
    raise OSError("The database is away.")
