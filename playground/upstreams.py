"""Which upstreams answer here: each one whose key or address is set, and where none is, the rehearsal."""

import asyncio

from django.conf import settings

from playground.models import Run
from playground.rehearsal.process import RehearsalProcess
from playground.upstream.client import Deadlines, Upstream

REHEARSAL = "rehearsal"
MAIN = "openrouter"
# Whether closing the connection ends the bill, of those of which it is known for whatever they serve. OpenRouter's
# documentation names Mistral among the providers at which it does not.
STOP_ENDS_BILLING = {REHEARSAL: True, "mistral": False}


def names() -> list[str]:
    """The upstreams that are configured, by the name of their market; the rehearsal alone where there is none."""
    set_up = {
        MAIN: settings.OPENROUTER_API_KEY,
        "mistral": settings.MISTRAL_API_KEY,
        "compatible": settings.COMPATIBLE_BASE_URL,
    }
    return [name for name, is_set in set_up.items() if is_set] or [REHEARSAL]


def is_rehearsal() -> bool:
    """Whether prompts are answered by the rehearsal: simulated, and free."""
    return names() == [REHEARSAL]


def markets() -> list[str]:
    """The markets whose listings can be asked. The rehearsal stands in for the main one."""
    return [MAIN if name == REHEARSAL else name for name in names()]


def name_for(market: str) -> str:
    """Who is asked for a listing of `market`."""
    return REHEARSAL if is_rehearsal() else market


def stop_ends_billing(run: Run) -> bool | None:
    """Whether Stop ends the bill of a run, as far as known: what its listing says, else what is known of its upstream. An
    answer that is not streamed cannot be cancelled anywhere; the rehearsal bills nothing in any case."""
    if run.is_rehearsal:
        return True
    if not run.streams:
        return False
    known = run.listing.stop_ends_billing if run.listing is not None else None
    return STOP_ENDS_BILLING.get(run.upstream) if known is None else known


def _deadlines() -> Deadlines:
    first = settings.FIRST_TOKEN_SECONDS
    # Connecting has the shorter deadline, so that a host that cannot be reached is told from one that is slow.
    return Deadlines(first, settings.IDLE_SECONDS, settings.RUN_SECONDS, connect=min(10.0, first / 2))


def _configured(name: str) -> Upstream:
    address, key = {
        MAIN: (settings.OPENROUTER_BASE_URL, settings.OPENROUTER_API_KEY),
        "mistral": (settings.MISTRAL_BASE_URL, settings.MISTRAL_API_KEY),
        "compatible": (settings.COMPATIBLE_BASE_URL, settings.COMPATIBLE_API_KEY),
    }[name]
    return Upstream(name, address, key=key, deadlines=_deadlines())


class Connections:
    """The upstreams of this process, open for as long as the runner is. A rehearsal that died is started again."""

    def __init__(self, rehearsal: RehearsalProcess | None) -> None:
        self._upstreams: dict[str, Upstream] = {}
        self._rehearsal = rehearsal
        self._lock = asyncio.Lock()

    async def ready(self, name: str) -> Upstream:
        """The upstream called `name`. Raises LookupError when it is not configured any more."""
        async with self._lock:
            if name == REHEARSAL:
                await self._wake_rehearsal()
            elif name not in names():
                raise LookupError(f"No upstream “{name}” is configured.")
            if name not in self._upstreams:
                self._upstreams[name] = self._rehearsed() if name == REHEARSAL else _configured(name)
            return self._upstreams[name]

    async def _wake_rehearsal(self) -> None:
        if self._rehearsal is None:
            self._rehearsal = RehearsalProcess()
        if not self._rehearsal.is_alive():
            if (before := self._upstreams.pop(REHEARSAL, None)) is not None:
                await before.aclose()
            await asyncio.to_thread(self._rehearsal.start)

    def _rehearsed(self) -> Upstream:
        assert self._rehearsal is not None  # noqa: S101  it was woken before
        return Upstream(REHEARSAL, self._rehearsal.base_url, key="", is_rehearsal=True, deadlines=_deadlines())

    async def aclose(self) -> None:
        for upstream in self._upstreams.values():
            await upstream.aclose()
        if self._rehearsal is not None:
            await asyncio.to_thread(self._rehearsal.stop)


async def connect() -> Connections:
    """Make the upstreams ready; the rehearsal's server starts here where it is the only one."""
    if not is_rehearsal():
        return Connections(None)
    rehearsal = RehearsalProcess()
    await asyncio.to_thread(rehearsal.start)
    return Connections(rehearsal)
