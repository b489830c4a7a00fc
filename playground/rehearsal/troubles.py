"""What can go wrong on request: a prompt that contains `rehearse: rate limit` gets a rate limit.

It lets people see, and tests check, how every kind of trouble looks, without waiting for it to happen.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from playground.rehearsal.refusals import error
from playground.rehearsal.request import Request

REFUSED, CUT, ODD, ACCOUNTS = "Refused before an answer", "Cut short", "Odd answers", "Odd accounts"


@dataclass(frozen=True)
class Trouble:
    """`name` is what the prompt says after `rehearse:`; with a `status`, the request is refused with `error`.

    `group` is the heading it stands under. `needs` says what a request must have besides for the
    trouble to show, in words that `remark_on` knows.
    """

    group: str
    name: str
    what_happens: str
    status: int = 0
    error: dict[str, Any] = field(default_factory=dict)
    retry_after: int = 0
    needs: str = ""

    def error_for(self, model: str) -> dict[str, Any]:
        """The error as it goes out: availability names the model that was asked for, and never as its own successor."""
        if "availability" not in self.error:
            return self.error
        availability = self.error["availability"] | {"requested_models": [model]}
        if "fallback_models" in availability:
            others = [other for other in availability["fallback_models"] if other != model]
            availability["fallback_models"] = others
        return self.error | {"availability": availability}

    def remark_on(self, request: Request) -> str:
        """A sentence for the answer when the request lacks what the trouble needs; else blank."""
        has = {
            "tools": bool(request.tools.offered),
            "a schema": request.shape.schema is not None,
            "a JSON answer": request.shape.wants_json,
        }
        if not self.needs or any(has[need] for need in self.needs.split(" or ")):
            return ""
        return f"Nothing went wrong: “{self.name}” needs {self.needs} in the request, and there is none."


def _availability(code: str, retryable: bool, **more: Any) -> dict[str, Any]:
    return {"code": code, "retryable": retryable, "docs_url": "https://openrouter.ai/docs/errors", **more}


TROUBLES = (
    Trouble(
        REFUSED,
        "rate limit",
        "Status 429: too many requests, to be tried again in 7 seconds.",
        429,
        error(429, "Rate limit exceeded.", "rate_limit_exceeded"),
        retry_after=7,
    ),
    Trouble(
        REFUSED,
        "no credit",
        "Status 402: the account has no credit left.",
        402,
        error(402, "Insufficient credits.", "payment_required", limit_source="openrouter_credits"),
    ),
    Trouble(
        REFUSED,
        "credit held",
        "Status 402: the credit is held by requests still under way, to be tried again in 3 seconds.",
        402,
        error(402, "Credit is held.", "payment_required", limit_source="openrouter_in_flight_budget"),
        retry_after=3,
    ),
    Trouble(
        REFUSED,
        "moderation",
        "Status 403: a moderation filter stopped the prompt.",
        403,
        error(403, "The input was flagged.", "permission_denied", reasons=["rehearsal"], flagged_input="rehearse"),
    ),
    Trouble(
        REFUSED,
        "key limit",
        "Status 403: the key has reached its spending limit.",
        403,
        error(403, "The key limit is reached.", "permission_denied", limit_source="openrouter_key_limit"),
    ),
    Trouble(
        REFUSED,
        "model gone",
        "Status 404: the model is no longer served, and two others are named in its place.",
        404,
        error(404, "This model is deprecated.", "not_found")
        | {
            "availability": _availability(
                "model_deprecated",
                False,
                fallback_models=["mistralai/mistral-large-2512", "mistralai/mistral-small-2603"],
            )
        },
    ),
    Trouble(
        REFUSED, "server error", "Status 500, and a web page in place of an error, as a broken proxy sends it.", 500
    ),
    Trouble(
        REFUSED,
        "overloaded",
        "Status 503: the provider is overloaded.",
        503,
        error(503, "The provider is overloaded.", "provider_overloaded")
        | {"availability": _availability("temporarily_unavailable", True)},
    ),
    Trouble(CUT, "cut off", "The answer stops early, as at an output limit."),
    Trouble(CUT, "content filter", "Half of the answer comes, then a content filter ends it."),
    Trouble(CUT, "tool call cut", "The answer stops in the middle of a call’s arguments.", needs="tools"),
    Trouble(CUT, "error in mid-stream", "Half of the answer comes, then an error in place of the rest."),
    Trouble(CUT, "broken connection", "Half of the answer comes, then the connection breaks."),
    Trouble(CUT, "stall", "Half of the answer comes, then nothing more, with the connection open."),
    Trouble(ODD, "slow start", "The first token takes 8 seconds."),
    Trouble(ODD, "refusal", "The model declines, in the field that is meant for it."),
    Trouble(ODD, "empty", "The answer ends well without a single token."),
    Trouble(ODD, "no finish reason", "A whole answer that does not say why it ended."),
    Trouble(ODD, "think tags", "The thinking stands inside the answer, between tags."),
    Trouble(ODD, "wrong schema", "JSON that breaks the schema, of an answer or of a call.", needs="a schema or tools"),
    Trouble(
        ODD, "not json", "Text where JSON was asked for, of an answer or of a call.", needs="a JSON answer or tools"
    ),
    Trouble(ODD, "other model", "Another model answers than the one that was asked."),
    Trouble(ODD, "other provider", "Another provider answers than usual."),
    Trouble(ACCOUNTS, "missing usage", "A whole answer, but no word about its tokens or cost until it is asked for."),
    Trouble(
        ACCOUNTS,
        "no record",
        "A whole answer without usage, and no record of it to ask for later: the cost stays unknown.",
    ),
    Trouble(
        ACCOUNTS, "two usages", "A count in the middle of the answer and another at its end; the last one is right."
    ),
)
SERVER_ERROR_PAGE = b"<!doctype html><title>500</title><h1>Internal Server Error</h1><p>This is a rehearsed fault.</p>"


def asked_for(prompt: str) -> Trouble | None:
    """The trouble a prompt asks for first, if any; the case of letters and the spaces between words do not matter."""
    text = " ".join(prompt.lower().replace("rehearse:", " rehearse: ").split())
    for place in re.finditer("rehearse: ", text):
        rest = text[place.end() : place.end() + 40]
        named = [trouble for trouble in TROUBLES if rest.startswith(trouble.name)]
        if named:
            return max(named, key=lambda trouble: len(trouble.name))
    return None
