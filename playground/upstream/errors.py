"""What can go wrong with an upstream, and the sentence a person is told. Pure; knows nothing of the HTTP library.

    UpstreamError
     +-- CannotReach      no connection: nothing was sent
     +-- Refused          an HTTP status instead of an answer
     +-- NotAStream       something else than an answer: a page, a redirect, a compressed body
     +-- Broken           the connection or the framing broke
     +-- Stalled          a deadline passed: first token, idle or total
     +-- TooMuch          a cap passed
     +-- MidStreamError   an error object inside the answer

`sentence` is ours and names the next step. `detail` is the upstream's, so it is text to distrust: no control
characters, the key taken out, 300 characters at most. `nothing_billed` is True only when that is certain.
"""

import re
import unicodedata
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from playground.sse import whole
from playground.upstream.advice import advice
from playground.upstream.strict_json import NotJsonError, read_json

MOST_RETRY_SECONDS = 3600
MOST_DETAIL = 300
# Statuses after which work may have been done before the refusal: 408 and 499 are time-outs in all but name.
UNCERTAIN_4XX = frozenset({408, 499})
CAPACITY = frozenset({429, 503, 529})


class UpstreamError(Exception):
    """An answer that could not be had, or not to its end. See the module's docstring for the attributes."""

    def __init__(
        self,
        sentence: str,
        detail: str = "",
        *,
        status: int | None = None,
        nothing_billed: bool = False,
        retry_after: int | None = None,
    ) -> None:
        """`retry_after` is in seconds."""
        sentence = sentence[:1].upper() + sentence[1:]
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
        self.status = status
        self.nothing_billed = nothing_billed
        self.retry_after = retry_after


class CannotReach(UpstreamError):
    pass


class Refused(UpstreamError):
    pass


class NotAStream(UpstreamError):
    pass


class Broken(UpstreamError):
    pass


class Stalled(UpstreamError):
    pass


class TooMuch(UpstreamError):
    pass


class MidStreamError(UpstreamError):
    pass


def refused(who: str, status: int, body: bytes, retry_after: str, key: str, now: datetime | None = None) -> Refused:
    """The error for an HTTP status of `who`; `body` may be anything and cut anywhere, `retry_after` is the header."""
    text = body.decode("utf-8", "replace")
    try:
        said = read_json(text)
    except NotJsonError:
        said = None
    facts = Facts(said)
    seconds = retry_seconds(retry_after, now)
    if seconds is None:
        seconds = facts.retry_after
    return Refused(
        advice(who, status, facts.kind, facts.hints, seconds),
        tidy(facts.message or ("" if said is not None else _visible_text(text)), key),
        status=status,
        nothing_billed=status in CAPACITY or (400 <= status < 500 and status not in UNCERTAIN_4XX),
        retry_after=seconds,
    )


def failed_inside(who: str, error: Any, key: str, *, has_text: bool) -> MidStreamError:
    """The error for an error object that came inside an answer, after text or before any."""
    facts = Facts({"error": error})
    sentence = advice(who, facts.status, facts.kind, facts.hints, facts.retry_after)
    if has_text:
        sentence = f"The answer broke off. {sentence}"
    return MidStreamError(sentence, tidy(facts.message, key), status=facts.status, retry_after=facts.retry_after)


class Facts:
    """What can be made of an error body in any of the servers' forms. Nothing in it is relied on to be there.

    `kind` is OpenRouter's stable error type or its availability code; `hints` are all other words that tell apart
    errors of one status, in lower case.
    """

    def __init__(self, said: Any) -> None:
        said = said if isinstance(said, dict) else {"error": said}
        error = said.get("error") or said
        error = error if isinstance(error, dict) else {"message": error}
        metadata = _dict(error.get("metadata"))
        availability = _dict(error.get("availability"))
        self.message = _message(error)
        self.status = _status(error.get("code"), error.get("http_status"), error.get("status"))
        kinds = (
            availability.get("code"),
            metadata.get("error_type"),
            error.get("error_type"),
            error.get("type"),
            error.get("code"),
        )
        self.kind = next((kind for kind in kinds if isinstance(kind, str) and kind), "").lower()[:100]
        hints = [*kinds, metadata.get("limit_source"), metadata.get("provider_code"), *metadata, self.message[:1000]]
        self.hints = " ".join(hint.lower() for hint in hints if isinstance(hint, str))
        self.retry_after = None
        for value in (availability.get("retry_after"), metadata.get("retry_after"), error.get("retry_after")):
            if self.retry_after is None and value is not None:
                self.retry_after = retry_seconds(str(value)[:50])


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _message(error: dict[str, Any]) -> str:
    """The words of an error, with those of the provider behind it when they say more."""
    message = error.get("message") or error.get("detail") or ""
    if isinstance(message, dict):
        message = message.get("detail") or message.get("message") or ""
    if isinstance(message, list):
        message = "; ".join(_complaint(entry) for entry in message[:5])
    message = message if isinstance(message, str) else ""
    raw = _dict(error.get("metadata")).get("raw")
    return f"{message} ({raw})" if isinstance(raw, str) and raw and raw not in message else message


def _complaint(entry: Any) -> str:
    """One entry of a list of complaints about parameters: where, and what."""
    if not isinstance(entry, dict):
        return str(entry)[:200]
    place = entry.get("loc")
    where = ".".join(str(part)[:50] for part in place if part != "body") if isinstance(place, list) else ""
    words = str(entry.get("msg") or entry.get("message") or "")[:200]
    return f"{where}: {words}" if where else words


def _status(*values: Any) -> int | None:
    for value in values:
        text = str(value)[:10] if isinstance(value, int | str) else ""
        if re.fullmatch(r"[45][0-9]{2}", text):
            return int(text)
    return None


def retry_seconds(value: str, now: datetime | None = None) -> int | None:
    """Seconds to wait as a Retry-After header says, a number or a date, from 0 to an hour; None when it says nothing."""
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,20})?", value):
        whole_part, _, fraction = value.partition(".")
        return min(int(whole_part) + (1 if fraction.strip("0") else 0), MOST_RETRY_SECONDS)
    try:
        moment = parsedate_to_datetime(value[:50])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return int(min(max(seconds, 0), MOST_RETRY_SECONDS))


def tidy(text: str, key: str) -> str:
    """What an upstream said, fit to be shown: one line, no control or hidden characters, without the key, cut."""
    # The order matters: a character dropped after the search could bring the two halves of a key together.
    text = "".join(" " if c in "\t\r\n" else c for c in whole(text[:20_000]) if c in "\t\r\n" or not _is_hidden(c))
    if key:
        text = re.sub(re.escape(key), "[key]", text, flags=re.IGNORECASE)
        # The text may have been cut in the middle of the key.
        for length in range(len(key) - 1, 5, -1):
            if text.lower().endswith(key[:length].lower()):
                text = text[:-length]
                break
    text = " ".join(text.split())
    return text if len(text) <= MOST_DETAIL else text[: MOST_DETAIL - 1] + "…"


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _visible_text(page: str) -> str:
    """A page of a proxy without its markup, roughly: it is shown as text in any case, this only makes it readable."""
    page = re.sub(r"(?is)<(script|style)\b.{0,20000}?</\1>", " ", page[:20_000])
    return re.sub(r"<[^<>]{0,2000}>", " ", page)
