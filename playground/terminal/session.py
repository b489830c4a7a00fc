"""One prompt's runs in this process: started, followed in their order, stopped on Ctrl-C, and their true end waited for.

The first Ctrl-C asks every run to stop and goes on reading: an upstream that bills the whole answer anyway is read to learn
what it costs. The second one gives up waiting; the runs are then marked interrupted.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from playground import endings, settlement
from playground.live import LiveRun
from playground.models import Prompt, Run, State
from playground.models.runs import LIVE
from playground.runner import runner
from playground.terminal.screen import Screen

POLL = 0.05  # seconds
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Session:
    """Follows the runs of `prompt`. `stopped_by` is the number of the signal that ended it early, if one did."""

    def __init__(self, prompt: Prompt, screen: Screen) -> None:
        self.prompt = prompt
        self.screen = screen
        self.run_ids: list[UUID] = [run.pk for run in prompt.runs.all()]
        self.answers: dict[UUID, LiveRun] = {}  # of texts that are stored nowhere
        self.stopped_by: int | None = None
        self._is_given_up = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    async def work(self) -> None:
        loop = asyncio.get_running_loop()
        for each in SIGNALS:
            loop.add_signal_handler(each, self._signalled, int(each))
        try:
            await runner.open()
            try:
                runner.start(self.run_ids)
                for run_id in self.run_ids:
                    await self._follow(run_id)
                await asyncio.gather(*self._tasks)
            finally:
                self._remember()
                await runner.close()
        finally:
            for each in SIGNALS:
                loop.remove_signal_handler(each)

    async def _follow(self, run_id: UUID) -> None:
        """Print one run's answer as it comes; the others go on meanwhile and are printed in their turn."""
        text = reasoning = 0
        has_begun = False
        while not self._is_given_up.is_set():
            self._remember()
            live = runner.live.get(run_id)
            run = None if live is not None and has_begun else await self._row(run_id)
            answer = live or self.answers.get(run_id)
            said, thought = (
                (answer.text, answer.reasoning) if answer else (run.text, run.reasoning) if run else ("", "")
            )
            try:
                if run is not None and not has_begun:
                    self.screen.begin(run)
                    has_begun = True
                self.screen.reasoning(thought[reasoning:])
                self.screen.text(said[text:])
                text, reasoning = len(said), len(thought)
                if live is None and run is not None and run.is_over:
                    self.screen.end(run, answer.tool_calls if answer else run.tool_calls)
                    return
            except BrokenPipeError:
                # Whoever read the answers has gone. Nothing more is printed; what was sent is still settled.
                self.screen.is_silent = True
                _let_go_of_output()
                self._end(int(signal.SIGPIPE))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_given_up.wait(), POLL)

    async def _row(self, run_id: UUID) -> Run:
        runs = Run.objects.select_related("hold", "prompt")
        return await runner.reading(lambda: runs.get(pk=run_id))

    def _remember(self) -> None:
        """Keep hold of answers that are stored nowhere: the runner lets go of them after a while."""
        if not self.prompt.is_stored:
            for run_id in self.run_ids:
                if run_id not in self.answers and (live := runner.in_memory(run_id)) is not None:
                    self.answers[run_id] = live

    def _signalled(self, number: int) -> None:
        if self.stopped_by is None:
            self.screen.note("\nStopping. What was sent is read until its cost is known; press Ctrl-C again to leave.")
            self._end(number)
        else:
            self._is_given_up.set()

    def _end(self, number: int) -> None:
        if self.stopped_by is None:
            self.stopped_by = number
            task = asyncio.get_running_loop().create_task(self._stop_all())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _stop_all(self) -> None:
        asked = Run.objects.filter(pk__in=self.run_ids, state__in=LIVE)
        await runner.in_database(lambda: asked.update(stop_requested=True))
        for run_id in self.run_ids:
            runner.stop(run_id)


def release(run_ids: Iterable[UUID]) -> None:
    """End the runs that no process took, so that nothing stays held for what was never sent."""
    for run_id in run_ids:
        settlement.settle(run_id, endings.not_started(), among=Run.objects.filter(state=State.QUEUED, process=""))


def _let_go_of_output() -> None:
    """Or Python complains at its end that it cannot flush."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
