"""Reading OpenRouter's list and endpoints live: no key, no redirects, bounded size and time, errors as sentences.

What is fetched is written to a temporary file first and then read like any other file, so that half an answer never counts.
"""

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

import httpx
from django.conf import settings

from catalog.imports.entries import BadEntry, Unreadable
from catalog.imports.kinds import MARKET, Kind
from catalog.imports.reading import open_file
from catalog.models import Listing

TIMEOUT = httpx.Timeout(20.0, connect=10.0)
MOST_BYTES = 128 * 1024 * 1024
MOST_SECONDS = 300
MOST_PAGES = 200
NAME = "OpenRouter"


class Fetched:
    """The entries of a live reading. `origin` is the address that was read."""

    def __init__(self, kind: Kind, day: date) -> None:
        self.kind, self.day = kind, day
        self.base = settings.OPENROUTER_BASE_URL
        self.origin = f"{self.base}{kind.path}"
        self.deadline = time.monotonic() + MOST_SECONDS
        self.total_count: int | None = None
        self.next_link = ""
        self.count = 0

    def __iter__(self) -> Iterator[Any]:
        if not self.base:
            raise Unreadable(f"{NAME} is switched off here: OPENROUTER_BASE_URL is empty.")
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
            yield from self._list(client) if self.kind.is_list else self._endpoints(client)

    def _list(self, client: httpx.Client) -> Iterator[Any]:
        address, seen = self.origin, set()
        for _ in range(MOST_PAGES):
            with self._body(client, address) as file:
                reading = open_file(self.kind, file, self.day, seen)
                yield from reading
                self.count += reading.count
                self.total_count = reading.total_count if self.total_count is None else self.total_count
            if not reading.next_link:
                return
            address = self._on_same_host(address, reading.next_link)
        raise Unreadable(f"The list has more than {MOST_PAGES} pages.")

    def _endpoints(self, client: httpx.Client) -> Iterator[Any]:
        listings = Listing.objects.filter(market__slug=MARKET, delisted_on__isnull=True).order_by("upstream_id")
        for upstream_id in listings.values_list("upstream_id", flat=True):
            if not re.fullmatch(r"[\w.~@+-]+/[\w.:@+-]+", upstream_id, re.ASCII):
                continue
            address = f"{self.base}{self.kind.path.format(id=upstream_id)}"
            try:
                with self._body(client, address) as file:
                    yield from open_file(self.kind, file, self.day)
            except Missing:
                yield BadEntry(upstream_id, f"{NAME} has no endpoints for it.")
            self.count += 1

    def _on_same_host(self, address: str, link: str) -> str:
        try:
            following = urljoin(address, link)
            is_elsewhere = urlsplit(following)[:2] != urlsplit(address)[:2]
        except ValueError as error:  # such as a bracket without its fellow
            raise Unreadable("The list names a next page whose address cannot be read.") from error
        if is_elsewhere:
            raise Unreadable("The next page of the list is said to be on another host. It was not read.")
        return following

    @contextmanager
    def _body(self, client: httpx.Client, address: str) -> Iterator[BinaryIO]:
        """The whole answer in a temporary file. Raises Unreadable, and Missing for 404."""
        with ExitStack() as stack:
            try:  # not around the yield: what goes wrong with the entries is not this machine's disk
                file = stack.enter_context(tempfile.TemporaryFile())
                self._download(client, address, file)
                file.seek(0)
            except OSError as error:
                raise Unreadable(
                    f"The answer cannot be kept in a temporary file: {error.strerror or error}."
                ) from error
            yield file

    def _download(self, client: httpx.Client, address: str, file: BinaryIO) -> None:
        try:
            with client.stream("GET", address, headers={"Accept": "application/json"}) as response:
                if response.status_code == 404:
                    raise Missing(f"{NAME} answered 404 (not found).")
                if response.status_code != 200:
                    raise Unreadable(
                        f"{NAME} answered {response.status_code} {response.reason_phrase}. Try again later."
                    )
                size = 0
                for part in response.iter_bytes():
                    size += len(part)
                    if size > MOST_BYTES:
                        raise Unreadable(f"The answer is larger than {MOST_BYTES // 1024 // 1024} MB.")
                    if time.monotonic() > self.deadline:
                        raise Unreadable(f"The reading took longer than {MOST_SECONDS} seconds.")
                    file.write(part)
        except httpx.TimeoutException as error:
            raise Unreadable(f"{NAME} did not answer in time.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreadable(f"{NAME} cannot be reached from here. Import a file instead.") from error


class Missing(Unreadable):
    """The address is not there."""


def fetch(kind: Kind, day: date) -> Fetched:
    """The entries of a kind that can be read live; nothing is asked for before they are iterated. Raises Unreadable."""
    if not kind.path:
        raise Unreadable(f"{kind.title} is read from a file only.")
    return Fetched(kind, day)
