"""What removed texts leave in SQLite's own files: its write-ahead log holds earlier states of pages until it is emptied.

After a transaction that removed texts the log is written back and cut to nothing. Somebody who is reading at that moment
can prevent it: then it is still to do, and the keeper tries again. Other databases recycle their logs by themselves.
"""

import logging
import threading

from django.db import DatabaseError, connection, transaction

logger = logging.getLogger(__name__)

BRIEF = 100  # milliseconds that a settlement waits for readers at the most; the keeper has time and comes back

_is_left = threading.Event()
_is_left.set()  # the process before this one may have been killed between a removal and its wiping


def is_left() -> bool:
    """Whether the log may still hold what was removed."""
    return _is_left.is_set()


def wipe_after_commit() -> None:
    """Call it in the transaction that removes texts. Whatever becomes of the wiping, the transaction stands."""
    _is_left.set()
    transaction.on_commit(wipe, robust=True)


def wipe(patience: int = BRIEF) -> bool:
    """Write the log back and empty it; blocking, outside of transactions. False when others were in the way for as long
    as `patience`, in milliseconds."""
    _is_left.clear()  # before the work: what is removed meanwhile has to be wiped once more
    try:
        is_done = connection.vendor != "sqlite" or _emptied(patience)
    except DatabaseError:
        logger.exception("The write-ahead log could not be emptied; it is tried again.")
        is_done = False
    if not is_done:
        _is_left.set()
    return is_done


def _emptied(patience: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        (before,) = cursor.fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {patience:d}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, _, _ = cursor.fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {before:d}")
    return not is_busy
