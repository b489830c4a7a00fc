"""The counting process as seen from the server: started, asked one thing at a time, ended. Blocking.

The deadline is kept by a timer that kills the child: whatever the caller is stuck in, the write of a long text or the
wait for its count, then ends at once with a broken pipe. That needs no select, so it works wherever Python does.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
WORKER = (sys.executable, "-m", "catalog.tokenizers.worker")
LONGEST_ANSWER = 65_536  # bytes; a few small numbers per kind are far below it


class ChildLost(Exception):
    """The child could not be started, died, or said something that is not an answer."""


class ChildLate(Exception):
    """The child did not answer in time and has been killed."""


class Child:
    """One running child. Whoever is done with it calls `end`, which also reaps it."""

    def __init__(self, command: Sequence[str] = WORKER) -> None:
        """Start it. Raises ChildLost when the system refuses."""
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and our own module
                list(command),
                cwd=PROJECT,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise ChildLost("could not be started") from error
        self._is_late = False

    @property
    def pid(self) -> int:
        return self._process.pid

    def exchange(self, request: bytes, seconds: float) -> bytes:
        """Send one line and return the line it answers. Raises ChildLate or ChildLost; the child is then of no use."""
        assert self._process.stdin is not None  # noqa: S101  both are pipes
        assert self._process.stdout is not None  # noqa: S101
        timer = threading.Timer(max(0.0, seconds), self._expire)
        timer.daemon = True
        timer.start()
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
            answer = self._process.stdout.readline(LONGEST_ANSWER)
        except (OSError, ValueError):  # a broken pipe, or one that `end` has closed from another thread
            answer = b""
        finally:
            timer.cancel()
            timer.join()  # from here on it has killed the child, or never will
        if self._is_late:
            raise ChildLate
        if not answer.endswith(b"\n"):
            raise ChildLost("ended, or answered without an end")
        return answer

    def end(self) -> None:
        """Kill it and wait until it is gone. It keeps nothing worth saving. May be called again, from any thread."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be written has no reader any more
                    pipe.close()

    def _expire(self) -> None:
        self._is_late = True
        self._process.kill()


def _environment() -> dict[str, str]:
    """Made from nothing, as the child needs no setting of ours: no key, no secret."""
    return {
        "PYTHONUTF8": "1",
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "HF_HUB_OFFLINE": "1",  # the files are in the package; nothing is ever fetched
        "OPENBLAS_NUM_THREADS": "1",  # numpy is imported and not used; it would start a thread per core
    }
