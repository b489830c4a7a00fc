"""A PostgreSQL cluster of the tests' own: made in a temporary folder, on a loopback port, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.live import free_port


def programs() -> Path | None:
    """Where initdb is, or None: Debian keeps it out of the path."""
    found = shutil.which("initdb")
    candidates = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((path for path in candidates if (path / "initdb").exists()), None)


@contextmanager
def cluster(bin_folder: Path) -> Iterator[str]:
    """The URL of a fresh server without a database name: postgres://postgres@127.0.0.1:port."""
    folder = Path(tempfile.mkdtemp(prefix="windrose-postgresql-"))
    user = None
    if os.geteuid() == 0:
        # The server refuses to run as root.
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    port = free_port()

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(bin_folder / program), *arguments],
            cwd=folder,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()

    options = f"-h 127.0.0.1 -p {port} -k '' -c fsync=off -c max_connections=100"
    try:
        run(
            "initdb",
            "-D",
            str(folder / "data"),
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        )
        run("pg_ctl", "-D", str(folder / "data"), "-l", str(folder / "log"), "-w", "-o", options, "start")
        yield f"postgres://postgres@127.0.0.1:{port}"
        run("pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create(cluster: str, name: str, original: str = "template1") -> None:
    """Make a database on the server at `cluster`, as a copy of `original`, to which nobody may be connected then."""
    address = f"{cluster.replace('postgres:', 'postgresql:', 1)}/postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"create database {name} template {original}")
