"""A fake upstream: a real server on a loopback socket that does what a test scripts, and remembers what it was asked.

It runs in a thread of the test process on plain sockets, because only those can reset, stall, or cut bytes anywhere.
The script is chosen by the model id in the request, else by the path; without one, it answers `Hello from <model>` in the
form of the API that was asked.
"""

import asyncio
import json
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.upstreams import responses, steps
from tests.upstreams.steps import Step

REASONS = {200: "OK", 204: "No Content", 302: "Found", 400: "Bad Request", 429: "Too Many Requests"}


@dataclass
class Request:
    """One request as it came. `disconnected` is set when the client goes before the script is over."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    query: dict[str, str] = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)
    disconnected: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def key(self) -> str:
        model = self.body.get("model") if isinstance(self.body, dict) else None
        return model if isinstance(model, str) else self.path


class Gone(Exception):
    """The script ends the connection here."""


class FakeUpstream:
    """Start it, point a client at `base_url`, read `requests`, stop it. The `fake_upstream` fixture does the first and last."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self._scripts: dict[str, list[list[Step]]] = {}
        self._released: dict[str, asyncio.Event] = {}
        self._held: asyncio.Event | None = None
        self._changed = threading.Condition()
        self._ready = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._serve, name="fake upstream", daemon=True)

    # What a test uses

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(5):
            raise RuntimeError("The fake upstream did not start.")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(5)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def count(self) -> int:
        """Requests so far that may be billed. What a run cost is asked for afterwards with GET, for nothing."""
        return sum(request.method == "POST" for request in self.requests)

    def script(self, key: str, script: Iterable[Step]) -> None:
        """What to do for a model id, or for a path such as `/v1/models`."""
        self._scripts[key] = [list(script)]

    def script_in_turn(self, key: str, *scripts: Iterable[Step]) -> None:
        """The same, with a script for each request; the last of them serves all further ones."""
        self._scripts[key] = [list(script) for script in scripts]

    def release(self, name: str) -> None:
        """Let every `WaitFor(name)` go on, now and later."""
        self._loop.call_soon_threadsafe(self._released.setdefault(name, asyncio.Event()).set)

    @contextmanager
    def barrier(self) -> Iterator[None]:
        """Hold every call open, before its first byte, until the block is left."""
        held = self._held = asyncio.Event()
        try:
            yield
        finally:
            self._held = None
            self._loop.call_soon_threadsafe(held.set)

    def wait_for_requests(self, number: int, seconds: float = 20) -> None:
        """Block until so many requests have come."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.requests) >= number, seconds):
                raise AssertionError(f"{len(self.requests)} of {number} requests came within {seconds} seconds.")

    # The server

    def _serve(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port: int = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._over.wait()
        server.close()
        await asyncio.sleep(0.05)  # what was just accepted becomes a connection of ours, which is closed below
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # A connection whose task was cancelled before its first step is closed here, or its socket would outlive the loop.
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0.05)
        await server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.connections += 1
        task = asyncio.get_running_loop().create_task(self._connected(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(Gone, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    await self._exchange(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await _read_request(reader)
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        script = self._script_for(request)
        playing = asyncio.create_task(self._play(script, request, writer))
        watching = asyncio.create_task(reader.read(1))
        try:
            await asyncio.wait({playing, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                request.disconnected.set()
                raise Gone
            await playing
            request.finished.set()
        finally:
            for task in (playing, watching):
                task.cancel()
            await asyncio.gather(playing, watching, return_exceptions=True)

    def _script_for(self, request: Request) -> list[Step]:
        scripts = self._scripts.get(request.key) or self._scripts.get(request.path)
        if scripts:
            return scripts.pop(0) if len(scripts) > 1 else scripts[0]
        hello = ["Hello", " from ", request.key]
        return responses.answer(hello) if request.path.endswith("/responses") else steps.answer(pieces=hello)

    async def _play(self, script: list[Step], request: Request, writer: asyncio.StreamWriter) -> None:
        if self._held is not None:
            await self._held.wait()
        answer = Answer(writer, request.key)
        for step in script:
            if isinstance(step, steps.WaitFor):
                await self._released.setdefault(step.name, asyncio.Event()).wait()
            else:
                await answer.take(step)
        await answer.end()


class Answer:
    """One answer under way on a connection."""

    def __init__(self, writer: asyncio.StreamWriter, model: str) -> None:
        self.writer = writer
        self.model = model
        self.has_head = False
        self.chunked = False

    async def take(self, step: Step) -> None:
        match step:
            case steps.Status():
                self._status(step)
            case steps.Headers():
                self._head(step)
            case steps.Raw(data):
                self.has_head = True
                self.writer.write(data)
            case steps.Wait(seconds):
                await asyncio.sleep(seconds)
            case steps.Hang():
                await asyncio.Event().wait()
            case steps.Close():
                raise Gone
            case steps.Reset():
                # The bytes before it must have left, or the reset would take them along.
                await asyncio.sleep(0.05)
                connection: socket.socket = self.writer.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                raise Gone
            case _:
                for part in steps.body(step, self.model):
                    self._send(part)
                    await self.writer.drain()
        await self.writer.drain()

    async def end(self) -> None:
        """The orderly end: a body without a length ends with the connection."""
        if self.chunked:
            self.writer.write(b"0\r\n\r\n")
            await self.writer.drain()
        else:
            raise Gone

    def _status(self, step: steps.Status) -> None:
        body = json.dumps(step.body) if isinstance(step.body, dict) else step.body
        raw = body.encode() if isinstance(body, str) else body
        headers = {"Content-Type": "application/json", **step.headers}
        if step.code != 204:
            headers.setdefault("Content-Length", str(len(raw)))
        self._write_head(step.code, headers)
        self.writer.write(raw)

    def _head(self, step: steps.Headers) -> None:
        self.chunked = step.chunked
        headers = {"Content-Type": step.content_type} if step.content_type else {}
        headers |= {"Transfer-Encoding": "chunked"} if step.chunked else {"Connection": "close"}
        self._write_head(step.code, headers | step.extra)

    def _write_head(self, code: int, headers: dict[str, str]) -> None:
        self.has_head = True
        lines = [f"HTTP/1.1 {code} {REASONS.get(code, 'Status')}", *(f"{name}: {headers[name]}" for name in headers)]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    def _send(self, data: bytes) -> None:
        if not self.has_head:
            self._head(steps.Headers())
        self.writer.write(b"%x\r\n%s\r\n" % (len(data), data) if self.chunked and data else data)


async def _read_request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    raw = await reader.readexactly(int(headers.get("content-length", 0)))
    try:
        body = json.loads(raw) if raw else None
    except ValueError:
        body = raw
    path, _, query = path.partition("?")
    return Request(method, path, headers, body, dict(parse_qsl(query, keep_blank_values=True)))
