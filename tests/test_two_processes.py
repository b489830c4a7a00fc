"""Two server processes on one PostgreSQL: what one runs the other shows, stops, and brings to its end when the first dies."""

import re
import threading
import time
from collections.abc import Callable
from uuid import UUID

import httpx
import pytest

from tests.live import CANARY, LiveServer
from tests.playground.builders import FOUR
from tests.test_concurrency import SignedIn, post, sign_in
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Data, DoneMark, Ending, Hang, Usage, WaitFor, chunk, delta

pytestmark = [pytest.mark.live, pytest.mark.postgresql, pytest.mark.timeout(180)]
LONG_SILENCE = 40.0  # seconds; a process that is gone and has missed two heartbeats is looked for every five


@pytest.fixture
def database(filled_database: Callable[[], str]) -> str:
    return filled_database()


class Watching:
    """A browser's event stream, read in a thread."""

    def __init__(self, server: LiveServer, board: str, client: SignedIn) -> None:
        self._address, self._cookies = f"{server.url}{board}events", client.cookies
        self._chunks: list[str] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with httpx.stream("GET", self._address, cookies=self._cookies, timeout=120, trust_env=False) as response:
            self._chunks.extend(response.iter_text())

    def wait_for(self, words: str, seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while words not in "".join(self._chunks):
            assert time.monotonic() < deadline, "".join(self._chunks)
            time.sleep(0.05)

    def end(self) -> str:
        self._thread.join(20)
        assert not self._thread.is_alive()
        return "".join(self._chunks)


def only_run(server: LiveServer, board: str) -> UUID:
    prompt = re.sub(r"\W", "", board.removeprefix("/playground/"))
    (row,) = server.rows("select id from playground_run where prompt_id = ?", str(UUID(prompt)))
    return row["id"]


def test_what_one_runs_the_other_shows_stops_and_settles(
    serve: Callable[..., LiveServer], fake_upstream: FakeUpstream, database: str
) -> None:
    begun = time.monotonic()
    shared = {"OPENROUTER_API_KEY": CANARY, "OPENROUTER_BASE_URL": fake_upstream.base_url, "DATABASE_URL": database}
    first, second = serve(**shared), serve(**shared)
    here = sign_in(first)  # sessions are in the database, and both have the same secret
    there = SignedIn(here.cookies, here.headers | {"Referer": second.url})

    # Started on one, watched on the other: the text arrives while it comes, read from the database.
    rest = [WaitFor("stop"), Chunks([" and on"]), Ending(), Usage(10, 3, cost="0.00001"), DoneMark()]
    fake_upstream.script(FOUR[0], [Chunks(["so far"]), *rest])
    board = post(first, here, key="one").headers["location"]
    watching = Watching(second, board, there)
    watching.wait_for("<span>so far</span>")

    # Stopped on the other: the one that runs it sees the flag, and reads on, because Mistral bills all of it.
    run = only_run(first, board)
    stop = httpx.post(
        f"{second.url}{board}runs/{run}/stop", cookies=there.cookies, headers=there.headers, trust_env=False
    )
    assert stop.status_code == 302
    first.wait_for("select state from playground_run", "stopping")
    watching.wait_for("reading on for the exact cost")
    fake_upstream.release("stop")
    (row,) = first.wait_for("select state, text, rest, billed_usd, cost from playground_run", "stopped")
    assert (row["text"], row["rest"], row["billed_usd"], row["cost"]) == ("so far", " and on", "0.00001", 10_000_000)
    assert watching.end().endswith("event: end\ndata: 1\n\n")

    # The first is killed in mid-stream of another run: the second notices the silence and brings it to its end.
    call = {"index": 0, "id": "call-1", "function": {"name": "look", "arguments": '{"at'}}
    fake_upstream.script(FOUR[3], [Chunks(["a part of it"]), Data(chunk("x", delta(tool_calls=[call]))), Hang()])
    board = post(first, here, key="two", model=FOUR[3]).headers["location"]
    watching = Watching(second, board, there)
    watching.wait_for("<span>a part of it</span>")
    second.wait_for("select jsonb_array_length(tool_calls) from playground_run where state = 'streaming'", 1)
    first.kill()
    watching.wait_for("Interrupted", LONG_SILENCE)
    run = only_run(second, board)
    (row,) = second.rows(
        "select r.state, r.text, r.tool_calls, r.cost, r.reconciliation, h.spent, h.settled_at"
        " from playground_run r join playground_hold h on h.run_id = r.id where r.id = ?",
        run,
    )
    assert (row["state"], row["text"]) == ("interrupted", "a part of it")
    assert row["tool_calls"] == [{"id": "call-1", "name": "look", "arguments": '{"at'}]
    assert (row["cost"], row["spent"], row["settled_at"]) == (None, None, None), "its hold is kept"
    assert row["reconciliation"] in {"waiting", "unreconciled"}
    assert watching.end().endswith("event: end\ndata: 1\n\n")
    sent = [request for request in fake_upstream.requests if request.path.endswith("/chat/completions")]
    assert len(sent) == 2, "one run sends one request, whoever settles it"
    assert time.monotonic() - begun < 60
