"""How many tokens a text is, by each kind of tokenizer: `count(text, kinds)`. Blocking and thread-safe; no Django.

The work is done by one child process (`worker` says why), started at the first use and kept. Callers take turns. One
waits for his turn for 5 seconds at most, and is turned away at once when 4 others wait already; a call takes 10 seconds
at most in all, so that everyone has at least 5 for his own text. Then the child is killed, since it cannot be asked to
stop, and the next call starts a new one.

Measured on two ordinary cores with loaded tokenizers and 1,000,000 characters: prose 0.1 s in Tekken and 0.5 s in v3;
"a" without a blank 0.5 s; the slowest texts found, common Chinese characters without a blank 1.4 s in Tekken and random
letters without a blank 1.4 s in v1, 4.1 s in all five kinds together. The first count costs another 0.5 s, 1.2 s where
Tekken is among the kinds. The child then holds 76 MB (v3) to 210 MB (all kinds), and 430 MB at the worst moment seen.
So nothing known reaches the deadline with tiktoken 0.14. It is there because tiktoken 0.5 was quadratic on such texts
(its issue 195), because machines are slower and busier than this one, and because nobody has proved the contrary.
"""

import atexit
import itertools
import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from catalog.tokenizers.errors import Busy, CountingFailed, TextNotUnicode, TextTooLong, TooSlow
from catalog.tokenizers.kinds import Kind
from catalog.tokenizers.process import WORKER, Child, ChildLate, ChildLost

LONGEST_TEXT = 1_000_000  # characters: Unicode code points
DEADLINE_SECONDS = 10.0
WAIT_SECONDS = 5.0
MOST_WAITING = 4
ALARM_MARGIN_SECONDS = 1.0  # the child's own alarm is for when we are no longer there to end it

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Count:
    """The prompt tokens of a chat whose one message is the text: the text's own, and those of the chat's template."""

    text_tokens: int
    template_tokens: int

    @property
    def total(self) -> int:
        return self.text_tokens + self.template_tokens


class TokenCounter:
    """One child process, at most, and the queue in front of it."""

    def __init__(
        self, command: Sequence[str] = WORKER, deadline: float = DEADLINE_SECONDS, wait: float = WAIT_SECONDS
    ) -> None:
        """`command` starts the child; `deadline` (of a whole call) and `wait` (for one's turn) are in seconds."""
        self._command = command
        self._deadline = deadline
        self._wait = wait
        self._places = threading.Semaphore(1 + MOST_WAITING)
        self._turn = threading.Lock()
        self._guard = threading.Lock()  # of the two below; never held while the child counts
        self._child: Child | None = None
        self._closings = 0
        self._ids = itertools.count(1)

    @property
    def pid(self) -> int | None:
        """The child's process id, None when there is no child."""
        child = self._child
        return None if child is None else child.pid

    def count(self, text: str, kinds: Iterable[Kind]) -> dict[Kind, Count]:
        """Count `text` by each of `kinds`, in their order. Raises CountingError with a sentence for the visitor."""
        wanted = list(dict.fromkeys(Kind(kind) for kind in kinds))
        _check(text)
        if not wanted:
            return {}
        deadline = time.monotonic() + self._deadline
        with self._one_at_a_time():
            closings = self._closings
            try:
                try:
                    return self._ask(text, wanted, deadline, closings)
                except ChildLost as error:
                    logger.warning("The counting process was lost: it %s. Another is started.", error)
                    return self._ask(text, wanted, deadline, closings)
            except ChildLost as error:
                logger.error("The counting process was lost twice for one text: it %s.", error)
                raise CountingFailed(
                    "The text could not be counted because the counting process stopped twice; please try again later."
                ) from None
            except ChildLate:
                raise TooSlow(
                    f"Counting the text took more than {self._deadline:g} seconds and was stopped; "
                    "please try again with a shorter text."
                ) from None

    def close(self) -> None:
        """End the child, also in the middle of a count, which then fails. May be called again; a later count works."""
        with self._guard:
            self._closings += 1
            child, self._child = self._child, None
        if child is not None:
            child.end()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        """Wait for one's turn. Whoever gives up here has not started anything, and kills nobody's count."""
        if not self._places.acquire(blocking=False):
            raise Busy("Too many texts are being counted at the moment; please try again in a few seconds.")
        try:
            if not self._turn.acquire(timeout=self._wait):
                raise Busy("Another text is taking long to count; please try again in a few seconds.")
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def _ask(self, text: str, kinds: list[Kind], deadline: float, closings: int) -> dict[Kind, Count]:
        """One exchange with the child, which does not outlive ChildLate or ChildLost."""
        number = next(self._ids)
        seconds = deadline - time.monotonic()
        request = {"id": number, "seconds": max(0.0, seconds) + ALARM_MARGIN_SECONDS, "kinds": kinds, "text": text}
        line = json.dumps(request, ensure_ascii=False).encode() + b"\n"
        child = self._running(closings)
        try:
            return _counts(child.exchange(line, deadline - time.monotonic()), number, kinds)
        except (ChildLate, ChildLost):
            with self._guard:
                if self._child is child:
                    self._child = None
            child.end()
            raise

    def _running(self, closings: int) -> Child:
        """The child, started where there is none. After a `close` none is started for a count that began before it."""
        with self._guard:
            if self._closings != closings:
                raise CountingFailed("The text was not counted because the server is stopping; please try again soon.")
            if self._child is None:
                self._child = Child(self._command)
            return self._child


def _check(text: str) -> None:
    """Refuse what cannot be counted, before anything is started."""
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(
            f"The text has {len(text):,} characters and at most {LONGEST_TEXT:,} are counted at once; "
            "please shorten it or count it in parts."
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise TextNotUnicode(
            f"Character {error.start + 1:,} of the text is only half of a character, which no model can be sent; "
            "please remove it and try again."
        ) from None


def _counts(line: bytes, number: int, kinds: list[Kind]) -> dict[Kind, Count]:
    """The counts in an answer. Raises CountingFailed where the child says why not, ChildLost for any other answer."""
    try:
        answer = json.loads(line)
        if answer["id"] != number:
            raise ChildLost("answered another request")
        if "refused" in answer:
            logger.warning("The tokenizer %s refused a text: %s.", answer["refused"], answer["error"])
            raise CountingFailed(
                f"The tokenizer {Kind(answer['refused']).label} cannot read this text; "
                "please shorten its longest stretch of blanks and try again."
            )
        if "error" in answer:
            logger.error("The counting process could not load a tokenizer: %s.", answer["error"])
            raise CountingFailed(
                "Tokens cannot be counted here because a tokenizer is missing or broken; please tell the operator."
            )
        return {kind: Count(*map(int, answer["counts"][kind])) for kind in kinds}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ChildLost("answered something that is not a count") from None


_counter = TokenCounter()
count = _counter.count
close = _counter.close
atexit.register(close)
