"""The rehearsal as a process of its own: started, asked for its port, and ended. Blocking; call it off the event loop."""

import os
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PROJECT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 10.0


class RehearsalFailed(RuntimeError):
    """The rehearsal's process did not start; the message is a sentence."""


class RehearsalProcess:
    """One child process, at most. It may be started again after it has died or been stopped."""

    def __init__(self, hurry: float = 1.0) -> None:
        """`hurry` makes its answers so many times faster."""
        self.hurry = hurry
        self._port: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """Where it answers. Raises RehearsalFailed before the start."""
        if self._port is None:
            raise RehearsalFailed("The rehearsal has not been started.")
        return f"http://127.0.0.1:{self._port}/v1"

    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until it listens, 10 seconds at most. Raises RehearsalFailed. Does nothing when it runs."""
        if self.is_alive():
            return
        self.stop()
        # An environment made from nothing: the child needs no key, so it gets none. A session of its own keeps
        # Ctrl-C from reaching it before the server, which ends its runs first.
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter and our own module
            [sys.executable, "-m", "playground.rehearsal", "--hurry", f"{self.hurry:g}"],
            cwd=PROJECT,
            env={
                "PYTHONUNBUFFERED": "1",
                "LC_ALL": "C.UTF-8",
                "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            self._port = self._read_port(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End it: by closing its input, then by asking, then by force. Does nothing when it does not run."""
        process, self._process, self._port = self._process, None, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        for end, seconds in ((None, 2.0), (process.terminate, 1.0), (process.kill, 5.0)):
            if end is not None:
                end()
            try:
                process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue

    @staticmethod
    def _read_port(process: subprocess.Popen[bytes]) -> int:
        assert process.stdout is not None  # noqa: S101  it is a pipe
        deadline = time.monotonic() + START_SECONDS
        said = b""
        while b"\n" not in said:
            readable, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not readable:
                raise RehearsalFailed(f"The rehearsal did not start within {START_SECONDS:g} seconds.")
            part = os.read(process.stdout.fileno(), 1024)
            if not part:
                raise RehearsalFailed("The rehearsal ended while it was being started; its error is above.")
            said += part
        found = re.search(rb"^REHEARSAL (\d+)$", said, re.MULTILINE)
        if found is None:
            raise RehearsalFailed("The rehearsal did not say where it listens.")
        return int(found[1])
