"""The fixture that starts a fake upstream for one test."""

from collections.abc import Iterator

import pytest

from tests.upstreams.server import FakeUpstream


@pytest.fixture
def fake_upstream() -> Iterator[FakeUpstream]:
    fake = FakeUpstream()
    fake.start()
    yield fake
    fake.stop()
