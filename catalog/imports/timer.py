"""The timer: while the server runs, the market's list is read every so many hours, when that is switched on.

The work is done by `manage.py sync` in a process of its own, so that answers on their way are not held up; the command
looks by itself whether another server process has done it already.
"""

import asyncio
import contextlib
import logging
import sys

from django.conf import settings

logger = logging.getLogger("catalog.imports")

LOOKS_AN_HOUR = 6
FIRST_LOOK_SECONDS = 20
GRACE_SECONDS = 3  # for the command to leave nothing half done when the server closes


class Timer:
    """Opened and closed with the server. Off while SYNC_HOURS is 0."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        if settings.SYNC_HOURS:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """End the look under way, if there is one. Raises nothing of what went wrong in it."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        pause = FIRST_LOOK_SECONDS
        while True:
            await asyncio.sleep(pause)
            try:
                await sync()
            except Exception:  # whatever it is, the next look may go well
                logger.exception("The look for a new list of models failed.")
            pause = 3600 / LOOKS_AN_HOUR


def command() -> list[str]:
    """The program that does the work, with its arguments."""
    return [
        sys.executable,
        str(settings.BASE_DIR / "manage.py"),
        "sync",
        "openrouter",
        "--every",
        str(settings.SYNC_HOURS),
    ]


async def sync() -> int:
    """One look: imports the list when it is time. Returns the command's exit code and logs what it said."""
    process = await asyncio.create_subprocess_exec(
        *command(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        # Out of reach of a Ctrl-C in the terminal: that one is for the server, which then ends the command once, in order.
        start_new_session=True,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            await _end(process)
    said = output.decode(errors="replace").strip().rpartition("\n")[2]
    if process.returncode:
        logger.warning("%s", said or f"Reading the list of models ended with code {process.returncode}.")
    elif said:
        logger.info("%s", said)
    return process.returncode or 0


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask the command to end, and make it end when it takes too long."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), GRACE_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
