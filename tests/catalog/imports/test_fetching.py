"""Reading live: pages are followed, and whatever the other side does comes out as a sentence."""

import errno
import io
import json
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from catalog.imports import applying, fetching
from catalog.management.commands import sync
from catalog.models import Endpoint, LanguageModel, Revision
from tests.catalog.imports.lists import model
from tests.catalog.imports.test_providers import answer, endpoint
from tests.factories import make_priced

pytestmark = pytest.mark.django_db


class Market:
    """A server on loopback: `answers` maps a path with its query to status, headers and body."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        market = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                market.asked.append((self.path, dict(self.headers)))
                status, headers, body = market.answers.get(self.path, (404, {}, b"{}"))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def says(self, path: str, body: Any, status: int = 200, **headers: str) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


@pytest.fixture
def market(settings: Any) -> Iterator[Market]:
    market = Market()
    settings.OPENROUTER_BASE_URL = market.url
    settings.OPENROUTER_API_KEY = "not-for-this-request"
    yield market
    market.server.shutdown()
    market.server.server_close()


def test_pages_are_followed_to_the_last(market: Market) -> None:
    market.says("/models", {"data": [model("acme/one")], "total_count": 2, "links": {"next": "/models?offset=1"}})
    market.says("/models?offset=1", {"data": [model("acme/two")], "total_count": 2, "links": {"next": None}})
    call_command("sync", "openrouter", verbosity=0)
    assert set(LanguageModel.objects.values_list("slug", flat=True)) == {"one", "two"}
    assert Revision.objects.get().origin == f"{market.url}/models"
    assert all("Authorization" not in headers for _, headers in market.asked)


def test_endpoints_are_read_model_by_model(market: Market) -> None:
    make_priced("anvil")
    make_priced("hammer")
    market.says("/models/mistralai/anvil/endpoints", answer(endpoint()))
    call_command("sync", "openrouter-endpoints", verbosity=0)
    assert Endpoint.objects.get().listing.upstream_id == "mistralai/anvil"
    told = Revision.objects.get().changes.get(kind="bad")
    assert (told.subject, told.sentence) == ("mistralai/hammer", "OpenRouter has no endpoints for it.")


def paged(following: str) -> dict[str, Any]:
    return {"data": [model("acme/one")], "links": {"next": following}}


LONG = paged("http://127.0.0.2:1/models")


@pytest.mark.parametrize(
    ("body", "status", "headers", "sentence"),
    [
        ({}, 503, {}, "OpenRouter answered 503"),
        ({}, 302, {"Location": "http://127.0.0.2:1/"}, "OpenRouter answered 302"),
        ({}, 404, {}, "answered 404"),
        (b"<html>", 200, {}, "web page"),
        (b'{"data": [', 200, {}, "ends in the middle"),
        (b'{"data": [', 200, {"Content_Length": "5000"}, "cannot be reached"),
        (LONG, 200, {}, "on another host"),
        (paged("http://["), 200, {}, "names a next page whose address cannot be read"),
        (paged("//[::1"), 200, {}, "names a next page whose address cannot be read"),
        (paged("http://a]b/"), 200, {}, "names a next page whose address cannot be read"),
    ],
)
def test_what_the_other_side_does_is_a_sentence(
    market: Market, body: Any, status: int, headers: dict[str, str], sentence: str
) -> None:
    market.says("/models", body, status, **headers)
    with pytest.raises(CommandError, match=sentence):
        call_command("sync", "openrouter", verbosity=0)
    assert not LanguageModel.objects.exists()


def test_nobody_there(settings: Any) -> None:
    settings.OPENROUTER_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="cannot be reached from here"):
        call_command("sync", "openrouter", verbosity=0)


def test_opinions_are_read_from_files_only() -> None:
    with pytest.raises(CommandError, match="is read from a file only"):
        call_command("sync", "models-dev", verbosity=0)


def test_a_timer_asks_once_in_its_time(market: Market) -> None:
    market.says("/models", {"data": [model("acme/one")]})
    for _ in range(3):
        call_command("sync", "openrouter", every=6, verbosity=0)
    assert len(market.asked) == 1
    Revision.objects.update(made_at="2026-01-01T00:00:00Z")
    call_command("sync", "openrouter", every=6, verbosity=0)
    assert len(market.asked) == 2


@pytest.mark.parametrize("where", ["opening", "writing"])
def test_a_full_disk_is_told_as_what_it_is(market: Market, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    class Full(io.BytesIO):
        def write(self, part: Any) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def temporary() -> io.BytesIO:
        if where == "opening":
            raise FileNotFoundError("No usable temporary directory found")
        return Full()

    monkeypatch.setattr(fetching.tempfile, "TemporaryFile", temporary)
    market.says("/models", {"data": [model("acme/one")]})
    why = "No usable temporary directory found" if where == "opening" else "No space left on device"
    with pytest.raises(CommandError, match=rf"^The answer cannot be kept in a temporary file: {why}\.$"):
        call_command("sync", "openrouter", verbosity=0)
    assert Revision.objects.get().state == Revision.State.REFUSED


def test_what_else_fails_in_a_live_reading_names_the_list(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(kind: Any, day: Any) -> Any:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(sync, "fetch", fail)
    with pytest.raises(CommandError, match=r"^The list cannot be read: Too many open files\.$"):
        call_command("sync", "openrouter", verbosity=0)


def test_of_two_imports_at_once_the_second_says_so(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has made its preview, and the later one has discarded the earlier one's, before the earlier one applies it."""
    market.says("/models", {"data": [model("acme/one")]})
    alone = sync.preview

    def meanwhile(*arguments: Any, **options: Any) -> Revision:
        mine = alone(*arguments, **options)
        alone(*arguments, **options)
        return mine

    monkeypatch.setattr(sync, "preview", meanwhile)
    with pytest.raises(CommandError, match=r"^Nothing was changed: .* another one took its place\.$") as caught:
        call_command("sync", "openrouter", verbosity=0)
    assert caught.value.returncode == 1
    assert not LanguageModel.objects.exists()


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (lambda revision: revision.delete(), "Nothing was changed: this import was discarded"),
        (lambda revision: applying.apply(revision), "applied: it cannot be applied"),
        (lambda revision: Revision.objects.update(refusals=["Too many vanish."]), "Too many vanish."),
    ],
)
def test_what_happens_to_a_preview_before_it_is_applied_is_a_sentence(
    market: Market, monkeypatch: pytest.MonkeyPatch, happens: Any, sentence: str
) -> None:
    market.says("/models", {"data": [model("acme/one")]})
    carry_out = applying.apply

    def late(revision: Revision, **options: Any) -> Revision:
        monkeypatch.setattr(applying, "apply", carry_out)
        happens(Revision.objects.get())
        return carry_out(revision, **options)

    monkeypatch.setattr(applying, "apply", late)
    with pytest.raises(CommandError, match=sentence):
        call_command("sync", "openrouter", verbosity=0)


def test_a_dry_run_discards_only_what_still_waits(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    market.says("/models", {"data": [model("acme/one")]})
    call_command("sync", "openrouter", dry_run=True, stdout=io.StringIO())
    assert Revision.objects.get().state == Revision.State.DISCARDED
    alone = sync.preview
    monkeypatch.setattr(sync, "preview", lambda *args, **options: applying.apply(alone(*args, **options)))
    call_command("sync", "openrouter", dry_run=True, stdout=io.StringIO())
    assert Revision.objects.first().state == Revision.State.APPLIED


def test_a_signal_to_end_leaves_no_half_read_preview(monkeypatch: pytest.MonkeyPatch) -> None:
    assert threading.current_thread() is threading.main_thread(), "the signal would end the tests"
    before = signal.getsignal(signal.SIGTERM)
    there: list[int] = []

    class Slow:
        origin = "a slow list"

        def __iter__(self) -> Iterator[Any]:
            there.append(Revision.objects.filter(state=Revision.State.READING).count())
            os.kill(os.getpid(), signal.SIGTERM)
            raise AssertionError("The signal came to nothing.")

    monkeypatch.setattr(sync, "fetch", lambda kind, day: Slow())
    with pytest.raises(SystemExit) as ended:
        call_command("sync", "openrouter", verbosity=0)
    assert ended.value.code == 143
    assert there == [1]
    assert not Revision.objects.exists()
    assert signal.getsignal(signal.SIGTERM) is before


def test_in_another_thread_signals_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with ThreadPoolExecutor(1) as threads:

        def within() -> Any:
            with sync.ended_in_order():
                return signal.getsignal(signal.SIGTERM)

        assert threads.submit(within).result() is before
