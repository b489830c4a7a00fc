"""A child that hangs, dies or lies."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from catalog.tokenizers.counting import LONGEST_TEXT, Count, TokenCounter
from catalog.tokenizers.errors import CountingFailed, TooSlow
from catalog.tokenizers.kinds import Kind
from tests.catalog.tokenizers.children import (
    DYING,
    at_first,
    child,
    is_reaped,
    is_running,
    soon,
)

# A child that hangs, dies or lies.


@pytest.mark.parametrize("text", ["Hello", "x" * LONGEST_TEXT], ids=["waiting for the count", "writing the text"])
def test_a_child_that_hangs_is_killed_and_reaped(fakes: list[TokenCounter], tmp_path: Path, text: str) -> None:
    fakes.append(TokenCounter(at_first("import time; time.sleep(60)", tmp_path / "marker"), deadline=1))
    with ThreadPoolExecutor() as pool:
        start = time.monotonic()
        call = pool.submit(fakes[0].count, text, [Kind.V3])
        assert soon(lambda: fakes[0].pid is not None)
        pid = fakes[0].pid
        assert pid is not None
        assert is_running(pid)
        with pytest.raises(TooSlow, match=r"took more than 1 seconds and was stopped; please try again with a shorter"):
            call.result()
    assert time.monotonic() - start < 8
    assert is_reaped(pid)
    assert fakes[0].pid is None
    assert fakes[0].count("Hello", [Kind.V3]) == {Kind.V3: Count(5, 3)}


@pytest.mark.parametrize(
    "trouble",
    [
        "sys.exit(1)",
        "sys.stdin.readline(); sys.exit(1)",
        "print('nonsense', flush=True)",
        "print('[' * 60_000, flush=True)",
        'print(\'{"id": 0, "counts": {"v3": [1, 1]}}\', flush=True)',
        'print(\'{"id": 1, "counts": {"v3": [1]}}\', flush=True)',
        'print(\'{"id": 1, "counts": {"v7": [1, 1]}}\', flush=True)',
        "print('{\"id\": 1', end='', flush=True); sys.exit(0)",
        "while True: sys.stdout.write('x' * 65_536)",
    ],
)
def test_a_dead_or_garbled_child_is_replaced_once(fakes: list[TokenCounter], tmp_path: Path, trouble: str) -> None:
    fakes.append(TokenCounter(at_first(trouble, tmp_path / "marker"), deadline=30))
    assert fakes[0].count("Hello", [Kind.V3]) == {Kind.V3: Count(5, 3)}
    assert (tmp_path / "marker").exists()


def test_twice_is_a_failure_and_the_log_has_no_text(
    fakes: list[TokenCounter], caplog: pytest.LogCaptureFixture
) -> None:
    fakes.append(TokenCounter(child(DYING), deadline=30))
    with pytest.raises(CountingFailed, match=r"the counting process stopped twice; please try again later\.$"):
        fakes[0].count("a private sentence", [Kind.V3])
    assert fakes[0].pid is None
    assert [record.levelname for record in caplog.records] == ["WARNING", "ERROR"]
    assert "private" not in caplog.text


def test_a_child_that_cannot_be_started_is_a_failure(fakes: list[TokenCounter]) -> None:
    fakes.append(TokenCounter(["/nowhere/python"]))
    with pytest.raises(CountingFailed):
        fakes[0].count("Hello", [Kind.V3])


def test_a_missing_tokenizer_is_told_as_the_operator_s_matter(fakes: list[TokenCounter]) -> None:
    answer = "import json\nrequest = json.loads(input())\n"
    answer += "print(json.dumps({'id': request['id'], 'error': 'ModuleNotFoundError'}), flush=True); input()"
    fakes.append(TokenCounter(child(answer)))
    with pytest.raises(CountingFailed, match=r"a tokenizer is missing or broken; please tell the operator\.$"):
        fakes[0].count("Hello", [Kind.V3])


def test_a_child_that_was_killed_while_it_waited_is_replaced(counter: TokenCounter) -> None:
    counter.count("Hello", [Kind.V3])
    before = counter.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert counter.count("Hello", [Kind.V3]) == {Kind.V3: Count(1, 3)}
    assert counter.pid != before
    assert is_reaped(before)


def test_ctrl_c_is_the_server_s_to_decide(counter: TokenCounter) -> None:
    counter.count("Hello", [Kind.V3])
    pid = counter.pid
    assert pid is not None
    os.kill(pid, signal.SIGINT)
    assert counter.count("Hello", [Kind.V3]) == {Kind.V3: Count(1, 3)}
    assert counter.pid == pid
