"""Who runs a run, and whether he is gone: certain only within one namespace of one running kernel."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from playground import process
from playground.models import Run, State
from tests.playground.builders import budget
from tests.playground.running import opened, play, priced, run_of

HERE = socket.gethostname()[:60]
PLACE = process._place()


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A process beside this one that waits for nothing."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as child:
        yield child
        child.kill()


@pytest.fixture
def ended() -> int:
    """A process id that nobody has any more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    return child.pid


def test_it_fits_its_column_and_is_never_gone() -> None:
    name = process.identity()
    assert len(name) <= Run._meta.get_field("process").max_length
    assert name.split(":")[1:3] == [PLACE, str(os.getpid())]
    assert (process.is_certainly_gone(name), process.is_gone(name)) == (False, False)


def test_one_that_has_ended_is_certainly_gone(ended: int) -> None:
    assert PLACE, "this machine has no boot id"
    name = f"{HERE}:{PLACE}:{ended}:abcd"
    assert (process.is_certainly_gone(name), process.is_gone(name)) == (True, True)
    assert process.is_certainly_gone(f"another name of this host:{PLACE}:{ended}:abcd")  # names change, kernels know


def test_its_id_being_ours_by_now_is_as_certain() -> None:
    name = f"{HERE}:{PLACE}:{os.getpid()}:abcd"
    assert (process.is_certainly_gone(name), process.is_gone(name)) == (True, True)


@pytest.mark.parametrize("state", [signal.SIGCONT, signal.SIGSTOP])
def test_one_that_is_there_is_not_gone_also_suspended(other: subprocess.Popen[bytes], state: signal.Signals) -> None:
    other.send_signal(state)
    name = f"{HERE}:{PLACE}:{other.pid}:abcd"
    assert (process.is_certainly_gone(name), process.is_gone(name)) == (False, False)
    other.send_signal(signal.SIGCONT)


def test_one_that_nobody_has_buried_yet_still_has_its_id() -> None:
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read()  # its output has ended, so it has, or is about to
        assert not process.is_certainly_gone(f"{HERE}:{PLACE}:{child.pid}:abcd")


def test_another_containers_ids_say_nothing_for_certain(ended: int) -> None:
    """Same host name, same id, another namespace or machine: only its silence tells."""
    for place in ("0123456789abcdef", ""):
        for id in (ended, os.getpid()):
            name = f"{HERE}:{place}:{id}:abcd"
            assert (process.is_certainly_gone(name), process.is_gone(name)) == (False, True)
            assert not process.is_gone(f"elsewhere:{place}:{id}:abcd")


@pytest.mark.parametrize(
    "name",
    ["", "x", ":::", "host:1:abcd", f"{HERE}:{PLACE}:0:abcd", f"{HERE}:{PLACE}:-1:abcd", f"{HERE}:{PLACE}:١:abcd",
     f"{HERE}:{PLACE}:{10**30}:abcd", f"{HERE}:{PLACE}:1:abcd"],
)  # fmt: skip
def test_what_cannot_be_judged_is_not_gone(name: str) -> None:
    assert (process.is_certainly_gone(name), process.is_gone(name)) == (False, False)


def test_without_a_boot_id_nothing_is_certain(ended: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "BOOT", tmp_path / "boot_id")
    name = process.identity().split(":")
    assert name[1] == ""
    assert not process.is_certainly_gone(f"{HERE}::{ended}:abcd")
    assert not process.is_gone(process.identity())


@pytest.mark.parametrize(
    ("place", "is_taken_over"), [(PLACE, True), ("0123456789abcdef", False)], ids=["here", "another container"]
)
@pytest.mark.django_db(transaction=True)
def test_at_its_start_a_process_takes_over_at_once_what_its_predecessor_left(
    owner: Any, ended: int, place: str, is_taken_over: bool
) -> None:
    budget(owner, "1")
    prompt = opened(owner, priced())
    begun = {"process": f"{HERE}:{place}:{ended}:abcd", "state": State.STREAMING, "heartbeat_at": timezone.now()}
    Run.objects.filter(prompt=prompt).update(**begun)
    play([])
    run = run_of(prompt)
    assert run.state == ("interrupted" if is_taken_over else "streaming")
    assert run.hold.settled_at is None, "its cost is not known"
