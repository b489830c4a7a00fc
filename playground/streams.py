"""The event stream of a board: it only attaches, and never starts, changes or books anything.

Every connection begins with a snapshot that replaces the columns' text, and goes on with what is new, for all columns
at once. A browser that comes back for whatever reason gets the truth again. The stream ends by replacing the
connecting element and then sending `end`: no status code stops an event source from asking again.

An answer that is not to be stored comes from memory alone, also for a while after its end; its finished column then
goes around the text that the page has. A process that does not run it has nothing to show of it but its figures.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.db import close_old_connections
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_GET

from playground import board
from playground.live import LiveRun
from playground.models import Prompt, Run
from playground.runner import runner
from playground.sse import frame

JOIN = 0.08  # seconds in which new text is joined into one message
FIGURES_EVERY = 0.25
ELSEWHERE_EVERY = 0.5  # seconds between looks at runs of other processes
HEARTBEAT = 15.0
LONGEST_LIFE = 300.0  # then the browser attaches again
COMMENT = b": here\n\n"
SIGNED_OUT = "You are signed out, so this page has stopped following the answers. Sign in again to see them."
END = frame("1", name="end")


@dataclass
class Sent:
    """What one connection has sent of one run."""

    parts: int = 0
    reasoning_parts: int = 0
    length: int = 0  # characters of text so far
    figures: board.Figures | None = None
    figures_at: float = 0.0
    looked_at: tuple[str, datetime | None] | None = None  # state and heartbeat of a run that is not in memory
    from_memory: bool = False
    is_final: bool = False


def event_stream(events: AsyncIterator[bytes]) -> StreamingHttpResponse:
    """The one place where a stream becomes a response. Whoever calls it holds no database connection any more."""
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-transform, no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _one_message(html: str) -> AsyncIterator[bytes]:
    yield frame(html)
    yield END


@require_GET
@login_not_required  # a redirect to a page would be asked for again for ever; a stranger is told and let go
async def events(request: HttpRequest, prompt_id: UUID) -> StreamingHttpResponse:
    user = await request.auser()
    # Looking at the session opened a connection in this request's thread, which would be held for as long as the stream.
    await sync_to_async(close_old_connections)()
    if not user.is_authenticated:
        return event_stream(_one_message(board.stream_end(prompt_id, SIGNED_OUT, SIGNED_OUT)))
    if not await runner.reading(lambda: Prompt.objects.of(user).filter(pk=prompt_id).exists()):
        raise Http404
    return event_stream(follow(prompt_id))


async def follow(prompt_id: UUID) -> AsyncIterator[bytes]:
    """The messages of one connection, until all runs are over, the server stops, or the connection has lived long."""
    began = last_sent = time.monotonic()
    sent: dict[UUID, Sent] = {}
    watchers = runner.watch(prompt_id)
    yield b"retry: 1000\n" + COMMENT
    while True:
        changed = watchers.changed
        message = await _news(prompt_id, sent)
        now = time.monotonic()
        if message:
            last_sent = now
            yield frame(message)
        elif now - last_sent >= HEARTBEAT:
            last_sent = now
            yield COMMENT
        if all(each.is_final for each in sent.values()):
            yield frame(await runner.reading(partial(board.last_words, prompt_id)))
            yield END
            return
        if runner.closing.is_set() or now - began > LONGEST_LIFE:
            return
        is_elsewhere = any(not each.is_final and run_id not in runner.live for run_id, each in sent.items())
        try:
            async with asyncio.timeout(ELSEWHERE_EVERY if is_elsewhere else HEARTBEAT):
                await changed.wait()
        except TimeoutError:
            continue
        await asyncio.sleep(JOIN)


async def _news(prompt_id: UUID, sent: dict[UUID, Sent]) -> str:
    """What is new on the board since the last message, as out-of-band parts; the first time, all of it."""
    if not sent:
        runs = await runner.reading(
            lambda: list(Run.objects.filter(prompt=prompt_id).order_by("pk").values_list("pk", flat=True))
        )
        sent.update({run_id: Sent() for run_id in runs})
    parts = []
    elsewhere = []
    for run_id, before in sent.items():
        if before.is_final:
            continue
        live = runner.in_memory(run_id)
        if live is not None:
            parts.append(_live_news(live, before, is_last=run_id not in runner.live))
        if run_id not in runner.live:
            elsewhere.append(run_id)
    if elsewhere:
        parts.append(await runner.reading(partial(_stored_news, elsewhere, sent)))
    return "".join(parts)


def _live_news(live: LiveRun, before: Sent, *, is_last: bool) -> str:
    now = time.monotonic()
    parts, reasoning_parts = len(live.parts), len(live.reasoning_parts)
    before.length += sum(map(len, live.parts[before.parts : parts]))
    if before.figures is None or not before.from_memory:
        news = board.snapshot(live)
        before.figures, before.figures_at, before.from_memory = board.live_figures(live), now, True
    else:
        news = board.additions(
            live,
            "".join(live.parts[before.parts : parts]) if before.length <= board.LONGEST_SHOWN else "",
            "".join(live.reasoning_parts[before.reasoning_parts : reasoning_parts]),
        )
        is_first = before.parts == 0 and parts > 0
        if is_first or is_last or now - before.figures_at >= FIGURES_EVERY:
            figures = board.live_figures(live)
            news += board.changes(live, before.figures, figures)
            before.figures, before.figures_at = figures, now
    before.parts, before.reasoning_parts = parts, reasoning_parts
    return news


def _stored_news(run_ids: list[UUID], sent: dict[UUID, Sent]) -> str:
    """News of runs that this process does not have in memory: over, not begun, or another process's. Blocking.

    Only those are loaded whose state or heartbeat has changed: a table of hundreds waits for its turn.
    """
    now = {run_id: (state, at) for run_id, state, at in _of(run_ids).values_list("pk", "state", "heartbeat_at")}
    changed = [run_id for run_id in run_ids if run_id in now and now[run_id] != sent[run_id].looked_at]
    parts = []
    for run in _of(changed).select_related("prompt", "hold", "listing__model__vendor") if changed else ():
        before = sent[run.pk]
        before.looked_at = (run.state, run.heartbeat_at)
        if not run.is_over:
            before.from_memory = False
            parts.append(board.stored_snapshot(run))
            continue
        before.is_final = True
        has_text = before.from_memory and not run.prompt.is_stored
        parts.append(board.finished_parts(run) if has_text else board.finished_column(run))
    return "".join(parts)


def _of(run_ids: list[UUID]) -> QuerySet[Run]:
    # By a number that means nothing: the order of the parts must not tell a blind board's order.
    return Run.objects.filter(pk__in=run_ids).order_by("pk")
