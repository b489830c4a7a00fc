"""Modes of good chat completions: how each server words an answer, and the ways in which an answer may end."""

import json
from decimal import Decimal
from typing import Any

from playground.upstream.errors import MidStreamError
from tests.upstreams.mode import Mode, billed, usage
from tests.upstreams.steps import Chunks, Data, DoneMark, Ending, Event, Send, Status, Step, Usage, chunk, delta

PLAIN = usage(10, 3, prompt_tokens_details={"cached_tokens": 0})
DETAILS = billed(
    37,
    8,
    "0.000007765",
    is_byok=False,
    prompt_tokens_details={"cached_tokens": 5, "cache_write_tokens": 2, "audio_tokens": 1, "video_tokens": 0},
    completion_tokens_details={"reasoning_tokens": 8, "image_tokens": 3, "audio_tokens": 4},
    cost_details={"upstream_inference_cost": Decimal("0.000007765")},
)
BYOK = billed(10, 3, "0.001", is_byok=True, cost_details={"upstream_inference_cost": Decimal("0.02")})


def say(finish: str | None = None, **said: Any) -> Data:
    """A chunk without what only OpenRouter adds."""
    return Data({"id": "cmpl-1", "object": "chat.completion.chunk", "choices": delta(finish, **said)})


def bare(**chunk: Any) -> Data:
    return Data({"id": "cmpl-1", "object": "chat.completion.chunk", **chunk})


def whole(message: dict[str, Any], finish: str | None = "stop", **more: Any) -> Status:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    body = {"id": "gen-1", "object": "chat.completion", "model": "fake/model", "choices": [choice], **more}
    return Status(200, {}, json.dumps(body))


def call(name: str | None = None, arguments: Any = "", **more: Any) -> dict[str, Any]:
    function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    return {"type": "function", "function": function, **more}


def thinking(text: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": [{"type": "text", "text": text}]}


COMMENT = Send(b": OPENROUTER PROCESSING\n\n")
ROLE = Data(chunk("fake/model", delta(role="assistant", content="")))
HELLO: list[Step] = [Chunks(["Hel", "lo"])]
END: list[Step] = [Ending(), Usage(10, 3), DoneMark()]

OPENROUTER = {
    "openrouter": Mode(
        [COMMENT, ROLE, *HELLO, COMMENT, Ending(), Usage(10, 3, cost="0.000123"), DoneMark()],
        text="Hello",
        finish="stop",
        usage=billed(10, 3, "0.000123", prompt_tokens_details={"cached_tokens": 0}),
        cost="0.000123",
    ),
    "openrouter reasoning, and usage beside a finish reason that comes twice": Mode(
        [
            say(content="", reasoning="The", reasoning_details=[{"type": "reasoning.text", "text": "The"}]),
            say("length", content="", reasoning=None),
            bare(choices=delta("length", content=""), usage=DETAILS),
            DoneMark(),
        ],
        reasoning="The",
        finish="length",
        usage=DETAILS,
        state="truncated",
        cost="0.000007765",
    ),
    "openrouter reasoning in details only": Mode(
        [say(reasoning_details=[{"type": "reasoning.summary", "summary": "s"}]), *HELLO, *END],
        text="Hello",
        reasoning="s",
        finish="stop",
        usage=PLAIN,
    ),
    "openrouter content filter": Mode(
        [*HELLO, Ending("content_filter"), DoneMark()], text="Hello", finish="content_filter", state="refused"
    ),
    "openrouter refusal": Mode(
        [say(refusal="I will "), say(refusal="not."), *END],
        refusal="I will not.",
        finish="stop",
        usage=PLAIN,
        state="refused",
    ),
    "openrouter two tool calls at once": Mode(
        [
            say(tool_calls=[call("look", "", index=0, id="c1"), call("find", "", index=1, id="c2")]),
            say(tool_calls=[call(arguments='{"a"', index=0)]),
            say(tool_calls=[call(arguments='{"b": 2}', index=1), call(arguments=": 1}", index=0)]),
            Ending("tool_calls"),
            DoneMark(),
        ],
        tool_calls=(("c1", "look", '{"a": 1}'), ("c2", "find", '{"b": 2}')),
        finish="tool_calls",
    ),
    "openrouter with a key of the customer's own": Mode(
        [*HELLO, Ending(), bare(choices=[], usage=BYOK), DoneMark()],
        text="Hello",
        finish="stop",
        usage=BYOK,
        cost="0.021",
    ),
    "openrouter answers with another model": Mode(
        [say(content="a"), Data(chunk("other/model", delta("stop", content="b"))), DoneMark()],
        text="ab",
        finish="stop",
        served="other/model",
    ),
    "openrouter echoes the body first": Mode(
        [bare(choices=[], debug={"echo_upstream_body": {"messages": []}}), *HELLO, *END],
        text="Hello",
        finish="stop",
        usage=PLAIN,
    ),
    "openrouter says nothing and ends well": Mode(
        [COMMENT, Ending(), Usage(10, 0, cost="0"), DoneMark()],
        finish="stop",
        usage=billed(10, 0, "0", prompt_tokens_details={"cached_tokens": 0}),
        cost="0",
    ),
    "openrouter not streaming": Mode(
        [whole({"content": "Hello", "reasoning": "hm"}, usage=usage(10, 3))],
        text="Hello",
        reasoning="hm",
        finish="stop",
        usage=usage(10, 3),
        streams=False,
    ),
    "openrouter not streaming, with tool calls": Mode(
        [whole({"content": None, "tool_calls": [call("look", "{}", id="c1")]}, "tool_calls")],
        tool_calls=(("c1", "look", "{}"),),
        finish="tool_calls",
        streams=False,
    ),
    "openrouter not streaming, with an error beside half an answer": Mode(
        [
            Status(
                200,
                {},
                {
                    "choices": [
                        {
                            "message": {"content": "Hel"},
                            "finish_reason": "error",
                            "error": {"code": 502, "message": "x"},
                        }
                    ]
                },
            )
        ],
        text="Hel",
        finish="error",
        is_done=False,
        error=MidStreamError,
        words="The provider behind OpenRouter cannot be reached",
        state="incomplete",
        streams=False,
    ),
    "asked not to stream, and streams": Mode([*HELLO, *END], text="Hello", finish="stop", usage=PLAIN, streams=False),
    "asked to stream, and does not": Mode([whole({"content": "Hello"})], text="Hello", finish="stop"),
}

MISTRAL = {
    "mistral": Mode(
        [say(role="assistant", content=""), say(content="Hel"), bare(choices=delta("stop", content="lo"), usage=usage(10, 3)),
         DoneMark()],
        text="Hello", finish="stop", usage=usage(10, 3),
    ),
    "mistral thinks in a list": Mode(
        [
            say(content=[thinking("a "), thinking("plan")]),
            say(content=[{"type": "text", "text": "Hello"}, {"type": "reference", "reference_ids": [1, 2]}]),
            bare(choices=delta("stop", content=""), usage=usage(10, 3)),
            DoneMark(),
        ],
        text="Hello", reasoning="a plan", finish="stop", usage=usage(10, 3),
    ),
    "mistral not streaming, in a list": Mode(
        [whole({"content": [thinking("plan"), {"type": "text", "text": "Hello"}]}, usage=usage(10, 3))],
        text="Hello", reasoning="plan", finish="stop", usage=usage(10, 3), streams=False,
    ),
    "mistral at the model's own limit": Mode(
        [say(content="Hel"), say("model_length", content="lo"), DoneMark()], text="Hello", finish="length", state="truncated"
    ),
    "mistral calls a tool in one piece": Mode(
        [say("tool_calls", content="", tool_calls=[{"index": 0, "id": "D681PevKs", "function":
                                                    {"name": "look", "arguments": '{"a": 1}'}}]), DoneMark()],
        tool_calls=(("D681PevKs", "look", '{"a": 1}'),), finish="tool_calls",
    ),
    "mistral breaks off with a finish reason": Mode(
        [say(content="Hel"), say("error", content=""), DoneMark()], text="Hel", finish="error", state="incomplete"
    ),
}  # fmt: skip

VLLM = {
    "vllm with usage after the finish": Mode(
        [say(reasoning="hm"), say(content="Hello"), say("stop", content=""), bare(choices=[], usage=usage(10, 3)), DoneMark()],
        text="Hello", reasoning="hm", finish="stop", usage=usage(10, 3),
    ),
    "vllm as it used to name thoughts": Mode(
        [say(reasoning_content="hm"), say("stop", content="Hello"), DoneMark()], text="Hello", reasoning="hm", finish="stop"
    ),
    "vllm with both names at once": Mode(
        [say(reasoning="hm", reasoning_content="hm"), say("stop", content="Hello"), DoneMark()],
        text="Hello", reasoning="hm", finish="stop",
    ),
    "vllm without usage": Mode([say(content="Hello"), say("stop", content=""), DoneMark()], text="Hello", finish="stop"),
    "vllm with another id in every part of a call": Mode(
        [
            say(tool_calls=[call("look", "", index=0, id="c1")]),
            say(tool_calls=[call(arguments="{}", index=0, id="c2")]),
            say("tool_calls", content=""),
            DoneMark(),
        ],
        tool_calls=(("c1", "look", "{}"),), finish="tool_calls",
    ),
    "vllm ends without a finish reason": Mode([say(content="Hello"), DoneMark()], text="Hello"),
}  # fmt: skip

OLLAMA = {
    "ollama with think tags": Mode(
        [say(content="<thi"), say(content="nk>a < b</th"), say(content="ink>Hel"), say("stop", content="lo"), DoneMark()],
        text="Hello", reasoning="a < b", finish="stop",
    ),
    "ollama with think tags that never close": Mode(
        [say(content="<think>so far</thi"), say("length", content=""), DoneMark()],
        reasoning="so far</thi", finish="length", state="truncated",
    ),
    "ollama writes about think tags": Mode(
        [say(content="Use <think>"), say("stop", content="x</think>."), DoneMark()],
        text="Use <think>x</think>.", finish="stop",
    ),
    "ollama begins like a tag": Mode(
        [say(content="<th"), say("stop", content="ead>"), DoneMark()], text="<thead>", finish="stop",
    ),
    "ollama thinks in a field and writes a tag": Mode(
        [say(content="", reasoning="hm"), say("stop", content="<think>"), DoneMark()],
        text="<think>", reasoning="hm", finish="stop",
    ),
    "ollama without a finish reason": Mode(
        [say(content="Hello"), bare(choices=[], usage=usage(10, 3)), DoneMark()], text="Hello", usage=usage(10, 3)
    ),
    "ollama calls every call 0": Mode(
        [
            say(tool_calls=[call("look", {"a": 1}, index=0, id="c1")]),
            say("tool_calls", tool_calls=[call("find", {}, index=0, id="c2")]),
            DoneMark(),
        ],
        tool_calls=(("c1", "look", '{"a": 1}'), ("c2", "find", "{}")), finish="tool_calls",
    ),
    "calls without an index": Mode(
        [
            say(tool_calls=[call("look", "{", id="c1")]),
            say(tool_calls=[call("find", "{", id="c2")]),
            say(tool_calls=[call(arguments="}", id="c1")]),
            say("tool_calls", tool_calls=[call(arguments="}", id="c2")]),
            DoneMark(),
        ],
        tool_calls=(("c1", "look", "{}"), ("c2", "find", "{}")), finish="tool_calls",
    ),
}  # fmt: skip

TIMINGS = {"cache_n": 4, "prompt_n": 6, "predicted_n": 3, "predicted_per_second": 51.5}
LLAMA_CPP = {
    "llama.cpp": Mode(
        [
            say(reasoning_content="hm"),
            bare(choices=delta(content="Hello"), timings={**TIMINGS, "predicted_n": 1}),
            say("stop"),
            bare(choices=[], usage=usage(10, 3), timings=TIMINGS),
            DoneMark(),
        ],
        text="Hello", reasoning="hm", finish="stop", usage=usage(10, 3),
    ),
    "llama.cpp with timings and no usage": Mode(
        [say(content="Hello"), bare(choices=delta("stop"), timings=TIMINGS), DoneMark()],
        text="Hello", finish="stop", usage=usage(10, 3, prompt_tokens_details={"cached_tokens": 4}),
    ),
    "llama.cpp too old to tell of its cache": Mode(
        [bare(choices=delta("stop", content="Hello"), timings={"prompt_n": 6, "predicted_n": 3}), DoneMark()],
        text="Hello", finish="stop",
    ),
    "llama.cpp fails inside": Mode(
        [say(content="Hel"), Event("error", {"error": {"code": 500, "message": "slot lost", "type": "server_error"}})],
        text="Hel", is_done=False, error=MidStreamError, words="had a fault of its own (status 500)", detail="slot lost",
        kind="server_error", state="incomplete",
    ),
}  # fmt: skip

CHAT = {**OPENROUTER, **MISTRAL, **VLLM, **OLLAMA, **LLAMA_CPP}
