"""Which upstream answers here: OpenRouter when its key is set, else the rehearsal."""

import asyncio

from django.conf import settings

from playground.rehearsal.process import RehearsalProcess
from playground.upstream.client import Deadlines, Upstream


def is_rehearsal() -> bool:
    """Whether prompts are answered by the rehearsal: simulated, and free."""
    return not settings.OPENROUTER_API_KEY


def name() -> str:
    return "rehearsal" if is_rehearsal() else "openrouter"


def _deadlines() -> Deadlines:
    first = settings.FIRST_TOKEN_SECONDS
    # Connecting has the shorter deadline, so that a host that cannot be reached is told from one that is slow.
    return Deadlines(first, settings.IDLE_SECONDS, settings.RUN_SECONDS, connect=min(10.0, first / 2))


class Connection:
    """The upstream of this process, open for as long as the runner is. A rehearsal that died is started again."""

    def __init__(self, upstream: Upstream | None, rehearsal: RehearsalProcess | None) -> None:
        self._upstream = upstream
        self._rehearsal = rehearsal
        self._lock = asyncio.Lock()

    async def ready(self) -> Upstream:
        async with self._lock:
            if self._rehearsal is not None and not self._rehearsal.is_alive():
                if self._upstream is not None:
                    await self._upstream.aclose()
                await asyncio.to_thread(self._rehearsal.start)
                self._upstream = None
            if self._upstream is None:
                assert self._rehearsal is not None  # noqa: S101  connect() gives one or the other
                self._upstream = Upstream(
                    "rehearsal", self._rehearsal.base_url, key="", is_rehearsal=True, deadlines=_deadlines()
                )
            return self._upstream

    async def aclose(self) -> None:
        if self._upstream is not None:
            await self._upstream.aclose()
        if self._rehearsal is not None:
            await asyncio.to_thread(self._rehearsal.stop)


async def connect() -> Connection:
    """Open the configured upstream; the rehearsal's server starts here."""
    if not is_rehearsal():
        upstream = Upstream(
            "openrouter", settings.OPENROUTER_BASE_URL, key=settings.OPENROUTER_API_KEY, deadlines=_deadlines()
        )
        return Connection(upstream, None)
    rehearsal = RehearsalProcess()
    await asyncio.to_thread(rehearsal.start)
    return Connection(None, rehearsal)
