"""The real server as a process of its own, on a loopback port, with a database of its own.

`Prepared` is made once for a test session (migrated, seeded, static files collected); every server starts on a copy.
"""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

ROOT = Path(__file__).resolve().parent.parent
CANARY = "sk-or-CANARY-" + "0" * 24  # searched for in everything that the server answers, logs or stores
START_SECONDS = 40


def free_port() -> int:
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def clean_environment(data_dir: Path, **variables: str) -> dict[str, str]:
    """Nothing of the machine's environment but the path: no key, no setting leaks in."""
    base = {"PATH": os.environ["PATH"], "HOME": str(data_dir), "LC_ALL": "C.UTF-8", "DATA_DIR": str(data_dir)}
    return base | variables


def manage(data_dir: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean_environment(data_dir, **variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def prepare(folder: Path) -> Path:
    """A data folder that servers start on without preparing again."""
    for command in (["migrate", "-v0"], ["seed", "-v0"], ["collectstatic", "--no-input", "-v0"]):
        done = manage(folder, *command)
        assert done.returncode == 0, done.stderr
    return folder


class LiveServer:
    """`manage.py serve` on a copy of a prepared folder. `environment` adds variables, such as the upstream's address."""

    def __init__(self, prepared: Path, folder: Path, **environment: str) -> None:
        self.data_dir = folder / "data"
        shutil.copytree(prepared, self.data_dir)
        self.log = folder / "server.log"
        self.port = free_port()
        self.environment = clean_environment(self.data_dir, PORT=str(self.port), **environment)
        self.link = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "LiveServer":
        """Start, and wait for the line with the sign-in link."""
        before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--no-prepare"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            said = self.log.read_text()[before:]
            found = re.search(r"http://\S+/accounts/link/\S+", said)
            if found:
                self.link = found[0]
                return self
            if self._process.poll() is not None:
                raise AssertionError(f"The server ended at once:\n{said}")
            time.sleep(0.05)
        raise AssertionError(f"The server did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def interrupt(self) -> int:
        """Ctrl-C; the exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(20)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """What is in the server's database right now."""
        url = self.environment.get("DATABASE_URL", "")
        if url.startswith("postgres"):
            with psycopg.connect(url.replace("postgres://", "postgresql://"), row_factory=dict_row) as connection:
                return connection.execute(query.replace("?", "%s"), values).fetchall()
        with closing(sqlite3.connect(f"file:{self.data_dir}/windrose.sqlite3?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]

    def wait_for(self, query: str, expected: Any, seconds: float = 20) -> list[dict[str, Any]]:
        """Wait until the first column of the first row is `expected`."""
        deadline = time.monotonic() + seconds
        while True:
            rows = self.rows(query)
            if rows and next(iter(rows[0].values())) == expected:
                return rows
            if time.monotonic() > deadline:
                raise AssertionError(f"{query} gave {rows}, not {expected!r}.\n{self.log.read_text()}")
            time.sleep(0.05)

    def stored_bytes(self) -> bytes:
        """Every byte of the database and of the log."""
        files = [*self.data_dir.glob("windrose.sqlite3*"), self.log]
        return b"".join(path.read_bytes() for path in files)


def assert_ledger_consistent(server: LiveServer) -> None:
    """Every run has its hold; what is over is settled, or its cost is unknown and its hold kept."""
    rows = server.rows(
        "select r.state, r.ended_at, r.computed_usd, r.billed_usd, h.id as hold, h.spent, h.settled_at"
        " from playground_run r left join playground_hold h on h.run_id = r.id"
    )
    for row in rows:
        assert row["hold"] is not None, row
        assert (row["spent"] is None) == (row["settled_at"] is None), row
        if row["ended_at"] is None:
            assert row["settled_at"] is None, row
