"""What can go wrong on request: a prompt that contains `rehearse: rate limit` gets a rate limit.

It lets people see, and tests check, how every kind of trouble looks, without waiting for it to happen.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Trouble:
    """`name` is what the prompt says after `rehearse:`; with a `status`, the request is refused with `error`."""

    name: str
    what_happens: str
    status: int = 0
    error: dict[str, Any] = field(default_factory=dict)
    retry_after: int = 0


TROUBLES = (
    Trouble(
        "rate limit",
        "Refused with status 429: too many requests, to be tried again in 7 seconds.",
        429,
        {"code": 429, "message": "Rate limit exceeded.", "metadata": {"error_type": "rate_limit_exceeded"}},
        retry_after=7,
    ),
    Trouble(
        "no credit",
        "Refused with status 402: the account has no credit left.",
        402,
        {"code": 402, "message": "Insufficient credits.", "metadata": {"error_type": "payment_required"}},
    ),
    Trouble(
        "moderation",
        "Refused with status 403: a moderation filter stopped the prompt.",
        403,
        {"code": 403, "message": "The input was flagged.", "metadata": {"reasons": ["rehearsal"], "flagged_input": ""}},
    ),
    Trouble(
        "model gone",
        "Refused with status 404: the model is no longer served.",
        404,
        {"code": 404, "message": "No endpoints found for this model.", "metadata": {"error_type": "not_found"}},
    ),
    Trouble("server error", "Refused with status 500 and a web page, as a broken proxy does it.", 500),
    Trouble(
        "overloaded",
        "Refused with status 503: the provider is overloaded.",
        503,
        {"code": 503, "message": "The provider is overloaded.", "metadata": {"error_type": "provider_overloaded"}},
    ),
    Trouble("error in mid-stream", "Half of the answer comes, then an error in place of the rest."),
    Trouble("stall", "Half of the answer comes, then nothing more, with the connection open."),
    Trouble("slow start", "The first token takes 8 seconds."),
    Trouble("missing usage", "A whole answer, but no word about its tokens or cost."),
    Trouble("broken connection", "Half of the answer comes, then the connection breaks."),
    Trouble("cut off", "The answer stops early, as at an output limit."),
    Trouble("empty", "The answer ends well without a single token."),
)
SERVER_ERROR_PAGE = b"<!doctype html><title>500</title><h1>Internal Server Error</h1><p>This is a rehearsed fault.</p>"


def asked_for(prompt: str) -> Trouble | None:
    """The trouble a prompt asks for, if any; the case of letters and the spaces between words do not matter."""
    text = " ".join(prompt.lower().replace("rehearse:", "rehearse: ").split())
    return next((trouble for trouble in TROUBLES if f"rehearse: {trouble.name}" in text), None)
