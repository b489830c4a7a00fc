"""A run as code that sends its request again: whom it asks, under which key, with its images in it.

Keys are named by their environment variable and never written out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from catalog.models import Market
from playground import sending
from playground.exports import curl, python, typescript
from playground.exports.call import Call
from playground.models import Run
from playground.upstreams import MAIN

LARGEST_SHOWN = 100_000  # characters of images that the page shows inside the code; the files have all of them
SHOWN_OF_AN_IMAGE = 60  # characters of each, where together they are more
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
HIDDEN = "The request names the model, so it is shown with the names."
REMOVED = "The texts of this prompt were not kept, so there is no request to send again."
NOWHERE = "The server that answered is not set up here any more, so its address is not known."
REHEARSED = "This run was a rehearsal and asked nobody. The code asks {market}, which bills it."
SHORTENED = (
    "The images have {size:,} characters as text, so only their beginnings stand here. The files have them whole."
)


class NoCode(Exception):
    """There is nothing that could be sent again; the message is a sentence that says why."""


@dataclass(frozen=True)
class Sample:
    """One program. `filename` ends as its language's files do."""

    language: str
    name: str
    filename: str
    code: str


@dataclass(frozen=True)
class Language:
    name: str
    filename: str
    write: Callable[[Call], str]


LANGUAGES = {
    "curl": Language("curl", "prompt.sh", curl.script),
    "python": Language("Python", "prompt.py", python.program),
    "typescript": Language("TypeScript", "prompt.ts", typescript.program),
}


@dataclass(frozen=True)
class Code:
    """The request of a run, ready to be written. `notices` are sentences for the page."""

    call: Call
    notices: tuple[str, ...]
    is_shortened: bool = False

    def sample(self, language: str) -> Sample:
        spoken = LANGUAGES[language]
        return Sample(language, spoken.name, spoken.filename, spoken.write(self.call))

    def samples(self) -> list[Sample]:
        return [self.sample(language) for language in LANGUAGES]


def code_of(run: Run, *, is_for_page: bool = False) -> Code:
    """The code of a loaded run with its prompt. For the page, large images stand in it with their beginnings only.

    Raises NoCode: the names are hidden, the texts or an image were removed, the server is not known any more.
    """
    base_url, key_variable, market = _address(run)
    notices = (REHEARSED.format(market=market),) if run.is_rehearsal else ()
    body = sent_body(run)
    is_shortened = False
    if is_for_page:
        size = sum(len(url) for url in image_urls(body))
        is_shortened = size > LARGEST_SHOWN
        body = _shortened(body) if is_shortened else body
        notices += (SHORTENED.format(size=size),) if is_shortened else ()
    asked = f"{run.model_name}, as it was asked on {run.created_at:%Y-%m-%d}."
    needed = f"Set {key_variable} in the environment to your key." if key_variable else "The server asks for no key."
    notes = (asked, *notices[: run.is_rehearsal], needed)
    call = Call(base_url, run.api, body, key_variable, notes, has_parts=run.upstream == "mistral")
    return Code(call, notices, is_shortened)


def sent_body(run: Run) -> dict[str, Any]:
    """The JSON that this run sent, images and all. Raises NoCode."""
    if run.prompt.hides_names:
        raise NoCode(HIDDEN)
    if not run.request:
        raise NoCode(REMOVED)
    try:
        return sending.with_images(run.request, run.prompt.user_id)
    except sending.MissingImage as error:
        raise NoCode("An image of this request was removed, so it cannot be sent again as it was.") from error


def _address(run: Run) -> tuple[str, str, str]:
    """Base URL, the variable of the key (blank for none), and the market's name. A rehearsal leads to the market that it
    stood in for, at its public address."""
    slug = MAIN if run.is_rehearsal else run.upstream
    market = Market.objects.filter(slug=slug).first()
    configured = {
        MAIN: settings.OPENROUTER_BASE_URL,
        "mistral": settings.MISTRAL_BASE_URL,
        "compatible": settings.COMPATIBLE_BASE_URL,
    }.get(slug, "")
    public = market.api_url if market is not None else ""
    base_url = (public or configured) if run.is_rehearsal else (configured or public)
    if not base_url:
        raise NoCode(NOWHERE)
    variable = market.key_variable if market is not None else ""
    if not VARIABLE.fullmatch(variable):  # it stands in a shell's script
        variable = f"{slug.upper()}_API_KEY"
    needs_key = slug != "compatible" or bool(settings.COMPATIBLE_API_KEY)
    return base_url.rstrip("/"), variable if needs_key else "", market.name if market is not None else slug


def image_urls(body: dict[str, Any]) -> list[str]:
    """The data URLs of a body of either API."""
    return [url for part in _parts(body) if (url := _url(part)).startswith("data:")]


def _parts(body: dict[str, Any]) -> list[dict[str, Any]]:
    contents = [item.get("content") for item in [*body.get("messages", []), *body.get("input", [])]]
    return [part for content in contents if isinstance(content, list) for part in content if "image_url" in part]


def _url(part: dict[str, Any]) -> str:
    image = part["image_url"]
    return str(image["url"] if isinstance(image, dict) else image)


def _shortened(value: Any) -> Any:
    """The same body with the beginnings of its images; a text is never touched."""
    if isinstance(value, list):
        return [_shortened(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "image_url" in value and _url(value).startswith("data:"):
        url = f"{_url(value)[:SHOWN_OF_AN_IMAGE]}…"
        image = value["image_url"]
        return value | {"image_url": image | {"url": url} if isinstance(image, dict) else url}
    return {name: _shortened(each) for name, each in value.items()}
