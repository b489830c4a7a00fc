"""What every test has: plain static files, no key, no way off this machine, and one rule for what may be missing."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from pytest_socket import socket_allow_hosts

from catalog import freshness
from tests import postgresql as postgresql_cluster
from tests.live import LiveServer, assert_ledger_consistent, manage, prepare
from tests.upstreams.fixtures import fake_upstream  # noqa: F401  a fixture for all

IN_CI = os.environ.get("CI") == "true"


def pytest_configure(config: pytest.Config) -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


class Turn(IntEnum):
    """When a worker runs a test. Workers take tests one by one, in this order, so that all of them end together."""

    LONG = 0  # waits for other processes, up to minutes
    EMPTY = 1  # finds an empty database, and rolls back
    EMPTY_COMMITTING = 2  # empties the database at its end
    SEEDED = 3  # finds the catalog, committed by the first of these, and rolls back
    SEEDED_COMMITTING = 4
    SHORT = 5  # asks no database


def turn_of(test: pytest.Item) -> Turn:
    fixtures = set(test.fixturenames)  # type: ignore[attr-defined]
    marker = test.get_closest_marker("django_db")
    if marker is None and not fixtures & {"db", "transactional_db"}:
        return Turn.LONG if any(map(test.get_closest_marker, ("postgresql", "browser", "live"))) else Turn.SHORT
    is_committing = "transactional_db" in fixtures or (marker is not None and marker.kwargs.get("transaction", False))
    if "seeded" in fixtures:
        return Turn.SEEDED_COMMITTING if is_committing else Turn.SEEDED
    return Turn.EMPTY_COMMITTING if is_committing else Turn.EMPTY


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """By turns, and the halves of the repetition on PostgreSQL first and third: each worker starts with two tests."""
    items.sort(key=turn_of)
    for place, half in enumerate([test for test in items if test.path.name == "test_postgresql.py"]):
        items.remove(half)
        items.insert(2 * place, half)


def missing(what: str) -> None:
    """Skip a test for want of a program; under CI that is a failure, because CI installs it."""
    if IN_CI:
        pytest.fail(f"{what} is missing, and CI must not go without it.")
    pytest.skip(f"{what} is not on this machine.")


@pytest.fixture(scope="session")
def static_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder: WhiteNoise warns when there is none."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture(autouse=True)
def _plain_settings(settings: Any, static_root: Path) -> None:
    settings.STATIC_ROOT = static_root
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.OPENROUTER_API_KEY = ""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, without a database name."""
    folder = postgresql_cluster.programs()
    if folder is None:
        missing("PostgreSQL")
    with postgresql_cluster.cluster(folder) as url:
        yield url


@pytest.fixture(scope="session")
def filled_database(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Makes a PostgreSQL database with the catalog in it, and gives its URL. Migrated and seeded once, then copied."""
    original = f"original_{time.monotonic_ns()}"
    postgresql_cluster.create(postgresql, original)
    for command in (["migrate", "-v0"], ["seed", "-v0"]):
        done = manage(tmp_path_factory.mktemp("original"), *command, DATABASE_URL=f"{postgresql}/{original}")
        assert done.returncode == 0, done.stderr

    def fill() -> str:
        name = f"filled_{time.monotonic_ns()}"
        postgresql_cluster.create(postgresql, name, original)
        return f"{postgresql}/{name}"

    return fill


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that live servers start on: migrated, seeded, static files collected."""
    return prepare(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
def serve(prepared: Path, tmp_path: Path) -> Iterator[Callable[..., LiveServer]]:
    """Start servers; every one is stopped at the end, and its ledger has to be consistent."""
    started: list[LiveServer] = []

    def start(**environment: str) -> LiveServer:
        server = LiveServer(prepared, tmp_path / f"server-{len(started)}", **environment)
        started.append(server)
        return server.start()

    yield start
    for server in started:
        server.close()
        assert_ledger_consistent(server)


@pytest.fixture
def chromium() -> str:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("Chromium")
    return str(path)


@pytest.fixture(scope="session")
def committed_catalog(django_db_setup: None, django_db_blocker: Any) -> int:
    """The catalog as `manage.py seed` makes it, committed once for all tests that ask for it; its version.

    PostgreSQL has counted the rows then, as it would have after a while. In a transaction that is rolled back it never
    does, and looks for the rows of a full table as it would in an empty one.
    """
    with django_db_blocker.unblock():
        call_command("seed", verbosity=0)
        return freshness.version()


@pytest.fixture
def seeded(committed_catalog: int, db: None) -> None:
    """The catalog as `manage.py seed` makes it."""
    found = freshness.version()
    if not found:  # a test that commits has emptied the database at its end
        call_command("seed", verbosity=0)
    else:
        assert found == committed_catalog, "an earlier test has left a change in the catalog"


@pytest.fixture(autouse=True)
def _no_catalog_unasked(request: pytest.FixtureRequest) -> None:
    """A test that does not ask for the catalog finds the database empty, whatever ran before."""
    if turn_of(request.node) in (Turn.EMPTY, Turn.EMPTY_COMMITTING):
        request.getfixturevalue("db")
        assert not freshness.version(), "an earlier test has left its catalog here"


@pytest.fixture
def owner(db: None) -> Any:
    return get_user_model().objects.create_user("owner", is_staff=True, is_superuser=True)


@pytest.fixture
def stranger(db: None) -> Any:
    return get_user_model().objects.create_user("stranger")


BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def signed_in(client: Any, owner: Any) -> Any:
    client.force_login(owner, backend=BACKEND)
    return client


ROOT = Path(__file__).resolve().parent.parent
