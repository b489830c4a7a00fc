"""Many at once, on both databases: budgets hold, one key is one prompt, a hundred answers stream from one process.

The fake upstream's barrier holds every call open while the others arrive: a check without a reservation would pass them all.
"""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.live import CANARY, LiveServer
from tests.playground.builders import FOUR
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, DoneMark, Ending, Usage, Wait

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
# Asked from a process of its own: this one is busy being the upstream and the readers. Prints the median in seconds.
PROBE = """
import http.client, statistics, sys, time
taken = []
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
for _ in range(20):
    began = time.monotonic()
    connection.request("GET", "/healthz")
    assert connection.getresponse().read() == b"ok\\n"
    taken.append(time.monotonic() - began)
    time.sleep(0.1)
print(statistics.median(taken))
"""
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def server(
    request: pytest.FixtureRequest, serve: Callable[..., LiveServer], fake_upstream: FakeUpstream, tmp_path: Path
) -> LiveServer:
    variables = {"OPENROUTER_API_KEY": CANARY, "OPENROUTER_BASE_URL": fake_upstream.base_url}
    if request.param == "postgresql":
        variables["DATABASE_URL"] = request.getfixturevalue("filled_database")()
    return serve(**variables)


@dataclass(frozen=True)
class SignedIn:
    """What a browser would send: its cookies, and the headers of a form's POST."""

    cookies: dict[str, str]
    headers: dict[str, str]


def sign_in(server: LiveServer) -> SignedIn:
    with httpx.Client(base_url=server.url, follow_redirects=True, timeout=30, trust_env=False) as client:
        token = TOKEN.search(client.get(server.link).text)
        assert token is not None
        return SignedIn(dict(client.cookies), {"X-CSRFToken": token[1], "Referer": server.url})


def post(server: LiveServer, client: SignedIn, **changes: object) -> httpx.Response:
    form = {"model": FOUR[0], "text": "Hello", "key": "key", "parameter-max_tokens": "250000"} | changes
    return httpx.post(
        f"{server.url}/playground/",
        data=form,
        cookies=client.cookies,
        headers=client.headers,
        timeout=60,
        trust_env=False,
    )


def test_a_budget_admits_exactly_what_fits(server: LiveServer, fake_upstream: FakeUpstream) -> None:
    """$5 a day for the owner; each run holds 250,000 x 0.0000015 = $0.375 and a little: 13 fit, a fourteenth does not."""
    client = sign_in(server)
    with fake_upstream.barrier(), ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: post(server, client, key=f"key-{number}").status_code, range(20)))
        assert sorted(answers) == [302] * 13 + [422] * 7
        fake_upstream.wait_for_requests(13)
        time.sleep(0.5)
        assert fake_upstream.count == 13
    server.wait_for("select count(*) from playground_run where state = 'done'", 13)
    assert fake_upstream.count == 13


def test_one_key_is_one_prompt_however_often_it_comes(server: LiveServer, fake_upstream: FakeUpstream) -> None:
    client = sign_in(server)
    start = threading.Barrier(10)

    def send(_: int) -> str:
        start.wait()
        return post(server, client).headers["location"]

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(send, range(10)))) == 1
    server.wait_for("select count(*) from playground_run where state = 'done'", 1)
    assert fake_upstream.count == 1


def test_a_hundred_answers_stream_at_once(server: LiveServer, fake_upstream: FakeUpstream) -> None:
    """Sixteen boards of six columns and one of four from one process, which is all that it connects at once: all begin
    while all are open, and the catalog stays quick."""
    words = [word for number in range(40) for word in (Chunks([f"word {number} "]), Wait(0.05))]
    models = [*FOUR, "mistralai/pixtral-large-2411", "mistralai/mistral-medium-3-5"]
    for model in models:
        fake_upstream.script(model, [*words, Ending(), Usage(10, 80, cost="0.000001"), DoneMark()])
    client = sign_in(server)
    with fake_upstream.barrier():
        with ThreadPoolExecutor(4) as pool:
            changes = [{"key": f"key-{number}", "model": models, "parameter-max_tokens": "10"} for number in range(16)]
            changes.append({"key": "key-16", "model": FOUR, "parameter-max_tokens": "10"})
            boards = [
                answer.headers["location"]
                for answer in pool.map(lambda change: post(server, client, **change), changes)
            ]
        fake_upstream.wait_for_requests(100, 20)

    def watch(board: str) -> str:
        with httpx.stream(
            "GET", f"{server.url}{board}events", cookies=client.cookies, timeout=60, trust_env=False
        ) as response:
            return response.read().decode()

    with ThreadPoolExecutor(17) as pool:
        watching = [pool.submit(watch, board) for board in boards]
        probe = [sys.executable, "-c", PROBE, str(server.port)]
        median = float(subprocess.run(probe, stdout=subprocess.PIPE, check=True).stdout)
        texts = [future.result() for future in watching]
    assert all(text.endswith("event: end\ndata: 1\n\n") for text in texts)
    server.wait_for("select count(*) from playground_run where state = 'done'", 100, 20)
    expected = "".join(f"word {number} " for number in range(40))
    assert {row["text"] for row in server.rows("select distinct text from playground_run")} == {expected}
    assert median < 0.2  # some 10 ms on an idle machine
