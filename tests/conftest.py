"""What every test has: plain static files, no key, no way off this machine, and one rule for what may be missing."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from pytest_socket import socket_allow_hosts

from tests import postgresql as postgresql_cluster
from tests.live import LiveServer, assert_ledger_consistent, prepare
from tests.upstreams.fixtures import fake_upstream  # noqa: F401  a fixture for all

IN_CI = os.environ.get("CI") == "true"


def pytest_configure(config: pytest.Config) -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


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


_SEEDED: list[tuple[str, list[tuple[Any, ...]]]] = []  # for each table the statement that fills it, and its rows


@pytest.fixture
def seeded(db: None) -> None:
    """The catalog as `manage.py seed` makes it; seeded once, and copied for each further test.

    The copy is made of plain rows and not of models: with thousands of them that is ten times as fast.
    """
    models = list(apps.get_app_config("catalog").get_models(include_auto_created=True))
    if not _SEEDED:
        call_command("seed", verbosity=0)
        _SEEDED.extend(_contents(model._meta.db_table) for model in models)
        return
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for statement, rows in _SEEDED:
            if rows:
                cursor.executemany(statement, rows)
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _contents(table: str) -> tuple[str, list[tuple[Any, ...]]]:
    quoted = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {quoted(table)}")  # noqa: S608  a table of our own
        columns = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    names = ", ".join(quoted(column) for column in columns)
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {quoted(table)} ({names}) VALUES ({places})", rows  # noqa: S608  a table of our own


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
