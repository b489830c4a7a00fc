"""The runner: one task per run, detached from the request that started it.

A view writes the runs with their holds and then calls `runner.start(ids)`; from there on nobody's leaving ends a run.
Each task reads the upstream into a `LiveRun`; one loop writes what is new of all of them to the database in one short
transaction; every end goes through `ledger.settle`, which counts once. All database work happens in one thread of the
runner's own, so that the event loop never waits for a disk and no request's connection is held.
"""

import asyncio
import contextvars
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from playground import endings, journal, ledger, process, upstreams
from playground.live import LiveRun, Watchers
from playground.models import State
from playground.upstream.errors import UpstreamError

logger = logging.getLogger(__name__)
T = TypeVar("T")

WRITE_EVERY = 0.4  # seconds between two writes of new text
HEARTBEAT_EVERY = 5.0
SILENT_AFTER = timedelta(seconds=30)  # a run without a heartbeat for so long has lost its process
SWEEP_EVERY = 10.0
GRACE = 2.0  # seconds that runs have to end by themselves when the server stops


class NotOpen(RuntimeError):
    """No event loop runs runs in this process: it was not started by `manage.py serve`, or it is stopping."""


class Runner:
    """All runs of this process. Open on the event loop at its start, close at its end."""

    def __init__(self) -> None:
        self.live: dict[UUID, LiveRun] = {}
        self.closing = asyncio.Event()
        self._watchers: dict[UUID, Watchers] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._database: ThreadPoolExecutor | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._written: dict[UUID, journal.Mark] = {}
        self._upstreams: upstreams.Connections | None = None

    # Opening and closing

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.closing = asyncio.Event()
        self._database = ThreadPoolExecutor(1, thread_name_prefix="runner-writer")
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="runner-reader")
        await self.in_database(lambda: journal.interrupt_where(process.is_gone))
        self._upstreams = await upstreams.connect()
        self._keeper = self._detached(self._keep())

    def announce_close(self) -> None:
        """Refuse new runs and let every open event stream end; safe to call from a signal handler on the loop."""
        self.closing.set()
        for watchers in self._watchers.values():
            watchers.wake()

    async def close(self) -> None:
        """Give runs a moment to end, mark the others interrupted, and let go of everything. Every run is settled."""
        self.announce_close()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=GRACE)
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        if self._upstreams is not None:
            await self._upstreams.aclose()
        for executor in (self._database, self._readers):
            if executor is not None:
                executor.shutdown(wait=True)
        self._loop = self._database = self._readers = self._upstreams = self._keeper = None

    # What others ask of it

    def start(self, run_ids: Iterable[UUID]) -> None:
        """Start the tasks of runs that are in the database with their holds. Called from any thread."""
        if self._loop is None or self.closing.is_set():
            raise NotOpen("This process runs no prompts.")
        for run_id in run_ids:
            self._loop.call_soon_threadsafe(self._spawn, run_id)

    def start_or_refuse(self, run_ids: list[UUID]) -> None:
        """Start runs, or end them at once, unsent and unbilled, where this process cannot run any."""
        try:
            self.start(run_ids)
        except NotOpen:
            for run_id in run_ids:
                ledger.settle(run_id, endings.not_started())

    def request_stop(self, run_id: UUID) -> None:
        """Wake a run of this process that was asked to stop; the flag in the database reaches the other processes."""
        live = self.live.get(run_id)
        if live is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(live.stop.set)

    def watch(self, prompt_id: UUID) -> Watchers:
        return self._watchers.setdefault(prompt_id, Watchers())

    def forget(self, prompt_id: UUID) -> None:
        """Nobody has to be woken for this prompt any more: all of its runs are over."""
        self._watchers.pop(prompt_id, None)

    async def in_database(self, work: Callable[[], T]) -> T:
        """Run blocking database work that writes, in the runner's one writing thread, and wait for it."""
        return await self._in_thread(self._database, work)

    async def reading(self, work: Callable[[], T]) -> T:
        """Run blocking work that only reads, beside the writing thread: a reader need not wait for a locked database."""
        return await self._in_thread(self._readers, work)

    async def _in_thread(self, executor: ThreadPoolExecutor | None, work: Callable[[], T]) -> T:
        if executor is None:
            raise NotOpen("This process runs no prompts.")

        def with_fresh_connection() -> T:
            close_old_connections()
            try:
                return work()
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(executor, with_fresh_connection)

    # The tasks

    def _detached(self, work: Any) -> asyncio.Task[None]:
        # A context of its own: a task that inherits the request's would keep that request's thread and connection.
        return asyncio.get_running_loop().create_task(work, context=contextvars.Context())

    def _spawn(self, run_id: UUID) -> None:
        if run_id not in self._tasks:
            task = self._detached(self._run(run_id))
            self._tasks[run_id] = task
            task.add_done_callback(lambda _: self._tasks.pop(run_id, None))

    async def _run(self, run_id: UUID) -> None:
        """One run from its row to its settlement, whatever happens on the way."""
        run = await self.in_database(lambda: journal.claim(run_id, process.identity()))
        if run is None:
            return
        watchers = self.watch(run.prompt_id)
        live = self.live[run_id] = LiveRun(run, watchers)
        if run.stop_requested:
            live.stop.set()
        try:
            outcome = await self._answer(live)
        except asyncio.CancelledError:
            outcome = endings.interrupted(live)
        except Exception:
            logger.exception("Run %s failed.", run_id)
            outcome = endings.crashed(live)
        # Shielded: a settlement that has begun must not be lost to a second cancellation.
        await asyncio.shield(self._detached(self._settle(run.prompt_id, live, outcome)))

    async def _settle(self, prompt_id: UUID, live: LiveRun, outcome: ledger.Outcome) -> None:
        delay = 0.2
        while True:
            try:
                await self.in_database(partial(ledger.settle, live.id, outcome))
                break
            except (OperationalError, InterfaceError):
                # Locked, full or away: the outcome stays here and in the log until it can be written.
                logger.exception("Settlement of run %s waits: %s, spent %s.", live.id, outcome.state, outcome.spent)
            except Exception:
                # Something in the answer cannot be stored. The run still ends, with its cost unknown and its hold kept.
                logger.exception("Run %s is settled without its answer.", live.id)
                outcome = endings.unstorable()
            if self.closing.is_set() and delay > 5:
                raise RuntimeError(f"Run {live.id} could not be settled before the server stopped.")
            await asyncio.sleep(delay)
            delay = min(delay * 2, 30)
        self.live.pop(live.id, None)
        self._written.pop(live.id, None)
        live.watchers.wake()
        if not any(other.watchers is live.watchers for other in self.live.values()):
            self._watchers.pop(prompt_id, None)

    async def _answer(self, live: LiveRun) -> ledger.Outcome:
        """Read the upstream until it ends, fails, or the person stops it."""
        if live.stop.is_set():
            return endings.stopped(live, may_be_billed=False)
        if self._upstreams is None:
            raise NotOpen("The upstream is not connected.")
        upstream = await self._upstreams.ready(live.upstream)
        live.begin()

        async def read() -> None:
            async with aclosing(upstream.stream(live.request)) as pieces:
                async for piece in pieces:
                    live.take(piece)

        reading = asyncio.create_task(read())
        stopping = asyncio.create_task(live.stop.wait())
        try:
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not reading.done():
                if live.stop_ends_billing or live.first_token_ms is None:
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)
                    return endings.stopped(live, may_be_billed=True)
                live.state = State.STOPPING
                live.watchers.wake()
            try:
                await reading
            except UpstreamError as error:
                if live.stop.is_set():
                    return endings.stopped(live, may_be_billed=not error.nothing_billed)
                return endings.broken(live, error)
            return (
                endings.stopped(live, may_be_billed=True) if live.state is State.STOPPING else endings.completed(live)
            )
        finally:
            stopping.cancel()
            reading.cancel()
            await asyncio.gather(reading, stopping, return_exceptions=True)

    # Keeping the database up to date

    async def _keep(self) -> None:
        """Write new text and heartbeats, read stop flags, take over orphans: for as long as the process lives."""
        next_sweep = time.monotonic() + SWEEP_EVERY
        while True:
            await asyncio.sleep(WRITE_EVERY)
            try:
                await self._write_progress()
                if time.monotonic() >= next_sweep:
                    next_sweep = time.monotonic() + SWEEP_EVERY
                    await self.in_database(lambda: ledger.interrupt_orphans(timezone.now() - SILENT_AFTER))
            except Exception:
                logger.exception("Progress could not be written; the next round tries again.")

    async def _write_progress(self) -> None:
        marks = {run_id: journal.mark(live) for run_id, live in self.live.items()}
        news = [
            journal.news(live, self._written.get(run_id), marks[run_id])
            for run_id, live in list(self.live.items())
            if journal.is_due(self._written.get(run_id), marks[run_id], HEARTBEAT_EVERY)
        ]
        if not self.live:
            return
        stop = await self.in_database(lambda: journal.write(news, list(marks)))
        for each in news:
            if each.run_id in self.live:
                self._written[each.run_id] = marks[each.run_id]
        for run_id in stop:
            if run_id in self.live:
                self.live[run_id].stop.set()


runner = Runner()
