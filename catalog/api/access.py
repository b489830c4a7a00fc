"""Who may read the API, and how: everybody, from any page, with GET or HEAD; whatever else is asked gets a sentence.

The answers hold nothing of a person's, so any site's script may read them (CORS). That holds for these addresses and for no
other of Windrose.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic.base import RedirectView

from catalog.api.errors import Refused
from catalog.conditional import conditional

View = Callable[..., HttpResponse]
METHODS = "GET, HEAD, OPTIONS"
# What clients for OpenRouter send along. A browser asks before it sends any of them; the word * does not cover a key.
HEADERS = (
    "Authorization, Content-Type, HTTP-Referer, If-None-Match, X-OpenRouter-Categories, X-OpenRouter-Title, X-Title, *"
)
PAGES = ("api-root", "openapi-view")  # for people: they redirect, or show the documentation


def readable(view: View) -> View:
    """The view for GET and HEAD, from any origin; a browser's question before it is answered, other methods are refused."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers={"Allow": METHODS})
            response.headers["Access-Control-Allow-Methods"] = METHODS
            response.headers["Access-Control-Allow-Headers"] = HEADERS
            response.headers["Access-Control-Max-Age"] = "86400"
        elif request.method in ("GET", "HEAD"):
            response = _as_get(view, request, *args, **kwargs)
        else:
            response = Refused(405, "This API is read-only: it answers GET and HEAD.").response()
            response.headers["Allow"] = METHODS
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answer


def _as_get(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """HEAD is answered as GET is, and the server leaves the body out."""
    asked, request.method = request.method, "GET"
    try:
        return view(request, *args, **kwargs)
    finally:
        request.method = asked


def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    said = "There is nothing at this address. /api/v1/docs lists what there is."
    if rest.startswith(("chat", "completions", "responses", "embeddings")):
        said = "This API tells what models there are and what they cost. It runs none; send prompts to a market."
    return Refused(404, said).response()


def opened(patterns: list[URLPattern]) -> list[URLPattern]:
    """The API's addresses, open to everybody (sign-in is the site's default), and a sentence for all that is none."""
    for pattern in patterns:
        if pattern.name == "api-root":
            pattern.callback = RedirectView.as_view(pattern_name="api:openapi-view")
        elif pattern.name == "openapi-json":
            pattern.callback = readable(pattern.callback)
        elif pattern.name not in PAGES:
            pattern.callback = readable(conditional(pattern.callback))
        pattern.callback = login_not_required(pattern.callback)
    rest = login_not_required(csrf_exempt(readable(nothing_here)))
    return [*patterns, re_path(r"^(?P<rest>.*)$", rest)]
