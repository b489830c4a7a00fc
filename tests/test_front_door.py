"""The front door: what a newcomer starts, sees, stops, and starts again; and the same job from the terminal."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.live import CANARY, ROOT, LiveServer, clean_environment, free_port, manage
from tests.playground.builders import FOUR
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Status, Usage, answer

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


def serve_until_link(folder: Path, port: int) -> tuple[subprocess.Popen[str], str, float]:
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=clean_environment(folder, PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "/accounts/link/" in line:
            break
    return process, said, time.monotonic() - began


def test_starting_twice_changes_nothing_and_the_second_is_quick(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    counts = []
    for _ in range(2):
        process, said, seconds = serve_until_link(data, port)
        try:
            lines = said.strip().splitlines()
            assert lines[0].startswith(f"Windrose is at http://127.0.0.1:{port}/ and asks the rehearsal")
            assert re.fullmatch(
                rf"Sign in as the owner, once: http://127.0.0.1:{port}/accounts/link/\?sesame=\S+", lines[1]
            )
            page = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
            assert page.status_code == 200
            assert "Mistral Large 3 2512" in page.text
            assert httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).text == "ok\n"
            style = re.search(r"/static/css/base\.\w+\.css", page.text)
            assert style is not None
            assert httpx.get(f"http://127.0.0.1:{port}{style[0]}", trust_env=False).status_code == 200
            counts.append(manage(data, "shell", "-c", COUNT).stdout)
        finally:
            process.send_signal(2)
            rest, _ = process.communicate(timeout=20)
        assert process.returncode == 0
        assert rest.strip() == "Stopped."
    assert counts[0] == counts[1] != ""
    assert seconds < 10
    assert (data / "secret-key").stat().st_mode & 0o077 == 0
    assert data.stat().st_mode & 0o077 == 0


COUNT = (
    "from django.apps import apps;"
    "labels = ('catalog', 'auth', 'playground');"
    "print([(m.__name__, m.objects.count()) for m in apps.get_models() if m._meta.app_label in labels])"
)


def test_a_port_in_use_is_told_in_a_sentence(serve: Callable[..., LiveServer], tmp_path: Path) -> None:
    server = serve()
    done = manage(tmp_path, "serve", PORT=str(server.port))
    assert done.returncode != 0
    assert "Is another program using this port? Choose another one: PORT=8001 make run." in done.stderr
    assert "Traceback" not in done.stderr


def test_oversized_requests_are_refused_before_they_are_read(serve: Callable[..., LiveServer]) -> None:
    server = serve()
    assert httpx.get(f"{server.url}/?q={'x' * 9000}", trust_env=False).status_code == 414
    large = httpx.post(f"{server.url}/playground/", content=b"x" * 2_700_000, trust_env=False)
    assert large.status_code == 413
    endless = httpx.post(f"{server.url}/playground/", content=(b"x" * 100_000 for _ in range(40)), trust_env=False)
    assert endless.status_code == 413
    assert httpx.get(f"{server.url}/healthz", headers={"Host": "evil.example"}, trust_env=False).status_code == 400


class TestPromptCommand:
    """`manage.py prompt`, through the real client and a real socket."""

    @pytest.fixture
    def data(self, prepared: Path, tmp_path: Path) -> Path:
        return LiveServer(prepared, tmp_path / "terminal").data_dir

    def prompt(self, data: Path, fake: FakeUpstream, *arguments: str) -> subprocess.CompletedProcess[str]:
        return manage(data, "prompt", *arguments, OPENROUTER_API_KEY=CANARY, OPENROUTER_BASE_URL=fake.base_url)

    def test_text_and_cost(self, data: Path, fake_upstream: FakeUpstream) -> None:
        fake_upstream.script(FOUR[0], answer("The mistral.", usage=Usage(10_000, 1_000, 4_000)))
        done = self.prompt(
            data,
            fake_upstream,
            "Which wind?",
            "--model",
            FOUR[0],
            "--param",
            "max_tokens=2000",
            "--param",
            "temperature=0",
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == "The mistral.\n"
        assert "Done; cost: $0.0047; 10,000 tokens in, 1,000 out" in done.stderr
        (request,) = fake_upstream.requests
        assert request.body["max_tokens"] == 2000
        assert request.body["temperature"] == 0
        assert CANARY not in done.stdout + done.stderr

    def test_json(self, data: Path, fake_upstream: FakeUpstream) -> None:
        fake_upstream.script(FOUR[3], answer("Hello", usage=Usage(37, 8, cost="0.0000126")))
        done = self.prompt(data, fake_upstream, "Hi", "--model", FOUR[3], "--param", "max_tokens=10", "--json")
        (run,) = json.loads(done.stdout)["runs"]
        assert run["model"] == FOUR[3]
        assert (run["state"], run["text"], run["error"]) == ("done", "Hello", None)
        assert run["cost"]["computed_usd"] == "0.0000308"
        assert run["cost"]["billed_usd"] == "0.0000126"
        assert run["usage"]["prompt_tokens"] == 37

    def test_a_failed_run_exits_with_a_sentence(self, data: Path, fake_upstream: FakeUpstream) -> None:
        fake_upstream.script(FOUR[0], [Status(402, {}, '{"error": {"code": 402, "message": "No credit"}}')])
        done = self.prompt(data, fake_upstream, "Hi", "--model", FOUR[0], "--param", "max_tokens=10")
        assert done.returncode == 3
        assert "credit" in done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["Hi", "--model", "mistralai/nothing"], "There is no model “mistralai/nothing”"),
            ([" ", "--model", FOUR[0]], "Write a prompt first."),
            (
                ["Hi", "--model", FOUR[0], "--param", "temperature=hot"],
                "temperature: a number is expected; this is “hot”.",
            ),
            (["Hi", "--model", FOUR[0], "--param", "temperature=9"], "takes 2 or less; this is 9."),
            (["Hi", "--model", FOUR[0], "--param", "warmth=1"], "None of these models takes a parameter “warmth”."),
            (["Hi", "--model", FOUR[0], "--param", "warmth"], "“warmth” is not of the form name=value."),
            (["Hi", "--model", FOUR[0], "--param", "max_tokens=100000000"], "has room for 262,144 tokens"),
            (
                ["Hi", "--model", FOUR[0], "--param", "max_tokens=131000", "--repeat", "10", "--model", FOUR[1]],
                "Your budget per day has $5.00 left",
            ),
        ],
    )
    def test_bad_input_exits_with_a_sentence(
        self, data: Path, fake_upstream: FakeUpstream, arguments: list[str], sentence: str
    ) -> None:
        done = self.prompt(data, fake_upstream, *arguments)
        assert done.returncode == 1
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
        assert fake_upstream.count == 0

    def test_without_a_key_it_rehearses(self, data: Path) -> None:
        done = manage(data, "prompt", "say exactly: hello there", "--model", FOUR[0])
        assert done.returncode == 0, done.stderr
        assert "simulated" in done.stdout
        assert "hello there" in done.stdout
        assert "would have cost: $" in done.stderr
