"""Counting prompts behind a page: it waits a moment, remembers, and never asks for one text twice at once."""

import threading
import time
from collections.abc import Iterable, Iterator

import pytest

from catalog.tokenizers.counting import Count
from catalog.tokenizers.errors import Busy
from catalog.tokenizers.kinds import Kind
from playground import counts as module
from playground.counts import Counts


class Tokenizers:
    """A counter that counts words, as slow and as broken as a test wants it."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.go.set()
        self.error: Exception | None = None
        self.asked: list[tuple[str, tuple[Kind, ...]]] = []

    def __call__(self, text: str, kinds: Iterable[Kind]) -> dict[Kind, Count]:
        kinds = tuple(kinds)
        self.asked.append((text, kinds))
        assert self.go.wait(10)
        if self.error is not None:
            raise self.error
        return {kind: Count(len(text.split()), 3) for kind in kinds}


@pytest.fixture
def tokenizers() -> Iterator[Tokenizers]:
    made = Tokenizers()
    yield made
    made.go.set()


def test_a_quick_count_is_there_at_once(tokenizers: Tokenizers) -> None:
    found = Counts(tokenizers).of([("one two", Kind.TEKKEN), ("one two", Kind.V3)], patience=5)
    assert found.of("one two", Kind.TEKKEN) == found.of("one two", Kind.V3) == Count(2, 3)
    assert (found.is_pending, found.problem) == (False, "")
    assert tokenizers.asked == [("one two", (Kind.TEKKEN, Kind.V3))]  # one exchange for both kinds


def test_what_was_counted_is_not_counted_again(tokenizers: Tokenizers) -> None:
    counts = Counts(tokenizers)
    for _ in range(3):
        assert counts.of([("one", Kind.V3)], patience=5).of("one", Kind.V3) == Count(1, 3)
    assert len(tokenizers.asked) == 1


def test_a_slow_count_does_not_hold_the_page(tokenizers: Tokenizers) -> None:
    tokenizers.go.clear()
    counts = Counts(tokenizers)
    begun = time.monotonic()
    found = counts.of([("one", Kind.V3)])
    assert time.monotonic() - begun < 1  # 0.3 s and what a busy machine adds
    assert found.is_pending
    assert found.of("one", Kind.V3) is None
    counts.of([("one", Kind.V3)], patience=0)
    tokenizers.go.set()
    assert counts.of([("one", Kind.V3)], patience=5).of("one", Kind.V3) == Count(1, 3)
    assert len(tokenizers.asked) == 1  # it was under way, so that nobody began it again


def test_a_failure_is_said_and_left_alone_for_a_while(tokenizers: Tokenizers, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizers.error = Busy("Too many texts are being counted.")
    counts = Counts(tokenizers)
    for _ in range(2):
        found = counts.of([("one", Kind.V3)], patience=5)
        assert (found.is_pending, found.problem) == (False, "Too many texts are being counted.")
    assert len(tokenizers.asked) == 1
    now = time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + module.LEFT_ALONE + 1)
    tokenizers.error = None
    assert counts.of([("one", Kind.V3)], patience=5).of("one", Kind.V3) == Count(1, 3)


def test_an_unforeseen_error_leaves_nothing_under_way(tokenizers: Tokenizers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    tokenizers.error = ZeroDivisionError()
    counts = Counts(tokenizers)
    assert counts.of([("one", Kind.V3)], patience=5).is_pending
    tokenizers.error = None
    assert counts.of([("one", Kind.V3)], patience=5).of("one", Kind.V3) == Count(1, 3)


def test_only_two_threads_wait_at_once(tokenizers: Tokenizers) -> None:
    tokenizers.go.clear()
    counts = Counts(tokenizers)
    for number in range(5):
        assert counts.of([(f"text {number}", Kind.V3)], patience=0).is_pending
    deadline = time.monotonic() + 5
    while len(tokenizers.asked) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(tokenizers.asked) == 2
    tokenizers.go.set()
    while time.monotonic() < deadline:
        found = counts.of([(f"text {number}", Kind.V3) for number in range(5)], patience=1)
        if not found.is_pending:
            break
    assert [found.of(f"text {number}", Kind.V3) for number in range(5)] == [Count(2, 3)] * 5


def test_texts_are_not_kept_and_counts_are_bounded(tokenizers: Tokenizers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    counts = Counts(tokenizers)
    counts.of([(f"a secret word {number}", Kind.V3) for number in range(10)], patience=5)
    assert len(counts._known) == 3
    assert "secret" not in repr(counts._known)


def test_half_a_character_is_refused_and_not_raised() -> None:
    found = Counts().of([("a\ud800", Kind.V3)], patience=5)
    assert "half of a character" in found.problem
