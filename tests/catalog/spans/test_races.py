"""Two processes that refresh at once, while others write: nothing is lost, on SQLite and on PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.live import ROOT

pytestmark = pytest.mark.timeout(300)


def run(environment: dict[str, str], *jobs: str) -> None:
    """These jobs at once, each in a process of its own; all have to end well."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.catalog.spans.racing", job],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for job in jobs
    ]
    errors = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0] * len(jobs), [text[-2000:] for text in errors]


def race(environment: dict[str, str]) -> None:
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True, timeout=120)
    run(environment, "fill")
    run(environment, "refresh", "edit", "refresh")
    run(environment, "edit", "refresh")
    run(environment, "check")
    run(environment, "locked")


def test_refreshing_at_once_on_sqlite(tmp_path: Path) -> None:
    race(os.environ | {"DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'race.sqlite3'}"})


@pytest.mark.postgresql
def test_refreshing_at_once_on_postgresql(tmp_path: Path, postgresql: str) -> None:
    address = f"{postgresql.replace('postgres:', 'postgresql:', 1)}/postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create database race")
    race(os.environ | {"DATA_DIR": str(tmp_path), "DATABASE_URL": f"{postgresql}/race"})
