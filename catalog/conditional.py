"""Conditional requests: who names the answer he has gets "not modified" for one small query, until something changes.

For public GET views that answer from the catalog alone (no runs, no person's name): equal catalog versions then mean
equal answers to the same address on the same day. The day counts because statuses and prices change at midnight without
any edit; the release counts because a new one may write the same facts in another way.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import condition

from catalog import freshness

View = Callable[..., HttpResponse]
SECONDS = 60  # how old an answer may be before it is asked for again


@lru_cache(maxsize=1)
def _release() -> bytes:
    """What this program writes with: a digest of the catalog's own code and templates, the same on every machine."""
    digest = hashlib.sha256()
    for folder, pattern in ((settings.BASE_DIR / "catalog", "*.py"), (settings.BASE_DIR / "templates", "*")):
        for path in sorted(Path(folder).rglob(pattern)):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.digest()


def etag(request: HttpRequest, *args: Any, **kwargs: Any) -> str:
    """Of the answer to this address today. One query."""
    said = (freshness.version(), timezone.now().date(), request.build_absolute_uri(), request.headers.get("HX-Request"))
    return f'"{hashlib.sha256(_release() + repr(said).encode()).hexdigest()[:32]}"'


def conditional(view: View) -> View:
    """The view, answering 304 while nothing has changed. Somebody who is signed in always gets a fresh answer, which no
    cache keeps (config/headers.py); refusals carry no tag, so that they are never taken for unchanged."""
    checked = condition(etag_func=etag)(view)

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            return view(request, *args, **kwargs)
        response = checked(request, *args, **kwargs)
        if response.status_code in (200, 304):
            response.headers.setdefault("Cache-Control", f"public, max-age={SECONDS}")
        elif "ETag" in response.headers and response.status_code != 412:
            del response.headers["ETag"]
        return response

    return answer
