"""Asking the checking process, from the event loop: one answer at a time, each within a time of its own."""

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from catalog.tokenizers.process import Child, ChildLate, ChildLost
from playground.validation.asked import Wanted
from playground.validation.checking import MOST_TEXT_BYTES, Result, unchecked

WORKER = (sys.executable, "-m", "playground.validation.worker")
CHECK_SECONDS = 3.0  # of one answer; an honest one takes a millisecond
WAIT_SECONDS = 15.0  # with all that are before it
TOO_SLOW = "Checking this answer took too long and was stopped. A simpler schema may help, above all simpler patterns."
BUSY = "Many answers were waiting to be checked, so this one was not checked."
LOST = "The process that checks answers stopped, so this one was not checked."

logger = logging.getLogger(__name__)


class Validator:
    """One child process at most, started at the first use and kept, and the queue in front of it."""

    def __init__(
        self, command: Sequence[str] = WORKER, seconds: float = CHECK_SECONDS, wait: float = WAIT_SECONDS
    ) -> None:
        """`command` starts the child; `seconds` are for one check, `wait` for one's turn and the check."""
        self._command = command
        self._seconds = seconds
        self._wait = wait
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="validator")
        self._child: Child | None = None
        self._is_closed = False

    async def check(self, text: str, wanted: Wanted) -> Result:
        """Whether `text` is what was `wanted`. Never raises for what is in the text or in the schema."""
        if len(text) > MOST_TEXT_BYTES:
            return unchecked(f"The answer is longer than {MOST_TEXT_BYTES:,} bytes, so it was not checked.")
        asking = asyncio.get_running_loop().run_in_executor(self._thread, self._ask, text, wanted)
        try:
            async with asyncio.timeout(self._wait):
                return await asking
        except TimeoutError:
            return unchecked(BUSY)

    def _ask(self, text: str, wanted: Wanted) -> Result:
        request = {"seconds": self._seconds + 1, "text": text, "schema": wanted.schema}
        line = json.dumps(request).encode() + b"\n"
        for attempt in (1, 2):
            if self._is_closed:
                break
            try:
                if self._child is None:
                    self._child = Child(self._command)
                answer = json.loads(self._child.exchange(line, self._seconds))
                return {name: answer[name] for name in ("is_valid", "path", "message")}
            except ChildLate:
                self._end()
                return unchecked(TOO_SLOW)
            except (ChildLost, ValueError, KeyError, TypeError):
                # It may have died between two answers; a second death is this answer's own.
                self._end()
                if attempt == 2:
                    logger.warning("The checking process was lost twice for one answer.")
        return unchecked(LOST)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def close(self) -> None:
        """End the child, also in the middle of a check. Blocking."""
        self._is_closed = True
        child = self._child
        if child is not None:
            child.end()
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._end()
