"""What can go wrong with an upstream, and the sentence a person is told. Pure; knows nothing of the HTTP library.

    UpstreamError
     +-- CannotReach      no connection: nothing was sent
     +-- Refused          an HTTP status instead of an answer
     +-- NotAStream       something else than an answer: a page, a redirect, a compressed body
     +-- Broken           the connection or the framing broke
     +-- Stalled          a deadline passed: first token, idle or total
     +-- TooMuch          a cap passed
     +-- MidStreamError   an error object inside the answer

`sentence` is ours and names the next step. `detail` and `body` are the upstream's, so they are text to distrust: no
control or hidden characters, the key taken out; `detail` is one line of 300 characters at most, `body` all that was sent,
with its lines, up to 65,536 bytes. `kind` is OpenRouter's error type or availability code, `fallback_models` are ids
that it suggests instead. `nothing_billed` is True only when that is certain.
"""

import json
from datetime import datetime
from typing import Any

from playground.upstream.advice import advice
from playground.upstream.error_bodies import Facts, retry_seconds
from playground.upstream.shown import page_text, readable, tidy
from playground.upstream.strict_json import NotJsonError, read_json

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
        kind: str = "",
        body: str = "",
        fallback_models: list[str] | None = None,
    ) -> None:
        """`retry_after` is in seconds."""
        sentence = sentence[:1].upper() + sentence[1:]
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
        self.status = status
        self.nothing_billed = nothing_billed
        self.retry_after = retry_after
        self.kind = kind
        self.body = body
        self.fallback_models = fallback_models or []


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
        tidy(facts.message or ("" if said is not None else page_text(text)), key),
        status=status,
        nothing_billed=status in CAPACITY or (400 <= status < 500 and status not in UNCERTAIN_4XX),
        retry_after=seconds,
        kind=tidy(facts.kind, key),
        body=readable(body, key),
        fallback_models=[tidy(id, key) for id in facts.fallback_models],
    )


def failed_inside(who: str, error: Any, key: str, *, has_text: bool, body: str | None = None) -> MidStreamError:
    """The error for an error object that came inside an answer, after text or before any. `body` is the event's data."""
    facts = Facts({"error": error})
    sentence = advice(who, facts.status, facts.kind, facts.hints, facts.retry_after)
    if has_text:
        sentence = f"The answer broke off. {sentence}"
    if body is None:
        body = error if isinstance(error, str) else json.dumps(error, default=str)
    return MidStreamError(
        sentence,
        tidy(facts.message, key),
        status=facts.status,
        retry_after=facts.retry_after,
        kind=tidy(facts.kind, key),
        body=readable(body, key),
        fallback_models=[tidy(id, key) for id in facts.fallback_models],
    )
