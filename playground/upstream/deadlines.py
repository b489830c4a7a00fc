"""How long an answer may take: three deadlines, and the clock that says which of them is next."""

import asyncio
from dataclasses import dataclass

from playground.upstream.errors import Stalled


@dataclass(frozen=True)
class Deadlines:
    """Seconds: to connect, to the first token, between two events after it, and for the whole answer."""

    first_token: float = 120.0
    idle: float = 60.0
    total: float = 900.0
    connect: float = 10.0


class Clock:
    """Which deadline is next, for one answer. Comments do not move it; only events do, and only after the first token."""

    def __init__(self, deadlines: Deadlines) -> None:
        self.deadlines = deadlines
        self._now = asyncio.get_running_loop().time
        self._end = self._now() + deadlines.total
        self._next = self._now() + deadlines.first_token
        self.has_begun = False

    @property
    def at(self) -> float:
        return min(self._next, self._end)

    def begin(self) -> None:
        """The first token is here."""
        self.has_begun = True
        self.tick()

    def tick(self) -> None:
        """An event came."""
        if self.has_begun:
            self._next = self._now() + self.deadlines.idle

    def expect_whole(self) -> None:
        """The answer comes in one piece at its end, so only the deadline for all of it is left."""
        self._next = self._end

    def hurry(self, seconds: float) -> None:
        """Nothing much is expected any more."""
        self._end = min(self._end, self._now() + seconds)

    def passed(self, who: str) -> Stalled:
        if self._now() >= self._end:
            return Stalled(
                f"The answer took longer than {self.deadlines.total:g} seconds in all and was ended. "
                "Lower max tokens or take a faster model."
            )
        if not self.has_begun:
            return Stalled(
                f"{who} sent no word of an answer within {self.deadlines.first_token:g} seconds. "
                "Try again, or take another model."
            )
        return Stalled(
            f"{who} stopped in the middle of the answer and sent nothing for {self.deadlines.idle:g} seconds. "
            "What came is kept; run it again for a whole answer."
        )
