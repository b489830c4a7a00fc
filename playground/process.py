"""Which server process runs a run, and whether that process is still there.

A process names itself by host, place, process id and a token, because process ids are used again. The place is the boot of
the kernel and the namespace in which process ids are given, as one digest; it is empty where the system has no such thing.

What is certain and what is not:

- Same place, and no process has the id (or we have it ourselves by now): gone, at once. Within one namespace of one running
  kernel the kernel knows. A process that is suspended, frozen or a zombie still has its id. The number of a namespace is
  given again only when all that ran in it has ended. And where the database is makes no difference.
- Same place, and somebody has the id: perhaps another one. When a process began would tell them apart, but it is read
  differently in another time namespace, changes when a process is restored from a checkpoint, and may be hidden.
- Another place: two containers may share a host's name, and give the same ids, and not see each other. A container that is
  started again has a new namespace, so a restart there is one of these cases.

The last two are judged by the missing sign of life as well. A process that is written to disk and started again from there
has no id in between: its runs are ended at once, as they would be after some seconds of silence, and what they cost is
booked when it comes back.
"""

import hashlib
import os
import secrets
import socket
from pathlib import Path

_TOKEN = secrets.token_hex(4)
BOOT = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE = Path("/proc/self/ns/pid")


def identity() -> str:
    """This process, in at most 100 characters."""
    return f"{_host()}:{_place()}:{os.getpid()}:{_TOKEN}"


def is_certainly_gone(process: str) -> bool:
    """True only where the kernel says so."""
    _, place, id, token = _read(process)
    return bool(place) and place == _place() and _is_free(id, token)


def is_gone(process: str) -> bool:
    """True where it ran on a host of this name, and its process id is free or is our own by now.

    That may be another machine's or container's process, so it says something only of one that gives no sign of life.
    """
    host, _, id, token = _read(process)
    return host == _host() and _is_free(id, token)


def _read(process: str) -> tuple[str, str, str, str]:
    """Host, place, process id and token. What an earlier version wrote has no place, and is left to its silence."""
    host, place, id, token = (["", "", "", "", *process.rsplit(":", 3)])[-4:]
    return host, place, id, token


def _is_free(id: str, token: str) -> bool:
    if not (id.isascii() and id.isdigit()) or int(id) == 0:
        return False
    if int(id) == os.getpid():
        return token != _TOKEN
    try:
        os.kill(int(id), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _host() -> str:
    return socket.gethostname()[:60]


def _place() -> str:
    """Read anew each time: a process may wake up on another machine."""
    try:
        read = BOOT.read_text(encoding="ascii").strip() + NAMESPACE.readlink().name
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(read.encode()).hexdigest()[:16]
