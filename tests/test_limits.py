"""Bounds of requests: where staff upload a list more is read than elsewhere, and only from who has a session."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse

from catalog.imports.readers.bounded import MOST_BYTES
from config.limits import COMPOSING, LARGEST_BODY, LARGEST_COMPOSED, LARGEST_UPLOAD, LONGEST_ADDRESS, limited
from playground import images, variables

UPLOADS = "/admin/catalog/revision/import/"
MB = 1_048_576
SESSION = ("cookie", f"theme=dark; {settings.SESSION_COOKIE_NAME}=anything")


class Answered:
    """What came of one request: the status, the text, and how many bytes the app behind the limits was given."""

    status: int = 0
    text: str = ""
    read: int = 0


def ask(path: str, *headers: tuple[str, str], body: Iterable[bytes] = (), announced: int | None = None) -> Answered:
    """POST the parts of a body, by default without saying how large it is."""
    answered = Answered()
    parts = [*body]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            answered.read += len(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": False})
        await send({"type": "http.response.body", "body": b"Taken.", "more_body": False})

    async def receive() -> Any:
        part = parts.pop(0) if parts else b""
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Any) -> None:
        answered.status = message.get("status", answered.status)
        answered.text += message.get("body", b"").decode()

    length = [("content-length", str(announced))] if announced is not None else []
    scope: Any = {
        "type": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in [*headers, *length]],
    }
    asyncio.run(limited(app)(scope, receive, send))
    return answered


def chunks(megabytes: int) -> list[bytes]:
    return [bytes(MB)] * megabytes


def test_the_address_and_the_cookie_are_those_of_the_site() -> None:
    assert reverse("admin:catalog_revision_import") == UPLOADS
    assert ask(UPLOADS, SESSION, body=chunks(3)).status == 200


def test_a_list_that_may_be_imported_may_be_sent() -> None:
    """The largest that the reader of lists takes, and with it the rest of the form."""
    assert LARGEST_UPLOAD == MOST_BYTES + LARGEST_BODY
    whole = [*chunks(MOST_BYTES // MB), bytes(LARGEST_BODY)]
    for announced in (None, LARGEST_UPLOAD):
        answered = ask(UPLOADS, SESSION, body=whole, announced=announced)
        assert (answered.status, answered.text, answered.read) == (200, "Taken.", LARGEST_UPLOAD)


def test_a_prompt_with_all_its_images_may_be_sent() -> None:
    """Four of the largest images, the largest file of values, and with them the rest of the form."""
    assert {
        reverse(f"playground:{name}").encode() for name in ("compose", "fields", "preview", "estimate")
    } == COMPOSING
    whole = images.MOST_IMAGES * images.MOST_BYTES + variables.LARGEST_CSV + LARGEST_BODY
    assert whole < LARGEST_COMPOSED


@pytest.mark.parametrize(
    ("path", "headers", "largest"),
    [
        (UPLOADS, [SESSION], LARGEST_UPLOAD),
        (UPLOADS, [], LARGEST_BODY),
        (UPLOADS, [("cookie", "csrftoken=anything")], LARGEST_BODY),
        (UPLOADS, [("x-cookie", SESSION[1])], LARGEST_BODY),
        (f"{UPLOADS}more/", [SESSION], LARGEST_BODY),
        ("/admin/catalog/revision/", [SESSION], LARGEST_BODY),
        ("/playground/", [SESSION], LARGEST_COMPOSED),
        ("/playground/", [], LARGEST_BODY),
        ("/playground/fields/", [SESSION], LARGEST_COMPOSED),
        ("/playground/fields/", [("cookie", "csrftoken=anything")], LARGEST_BODY),
        ("/playground/help/", [SESSION], LARGEST_BODY),
        ("/history/", [SESSION], LARGEST_BODY),
    ],
)
def test_one_byte_more_is_refused_announced_or_not(path: str, headers: list[tuple[str, str]], largest: int) -> None:
    sentence = f"This request is too large: at most {largest:,} bytes are read. Go back and send less at once."
    full, rest = divmod(largest, MB)
    fitting = [*chunks(full), bytes(rest)]
    assert ask(path, *headers, body=fitting).status == 200
    untold = ask(path, *headers, body=[*fitting, b"x"])
    assert (untold.status, untold.text, untold.read) == (413, sentence, largest)
    told = ask(path, *headers, body=[*fitting, b"x"], announced=largest + 1)
    assert (told.status, told.text, told.read) == (413, sentence, 0)


@pytest.mark.parametrize("length", ["-1", "a lot", ""])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert ask(UPLOADS, SESSION, ("content-length", length)).status == 413


def test_a_long_address_is_refused_there_as_elsewhere() -> None:
    assert ask(UPLOADS + "x" * LONGEST_ADDRESS, SESSION).status == 414
