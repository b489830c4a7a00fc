"""The queue in front of the child, and the end: what closing, Ctrl-C and kill -9 leave behind."""

import json
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from catalog.tokenizers import counting
from catalog.tokenizers.counting import MOST_WAITING, Count, TokenCounter
from catalog.tokenizers.errors import Busy, CountingError, CountingFailed, TooSlow
from catalog.tokenizers.kinds import Kind
from catalog.tokenizers.process import PROJECT, WORKER
from tests.catalog.tokenizers.children import (
    HANGING,
    HEAVY,
    HONEST,
    child,
    is_reaped,
    is_running,
    soon,
)

# The queue.


def test_who_waits_too_long_is_turned_away_and_kills_nobody_s_count(fakes: list[TokenCounter]) -> None:
    fakes.append(TokenCounter(child(HANGING), deadline=3, wait=0.2))
    with ThreadPoolExecutor() as pool:
        first = pool.submit(fakes[0].count, "Hello", [Kind.V3])
        assert soon(lambda: fakes[0].pid is not None)
        pid = fakes[0].pid
        with pytest.raises(Busy, match=r"^Another text is taking long to count; please try again in a few seconds\.$"):
            fakes[0].count("Hello", [Kind.V3])
        assert fakes[0].pid == pid
        with pytest.raises(TooSlow):
            first.result()


def test_a_full_queue_turns_away_at_once(fakes: list[TokenCounter]) -> None:
    fakes.append(TokenCounter(child(HANGING), deadline=4, wait=2))
    callers = MOST_WAITING + 4
    together = Barrier(callers)

    def call() -> str:
        together.wait()
        try:
            fakes[0].count("Hello", [Kind.V3])
        except CountingError as error:
            return str(error).split()[0]
        return "counted"

    with ThreadPoolExecutor(callers) as pool:
        answers: list[Future[str]] = [pool.submit(call) for _ in range(callers)]
    # "Counting ... took more than", "Another text is taking long", "Too many texts".
    assert Counter(answer.result() for answer in answers) == {"Counting": 1, "Another": MOST_WAITING, "Too": 3}


def test_callers_at_the_same_time_each_get_their_own_count(counter: TokenCounter) -> None:
    texts = ["a" * length for length in range(1, 41)]
    with ThreadPoolExecutor(1 + MOST_WAITING) as pool:
        together = list(pool.map(lambda text: counter.count(text, [Kind.V3]), texts))
    assert together == [counter.count(text, [Kind.V3]) for text in texts]
    assert len({counts[Kind.V3] for counts in together}) > 5


# The end.


def test_close_ends_and_reaps_the_child_and_a_later_count_starts_another(fakes: list[TokenCounter]) -> None:
    fakes.append(TokenCounter(child(HONEST)))
    fakes[0].close()
    fakes[0].count("Hello", [Kind.V3])
    pid = fakes[0].pid
    assert pid is not None
    fakes[0].close()
    fakes[0].close()
    assert is_reaped(pid)
    assert fakes[0].pid is None
    assert fakes[0].count("Hello", [Kind.V3]) == {Kind.V3: Count(5, 3)}


def test_close_in_the_middle_of_a_count_starts_nothing_new(fakes: list[TokenCounter]) -> None:
    fakes.append(TokenCounter(child(HANGING), deadline=60))
    with ThreadPoolExecutor() as pool:
        call = pool.submit(fakes[0].count, "Hello", [Kind.V3])
        assert soon(lambda: fakes[0].pid is not None)
        fakes[0].close()
        with pytest.raises(CountingFailed, match=r"because the server is stopping; please try again soon\.$"):
            call.result(timeout=10)
    assert fakes[0].pid is None


PARENT = """
import sys, time
from catalog.tokenizers import counting
from catalog.tokenizers.kinds import Kind
counting.count("Hello", [Kind.V3])
print(counting._counter.pid, *sorted(set(sys.argv[1:]) & set(sys.modules)), flush=True)
if "stay" in sys.argv:
    time.sleep(60)
"""


@pytest.mark.parametrize("stay", [True, False], ids=["kill -9", "ends without closing"])
def test_no_child_outlives_its_parent_and_the_parent_imports_nothing_heavy(stay: bool) -> None:
    command = [sys.executable, "-W", "error", "-c", PARENT, *sorted(HEAVY), *(["stay"] if stay else [])]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        pid, *heavy = parent.stdout.readline().split()
        assert heavy == []
        if stay:
            assert is_running(int(pid))
            parent.kill()
        assert parent.wait() == (-signal.SIGKILL if stay else 0)
        assert parent.stderr.read() == b""
    assert soon(lambda: not is_running(int(pid)))


def request(**more: object) -> bytes:
    return json.dumps({"id": 1, "seconds": 30, "kinds": ["v3"], "text": "Hello"} | more).encode() + b"\n"


def test_a_worker_that_hangs_without_a_parent_ends_itself() -> None:
    hang = "import time; from catalog.tokenizers import worker\n"
    hang += "worker._answer = lambda request, loaded: time.sleep(60)\nraise SystemExit(worker.main())"
    with subprocess.Popen([sys.executable, "-c", hang], cwd=PROJECT, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(request(seconds=0.3))
        process.stdin.flush()  # and the input stays open
        assert process.wait(20) == -signal.SIGALRM


@pytest.mark.parametrize(
    ("sent", "status", "answers", "said"),
    [
        (b"", 0, 0, b""),
        (request(), 0, 1, b""),
        (request() + request(), 0, 2, b""),
        (request()[:-5], 0, 0, b""),
        (b"nonsense\n", 2, 0, b"The counting process was sent a line that is not a request.\n"),
        (b"{}\n", 2, 0, b"The counting process was sent a line that is not a request.\n"),
    ],
)
def test_a_worker_ends_with_its_input_and_without_a_traceback(
    sent: bytes, status: int, answers: int, said: bytes
) -> None:
    worker = subprocess.run(WORKER, input=sent, cwd=PROJECT, capture_output=True, timeout=60, check=False)
    assert (worker.returncode, worker.stderr) == (status, said)
    assert worker.stdout == b'{"id": 1, "counts": {"v3": [1, 3]}}\n' * answers


def test_a_kind_that_does_not_exist_is_an_error_and_not_the_end() -> None:
    sent = request(kinds=["v9"]) + request()
    worker = subprocess.run(WORKER, input=sent, cwd=PROJECT, capture_output=True, timeout=60, check=True)
    assert worker.stdout == b'{"id": 1, "error": "ValueError"}\n{"id": 1, "counts": {"v3": [1, 3]}}\n'


def test_the_child_is_given_no_secret(
    fakes: list[TokenCounter], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", "whatever it is")
    told = tmp_path / "environment"
    tell = f"import json, os, pathlib\npathlib.Path({str(told)!r}).write_text(json.dumps(dict(os.environ)))\n"
    fakes.append(TokenCounter(child(tell + HONEST)))
    fakes[0].count("Hello", [Kind.V3])
    environment = json.loads(told.read_text())
    ours = {"PYTHONUTF8", "PYTHONPATH", "HF_HUB_OFFLINE", "OPENBLAS_NUM_THREADS"}
    assert ours <= set(environment) <= ours | {"LC_CTYPE"}  # which Python sets itself in the C locale
    assert "whatever it is" not in told.read_text()


def test_one_counter_for_all() -> None:
    assert counting.count("Hello", [Kind.V3]) == {Kind.V3: Count(1, 3)}
    counting.close()
    counting.close()
    assert counting._counter.pid is None
