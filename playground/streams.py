"""The event stream of a board: it only attaches, and never starts, changes or books anything.

Every connection begins with a snapshot that replaces the columns' text, and goes on with what is new, for all columns
at once. A browser that comes back for whatever reason gets the truth again. The stream ends by replacing the
connecting element and then sending `end`: no status code stops an event source from asking again.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.db import close_old_connections
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
    stored: tuple[int, board.Figures] | None = None  # characters and figures of a run of another process
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
    yield b"retry: 1000\n" + COMMENT
    while True:
        changed = runner.watch(prompt_id).changed
        message = await _news(prompt_id, sent)
        now = time.monotonic()
        if message:
            last_sent = now
            yield frame(message)
        elif now - last_sent >= HEARTBEAT:
            last_sent = now
            yield COMMENT
        if all(each.is_final for each in sent.values()):
            runner.forget(prompt_id)
            yield frame(await runner.reading(partial(_last_words, prompt_id)))
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


def _last_words(prompt_id: UUID) -> str:
    runs = Run.objects.filter(prompt=prompt_id).select_related("hold")
    return board.stream_end(prompt_id, "All answers are complete.", board.summary(runs))


async def _news(prompt_id: UUID, sent: dict[UUID, Sent]) -> str:
    """What is new on the board since the last message, as out-of-band parts; the first time, all of it."""
    if not sent:
        runs = await runner.reading(lambda: list(Run.objects.filter(prompt=prompt_id).values_list("pk", flat=True)))
        sent.update({run_id: Sent() for run_id in runs})
    parts = []
    elsewhere = []
    for run_id, before in sent.items():
        if before.is_final:
            continue
        live = runner.live.get(run_id)
        if live is None:
            elsewhere.append(run_id)
        else:
            parts.append(_live_news(live, before))
    if elsewhere:
        parts.append(await runner.reading(partial(_stored_news, elsewhere, sent)))
    return "".join(parts)


def _live_news(live: LiveRun, before: Sent) -> str:
    now = time.monotonic()
    parts, reasoning_parts = len(live.parts), len(live.reasoning_parts)
    before.length += sum(map(len, live.parts[before.parts : parts]))
    if before.figures is None:
        news = board.snapshot(live)
        before.figures, before.figures_at = board.live_figures(live), now
    else:
        news = board.additions(
            live,
            "".join(live.parts[before.parts : parts]) if before.length <= board.LONGEST_SHOWN else "",
            "".join(live.reasoning_parts[before.reasoning_parts : reasoning_parts]),
        )
        is_first = before.parts == 0 and parts > 0
        if is_first or now - before.figures_at >= FIGURES_EVERY:
            figures = board.live_figures(live)
            news += board.changes(live, before.figures, figures)
            before.figures, before.figures_at = figures, now
    before.parts, before.reasoning_parts = parts, reasoning_parts
    return news


def _stored_news(run_ids: list[UUID], sent: dict[UUID, Sent]) -> str:
    """News of runs that this process does not have in memory: over, not begun, or another process's. Blocking."""
    parts = []
    for run in Run.objects.filter(pk__in=run_ids).select_related("hold", "listing__model__vendor"):
        before = sent[run.pk]
        if run.is_over:
            before.is_final = True
            parts.append(board.finished_column(run))
            continue
        stored = (len(run.text) + len(run.reasoning), board.run_figures(run))
        if stored != before.stored:
            before.stored, before.figures = stored, None
            parts.append(board.stored_snapshot(run))
    return "".join(parts)
