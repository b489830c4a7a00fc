"""An ASGI wrapper that refuses oversized requests before Django reads them.

Django spools a whole body to disk before the view runs, and checks its size only when the view touches it
(docs/architecture.md, "Problematic parts"); the server in front sets no bound. So the bounds are ours.
"""

from typing import Any

from asgiref.typing import ASGI3Application, ASGIReceiveCallable, ASGISendCallable, HTTPScope, Scope

from catalog.imports.readers.bounded import MOST_BYTES

LONGEST_ADDRESS = 8_000  # bytes of path and query
LARGEST_BODY = 2_621_440  # bytes; the same as DATA_UPLOAD_MAX_MEMORY_SIZE
# Where staff upload lists of models. This layer cannot see who is staff, so it asks for a session at least; the file
# goes to disk as it comes, and the reader of lists has a bound of its own.
UPLOADS = b"/admin/catalog/revision/import/"
LARGEST_UPLOAD = MOST_BYTES + LARGEST_BODY
# Where prompts are composed, with up to four images and a file of values; each has a bound of its own behind this one.
COMPOSING = frozenset({b"/playground/", b"/playground/fields/", b"/playground/preview/", b"/playground/estimate/"})
LARGEST_COMPOSED = 20 * 1024 * 1024


def _largest(scope: HTTPScope) -> int:
    """The most bytes of body that are read at this address."""
    path = scope["path"].encode()
    largest = LARGEST_UPLOAD if path == UPLOADS else LARGEST_COMPOSED if path in COMPOSING else LARGEST_BODY
    cookies = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return largest if b"sessionid=" in cookies else LARGEST_BODY


def _sentence(largest: int) -> str:
    return f"This request is too large: at most {largest:,} bytes are read. Go back and send less at once."


class TooLarge(Exception):
    """The body went past the largest body while it was being read."""


async def _refuse(send: ASGISendCallable, status: int, sentence: str) -> None:
    body = sentence.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def limited(app: ASGI3Application) -> ASGI3Application:
    """`app`, answering 414 to a long address and 413 to a large body, announced or not."""

    async def application(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if len(scope["raw_path"] or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            await _refuse(send, 414, "This address is too long.")
            return
        largest = _largest(scope)
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not announced.isdigit() or int(announced) > largest:
            await _refuse(send, 413, _sentence(largest))
            return

        size = 0
        answered = False

        async def counted_receive() -> Any:
            nonlocal size
            message = await receive()
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                if size > largest:
                    raise TooLarge
            return message

        async def watched_send(message: Any) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await app(scope, counted_receive, watched_send)
        except TooLarge:
            if not answered:
                await _refuse(send, 413, _sentence(largest))

    return application
