"""The real counter, started once, and a list of counters that are closed after each test."""

from collections.abc import Iterator

import pytest

from catalog.tokenizers.counting import TokenCounter


@pytest.fixture(scope="module")
def counter() -> Iterator[TokenCounter]:
    """The real thing, with time to spare on a busy machine."""
    counter = TokenCounter(deadline=60, wait=60)
    yield counter
    counter.close()


@pytest.fixture
def fakes() -> Iterator[list[TokenCounter]]:
    """Counters to be closed after the test."""
    counters: list[TokenCounter] = []
    yield counters
    for counter in counters:
        counter.close()
