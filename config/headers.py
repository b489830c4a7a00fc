"""Headers that keep private pages private, for every view at once.

Whatever is answered to somebody who is signed in may hold that person's runs or name, so no cache keeps it;
what is answered to a stranger holds nothing private and may be kept.
"""

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def _finish(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    session = getattr(request, "session", None)
    if session is not None and session.session_key is not None:
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


@sync_and_async_middleware
def PrivatePagesMiddleware(
    get_response: Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]:
    if iscoroutinefunction(get_response):

        async def middleware(request: HttpRequest) -> HttpResponse:
            return _finish(request, await get_response(request))

    else:

        def middleware(request: HttpRequest) -> HttpResponse:
            return _finish(request, get_response(request))

    return middleware
