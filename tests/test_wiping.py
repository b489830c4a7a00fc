"""Removed texts are in no file of the database: neither in its tables, nor in its write-ahead log."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import DatabaseError, connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from playground import wiping
from tests.live import CANARY, LiveServer
from tests.playground.builders import FOUR
from tests.test_concurrency import post, sign_in
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, DoneMark, Ending, Usage

SECRET = "the secret of the north wind"
SAID = "an answer about the north wind"


def files(server: LiveServer) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in server.data_dir.glob("windrose.sqlite3*")}


def found(server: LiveServer) -> dict[str, int]:
    """How often each file of the database has one of the secrets in it."""
    return {
        name: content.count(SECRET.encode()) + content.count(SAID.encode()) for name, content in files(server).items()
    }


@pytest.mark.live
@pytest.mark.timeout(180)
class TestServer:
    @pytest.fixture
    def server(self, serve: Callable[..., LiveServer], fake_upstream: FakeUpstream) -> LiveServer:
        script = [Chunks([SAID] * 3), Ending(), Usage(10, 3, cost="0.00001"), DoneMark()]
        fake_upstream.script(FOUR[0], script)
        return serve(OPENROUTER_API_KEY=CANARY, OPENROUTER_BASE_URL=fake_upstream.base_url)

    def asked(self, server: LiveServer, **changes: object) -> tuple[str, Any]:
        client = sign_in(server)
        response = post(server, client, **({"text": SECRET, "parameter-max_tokens": "100"} | changes))
        assert response.status_code == 302, response.text
        return response.headers["location"], client

    def test_what_is_not_to_be_stored_is_in_no_file(self, server: LiveServer) -> None:
        self.asked(server, unstored="on")
        server.wait_for("select purged_at is not null from playground_prompt", 1)
        wait_until(lambda: not any(found(server).values()))
        assert server.rows("select state from playground_run") == [{"state": "done"}]

    def test_what_is_removed_later_is_in_no_file_also_beside_a_reader(self, server: LiveServer) -> None:
        board, client = self.asked(server)
        server.wait_for("select state from playground_run", "done")
        assert sum(found(server).values()) > 2
        with closing(sqlite3.connect(server.data_dir / "windrose.sqlite3", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM playground_prompt").fetchone()
            removed = httpx.post(
                f"{server.url}{board}texts/remove", cookies=client.cookies, headers=client.headers, trust_env=False
            )
            assert removed.status_code == 302
            server.wait_for("select purged_at is not null from playground_prompt", 1)
            assert any(found(server).values()), "a reader holds the log, so this test has something to wait for"
            reader.execute("COMMIT")
        wait_until(lambda: not any(found(server).values()), 20)


@pytest.mark.django_db
class TestWiping:
    """Of a file of its own, with one reader in the way or none."""

    @pytest.fixture
    def path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        options = {"timeout": 20, "init_command": "PRAGMA journal_mode=WAL; PRAGMA secure_delete=ON;"}
        path = tmp_path / "own.sqlite3"
        own = DatabaseWrapper(connections["default"].settings_dict | {"NAME": str(path), "OPTIONS": options}, "own")
        monkeypatch.setattr(wiping, "connection", own)
        own.inc_thread_sharing()
        with own.cursor() as cursor:
            cursor.execute("CREATE TABLE said (words TEXT)")
            cursor.execute("INSERT INTO said VALUES (%s)", [SECRET])
            cursor.execute("DELETE FROM said")
        yield path
        own.close()

    def in_files(self, path: Path) -> int:
        return sum(each.read_bytes().count(SECRET.encode()) for each in path.parent.glob("own.sqlite3*"))

    def test_the_log_is_empty_afterwards(self, path: Path) -> None:
        assert self.in_files(path) == 1
        assert wiping.wipe() is True
        assert not wiping.is_left()
        assert self.in_files(path) == 0
        assert path.with_name("own.sqlite3-wal").stat().st_size == 0

    def test_a_reader_is_waited_for_briefly_and_it_stays_to_do(self, path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM said").fetchall()
            began = time.monotonic()
            assert wiping.wipe() is False
            assert time.monotonic() - began < 5  # and not the 20 seconds of any other statement
            assert wiping.is_left()
        with wiping.connection.cursor() as cursor:
            assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20_000,)
        assert wiping.wipe() is True
        assert (wiping.is_left(), self.in_files(path)) == (False, 0)

    def test_a_failure_is_logged_and_stays_to_do(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def failing(patience: int) -> bool:
            raise DatabaseError("disk I/O error")

        monkeypatch.setattr(wiping, "_emptied", failing)
        assert wiping.wipe() is False
        assert wiping.is_left()
        assert "The write-ahead log could not be emptied" in caplog.text


def wait_until(is_so: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
