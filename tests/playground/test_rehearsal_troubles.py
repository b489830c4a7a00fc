"""What goes wrong on request: every trouble of the rehearsal, through both APIs, streamed and whole."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from playground.rehearsal import chat_request, troubles
from playground.rehearsal.answers import CUT_OFF_TOKENS
from playground.rehearsal.process import RehearsalProcess
from playground.rehearsal.thinking import LABEL
from playground.rehearsal.wording import NOTICE
from tests.playground.rehearsing import Heard, chat, respond, said_to, send

TOOL: dict[str, Any] = {
    "name": "look_up",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    },
}
CHAT_TOOLS = [{"type": "function", "function": TOOL}]
RESPONSES_TOOLS = [{"type": "function", **TOOL}]


@pytest.fixture(scope="module")
def rehearsal() -> Iterator[RehearsalProcess]:
    with RehearsalProcess(hurry=50) as process:
        yield process


REFUSALS = [
    ("rate limit", 429, "rate_limit_exceeded", "7"),
    ("no credit", 402, "payment_required", None),
    ("credit held", 402, "payment_required", "3"),
    ("moderation", 403, "permission_denied", None),
    ("key limit", 403, "permission_denied", None),
    ("model gone", 404, "not_found", None),
    ("overloaded", 503, "provider_overloaded", None),
]
IN_THE_ANSWER = {
    *(
        "server error",
        "cut off",
        "content filter",
        "tool call cut",
        "error in mid-stream",
        "broken connection",
        "stall",
    ),
    *("slow start", "refusal", "empty", "no finish reason", "think tags", "wrong schema", "not json", "other model"),
    *("other provider", "missing usage", "no record", "two usages"),
}


def test_every_trouble_has_a_test_and_a_description() -> None:
    named = {trouble.name for trouble in troubles.TROUBLES}
    assert named == {name for name, *_ in REFUSALS} | IN_THE_ANSWER
    assert len(named) == len(troubles.TROUBLES)
    assert all(trouble.what_happens.endswith(".") for trouble in troubles.TROUBLES)
    groups = [trouble.group for trouble in troubles.TROUBLES]
    assert groups == sorted(groups, key=groups.index)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("what does rehearse: mean?", None),
        ("rehearse:rate limit", "rate limit"),
        ("Tell me. Rehearse:  RATE\n limit", "rate limit"),
        ("rehearse: tea, and then rehearse: no record, rehearse: stall", "no record"),
        ("rehearse: no credit", "no credit"),
    ],
)
def test_the_first_trouble_named_is_acted_out(prompt: str, name: str | None) -> None:
    trouble = troubles.asked_for(prompt)
    assert (trouble.name if trouble else None) == name


@pytest.mark.parametrize("ask", [chat, respond])
@pytest.mark.parametrize(("name", "status", "kind", "wait"), REFUSALS)
def test_refusals(
    rehearsal: RehearsalProcess, name: str, status: int, kind: str, wait: str | None, ask: Callable[..., Heard]
) -> None:
    heard = ask(rehearsal, f"rehearse: {name}")
    assert heard.status == heard.error["code"] == status
    assert heard.error["metadata"]["error_type"] == kind
    assert heard.headers.get("retry-after") == wait
    assert heard.headers["content-type"] == "application/json"


def test_what_refusals_say_besides(rehearsal: RehearsalProcess) -> None:
    gone = chat(rehearsal, "rehearse: model gone").error["availability"]
    assert (gone["code"], gone["retryable"], gone["requested_models"]) == ("model_deprecated", False, ["a/b"])
    assert gone["fallback_models"] == ["mistralai/mistral-large-2512", "mistralai/mistral-small-2603"]
    own = chat(rehearsal, "rehearse: model gone", model="mistralai/mistral-large-2512").error["availability"]
    assert own["fallback_models"] == ["mistralai/mistral-small-2603"]
    assert chat(rehearsal, "rehearse: overloaded").error["availability"]["retryable"] is True
    assert chat(rehearsal, "rehearse: moderation").error["metadata"]["reasons"] == ["rehearsal"]
    sources = [
        chat(rehearsal, f"rehearse: {name}").error["metadata"]["limit_source"] for name in ("no credit", "credit held")
    ]
    assert sources == ["openrouter_credits", "openrouter_in_flight_budget"]


def test_a_page_in_place_of_an_error(rehearsal: RehearsalProcess) -> None:
    heard = chat(rehearsal, "rehearse: server error")
    assert (heard.status, heard.headers["content-type"]) == (500, "text/html")
    assert b"Internal Server Error" in heard.raw


class TestInAChat:
    def test_error_in_mid_stream(self, rehearsal: RehearsalProcess) -> None:
        heard = chat(rehearsal, "rehearse: error in mid-stream")
        assert heard.text.startswith(NOTICE)
        assert heard.finish == ["error"]
        assert heard.said[-1]["error"]["code"] == 502
        assert heard.usages == []
        whole = chat(rehearsal, "rehearse: error in mid-stream", stream=False)
        assert whole.text == heard.text
        assert whole.said[0]["choices"][0]["error"]["code"] == 502

    @pytest.mark.parametrize("stream", [True, False])
    def test_broken_connection(self, rehearsal: RehearsalProcess, stream: bool) -> None:
        heard = chat(rehearsal, "rehearse: broken connection", stream=stream)
        assert heard.is_broken
        assert b"This" in heard.raw
        assert not heard.is_done

    def test_stall(self, rehearsal: RehearsalProcess) -> None:
        raw = json.dumps({"model": "a/b", "stream": True, "messages": said_to("rehearse: stall")}).encode()
        with pytest.raises(TimeoutError):
            send(rehearsal, raw, seconds=1)
        assert b"This" in send(rehearsal, raw, read=2000).raw

    def test_cut_off_and_content_filter(self, rehearsal: RehearsalProcess) -> None:
        for stream in (True, False):
            heard = chat(rehearsal, "rehearse: cut off", stream=stream)
            assert (heard.finish, heard.usages[0]["completion_tokens"]) == (["length"], CUT_OFF_TOKENS)
            heard = chat(rehearsal, "rehearse: content filter", stream=stream)
            assert heard.finish == ["content_filter"]
            assert NOTICE.startswith(heard.text[:20])

    def test_tool_call_cut(self, rehearsal: RehearsalProcess) -> None:
        for stream in (True, False):
            heard = chat(rehearsal, "rehearse: tool call cut", tools=CHAT_TOOLS, stream=stream)
            assert heard.finish == ["length"]
            [(name, arguments)] = heard.calls
            assert (name, arguments[:9]) == ("look_up", '{"city": ')
            with pytest.raises(json.JSONDecodeError):
                json.loads(arguments)

    def test_slow_start(self, rehearsal: RehearsalProcess) -> None:
        begun = time.monotonic()
        assert chat(rehearsal, "rehearse: slow start", max_tokens=1).text
        assert time.monotonic() - begun > 8 / 50

    def test_refusal(self, rehearsal: RehearsalProcess) -> None:
        for stream in (True, False):
            heard = chat(rehearsal, "rehearse: refusal", stream=stream, tools=CHAT_TOOLS)
            assert heard.text == ""
            assert heard.parts("refusal").startswith(NOTICE)
            assert heard.parts("refusal").endswith("I cannot help with that.")
            assert (heard.finish, heard.calls) == (["stop"], [])

    def test_empty(self, rehearsal: RehearsalProcess) -> None:
        heard = chat(rehearsal, "rehearse: empty")
        assert (heard.text, heard.finish, heard.usages[0]["completion_tokens"]) == ("", ["stop"], 0)

    def test_no_finish_reason(self, rehearsal: RehearsalProcess) -> None:
        for stream in (True, False):
            heard = chat(rehearsal, "rehearse: no finish reason", stream=stream)
            assert (heard.finish, len(heard.usages)) == ([], 1)

    def test_think_tags(self, rehearsal: RehearsalProcess) -> None:
        heard = chat(rehearsal, "rehearse: think tags")
        thought, _, said = heard.text.partition("</think>\n\n")
        assert thought.startswith(f"<think>\n{NOTICE} {LABEL}")
        assert said.startswith(NOTICE)
        assert heard.parts("reasoning") == ""
        assert heard.usages[0]["completion_tokens_details"]["reasoning_tokens"] == 0

    def test_other_model_and_provider(self, rehearsal: RehearsalProcess) -> None:
        heard = chat(rehearsal, "rehearse: other model")
        assert {chunk["model"] for chunk in heard.said} == {"windrose/understudy"}
        heard = chat(rehearsal, "rehearse: other provider")
        assert {chunk["provider"] for chunk in heard.said} == {"Windrose rehearsal, second stage"}
        assert heard.headers["x-provider-name"] == "Windrose rehearsal, second stage"

    def test_usage_missing_and_twice(self, rehearsal: RehearsalProcess) -> None:
        for name in ("missing usage", "no record"):
            heard = chat(rehearsal, f"rehearse: {name}")
            assert (heard.usages, heard.finish, heard.is_done) == ([], ["stop"], True)
            assert "usage" not in chat(rehearsal, f"rehearse: {name}", stream=False).said[0]
        first, last = chat(rehearsal, "rehearse: two usages").usages
        assert 0 < first["completion_tokens"] < last["completion_tokens"]
        assert first["prompt_tokens"] == last["prompt_tokens"]


class TestInResponses:
    def test_error_in_mid_stream(self, rehearsal: RehearsalProcess) -> None:
        heard = respond(rehearsal, "rehearse: error in mid-stream")
        assert heard.kinds[-1] == "response.failed"
        assert heard.response["error"]["code"] == "server_error"
        assert heard.response["error_type"] == "server"
        assert heard.response["output"][0]["status"] == "incomplete"
        whole = respond(rehearsal, "rehearse: error in mid-stream", stream=False)
        assert (whole.response["status"], whole.response["usage"]["output_tokens"] > 0) == ("failed", True)

    def test_broken_connection(self, rehearsal: RehearsalProcess) -> None:
        heard = respond(rehearsal, "rehearse: broken connection")
        assert heard.is_broken
        assert heard.deltas("output_text").startswith(NOTICE)

    @pytest.mark.parametrize(
        ("name", "reason"), [("cut off", "max_output_tokens"), ("content filter", "content_filter")]
    )
    def test_what_is_cut_is_incomplete(self, rehearsal: RehearsalProcess, name: str, reason: str) -> None:
        for stream in (True, False):
            heard = respond(rehearsal, f"rehearse: {name}", stream=stream)
            assert heard.response["status"] == heard.response["output"][-1]["status"] == "incomplete"
            assert heard.response["incomplete_details"] == {"reason": reason}
        assert respond(rehearsal, f"rehearse: {name}").kinds[-1] == "response.incomplete"

    def test_tool_call_cut(self, rehearsal: RehearsalProcess) -> None:
        heard = respond(rehearsal, "rehearse: tool call cut", tools=RESPONSES_TOOLS)
        assert heard.kinds[-1] == "response.incomplete"
        call = heard.response["output"][-1]
        assert (call["name"], call["status"]) == ("look_up", "incomplete")
        assert heard.deltas("function_call_arguments") == call["arguments"] != ""
        with pytest.raises(json.JSONDecodeError):
            json.loads(call["arguments"])

    def test_refusal(self, rehearsal: RehearsalProcess) -> None:
        heard = respond(rehearsal, "rehearse: refusal")
        assert heard.deltas("refusal").startswith(NOTICE)
        assert heard.response["output"][0]["content"] == [{"type": "refusal", "refusal": heard.deltas("refusal")}]

    def test_empty_and_no_finish_reason(self, rehearsal: RehearsalProcess) -> None:
        heard = respond(rehearsal, "rehearse: empty")
        assert (heard.response["output"], heard.response["usage"]["output_tokens"]) == ([], 0)
        heard = respond(rehearsal, "rehearse: no finish reason")
        assert (heard.kinds[-1], heard.response["status"]) == ("response.done", None)
        assert heard.response["usage"]["output_tokens"] > 0

    def test_who_answers(self, rehearsal: RehearsalProcess) -> None:
        assert respond(rehearsal, "rehearse: other model").response["model"] == "windrose/understudy"
        heard = respond(rehearsal, "rehearse: other provider")
        assert heard.headers["x-provider-name"] == "Windrose rehearsal, second stage"

    def test_usage_missing_and_twice(self, rehearsal: RehearsalProcess) -> None:
        assert respond(rehearsal, "rehearse: missing usage").response["usage"] is None
        heard = respond(rehearsal, "rehearse: two usages")
        usages = [event["response"]["usage"] for event in heard.said if event.get("response", {}).get("usage")]
        assert [usage["output_tokens"] for usage in usages] == sorted({usage["output_tokens"] for usage in usages})
        assert len(usages) == 2


@pytest.mark.parametrize("name", ["tool call cut", "wrong schema", "not json"])
def test_a_trouble_that_lacks_what_it_needs_says_so(name: str) -> None:
    trouble = troubles.asked_for(f"rehearse: {name}")
    assert trouble
    asked = {"model": "a/b", "messages": said_to(f"rehearse: {name}")}
    lacking = trouble.remark_on(chat_request.read(json.dumps(asked).encode()))
    assert lacking == f"Nothing went wrong: “{name}” needs {trouble.needs} in the request, and there is none."
    assert trouble.remark_on(chat_request.read(json.dumps(asked | {"tools": CHAT_TOOLS}).encode())) == ""


def test_the_remark_is_in_the_answer(rehearsal: RehearsalProcess) -> None:
    assert "needs tools in the request" in chat(rehearsal, "rehearse: tool call cut").text
