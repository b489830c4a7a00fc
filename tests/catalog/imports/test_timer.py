"""The timer: a look that fails is logged and the next one comes; closing ends the command and waits until it is gone."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.imports import timer
from catalog.management.commands.sync import Command

WAIT_UNTIL_ENDED = """
import pathlib, signal, sys, time
folder = pathlib.Path(sys.argv[1])
def end(number, frame):
    (folder / "ended").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, end if sys.argv[2] == "obedient" else signal.SIG_IGN)
(folder / "pid.new").write_text(str(__import__("os").getpid()))
(folder / "pid.new").rename(folder / "pid")
time.sleep(60)
"""


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Callable[..., None]:
    """Have the timer run this Python program instead, at once and again every hundredth of a second."""
    settings.SYNC_HOURS = 6
    monkeypatch.setattr(timer, "FIRST_LOOK_SECONDS", 0)
    monkeypatch.setattr(timer, "LOOKS_AN_HOUR", 360_000)

    def run(program: str, *arguments: str) -> None:
        monkeypatch.setattr(timer, "command", lambda: [sys.executable, "-c", program, *arguments])

    return run


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def opened_until(condition: Callable[[], bool]) -> float:
    """Open a timer, wait, and close it; the seconds that closing took."""
    opened = timer.Timer()
    opened.open()
    try:
        await until(condition)
    finally:
        began = time.monotonic()
        await opened.close()
    return time.monotonic() - began


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.getMessage()) for record in caplog.records if record.name == "catalog.imports"]


@pytest.mark.parametrize(
    ("program", "code", "logged"),
    [
        ("print('1 entry read.'); print('Applied 1 change.')", 0, [("INFO", "Applied 1 change.")]),
        ("pass", 0, []),
        ("import sys; sys.exit('CommandError: It is empty.')", 1, [("WARNING", "CommandError: It is empty.")]),
        ("import sys; sys.exit(3)", 3, [("WARNING", "Reading the list of models ended with code 3.")]),
    ],
)
def test_a_look_logs_the_last_line(
    runs: Any, caplog: pytest.LogCaptureFixture, program: str, code: int, logged: list[tuple[str, str]]
) -> None:
    runs(program)
    with caplog.at_level(logging.INFO, "catalog.imports"):
        assert asyncio.run(timer.sync()) == code
    assert said(caplog) == logged


def test_it_goes_on_after_a_look_that_failed(
    runs: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    runs("print('Applied 1 change.')")
    right, looks = timer.command(), iter([[str(Path("/nowhere/python"))], ["a NUL byte \0"]])
    monkeypatch.setattr(timer, "command", lambda: next(looks, right))
    with caplog.at_level(logging.INFO, "catalog.imports"):
        asyncio.run(opened_until(lambda: ("INFO", "Applied 1 change.") in said(caplog)))
    failed = ("ERROR", "The look for a new list of models failed.")
    assert said(caplog)[:3] == [failed, failed, ("INFO", "Applied 1 change.")]


@pytest.mark.parametrize("manner", ["obedient", "stubborn"])
def test_closing_ends_the_command(runs: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, manner: str) -> None:
    monkeypatch.setattr(timer, "GRACE_SECONDS", 10 if manner == "obedient" else 0.2)
    runs(WAIT_UNTIL_ENDED, str(tmp_path), manner)
    seconds = asyncio.run(opened_until((tmp_path / "pid").exists))
    assert seconds < 8
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    assert (tmp_path / "ended").exists() is (manner == "obedient")


def test_closing_raises_nothing_of_what_the_task_died_of(runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> None:
        raise RuntimeError("No timer is like this.")

    async def close() -> None:
        opened = timer.Timer()
        monkeypatch.setattr(opened, "_run", broken)
        opened.open()
        await asyncio.sleep(0)
        await opened.close()
        await opened.close()

    asyncio.run(close())


@pytest.mark.parametrize(("hours", "tasks"), [(0, 0), (6, 1)])
def test_it_is_off_without_hours(runs: Any, settings: Any, hours: int, tasks: int) -> None:
    settings.SYNC_HOURS = hours

    async def started() -> int:
        before = len(asyncio.all_tasks())
        opened = timer.Timer()
        opened.open()
        found = len(asyncio.all_tasks()) - before
        await opened.close()
        return found

    assert asyncio.run(started()) == tasks


def test_the_command_is_one_that_there_is(settings: Any) -> None:
    settings.SYNC_HOURS = 6
    python, script, name, *arguments = timer.command()
    assert (python, Path(script).name, name) == (sys.executable, "manage.py", "sync")
    assert Path(script).exists()
    options = Command().create_parser("manage.py", "sync").parse_args(arguments)
    assert (options.source, options.every, options.file) == ("openrouter", 6.0, None)
