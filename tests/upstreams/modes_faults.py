"""Modes of an upstream that refuses, breaks, stalls or sends something else (abuse-cases, part F)."""

import gzip
from typing import Any

from playground.upstream.errors import Broken, MidStreamError, NotAStream, Refused, Stalled, TooMuch, UpstreamError
from tests.upstreams.mode import Mode, billed, usage
from tests.upstreams.steps import (
    Chunks,
    Close,
    Data,
    DoneMark,
    Ending,
    Hang,
    Headers,
    Raw,
    Reset,
    Send,
    Status,
    Step,
    Usage,
    Wait,
    chunk,
    delta,
)

DONE = b"data: [DONE]\n\n"
PING = Send(b": OPENROUTER PROCESSING\n\n")
A: Step = Chunks(["a"])


def failed(script: list[Step], error: type[UpstreamError], words: str, **expected: Any) -> Mode:
    """Nothing of an answer came."""
    return Mode(script, error=error, words=words, **{"is_done": False, "state": "failed"} | expected)


def cut(script: list[Step], error: type[UpstreamError] | None, words: str = "", **expected: Any) -> Mode:
    """The text "a" came, and then the trouble."""
    return Mode(script, text="a", error=error, words=words, **{"is_done": False, "state": "incomplete"} | expected)


NO_ANSWERS = {
    "a redirect": failed([Status(302, {"Location": "http://127.0.0.1:1/"})], NotAStream, "another address"),
    "no content": failed([Status(204)], NotAStream, "without an answer"),
    "a web page": failed([Status(200, {"Content-Type": "text/html"}, "<h1>Welcome</h1>")], NotAStream, "web page"),
    "plain text": failed([Status(200, {"Content-Type": "text/plain"}, "hello")], NotAStream, "not an answer", detail="hello"),
    "no JSON under the label of JSON": failed([Status(200, {}, "not json")], NotAStream, "not an answer"),
    "JSON that is no answer": failed([Status(200, {}, {"hello": "there"})], NotAStream, "not an answer"),
    "JSON that is a list": failed([Status(200, {}, "[1, 2]")], NotAStream, "not an answer"),
    "an empty body": failed([Status(200, {}, "")], Broken, "without an answer"),
    "an empty stream": failed([Headers()], Broken, "without an answer"),
    "comments and the end": failed([PING], Broken, "without an answer"),
    "a compressed body": failed([Status(200, {"Content-Encoding": "gzip"}, gzip.compress(DONE))], NotAStream, "compressed"),
    "a compressed stream": failed([Headers(extra={"Content-Encoding": "br"}), Send(DONE)], NotAStream, "compressed"),
    "an error under the label of a stream": failed(
        [Status(200, {"Content-Type": "text/event-stream"}, {"error": {"code": 502, "message": "x"}})],
        MidStreamError, "cannot be reached", detail="x",
    ),
    "an error as text": failed([Send("event: error\ndata: it broke\n\n"), Hang()], MidStreamError, "fault", detail="it broke"),
    "no byte and the end": failed([Close()], Broken, "lost"),
    "a reset at once": failed([Reset()], Broken, "lost"),
    "no HTTP": failed([Raw(b"what is this\r\n\r\n"), Close()], Broken, "lost"),
    "huge headers": failed([Raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n"), Close()], Broken, "lost"),
    "a negative length": failed([Raw(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"), Close()], Broken, "lost"),
    "no chunk where one should be": failed(
        [Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Close()], Broken, "lost"
    ),
    "silence before the headers": failed([Hang()], Stalled, "no word of an answer", is_slow=True),
    "silence after the headers": failed([Headers(), Hang()], Stalled, "no word of an answer", is_slow=True),
    "comments for ever": failed([*[PING, Wait(0.05)] * 40], Stalled, "no word of an answer", is_slow=True),
    "empty chunks for ever": failed(
        [*[Data(chunk("a/b", delta(role="assistant", content=""))), Wait(0.05)] * 40], Stalled, "no word", is_slow=True
    ),
    "early hints for ever": failed(
        [*[Raw(b"HTTP/1.1 102 Processing\r\n\r\n"), Wait(0.05)] * 40], Stalled, "no word", is_slow=True
    ),
    "silence where no stream was asked for": failed([Hang()], Stalled, "seconds in all", is_slow=True, streams=False),
}  # fmt: skip

PLAIN = usage(10, 3, prompt_tokens_details={"cached_tokens": 0})
CUTS = {
    "a reset in the middle": cut([A, Reset()], Broken, "was lost"),
    "the end of the connection in the middle": cut([A, Close()], Broken, "was lost"),
    "less than the length that was promised": cut(
        [Headers(extra={"Content-Length": "9000"}, chunked=False), A, Close()], Broken, "was lost"
    ),
    "broken framing in the middle": cut([A, Raw(b"zz\r\nnot a chunk"), Close()], Broken, "was lost"),
    "half a chunk of JSON": cut([A, Data('{"choices": [{"delta"')], Broken, "text may be missing"),
    "the end in the middle of JSON": cut(
        [Headers(chunked=False), A, Send(b'data: {"cho'), Close()], Broken, "text may be missing"
    ),
    "a number that is none": cut([A, Data('{"usage": {"cost": NaN}}'), DoneMark()], Broken, "text may be missing"),
    "JSON without a bottom": cut([A, Data("[" * 100_000), DoneMark()], Broken, "text may be missing"),
    "a line without an end": cut(
        [A, Send(b"data: " + b"x" * 65_536), Send(b"x" * 65_536, times=160)], TooMuch, "larger than"
    ),
    "silence in the middle": cut([A, Hang()], Stalled, "in the middle of the answer", is_slow=True),
    "comments in the middle for ever": cut([A, *[PING, Wait(0.05)] * 40], Stalled, "in the middle", is_slow=True),
    "an answer without an end": cut(
        [A, *[Data(chunk("a/b", delta(content=""))), Wait(0.05)] * 60], Stalled, "seconds in all", is_slow=True
    ),
    "the end without a word": cut([A], None),
    "the end after the finish reason": cut([A, Ending()], None, finish="stop", state="done"),
    "a reset after the finish reason": cut([A, Ending(), Reset()], None, finish="stop", state="done"),
    "a reset in the middle of the usage": cut(
        [A, Ending(), Send(b'data: {"choices": [], "usa'), Reset()], None, finish="stop", state="done"
    ),
    "silence after the finish reason": cut([A, Ending(), Hang()], None, finish="stop", state="done", is_slow=True),
    "open after it is done": cut(
        [A, Ending(), Usage(10, 3), DoneMark(), Hang()], None, finish="stop", usage=PLAIN, state="done", is_done=True
    ),
    "more after it is done": cut(
        [A, Ending(), Usage(10, 3), DoneMark(), Chunks(["b"]), Usage(99, 99), Send(b"x" * 65_536, times=50), Hang()],
        None, finish="stop", usage=PLAIN, state="done", is_done=True,
    ),
    "usage twice, and beside choices": cut(
        [
            A,
            Ending(),
            Data(chunk("a/b", delta("stop", content=""), usage={"prompt_tokens": 1, "completion_tokens": 1})),
            Usage(10, 3),
            DoneMark(),
        ],
        None, finish="stop", usage=PLAIN, state="done", is_done=True,
    ),
    "shapes that say nothing": cut(
        [
            Data([1]), Data("5"), Data("null"), Data({}), Data({"choices": None}), Data({"choices": [None, 4]}),
            Data({"choices": [{"delta": None}]}), Data({"choices": [{"delta": {"content": 5}}]}),
            Data({"choices": [{"index": 1, "delta": {"content": "b"}}]}), A, Data({"usage": [1]}), Ending(), DoneMark(),
        ],
        None, finish="stop", state="done", is_done=True,
    ),
    "HTTP of long ago": cut(
        [Raw(b"HTTP/1.0 200 OK\r\n\r\n"), Data(chunk("a/b", delta("stop", content="a"))), DoneMark()],
        None, finish="stop", state="done", is_done=True,
    ),
}  # fmt: skip


def inside(error: Any, words: str, **expected: Any) -> Mode:
    """An error in mid-answer, and the usage of what was done after it."""
    script = [
        A,
        Data(chunk("a/b", delta("error", content=""), error=error)),
        Chunks(["never"]),
        Usage(7, 1, cost="0.01"),
    ]
    reported = billed(7, 1, "0.01", prompt_tokens_details={"cached_tokens": 0})
    words = f"The answer broke off. {words}"
    return cut([*script, DoneMark()], MidStreamError, words, finish="error", usage=reported, cost="0.01", **expected)


INSIDE = {
    "an error inside, with its type": inside(
        {"code": 502, "message": "Bad", "metadata": {"error_type": "provider_unavailable"}},
        "The provider behind OpenRouter cannot be reached", kind="provider_unavailable", detail="Bad",
    ),
    "an error inside, with a word for its code": inside(
        {"code": "server_error", "message": "Bad"}, "OpenRouter had a fault of its own (status 500)", kind="server_error"
    ),
    "an error inside, with a time to wait": inside(
        {"code": 429, "message": "Bad", "metadata": {"retry_after": 5}},
        "OpenRouter takes no more requests for now. Try again in 5 seconds.",
    ),
    "an error inside, its code as text": inside({"code": "429", "message": "Bad"}, "OpenRouter takes no more requests"),
    "an error inside, without a code": inside({"message": "Bad"}, "OpenRouter had a fault of its own"),
    "an error inside, as text": inside("Bad", "OpenRouter had a fault of its own", detail="Bad"),
    "an error inside, as a list": inside(["Bad"], "OpenRouter had a fault of its own"),
    "an error of old vllm inside": cut(
        [A, Data({"object": "error", "message": "Bad", "type": "BadRequestError", "code": 400}), DoneMark()],
        MidStreamError, "did not accept the request", detail="Bad",
    ),
    "an error of vllm inside": cut(
        [A, Data({"error": {"message": "Bad", "type": "InternalServerError", "param": None, "code": 500}}), DoneMark()],
        MidStreamError, "fault of its own (status 500)", detail="Bad",
    ),
}  # fmt: skip


def refused(code: int, words: str, body: Any = "", headers: dict[str, str] | None = None, **expected: Any) -> Mode:
    """A status instead of an answer; below 500 nothing was done, and where there is no room neither."""
    free = (400 <= code < 500 and code != 408) or code in (503, 529)
    script: list[Step] = [Status(code, headers or {}, body), Close()]
    return failed(script, Refused, words, **{"nothing_billed": free} | expected)


def no(**error: Any) -> dict[str, Any]:
    return {"error": {"message": "no", **error}}


EXTRA = [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]
REFUSALS = {
    "400": refused(400, "did not accept the request", no()),
    "400, too long": refused(
        400, "Shorten the prompt", no(metadata={"error_type": "context_length_exceeded"}), kind="context_length_exceeded"
    ),
    "400, unknown model": refused(
        400, "does not know this model", no(availability={"code": "model_not_found"}), kind="model_not_found"
    ),
    "401": refused(401, "did not accept the key", no()),
    "402, no credit": refused(402, "no credit left", no()),
    "402, credit that is held": refused(
        402, "Try again in 3 seconds", no(metadata={"limit_source": "openrouter_in_flight_budget"}), {"Retry-After": "3"}
    ),
    "402, the key's own limit": refused(402, "reached its spending limit", no(code="openrouter_key_limit")),
    "403, moderation": refused(403, "moderation filter", no(metadata={"reasons": ["x"]}), state="refused"),
    "404, another model follows": refused(
        404, "catalog page", no(availability={"code": "model_deprecated", "fallback_models": ["fake/next"]}),
        kind="model_deprecated",
    ),
    "404, without code and message": refused(
        404, "preferences", {"error": {"http_status": 404, "error_type": "not_found",
                                       "availability": {"code": "constraint_filtered"}}}, kind="constraint_filtered",
    ),
    "408": refused(408, "gave up waiting", no()),
    "413": refused(413, "Shorten it"),
    "422 of mistral": refused(
        422, "one of the parameters", {"object": "error", "message": {"detail": EXTRA}, "type": "invalid_request_error"},
        detail="stream_options: Extra inputs are not permitted",
    ),
    "422, as a list alone": refused(422, "one of the parameters", {"detail": EXTRA}, detail="stream_options: Extra"),
    "429": refused(429, "Try again in 7 seconds.", no(), {"Retry-After": "7"}),
    "429 for a day": refused(429, "Try again in about 24 hours.", no(), {"Retry-After": "86400"}),
    "429 until a day long gone": refused(429, "Try again now.", no(), {"Retry-After": "Fri, 20 Nov 2020 12:00:30 GMT"}),
    "500 as a page": refused(500, "fault of its own (status 500)", "<h1>Oops</h1>", {"Content-Type": "text/html"}, detail="Oops"),
    "500 of ollama": refused(500, "fault of its own", {"error": "model runner has stopped"}, detail="model runner has stopped"),
    "500, compressed": refused(500, "fault of its own", gzip.compress(b"x" * 99_999), {"Content-Encoding": "gzip"}),
    "500, shorter than promised": refused(500, "fault of its own", "short", {"Content-Length": "500"}, detail="short"),
    "502 with five million bytes": refused(502, "cannot be reached", "x" * 5_000_000, {"Content-Type": "text/html"}),
    "503, with a wait that is none": refused(503, "Try again in a moment.", "", {"Retry-After": "junk"}),
    "524": refused(524, "took too long", "<html>"),
    "529": refused(529, "overloaded"),
}  # fmt: skip

FAULTS = {**NO_ANSWERS, **CUTS, **INSIDE, **REFUSALS}
