"""The event stream of a board: it only attaches, and never starts, changes or books anything.

Every connection begins with a snapshot that replaces the columns' text, and goes on with what is new, for all columns
at once. A browser that comes back for whatever reason gets the truth again. The stream ends by replacing the
connecting element and then sending `end`: no status code stops an event source from asking again.

How many may be open is bounded (`followers.py`). A page that has to give way says so and comes back by itself. Whoever is signed
out or loses his account while he watches is let go within seconds.

An answer that is not to be stored comes from memory alone, also for a while after its end; its finished column then
goes around the text that the page has. A process that does not run it has nothing to show of it but its figures.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.decorators import login_not_required
from django.db import close_old_connections
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.html import escape
from django.views.decorators.http import require_GET

from playground import board
from playground.followers import Follower, Followers
from playground.live import LiveRun, Watchers
from playground.models import Prompt, Run
from playground.runner import runner
from playground.sse import frame

JOIN = 0.08  # seconds in which new text is joined into one message
FIGURES_EVERY = 0.25
BALANCE_EVERY = 1.0  # seconds between looks at the budgets, and only when a run has ended
ELSEWHERE_EVERY = 0.5  # seconds between looks at runs of other processes
HEARTBEAT = 15.0
LONGEST_LIFE = 300.0  # then the browser attaches again
SIGNED_IN_EVERY = 15.0  # seconds between looks at whether the person still is
BACK_AFTER = 15  # seconds after which a page that gave way comes back
UNREAD = 10.0  # seconds that a stream which has to end waits for a reader who does not read
COMMENT = b": here\n\n"
SIGNED_OUT = "You are signed out, so this page has stopped following the answers. Sign in again to see them."
GAVE_WAY = (
    "This page has paused, because more than {:,} of your pages follow answers at the same time. The answers go on all the same, "
    f"and the page comes back by itself in {BACK_AFTER} seconds. Close some of the others to follow without pauses."
)
ALL_TAKEN = (
    "This page waits, because this server follows as many pages as it can at the moment. The answers go on all the same, "
    f"and the page asks again by itself every {BACK_AFTER} seconds."
)
END = frame("1", name="end")
followers = Followers()


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
    return event_stream(attached(prompt_id, user.pk, request.session.session_key))


async def attached(prompt_id: UUID, user_id: Any, session_key: str | None) -> AsyncIterator[bytes]:
    """The messages of one connection within the bounds, to its end or until it has to give way to another."""
    watchers = runner.watch(prompt_id)
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    timers: list[asyncio.TimerHandle] = []

    def end_within(seconds: float) -> None:
        # Whoever does not read holds this stream where it sends, and neither the loop below nor its clock gets a turn.
        if task is not None:
            timers.append(loop.call_later(seconds, task.cancel))

    def give_way() -> None:
        watchers.wake()
        end_within(UNREAD)

    follower = followers.join(
        user_id, give_way, most_of_one=settings.STREAMS_PER_USER, most=settings.STREAMS_PER_PROCESS
    )
    if follower is None:
        yield _pause(prompt_id, ALL_TAKEN)
        return
    end_within(LONGEST_LIFE + UNREAD)
    try:
        async with aclosing(follow(prompt_id, watchers, follower, session_key)) as messages:
            async for message in messages:
                yield message
    finally:
        followers.leave(follower)
        for timer in timers:
            timer.cancel()


async def follow(
    prompt_id: UUID, watchers: Watchers, follower: Follower, session_key: str | None
) -> AsyncGenerator[bytes, None]:
    """The messages until all runs are over, the server stops, the person is gone, or the connection has lived long."""
    began = last_sent = looked = time.monotonic()
    balanced = began - BALANCE_EVERY
    ended = 0
    sent: dict[UUID, Sent] = {}
    yield b"retry: 1000\n" + COMMENT
    while True:
        changed = watchers.changed
        if follower.gives_way:
            yield _pause(prompt_id, GAVE_WAY.format(settings.STREAMS_PER_USER))
            return
        if time.monotonic() - looked >= SIGNED_IN_EVERY:
            looked = time.monotonic()
            if not await runner.reading(partial(_is_signed_in, session_key, follower.user)):
                yield frame(board.stream_end(prompt_id, SIGNED_OUT, SIGNED_OUT))
                yield END
                return
        is_first = not sent
        message = await _news(prompt_id, sent)
        now = time.monotonic()
        if is_first:
            message = _told(prompt_id, "") + message  # in place of what an earlier pause left there
        over = sum(each.is_final for each in sent.values())
        if ended < over < len(sent) and now - balanced >= BALANCE_EVERY:  # the last one's balance is in the last words
            ended, balanced = over, now
            message += await runner.reading(partial(board.balance, follower.user))
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


def _pause(prompt_id: UUID, sentence: str) -> bytes:
    """The end of a connection that the page opens again by itself, and why, in sight and for who listens."""
    return f"retry: {BACK_AFTER * 1000}\n".encode() + frame(
        _told(prompt_id, sentence, "announcement") + _told(prompt_id, sentence)
    )


def _told(prompt_id: UUID, sentence: str, where: str = "summary") -> str:
    return f'<span hx-swap-oob="innerHTML:#{where}-{prompt_id.hex}">{escape(sentence)}</span>'


def _is_signed_in(session_key: str | None, user_id: Any) -> bool:
    """Whether the session still is this person's: not signed out, not deactivated, no new password since. Blocking."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return bool(get_user(request).pk == user_id)


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
