"""Which server process runs a run, and whether that process is still there."""

import os
import secrets
import socket

_TOKEN = secrets.token_hex(4)


def identity() -> str:
    """This process: host, process id, and a token, because process ids are used again."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{_TOKEN}"


def is_gone(process: str) -> bool:
    """True only when it certainly is: it ran on this host, and its process id is free or is our own by now.

    A process of another host, or an id that somebody else uses now, is judged by its heartbeat instead.
    """
    host, _, rest = process.rpartition(":")[0].rpartition(":")
    token = process.rpartition(":")[2]
    if host != socket.gethostname()[:60] or not rest.isdigit():
        return False
    if int(rest) == os.getpid():
        return token != _TOKEN
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
