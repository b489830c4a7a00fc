"""Readers who do not read, and readers without end: they hold up no run and no other reader, and stay within the bound."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.live import CANARY, LiveServer
from tests.playground.builders import FOUR
from tests.test_concurrency import SignedIn, post, sign_in
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, DoneMark, Ending, Send, Usage, Wait, WaitFor

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]
BOUND = 8


def attached(server: LiveServer, board: str, client: SignedIn) -> socket.socket:
    """A connection that asks for the events and then takes next to nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.connect(("127.0.0.1", server.port))
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    connection.sendall(f"GET {board}events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n\r\n".encode())
    return connection


def is_told_to_come_back(connection: socket.socket, heard: bytearray) -> bool:
    """Whether this stream has given way, by what it has `heard` so far and what is there now."""
    connection.setblocking(False)
    with suppress(BlockingIOError):
        while data := connection.recv(65_536):
            heard += data
    return b"retry: 15000" in heard


def memory(server: LiveServer) -> int:
    """Bytes of memory that the server's process has."""
    assert server._process is not None
    status = Path(f"/proc/{server._process.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="asks what the kernel says of a process")
def test_they_hold_up_nothing(serve: Callable[..., LiveServer], fake_upstream: FakeUpstream) -> None:
    server = serve(OPENROUTER_API_KEY=CANARY, OPENROUTER_BASE_URL=fake_upstream.base_url, STREAMS_PER_USER=str(BOUND))
    client = sign_in(server)
    word = "a word " * 140  # about 1,000 bytes; 2 MB of answer in all
    words = [step for _ in range(20) for step in (Chunks([word] * 100), Wait(0.05))]
    fake_upstream.script(FOUR[0], [WaitFor("go"), *words, Ending(), Usage(10, 3, cost="0.00001"), DoneMark()])
    board = post(server, client, **{"parameter-max_tokens": "10"}).headers["location"]
    fake_upstream.wait_for_requests(1)
    before = memory(server)
    stuck = [attached(server, board, client) for _ in range(40)]
    time.sleep(1)
    fake_upstream.release("go")
    with httpx.stream(
        "GET", f"{server.url}{board}events", cookies=client.cookies, timeout=60, trust_env=False
    ) as reader:
        heard = reader.read().decode()
    assert heard.endswith("event: end\ndata: 1\n\n"), "the newest is served, whoever else does not read"
    (row,) = server.wait_for("select state, length(text) as length from playground_run", "done")
    assert row["length"] == 20 * 100 * len(word)
    # Each that is stuck holds what the sockets take and one message, and none of them the answer.
    assert memory(server) - before < 80_000_000
    for connection in stuck:
        connection.close()


def test_hundreds_of_attempts_leave_the_bound(serve: Callable[..., LiveServer], fake_upstream: FakeUpstream) -> None:
    """A signed-in script that opens streams without end holds as many as its bound, and the catalog answers."""
    server = serve(OPENROUTER_API_KEY=CANARY, OPENROUTER_BASE_URL=fake_upstream.base_url, STREAMS_PER_USER=str(BOUND))
    client = sign_in(server)
    fake_upstream.script(FOUR[0], [Send(": wait\n\n"), WaitFor("never")])
    board = post(server, client, **{"parameter-max_tokens": "10"}).headers["location"]
    connections = {}
    for _ in range(200):
        connections[attached(server, board, client)] = bytearray()
        time.sleep(0.005)
    deadline = time.monotonic() + 60
    while True:
        is_open = [each for each, heard in connections.items() if not is_told_to_come_back(each, heard)]
        if len(is_open) <= BOUND:
            break
        assert time.monotonic() < deadline, len(is_open)
        time.sleep(0.5)
    assert len(is_open) == BOUND
    assert httpx.get(f"{server.url}/healthz", timeout=10, trust_env=False).text == "ok\n"
    for connection in connections:
        connection.close()
