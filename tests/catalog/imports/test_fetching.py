"""Reading live: pages are followed, and whatever the other side does comes out as a sentence."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

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


LONG = {"data": [model("acme/one")], "links": {"next": "http://127.0.0.2:1/models"}}


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
