"""Modes of the Responses API that end early, badly, or without saying so."""

from playground.upstream.errors import MidStreamError, NotAStream, Stalled
from tests.upstreams.modes_responses import broken, mode
from tests.upstreams.responses import CHAT_USAGE, USAGE, began, deltas, ended, response
from tests.upstreams.steps import Data, DoneMark, Event, Hang, Status

FAILED = {"code": "server_error", "message": "Too many"}
LOST = response("failed", error=FAILED, usage=USAGE)
RESPONSES_ENDS = {
    "responses at the output limit": mode(
        [*deltas(["Hel"]), ended(status="incomplete", incomplete_details={"reason": "max_output_tokens"})],
        text="Hel",
        finish="length",
        state="truncated",
    ),
    "responses too long for the model, as a success": mode(
        [*deltas(["Hel"]), ended(error_type="context_length_exceeded")], text="Hel", finish="length", state="truncated"
    ),
    "responses under a content filter": mode(
        [*deltas(["Hel"]), ended(status="incomplete", incomplete_details={"reason": "content_filter"})],
        text="Hel",
        finish="content_filter",
        state="refused",
    ),
    "responses incomplete for a reason that nobody knows": broken(
        [*deltas(["Hel"]), ended(status="incomplete", usage=None), DoneMark()], text="Hel"
    ),
    "responses cancelled": broken([*deltas(["Hel"]), ended(status="cancelled", usage=None)], text="Hel"),
    "responses that just end": broken(deltas(["Hel"]), text="Hel"),
    "responses that stall": broken(
        [*deltas(["Hel"]), Hang()], text="Hel", error=Stalled, words="in the middle of the answer", is_slow=True
    ),
    "responses failed, with usage and the truth beside it": broken(
        [
            *deltas(["Hel"]),
            Event("response.failed", {"error_type": "rate_limit_exceeded", "response": LOST}),
        ],
        text="Hel",
        error=MidStreamError,
        words="The answer broke off. OpenRouter takes no more requests",
        detail="Too many",
        kind="rate_limit_exceeded",
        usage=CHAT_USAGE,
        cost="0.000123",
    ),
    "responses failed before any text": broken(
        [*began(), ended(status="failed", error=FAILED, usage=None)],
        error=MidStreamError,
        words="fault of its own (status 500)",
        detail="Too many",
        kind="server_error",
        state="failed",
    ),
    "responses with an error, and then failed": broken(
        [
            *deltas(["Hel"]),
            Event("error", {"code": None, "message": "It broke"}),
            *deltas(["not said"]),
            Event("response.failed", {"response": {**LOST, "error_type": "provider_overloaded"}}),
        ],
        text="Hel",
        error=MidStreamError,
        words="overloaded",
        kind="provider_overloaded",
        usage=CHAT_USAGE,
        cost="0.000123",
    ),
    "responses with the error of the prose": broken(
        [Event("response.error", {"error": {"code": "invalid_prompt", "message": "It broke"}})],
        error=MidStreamError,
        words="could not use this prompt",
        detail="It broke",
        kind="invalid_prompt",
        state="failed",
    ),
    "responses with an error of its own": broken(
        [Data({"type": "error", "code": "rate_limit_exceeded", "message": "Too many", "sequence_number": 3})],
        error=MidStreamError,
        words="takes no more requests",
        detail="Too many",
        kind="rate_limit_exceeded",
        state="failed",
    ),
    "responses with the error of a chat": broken(
        [Data({"error": {"code": 502, "message": "It broke", "metadata": {"error_type": "provider_unavailable"}}})],
        error=MidStreamError,
        words="cannot be reached",
        detail="It broke",
        kind="provider_unavailable",
        state="failed",
    ),
    "responses not streaming, failed": broken(
        [Status(200, {}, response("failed", error=FAILED))],
        error=MidStreamError,
        words="fault of its own",
        detail="Too many",
        kind="server_error",
        state="failed",
        streams=False,
    ),
    "responses from a server that does not know them": broken(
        [Status(200, {}, {"hello": "there"})],
        error=NotAStream,
        words="not an answer",
        state="failed",
    ),
}
