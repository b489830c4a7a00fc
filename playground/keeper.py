"""What is done over and over while a process runs prompts: new text and heartbeats are written, stop flags read, runs of
lost processes ended, unknown costs asked for, texts removed that were kept long enough.

One task on the event loop. Whatever fails in one round is logged and tried again in the next.
"""

import asyncio
import logging
import time
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from playground import journal, process, reconciling, retention, settlement, wiping
from playground.upstreams import Connections

if TYPE_CHECKING:
    from playground.runner import Runner

logger = logging.getLogger(__name__)

WRITE_EVERY = 0.4  # seconds between two writes of new text
HEARTBEAT_EVERY = 5.0
SILENT_AFTER = timedelta(seconds=30)  # a run without a heartbeat for so long has lost its process
MISSED_AFTER = timedelta(seconds=12)  # two heartbeats; enough where the process is seen to be gone as well
SWEEP_EVERY = 5.0  # so that what a killed process left is over within 5 seconds, or some 17 after its last heartbeat
ASK_EVERY = 1.0
PURGE_EVERY = 86_400.0
WIPE_EVERY = 5.0


class Keeper:
    """Keeps what `runner` has in memory and what the database has together."""

    def __init__(self, runner: "Runner", connections: Connections) -> None:
        self._runner = runner
        self._connections = connections
        self._written: dict[UUID, journal.Mark] = {}
        self._waiting: set[UUID] = set()  # who waited at the last sign of life, which was at
        self._waiting_at = 0.0
        self._asking: asyncio.Task[int] | None = None
        self._next = dict.fromkeys(("ask", "sweep", "purge", "wipe"), 0.0)

    async def work(self) -> None:
        """Rounds without end; cancel it."""
        try:
            while True:
                await asyncio.sleep(WRITE_EVERY)
                try:
                    await self._round()
                except Exception:
                    logger.exception("Progress could not be written; the next round tries again.")
        finally:
            if self._asking is not None:
                self._asking.cancel()
                await asyncio.gather(self._asking, return_exceptions=True)

    async def _round(self) -> None:
        self._runner.remembered.forget()  # first: what is promised must not wait for a database that is away
        await self._write_progress()
        await self._keep_waiting()
        if self._is_time("ask", ASK_EVERY):
            self._ask()
        if self._is_time("sweep", SWEEP_EVERY):
            own = self._runner.own
            await self._runner.in_database(lambda: _end_orphans(own))
        # A few prompts in each round, so that nothing waits long for the writing thread.
        if self._is_time("purge", PURGE_EVERY):
            removed = await self._runner.in_database(lambda: retention.purge_due(batches=1))
            if removed.prompts:
                self._next["purge"] = 0.0
        if wiping.is_left() and self._is_time("wipe", WIPE_EVERY):
            await self._runner.in_database(wiping.wipe)

    def _is_time(self, what: str, every: float) -> bool:
        now = time.monotonic()
        if now < self._next[what]:
            return False
        self._next[what] = now + every
        return True

    def _ask(self) -> None:
        """Ask for costs that are due, beside everything else: it waits for the network."""
        if self._asking is not None:
            if not self._asking.done():
                return
            if not self._asking.cancelled() and (error := self._asking.exception()) is not None:
                logger.error("Costs could not be asked for; the next round tries again.", exc_info=error)
        asking = reconciling.ask_due(self._connections, self._runner.in_database)
        self._asking = asyncio.get_running_loop().create_task(asking)

    async def _write_progress(self) -> None:
        runner = self._runner
        live = dict(runner.live)
        self._written = {run_id: mark for run_id, mark in self._written.items() if run_id in live}
        if not live and not runner.waiting:
            return
        marks = {run_id: journal.mark(each, self._written.get(run_id)) for run_id, each in live.items()}
        news = [
            journal.news(each, self._written.get(run_id), marks[run_id])
            for run_id, each in live.items()
            if journal.is_due(self._written.get(run_id), marks[run_id], HEARTBEAT_EVERY)
        ]
        ours = [*live, *runner.waiting]
        stop = await runner.in_database(lambda: journal.write(news, ours))
        self._written |= {each.run_id: marks[each.run_id] for each in news}
        for run_id in stop:
            runner.stop(run_id)

    async def _keep_waiting(self) -> None:
        """A sign of life of the runs that wait for a place. When the playground is off they end instead, unsent."""
        waiting = set(self._runner.waiting)
        is_time = time.monotonic() - self._waiting_at >= HEARTBEAT_EVERY
        if not waiting or (waiting <= self._waiting and not is_time):
            return
        self._waiting, self._waiting_at = waiting, time.monotonic()
        if not await self._runner.in_database(lambda: journal.keep_waiting(waiting)):
            self._runner.end_waiting()


def end_lost() -> None:
    """End the live runs whose process is gone: at once where that is certain, else after two missed heartbeats. Blocking."""
    journal.interrupt_where(process.is_certainly_gone)
    journal.interrupt_where(process.is_gone, timezone.now() - MISSED_AFTER)


def _end_orphans(own: Collection[UUID]) -> None:
    end_lost()
    settlement.interrupt_orphans(timezone.now() - SILENT_AFTER, but=own)
