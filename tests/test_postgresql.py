"""The same rules on PostgreSQL: the tests of models and pages run again there."""

import os
import subprocess
import sys

import psycopg
import pytest

from tests.live import ROOT

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(600)]
AGAIN = ["tests/playground/test_ledger.py", "tests/playground/test_pages.py", "tests/test_access.py", "tests/catalog"]


def test_models_and_pages_on_postgresql(postgresql: str) -> None:
    with psycopg.connect(
        f"{postgresql.replace('postgres:', 'postgresql:', 1)}/postgres", autocommit=True
    ) as connection:
        connection.execute("create database windrose")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *AGAIN],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"{postgresql}/windrose"},
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
