"""What an error body says, in any of the servers' forms. Pure; nothing in a body is relied on to be there."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from playground.upstream.advice import BY_KIND, KIND_STATUS
from playground.upstream.strict_json import short

MOST_RETRY_SECONDS = 7 * 86_400  # a week; further away is no time to wait for
MOST_FALLBACK_MODELS = 20


class Facts:
    """What can be made of an error body.

    `kind` is OpenRouter's availability code or stable error type, whichever field has it; "" if none. `hints` are all
    other words that tell apart errors of one status, in lower case. `fallback_models` are ids that the server suggests.
    """

    def __init__(self, said: Any) -> None:
        said = said if isinstance(said, dict) else {"error": said}
        error = said.get("error") or said
        error = error if isinstance(error, dict) else {"message": error}
        metadata = _dict(error.get("metadata"))
        availability = _dict(error.get("availability")) or _dict(metadata.get("availability"))
        self.message = _message(error)
        self.status = _status(error.get("code"), error.get("http_status"), error.get("status"))
        named = (availability.get("code"), error.get("error_type"), said.get("error_type"), metadata.get("error_type"))
        loose = (error.get("type"), error.get("code"))
        kinds = [kind for kind in named if isinstance(kind, str) and kind]
        kinds += [kind for kind in loose if isinstance(kind, str) and (kind in BY_KIND or kind in KIND_STATUS)]
        self.kind = short(kinds[0].lower(), 100) if kinds else ""
        hints = [*named, *loose, metadata.get("limit_source"), metadata.get("provider_code"), *metadata]
        self.hints = " ".join(hint.lower() for hint in [*hints, self.message[:1000]] if isinstance(hint, str))
        self.retry_after = None
        for value in (availability.get("retry_after"), metadata.get("retry_after"), error.get("retry_after")):
            if self.retry_after is None and value is not None:
                self.retry_after = retry_seconds(str(value)[:50])
        models = availability.get("fallback_models")
        ids = [short(id, 150) for id in models] if isinstance(models, list) else []
        self.fallback_models = [id for id in ids if id][:MOST_FALLBACK_MODELS]


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
    """Seconds to wait as a Retry-After header says, a number or a date, from 0 to a week; None when it says nothing."""
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
