"""From a status and a kind of error to one sentence that says what happened and what to do next. Pure.

The kinds are OpenRouter's error types and availability codes; other servers are told by their status alone. A kind
says more than a status, so it is looked up first.
"""

HOUR, DAY = 3_600, 86_400  # seconds

PROMPT_TOO_LONG = (
    "The prompt and the output limit together do not fit this model. Shorten the prompt or lower max tokens."
)
POLICY = "{who} refused this prompt under a content policy. Change the prompt and run it again."
CREDIT = "The account at {who} has no credit left for this. Add credit there, or lower max tokens."
GONE = "{who} no longer serves this model. See its catalog page for its status and what follows it."
NO_ENDPOINT = (
    "{who} has nowhere left to send this under the preferences that were set. Loosen them, or take another model."
)
BUSY = "{who} is overloaded or its provider is. {again}"
OWN_FAULT = "{who} had a fault of its own{status}. {again}"
IMAGE = "An image in the prompt was not accepted. Take another size or format."

BY_KIND = {
    "context_length_exceeded": PROMPT_TOO_LONG,
    "max_tokens_exceeded": "Max tokens is more than this model can write. Lower it and run again.",
    "token_limit_exceeded": PROMPT_TOO_LONG,
    "string_too_long": "The prompt is longer than {who} accepts. Shorten it and run again.",
    "payload_too_large": "The prompt is larger than {who} accepts. Shorten it and run again.",
    "content_policy_violation": POLICY,
    "refusal": POLICY,
    "invalid_prompt": "{who} could not use this prompt. Change it and run again.",
    "invalid_image": IMAGE,
    "image_too_large": IMAGE,
    "image_too_small": IMAGE,
    "unsupported_image_format": IMAGE,
    "image_download_failed": IMAGE,
    "image_not_found": IMAGE,
    "model_not_found": "{who} does not know this model. See its catalog page for its present name.",
    "wrong_endpoint": "This model does not answer chats. Take another model.",
    "no_endpoints": NO_ENDPOINT,
    "privacy_restricted": "The data policy of the account at {who} rules out every provider of this model. "
    "An administrator can change it there.",
    "constraint_filtered": NO_ENDPOINT,
    "model_deprecated": GONE,
    "model_unavailable_upstream": GONE,
    "free_variant_ended": "The free variant of this model has ended. See its catalog page for the paid one.",
    "region_restricted": "{who} does not offer this model in the region of this server. Take another model.",
    "capacity_exhausted": BUSY,
    "temporarily_unavailable": BUSY,
    "provider_overloaded": BUSY,
    "provider_unavailable": "The provider behind {who} cannot be reached. {again}",
    "timeout": "The provider behind {who} took too long. {again}",
}

KIND_STATUS = {
    "authentication": 401,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "payment_required": 402,
    "insufficient_quota": 402,
    "permission_denied": 403,
    "not_found": 404,
    "unprocessable": 422,
    "rate_limit_exceeded": 429,
    "server": 500,
    "server_error": 500,
    "unmapped": 500,
}

BY_STATUS = {
    401: "{who} did not accept the key. An administrator has to set a valid one.",
    402: CREDIT,
    403: "{who} does not permit this with the key in use. An administrator can check what the key may do.",
    404: GONE,
    405: "{who} does not take chats at this address. An administrator has to check the base URL.",
    408: "{who} gave up waiting. {again}",
    410: GONE,
    413: BY_KIND["payload_too_large"],
    414: BY_KIND["payload_too_large"],
    422: "{who} refused one of the parameters. Remove or change the one named in the detail, and run again.",
    429: "{who} takes no more requests for now. {again}",
    499: "{who} gave up waiting. {again}",
    502: BY_KIND["provider_unavailable"],
    503: BUSY,
    504: BY_KIND["timeout"],
    524: BY_KIND["timeout"],
    529: BUSY,
}
OTHER_4XX = "{who} did not accept the request. Check the prompt and the parameters, and run again."

IN_FLIGHT = "The credit at {who} is held by requests still under way. {again}"
KEY_LIMIT = "The key for {who} has reached its spending limit. An administrator can raise it there."
MODERATION = "A moderation filter of {who} stopped this prompt. Change the prompt and run it again."


def advice(who: str, status: int | None, kind: str, hints: str, retry_after: int | None) -> str:
    """The sentence for an error of `who`. `hints` are the error's other words in lower case, `retry_after` seconds."""
    status = status or KIND_STATUS.get(kind) or 0
    sentence = _told_apart(status, kind, hints, retry_after) or BY_KIND.get(kind) or BY_STATUS.get(status)
    if sentence is None:
        sentence = OTHER_4XX if 400 <= status < 500 else OWN_FAULT
    return sentence.format(who=who, again=again(retry_after), status=f" (status {status})" if status else "")


def _told_apart(status: int, kind: str, hints: str, retry_after: int | None) -> str | None:
    """One status, several meanings: credit that is only held, a limit of the key, moderation, a region."""
    if status == 402 and ("in_flight" in hints or (retry_after is not None and "credits" not in hints)):
        return IN_FLIGHT
    if status in (402, 403) and any(words in hints for words in ("key_limit", "key limit", "spending limit")):
        return KEY_LIMIT
    if status == 403 and kind not in BY_KIND:
        if any(words in hints for words in ("reasons", "flagged", "moderation", "guardrail")):
            return MODERATION
        if any(words in hints for words in ("region", "country", "geo", "location")):
            return BY_KIND["region_restricted"]
    return None


def again(retry_after: int | None) -> str:
    """When to try again, as a sentence."""
    if retry_after is None:
        return "Try again in a moment."
    if retry_after <= 0:
        return "Try again now."
    if retry_after < 120:
        return f"Try again in {retry_after} second{'s' if retry_after != 1 else ''}."
    if retry_after < 2 * HOUR:
        return f"Try again in about {round(retry_after / 60)} minutes."
    if retry_after < 2 * DAY:
        return f"Try again in about {round(retry_after / HOUR)} hours."
    return f"Try again in about {round(retry_after / DAY)} days."
