"""The code that the playground exports, run as it stands: in a shell, in Python and as TypeScript, against a fake upstream.

What arrives there has to be the JSON of the run, whatever words are in it, and what is printed the answer and its usage.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.exports import curl, python, typescript
from playground.exports.call import Call
from tests.conftest import missing
from tests.test_code_values import ANY_TEXT, node
from tests.upstreams import responses
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Data, DoneMark, Status, Usage, answer, chunk, delta

KEY = "a word that only this test knows"
HARD = [
    "",
    " ",
    "it's “quoted” \"twice\" and 'once' and '''thrice''' and \"\"\"so\"\"\"",
    '\\ \\\\ \\n \\u0041 \\" \\',
    "a line\nanother\n\nand one with an end\n",
    "\n",
    "\r\n and \r and \t and \v and \x1f",
    "$HOME ${HOME} $(id) `id` !! %s %(x)s {x} {{x}} {0}",
    "${x} `${x}` // /* */ # <!-- --> </script>",
    "BODY\nEOF\nJSON\n",
    "😀 👩‍💻 🏳️‍🌈 𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
    "\u2028 \u2029 \u202e \u200b \ufeff \x7f \x85",
    "é e\u0301 ſ ﬁ",
    "\\N{BULLET} \\x41 \\101",
]
CALLS = [{"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": '{"q": "it\'s"}'}}]
SCHEMA = {
    "type": "object",
    "properties": {"__proto__": {"type": "string"}, "2": {"type": "integer", "maximum": 100}, "not a name": {}},
    "required": ["__proto__"],
    "additionalProperties": False,
}
TOOLS = [{"type": "function", "function": {"name": "look_up", "description": HARD[2], "parameters": SCHEMA}}]


def chat(*texts: str, **more: Any) -> dict[str, Any]:
    return {"model": "a/b", "messages": [{"role": "user", "content": text} for text in texts], "stream": True, **more}


CHAT = chat(
    *HARD,
    temperature=0.7,
    max_tokens=100,
    seed=2**31,
    stop=["\n", "END"],
    top_k=40,
    reasoning={"effort": "high"},
    provider={"data_collection": "deny", "max_price": {"prompt": "0.5"}},
    response_format={"type": "json_schema", "json_schema": {"name": "x", "strict": True, "schema": SCHEMA}},
    tools=TOOLS,
    tool_choice={"type": "function", "function": {"name": "look_up"}},
)
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 300_000}}
TALK = {
    **chat(),
    "messages": [
        {"role": "system", "content": "You are kind.\nAnd brief."},
        {"role": "user", "content": [{"type": "text", "text": "See"}, IMAGE]},
        {"role": "assistant", "content": None, "tool_calls": CALLS},
        {"role": "tool", "tool_call_id": "call_1", "content": "42"},
    ],
}
RESPONSES = {
    "model": "a/b",
    "instructions": "Be kind.\nBe brief.",
    "input": [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text} for text in HARD]},
        {"type": "message", "role": "assistant", "content": "Yes."},
        {"type": "function_call", "call_id": "c", "name": "look_up", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "42"},
    ],
    "stream": True,
    "max_output_tokens": 100,
    "top_k": 3,
    "tools": [{"type": "function", "name": "look_up", "parameters": SCHEMA}],
    "text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}},
    "provider": {"allow_fallbacks": False},
}
COMPILER_OPTIONS = ["--strict", "--noEmit", "--target", "es2022", "--module", "es2022", "--moduleResolution", "node"]


class Run:
    """One program under way in an empty folder with an empty environment but for the key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, language: str, call: Call) -> subprocess.CompletedProcess[str]:
        program, name, source = {
            "curl": (shutil.which("bash"), "prompt.sh", curl.script),
            "python": (sys.executable, "prompt.py", python.program),
            "typescript": (node, "prompt.mjs", typescript.program),
        }[language]
        if program is None or (language == "curl" and shutil.which("curl") is None):
            missing("bash or curl")
        path = self.folder / name
        path.write_text(source(call), encoding="utf-8")
        return subprocess.run(
            [program() if callable(program) else program, path],
            # Node.js 18 works, and warns that its fetch was new.
            env={"PATH": os.environ["PATH"], "TEST_KEY": KEY, "PYTHONIOENCODING": "utf-8", "NODE_NO_WARNINGS": "1"},
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


LANGUAGES = ["curl", "python", "typescript"]


def asked(fake: FakeUpstream, body: dict[str, Any], api: str = "chat", **more: Any) -> Call:
    return Call(fake.base_url, api, body, "TEST_KEY", ("A model, as it was asked.",), **more)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("api", "body"), [("chat", CHAT), ("chat", TALK), ("responses", RESPONSES)], ids=["chat", "talk", "responses"]
)
def test_a_stream_arrives_as_it_was_asked_and_is_printed(
    run: Run, fake_upstream: FakeUpstream, language: str, api: str, body: dict[str, Any]
) -> None:
    said = ["Hel", "lo ", "“world” 😀"]
    script = answer(pieces=said, usage=Usage(10, 3, cost="0.000123"))
    fake_upstream.script("a/b", responses.answer(said) if api == "responses" else script)
    done = run(language, asked(fake_upstream, body, api))
    assert (done.returncode, done.stderr) == (0, "")
    [request] = fake_upstream.requests
    assert request.body == body
    assert request.method == "POST"
    assert request.path == ("/v1/responses" if api == "responses" else "/v1/chat/completions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    if language == "curl":
        assert "data: [DONE]" in done.stdout
        assert '"total_tokens": 13' in done.stdout
    else:
        text, _, usage = done.stdout.partition("\n\n")
        assert text == "".join(said)
        assert json.loads(usage)["total_tokens"] == 13


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_an_answer_at_once(run: Run, fake_upstream: FakeUpstream, language: str, api: str) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
    message = {"role": "assistant", "content": "Hello 😀"}
    whole = {"id": "g", "object": "chat.completion", "created": 1, "model": "a/b", "usage": usage}
    whole |= {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    body = chat("Hi", stream=False) if api == "chat" else {"model": "a/b", "input": "Hi", "stream": False}
    if api == "responses":
        used = {name: value for name, value in responses.USAGE.items() if name != "cost"}
        whole = responses.response("completed", [responses.message("Hello 😀")], usage=used)
    fake_upstream.script("a/b", [Status(200, {}, json.dumps(whole))])
    done = run(language, asked(fake_upstream, body, api))
    assert (done.returncode, done.stderr) == (0, "")
    assert fake_upstream.requests[0].body == body
    if language == "curl":
        assert json.loads(done.stdout) == whole
    else:
        text, _, printed = done.stdout.partition("\n\n")
        assert text == "Hello 😀"
        assert json.loads(printed)["total_tokens"] == 13


@pytest.mark.parametrize("language", ["python", "typescript"])
@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("streams", [True, False])
def test_tool_calls_are_printed(run: Run, fake_upstream: FakeUpstream, language: str, api: str, streams: bool) -> None:
    arguments = '{"q": "it\'s"}'
    call = {"id": "c", "type": "function", "function": {"name": "look_up", "arguments": arguments}}
    if api == "responses":
        body: dict[str, Any] = {"model": "a/b", "input": "Hi", "stream": streams, "tools": RESPONSES["tools"]}
        item = responses.call("look_up", arguments)
        ended = responses.response("completed", [item], usage={**responses.USAGE, "cost": 1})
        events = [{"type": "response.output_item.done", "output_index": 0, "item": item}]
        events += [{"type": "response.completed", "response": ended}]
    else:
        body = chat("Hi", stream=streams, tools=TOOLS)
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        ended = {"id": "g", "object": "chat.completion", "created": 1, "model": "a/b"}
        ended |= {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
        first = {"index": 0, **call, "function": {"name": "look_up", "arguments": ""}}
        rest = [{"index": 0, "function": {"arguments": part}} for part in (arguments[:5], arguments[5:])]
        events = [chunk("a/b", delta(tool_calls=[part])) for part in [first, *rest]]
    script = [*map(Data, events), DoneMark()] if streams else [Status(200, {}, json.dumps(ended))]
    fake_upstream.script("a/b", script)
    done = run(language, asked(fake_upstream, body, api))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"look_up {arguments}\n" in done.stdout


@pytest.mark.parametrize("language", ["python", "typescript"])
@pytest.mark.parametrize("streams", [True, False])
def test_answers_in_parts(run: Run, fake_upstream: FakeUpstream, language: str, streams: bool) -> None:
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"type": "text", "text": "Hello"}]
    if streams:
        said = [
            Data(chunk("a/b", delta(content=parts[:1]))),
            Data(chunk("a/b", delta(content=parts[1:]))),
            *answer("!"),
        ]
    else:
        choice = {"index": 0, "message": {"role": "assistant", "content": parts}, "finish_reason": "stop"}
        said = [Status(200, {}, json.dumps({"id": "g", "object": "chat.completion", "choices": [choice]}))]
    fake_upstream.script("a/b", said)
    done = run(language, asked(fake_upstream, chat("Hi", stream=streams), has_parts=True))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.partition("\n\n")[0] == ("Hello!" if streams else "Hello")
    assert ("The answer came without a usage." in done.stdout) is not streams


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refusal_is_shown_and_fails(run: Run, fake_upstream: FakeUpstream, language: str) -> None:
    fake_upstream.script("a/b", [Status(402, {}, {"error": {"code": 402, "message": "No credit is left."}})])
    done = run(language, asked(fake_upstream, chat("Hi")))
    assert done.returncode != 0
    assert "No credit is left." in done.stdout + done.stderr
    assert KEY not in done.stdout + done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_the_key_it_says_which_one(run: Run, fake_upstream: FakeUpstream, language: str) -> None:
    call = Call(fake_upstream.base_url, "chat", chat("Hi"), "ANOTHER_KEY")
    done = run(language, call)
    assert done.returncode != 0
    assert "ANOTHER_KEY" in done.stderr
    assert fake_upstream.count == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_server_that_asks_for_no_key(run: Run, fake_upstream: FakeUpstream, language: str) -> None:
    done = run(language, Call(fake_upstream.base_url, "chat", chat("Hi")))
    assert (done.returncode, done.stderr) == (0, "")
    assert KEY not in fake_upstream.requests[0].headers.get("authorization", "")


def test_numbers_that_javascript_would_round_arrive_whole(run: Run, fake_upstream: FakeUpstream) -> None:
    body = chat("it's", seed=2**53 + 1, logit_bias={"1": -0.1})
    done = run("typescript", asked(fake_upstream, body))
    assert (done.returncode, done.stderr) == (0, "")
    assert fake_upstream.requests[0].body == body


def test_typescript_is_what_it_says(tmp_path: Path) -> None:
    """Every kind of program passes the compiler's strict checks as it stands, without any types of Node.js."""
    compiler = shutil.which("tsc")
    if compiler is None:
        missing("The TypeScript compiler")
    calls = [
        Call("https://example.com/v1", api, {**body, "stream": streams}, key, has_parts=has_parts)
        for api, body in (("chat", CHAT), ("chat", TALK), ("chat", chat("Hi")), ("responses", RESPONSES))
        for streams in (True, False)
        for key, has_parts in (("TEST_KEY", False), ("", True))
    ]
    paths = [tmp_path / f"prompt-{number}.ts" for number in range(len(calls))]
    for path, call in zip(paths, calls, strict=True):
        path.write_text(typescript.program(call), encoding="utf-8")
    done = subprocess.run([str(compiler), *COMPILER_OPTIONS, *paths], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ANY_TEXT, min_size=3, max_size=12), st.sampled_from(LANGUAGES))
def test_any_words_arrive_as_they_were(run: Run, fake_upstream: FakeUpstream, texts: list[str], language: str) -> None:
    body = chat(*texts)
    done = run(language, asked(fake_upstream, body))
    assert (done.returncode, done.stderr) == (0, "")
    assert fake_upstream.requests[-1].body == body
