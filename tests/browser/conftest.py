"""Chromium on the real server: one browser for the session, a fresh context and a fresh server for each test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.live import CANARY, LiveServer
from tests.upstreams.server import FakeUpstream

expect.set_options(timeout=20_000)  # milliseconds; a busy machine is not a fault
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def server(serve: Callable[..., LiveServer], fake_upstream: FakeUpstream) -> LiveServer:
    """The real server with a key, asking the fake upstream."""
    return serve(OPENROUTER_API_KEY=CANARY, OPENROUTER_BASE_URL=fake_upstream.base_url)


@pytest.fixture(scope="module")
def _playwright() -> Iterator[Any]:
    """For one file only: its event loop runs in this thread for as long, and no other test could run one."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def browser(_playwright: Any, chromium: str) -> Iterator[Browser]:
    with _playwright.chromium.launch(executable_path=chromium, args=QUIET) as browser:
        yield browser


class Witness:
    """Hears everything that must not happen in a browser, and keeps every body that the server sends."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.errors: list[str] = []
        self.elsewhere: list[str] = []
        self.bodies: list[str] = []
        self.origin = origin
        self.context = context
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("console", self._console)
        self.leavings = 0  # how often the browser asked whether to leave what was typed and not sent; it left
        context.on("dialog", self._dialog)
        context.on("request", self._request)
        context.on("requestfinished", self._keep)

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "beforeunload":
            self.leavings += 1
            dialog.accept()
        else:
            self.errors.append(f"dialog {dialog.message}")
            dialog.dismiss()

    def _console(self, message: Any) -> None:
        if message.type == "error" and "status of 422" not in message.text:
            self.errors.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.origin, "data:", "about:", "blob:")):
            self.elsewhere.append(request.url)

    def _keep(self, request: Any) -> None:
        response = request.response()
        if response is not None and "/events" not in request.url:
            try:
                self.bodies.append(str(response.all_headers()) + response.text())
            except Exception as error:  # a redirect or a page that has gone has no body any more
                self.bodies.append(str(error))

    def forgive(self, *parts: str) -> None:
        """Errors that the test itself brought about, such as a lost connection to a server that it killed."""
        self.errors = [error for error in self.errors if not any(part in error for part in parts)]

    def assert_clean(self) -> None:
        assert self.errors == []
        assert self.elsewhere == []
        assert not any(CANARY in body for body in self.bodies)


@pytest.fixture
def witness(browser: Browser, server: LiveServer) -> Iterator[Witness]:
    """At the end: no console error, no request to elsewhere, no key in any answer, log or row."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=server.url)
    witness = Witness(context, server.url)
    yield witness
    witness.assert_clean()
    assert CANARY.encode() not in server.stored_bytes()
    context.close()


@pytest.fixture
def page(witness: Witness, server: LiveServer) -> Page:
    """A page signed in as the owner."""
    page = witness.context.new_page()
    page.goto(server.link)
    return page
