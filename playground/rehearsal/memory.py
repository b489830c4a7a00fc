"""What the rehearsal remembers of earlier requests, for minutes and in bounded numbers: prefixes and repeats.

Nothing of a prompt is kept, only its hash.
"""

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Callable

from playground.rehearsal import counting
from playground.rehearsal.request import Request

LEAST_CACHED_TOKENS = 1024
CACHED_SECONDS = 300.0
MOST_PREFIXES = 200
MOST_REPEATS = 200


class Prefixes:
    """Beginnings of conversations seen in the last 5 minutes, by model, of 1,024 tokens or more; the last 200."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def count(self, request: Request) -> tuple[int, int]:
        """The prompt's tokens and those of them that were sent before, at the beginning; remembers this prompt.

        A prefix is tools and schema with every message but at least the last one, as whole messages.
        """
        now = self._clock()
        total = counting.of_offers(request)
        offers = [[tool.name, tool.description, tool.schema] for tool in request.tools.offered]
        running = hashlib.sha256(json.dumps([request.model, offers, request.shape.schema]).encode())
        cached = 0
        for position, message in enumerate(request.messages):
            total += counting.of_message(message)
            calls = [[call.id, call.name, call.arguments] for call in message.calls]
            images = [str(image) for image in message.images]
            running.update(json.dumps([message.role, message.text, calls, images, message.result_of]).encode())
            if total < LEAST_CACHED_TOKENS:
                continue
            key = running.digest()
            if position < len(request.messages) - 1 and now - self._seen.get(key, -CACHED_SECONDS) < CACHED_SECONDS:
                cached = total
            self._seen.pop(key, None)
            self._seen[key] = now
        while len(self._seen) > MOST_PREFIXES:
            self._seen.popitem(last=False)
        return total, cached


class Repeats:
    """How often a prompt came, for those whose wording is to vary: no seed, and a temperature of 1 or more."""

    def __init__(self) -> None:
        self._counts: OrderedDict[bytes, int] = OrderedDict()

    def number(self, request: Request) -> int:
        """1 for the first time, 2 for the second; 0 for a request whose wording does not vary."""
        if request.seed is not None or request.temperature is None or request.temperature < 1:
            return 0
        said = [request.model, [[message.role, message.text] for message in request.messages]]
        key = hashlib.sha256(json.dumps(said).encode()).digest()
        count = self._counts.pop(key, 0) + 1
        self._counts[key] = count
        while len(self._counts) > MOST_REPEATS:
            self._counts.popitem(last=False)
        return count
