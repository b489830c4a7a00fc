"""A board as a file: Markdown, JSON or CSV, written in parts, each read from the database when it is its turn."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest, StreamingHttpResponse

from catalog.exports import TYPES
from playground.exports import document, sheet
from playground.exports.facts import SHAPE, prompt_facts, run_facts
from playground.exports.runs import AT_ONCE, Named, in_order
from playground.models import Prompt

Write = Callable[[Prompt, Iterable[Named]], Iterator[str]]


def as_json(prompt: Prompt, runs: Iterable[Named]) -> Iterator[str]:
    """One object: the shape's name, the prompt, the runs."""
    asked = _dumped(prompt_facts(prompt))
    yield f'{{\n"schema": {json.dumps(SHAPE)},\n"prompt": {asked},\n"runs": ['
    for number, named in enumerate(runs):
        yield f"{',' if number else ''}\n{_dumped(run_facts(named))}"
    yield "\n]\n}\n"


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


FORMATS: dict[str, tuple[str, Write]] = {
    "md": ("Markdown", document.lines),
    "json": ("JSON", as_json),
    "csv": ("CSV", sheet.lines),
}


def respond(request: HttpRequest, prompt: Prompt, file_format: str) -> StreamingHttpResponse:
    """The file of `prompt`, whose labels are loaded, as a download."""
    _, write = FORMATS[file_format]
    parts = write(prompt, in_order(prompt))
    # A server that answers asynchronously would first gather everything that a plain iterator gives.
    content = _slowly(parts) if hasattr(request, "scope") else parts
    response = StreamingHttpResponse(content, content_type=TYPES[file_format])
    response["Content-Disposition"] = f'attachment; filename="windrose-board-{prompt.pk.hex[:8]}.{file_format}"'
    return response


async def _slowly(parts: Iterator[str]) -> AsyncIterator[str]:
    """The parts, a few at a time. No connection to the database is held while a slow reader takes them."""
    while few := await sync_to_async(_next_few)(parts):
        yield "".join(few)


def _next_few(parts: Iterator[str]) -> list[str]:
    few = list(islice(parts, AT_ONCE))
    close_old_connections()
    return few
