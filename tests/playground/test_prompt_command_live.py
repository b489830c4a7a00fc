"""`manage.py prompt` as a process of its own: what reaches each stream, how it ends, and what Ctrl-C leaves behind."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live import CANARY, ROOT, LiveServer, assert_ledger_consistent, clean_environment
from tests.playground.builders import FOUR
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import (
    Chunks,
    Data,
    DoneMark,
    Ending,
    Headers,
    Reset,
    Status,
    Step,
    Usage,
    WaitFor,
    answer,
    chunk,
    delta,
)

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
LIMIT = ("--param", "max_tokens=100")
BILLED = Usage(10, 3, cost="0.000123")


@pytest.fixture
def server(prepared: Path, tmp_path: Path) -> LiveServer:
    """A folder with a catalog; no server runs on it."""
    return LiveServer(prepared, tmp_path / "terminal")


class Terminal:
    """Starts the command, and reads what it says."""

    def __init__(self, server: LiveServer, fake: FakeUpstream) -> None:
        self.server = server
        self.environment = {"OPENROUTER_API_KEY": CANARY, "OPENROUTER_BASE_URL": fake.base_url}

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", "prompt", *arguments],
            cwd=ROOT,
            env=clean_environment(self.server.data_dir, **(self.environment | environment)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, typed: str = "") -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(typed, timeout=120)
        assert "Traceback" not in err
        assert CANARY not in out + err
        assert_ledger_consistent(self.server)
        return process.returncode, out, err


@pytest.fixture
def terminal(server: LiveServer, fake_upstream: FakeUpstream) -> Terminal:
    return Terminal(server, fake_upstream)


def eventually(is_so: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_piped_in_and_out(terminal: Terminal, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(FOUR[0], answer("It is the mistral."))
    code, out, err = terminal.run("--model", FOUR[0], *LIMIT, typed="Which wind?\n")
    assert (code, out) == (0, "It is the mistral.\n")
    assert "Done; cost: $0.000123; 10 tokens in, 3 out; first token after " in err
    assert fake_upstream.requests[0].body["messages"] == [{"role": "user", "content": "Which wind?"}]


def test_a_tool_call_and_reasoning(terminal: Terminal, fake_upstream: FakeUpstream) -> None:
    first = {"index": 0, "id": "call-1", "type": "function", "function": {"name": "wind", "arguments": '{"place":'}}
    second = {"index": 0, "function": {"arguments": ' "here"}'}}
    script: list[Step] = [
        Data(chunk(FOUR[0], delta(reasoning="Look it up."))),
        Data(chunk(FOUR[0], delta(tool_calls=[first]))),
        Data(chunk(FOUR[0], delta(tool_calls=[second]))),
        Ending("tool_calls"),
        BILLED,
        DoneMark(),
    ]
    fake_upstream.script(FOUR[0], script)
    code, out, err = terminal.run("Hi", "--model", FOUR[0], *LIMIT, "--reasoning")
    assert (code, out) == (0, 'wind({"place": "here"})\n')
    assert "— Reasoning\nLook it up.\n— Answer\n— Done" in err


def test_the_worst_end_of_several_decides(terminal: Terminal, fake_upstream: FakeUpstream) -> None:
    fake_upstream.script(FOUR[0], answer("Whole."))
    fake_upstream.script(FOUR[1], [Chunks(["Cut"]), Ending("length"), BILLED, DoneMark()])
    fake_upstream.script(FOUR[2], [Chunks(["No"]), Ending("content_filter"), BILLED, DoneMark()])
    fake_upstream.script(FOUR[3], [Chunks(["Half"]), Reset()])
    both = ("Hi", "--model", FOUR[0], "--model", FOUR[1], *LIMIT)
    code, out, err = terminal.run(*both)
    assert code == 5
    assert out == "— Mistral Large 3 2512\nWhole.\n— Mistral Large 2407\nCut\n"
    assert err.count("cost: $0.000123") == 2
    assert err.endswith("Mistral Large 2407: Cut at the output limit.\n")
    code, _, err = terminal.run(*both, "--model", FOUR[2])
    assert code == 4
    assert "The provider’s content filter ended this answer." in err
    code, out, err = terminal.run(*both, "--model", FOUR[2], "--model", FOUR[3], "--json")
    assert code == 3
    runs = json.loads(out)["runs"]
    assert [run["state"] for run in runs] == ["done", "truncated", "refused", "incomplete"]
    assert [list(run) for run in runs] == [["model", "state", "text", "usage", "cost", "error"]] * 4
    assert runs[3]["cost"]["billed_usd"] is None
    assert "The connection to OpenRouter was lost." in runs[3]["error"]
    assert err.count("\n") == 1  # one sentence for each that did not end well, on one line


def test_texts_that_are_not_stored_are_printed_all_the_same(
    terminal: Terminal, fake_upstream: FakeUpstream, server: LiveServer
) -> None:
    fake_upstream.script(FOUR[0], answer("Said once and never again."))
    code, out, _ = terminal.run("A secret question.", "--model", FOUR[0], *LIMIT, "--no-store")
    assert (code, out) == (0, "Said once and never again.\n")
    code, out, _ = terminal.run("A secret question.", "--model", FOUR[0], *LIMIT, "--no-store", "--json")
    assert [run["text"] for run in json.loads(out)["runs"]] == ["Said once and never again."]
    assert [row["text"] for row in server.rows("select text from playground_run")] == ["", ""]
    assert [row["messages"] for row in server.rows("select messages from playground_prompt")] == ["[]", "[]"]


def test_ctrl_c_stops_the_runs_and_tells_what_is_known(
    terminal: Terminal, fake_upstream: FakeUpstream, server: LiveServer
) -> None:
    fake_upstream.script(FOUR[0], [Chunks(["Begun "]), WaitFor("stop"), *answer("and over", usage=BILLED)])
    process = terminal.start("Hi", "--model", FOUR[0], *LIMIT)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    assert process.stdout.read(6) == "Begun "
    process.send_signal(signal.SIGINT)
    process.stdin = None
    # It has begun, and nobody knows whether closing would end the bill: so it is read on, and its text goes unprinted.
    eventually(lambda: server.rows("select id from playground_run where state = 'stopping'"))
    fake_upstream.release("stop")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "Stopping. What was sent is read until its cost is known" in err
    assert "Stopped; cost: $0.000123" in err
    assert "This provider bills the whole answer, so Windrose read on to learn the exact cost." in err
    assert out == "\n"
    (row,) = server.rows("select state, text, rest from playground_run")
    assert (row["state"], row["text"], row["rest"]) == ("stopped", "Begun ", "and over")
    assert_ledger_consistent(server)


def test_a_second_ctrl_c_leaves_at_once(terminal: Terminal, fake_upstream: FakeUpstream, server: LiveServer) -> None:
    """Without streaming nothing can be cancelled, so the first one waits for the answer."""
    fake_upstream.script(FOUR[0], [Headers("application/json"), WaitFor("never")])
    process = terminal.start("Hi", "--model", FOUR[0], *LIMIT, "--no-stream", "--json")
    fake_upstream.wait_for_requests(1, 60)
    eventually(lambda: server.rows("select state from playground_run where state = 'connecting'"))
    process.send_signal(signal.SIGINT)
    eventually(lambda: server.rows("select id from playground_run where stop_requested"))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate("", timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert [run["state"] for run in json.loads(out)["runs"]] == ["interrupted"]
    assert server.rows("select spent from playground_hold") == [{"spent": None}]  # what it cost is not known
    assert_ledger_consistent(server)


def test_the_reader_of_a_pipe_may_leave(terminal: Terminal, fake_upstream: FakeUpstream, server: LiveServer) -> None:
    fake_upstream.script(FOUR[0], [Chunks(["Begun "]), WaitFor("closed"), Chunks(["more "] * 50), BILLED, DoneMark()])
    process = terminal.start("Hi", "--model", FOUR[0], *LIMIT)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.close()
    assert process.stdout.read(6) == "Begun "
    process.stdout.close()
    fake_upstream.release("closed")
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 128 + signal.SIGPIPE
    assert "Traceback" not in err
    assert "Broken pipe" not in err
    (row,) = server.rows("select state from playground_run")
    assert row["state"] in ("stopped", "done")
    assert_ledger_consistent(server)


def test_the_command_line_itself(terminal: Terminal, fake_upstream: FakeUpstream) -> None:
    code, _, err = terminal.run("Hi")
    assert (code, "the following arguments are required: --model" in err) == (2, True)
    code, _, err = terminal.run("Hi", "--model", FOUR[0], "--api", "telepathy")
    assert (code, "invalid choice: 'telepathy'" in err) == (2, True)
    code, _, err = terminal.run("Hi", "--model", FOUR[0], "--guard", "watchdog")
    assert code == 2
    assert fake_upstream.count == 0


def test_a_database_that_is_not_there(tmp_path: Path, fake_upstream: FakeUpstream, prepared: Path) -> None:
    server = LiveServer(prepared, tmp_path / "empty")
    for file in server.data_dir.glob("windrose.sqlite3*"):
        file.unlink()
    process = Terminal(server, fake_upstream).start("Hi", "--model", FOUR[0])
    _, err = process.communicate("", timeout=60)
    assert process.returncode == 1
    assert "The database is not ready, so nothing was sent" in err
    assert "Traceback" not in err


def test_a_refusal_of_the_upstream_before_any_text(terminal: Terminal, fake_upstream: FakeUpstream) -> None:
    body = '{"error": {"code": 403, "message": "Flagged", "metadata": {"reasons": ["violence"]}}}'
    fake_upstream.script(FOUR[0], [Status(403, {}, body)])
    code, out, err = terminal.run("Hi", "--model", FOUR[0], *LIMIT)
    assert (code, out) == (4, "")
    assert "A moderation filter of OpenRouter stopped this prompt." in err
