"""The runner: one task per run, detached from the request that started it.

A view writes the runs with their holds and then calls `runner.start(ids)`; from there on nobody's leaving ends a run.
A run waits for a place, because only so many are connected at once. Each task reads the upstream into a `LiveRun`; one
loop writes what is new of all of them to the database in one short transaction; every end goes through
`settlement.settle`, which counts once. All database work happens in threads of the runner's own, so that the event
loop never waits for a disk and no request's connection is held.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from django.db import InterfaceError, OperationalError, close_old_connections

from playground import answering, endings, journal, process, settlement, upstreams
from playground.keeper import Keeper, end_lost
from playground.live import LiveRun, Watchers
from playground.remembering import Remembered
from playground.turns import Turns
from playground.validation import Validator

logger = logging.getLogger(__name__)
T = TypeVar("T")

GRACE = 2.0  # seconds that runs have to end by themselves when the server stops
MOST_AT_ONCE = 100  # runs of one process that are connected; the others wait for a place


class NotOpen(RuntimeError):
    """No event loop runs runs in this process: it was not started by `manage.py serve`, or it is stopping."""


class Runner:
    """All runs of this process. Open on the event loop at its start, close at its end."""

    def __init__(self) -> None:
        self.live: dict[UUID, LiveRun] = {}
        self.remembered = Remembered()
        self.closing = asyncio.Event()
        self._watchers: WeakValueDictionary[UUID, Watchers] = WeakValueDictionary()
        self.waiting: Turns[UUID] = Turns()
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._keeper: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._database: ThreadPoolExecutor | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._upstreams: upstreams.Connections | None = None
        self._validator: Validator | None = None

    # Opening and closing

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.closing = asyncio.Event()
        self._database = ThreadPoolExecutor(1, thread_name_prefix="runner-writer")
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="runner-reader")
        await self.in_database(end_lost)
        self._upstreams = await upstreams.connect()
        self._validator = Validator()
        self._keeper = self._detached(Keeper(self, self._upstreams).work())

    def announce_close(self) -> None:
        """Refuse new runs and let every open event stream end; safe to call from a signal handler on the loop."""
        self.closing.set()
        for watchers in list(self._watchers.values()):
            watchers.wake()

    async def close(self) -> None:
        """Give runs a moment to end, mark the others interrupted, and let go of everything. Every run is settled."""
        self.announce_close()
        await asyncio.sleep(0)  # what was started a moment ago waits now
        await self._refuse_waiting()
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
        if self._validator is not None:
            await asyncio.to_thread(self._validator.close)
        for executor in (self._database, self._readers):
            if executor is not None:
                executor.shutdown(wait=True)
        self._loop = self._database = self._readers = self._upstreams = self._keeper = self._validator = None
        self.remembered.clear()

    async def _refuse_waiting(self) -> None:
        unsent = []
        while (run_id := self.waiting.next()) is not None:
            unsent.append(run_id)

        def settle_all() -> None:
            for run_id in unsent:
                settlement.settle(run_id, endings.not_started())

        try:
            await self.in_database(settle_all)
        except Exception:
            # Another process, or the next start, finds them without a sign of life and ends them in the same way.
            logger.exception(
                "%s runs that were never sent could not be settled before the server stopped.", len(unsent)
            )

    # What others ask of it

    def start(self, run_ids: Iterable[UUID]) -> None:
        """Start runs that are in the database with their holds, as places become free. Called from any thread.

        The runs of one call are those of one prompt: prompts take turns.
        """
        if self._loop is None or self.closing.is_set():
            raise NotOpen("This process runs no prompts.")
        self._loop.call_soon_threadsafe(self._queue, list(run_ids))

    def start_or_refuse(self, run_ids: list[UUID]) -> None:
        """Start runs, or end them at once, unsent and unbilled, where this process cannot run any."""
        try:
            self.start(run_ids)
        except NotOpen:
            for run_id in run_ids:
                settlement.settle(run_id, endings.not_started())

    def request_stop(self, run_id: UUID) -> None:
        """Wake a run of this process that was asked to stop; the flag in the database reaches the other processes."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.stop, run_id)

    def watch(self, prompt_id: UUID) -> Watchers:
        """Who is woken by news of this prompt; kept for as long as somebody watches or one of its runs is live."""
        return self._watchers.setdefault(prompt_id, Watchers())

    @property
    def own(self) -> frozenset[UUID]:
        """The runs of this process: those that wait, those that have a task, and those that are not settled yet."""
        return frozenset((*self.waiting, *self._tasks, *self.live))

    def in_memory(self, run_id: UUID) -> LiveRun | None:
        """The answer as this process has it: on its way, or just over and stored nowhere."""
        return self.live.get(run_id) or self.remembered.get(run_id)

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

    def _queue(self, run_ids: list[UUID]) -> None:
        self.waiting.add(run_id for run_id in run_ids if run_id not in self._tasks)
        self._fill()

    def _fill(self) -> None:
        while len(self._tasks) < MOST_AT_ONCE and (run_id := self.waiting.next()) is not None:
            self._spawn(run_id)

    def stop(self, run_id: UUID) -> None:
        """Stop a run of this process, also one that waits. Called on the event loop."""
        if run_id in self.live:
            self.live[run_id].stop.set()
        elif self.waiting.leave(run_id):
            self._spawn(run_id)  # beside the others: it ends before it is sent

    def end_waiting(self) -> None:
        """Nothing more is sent: let every run that waits find that out for itself, and end."""
        while (run_id := self.waiting.next()) is not None:
            self._spawn(run_id)

    def _spawn(self, run_id: UUID) -> None:
        if run_id not in self._tasks:
            task = self._detached(self._run(run_id))
            self._tasks[run_id] = task
            task.add_done_callback(lambda _: self._ended(run_id))

    def _ended(self, run_id: UUID) -> None:
        self._tasks.pop(run_id, None)
        if not self.closing.is_set():
            self._fill()

    async def _run(self, run_id: UUID) -> None:
        """One run from its row to its settlement, whatever happens on the way."""
        run = await self.in_database(lambda: journal.claim(run_id, process.identity()))
        if run is None:
            return
        watchers = self.watch(run.prompt_id)
        live = self.live[run_id] = LiveRun(run, watchers, run.prompt)
        if run.stop_requested:
            live.stop.set()
        try:
            if self._upstreams is None or self._validator is None:
                raise NotOpen("The upstream is not connected.")
            outcome = await answering.answer(live, run.prompt.user_id, self._upstreams, self.in_database)
            outcome = await answering.validated(live, outcome, self._validator)
        except asyncio.CancelledError:
            outcome = endings.interrupted(live)
        except Exception:
            logger.exception("Run %s failed.", run_id)
            outcome = endings.crashed(live)
        # Shielded: a settlement that has begun must not be lost to a second cancellation.
        await asyncio.shield(self._detached(self._settle(live, outcome)))

    async def _settle(self, live: LiveRun, outcome: settlement.Outcome) -> None:
        delay = 0.2
        while True:
            try:
                await self.in_database(partial(settlement.settle, live.id, outcome))
                break
            except (OperationalError, InterfaceError):
                # Locked, full or away: the outcome stays here and in the log until it can be written.
                logger.exception("Settlement of run %s waits: %s, spent %s.", live.id, outcome.state, outcome.spent)
            except Exception:
                # Something in the answer cannot be stored. The run still ends, with its cost unknown and its hold kept.
                logger.exception("Run %s is settled without its answer.", live.id)
                outcome = endings.unstorable(live)
            if self.closing.is_set() and delay > 5:
                raise RuntimeError(f"Run {live.id} could not be settled before the server stopped.")
            await asyncio.sleep(delay)
            delay = min(delay * 2, 30)
        if not live.is_stored:
            self.remembered.keep(live)
        self.live.pop(live.id, None)
        live.watchers.wake()


runner = Runner()
