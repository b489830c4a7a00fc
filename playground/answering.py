"""One answer from its request to its outcome: sent once, read to its end, stopped on the way, checked where it was to
be structured. Nothing is written here; the runner settles the outcome.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from functools import partial
from typing import Any

from playground import endings, sending
from playground.live import LiveRun
from playground.models import State
from playground.settlement import Outcome
from playground.upstream.client import Upstream
from playground.upstream.errors import UpstreamError
from playground.upstreams import Connections
from playground.validation import Validator, wanted

InDatabase = Callable[[Callable[[], Any]], Awaitable[Any]]
CHECKED = (State.DONE, State.TRUNCATED)


async def answer(live: LiveRun, user_id: Any, connections: Connections, in_database: InDatabase) -> Outcome:
    """Read the upstream until it ends, fails, or the person stops it. Cancelling it closes the connection."""
    if live.stop.is_set():
        return endings.stopped(live, may_be_billed=False)
    try:
        upstream = await connections.ready(live.upstream)
        body = live.request
        if sending.image_numbers(body):
            body = await in_database(partial(sending.to_send, body, user_id))
    except LookupError as error:
        return endings.unsent(f"{error.args[0]} Nothing was sent.")
    except sending.MissingImage as error:
        return endings.unsent(str(error))
    if live.stop.is_set():
        return endings.stopped(live, may_be_billed=False)
    live.begin()
    return await _read(live, upstream, body)


async def _read(live: LiveRun, upstream: Upstream, body: dict[str, Any]) -> Outcome:
    async def read() -> None:
        async with aclosing(upstream.stream(body, api=live.api, record=live.record)) as pieces:
            async for piece in pieces:
                live.take(piece)

    reading = asyncio.create_task(read())
    stopping = asyncio.create_task(live.stop.wait())
    try:
        await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done():
            if live.closes_on_stop():
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
                return endings.stopped(live, may_be_billed=True)
            live.state = State.STOPPING
            live.watchers.wake()
        try:
            await reading
        except UpstreamError as error:
            if live.state is State.STOPPING:
                return endings.stopped(live, may_be_billed=not error.nothing_billed)
            return endings.broken(live, error)
        if live.state is State.STOPPING:
            return endings.stopped(live, may_be_billed=True)
        return endings.completed(live)
    finally:
        stopping.cancel()
        reading.cancel()
        await asyncio.gather(reading, stopping, return_exceptions=True)


async def validated(live: LiveRun, outcome: Outcome, validator: Validator) -> Outcome:
    """The outcome with the check of a structured answer in it. An answer that does not fit is still the answer."""
    asked = wanted(live.request)
    if asked is None or outcome.state not in CHECKED or (live.calls and not live.parts):
        return outcome
    # Cancelled, because the server is stopping: the answer is whole and is settled as it is, only not checked.
    with suppress(asyncio.CancelledError):
        outcome.fields["validation"] = await validator.check(live.text, asked)
    return outcome
