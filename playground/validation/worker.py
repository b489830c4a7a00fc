"""The checking process, `python -m playground.validation.worker`: one JSON object per line each way.

A request is `{"seconds", "text", "schema"}`, its answer what `checking.check` says. It ends by itself when its input
ends, so it dies with the server, also after `kill -9`; while it checks, an alarm ends it after `seconds`.
"""

import json
import os
import signal
import sys

from playground.validation.checking import check

MOST_RECURSION = 2_000  # deeper than any answer worth reading, far above the end of the stack


def main() -> int:
    """Answer requests until the input ends. Returns the exit status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole process group; the server decides
    sys.setrecursionlimit(MOST_RECURSION)
    with os.fdopen(os.dup(1), "wb", buffering=0) as answers:
        os.dup2(2, 1)  # what a library prints is not an answer
        for line in sys.stdin.buffer:
            if not line.endswith(b"\n"):
                break  # the server died while it was writing
            request = json.loads(line)
            _set_alarm(request["seconds"])
            answer = check(request["text"], request["schema"])
            _set_alarm(0)
            try:
                answers.write(json.dumps(answer).encode() + b"\n")
            except BrokenPipeError:
                break
    return 0


def _set_alarm(seconds: float) -> None:
    """End this process after so many seconds; 0 takes it back. The default action of the signal, not a handler."""
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    sys.exit(main())
