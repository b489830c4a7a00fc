"""Values in exported code: the same in JSON, Python and TypeScript, and no note of ours leaves its comment."""

import inspect
import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai.resources.chat.completions import Completions
from openai.resources.responses import Responses

from playground.exports import curl, python, typescript
from playground.exports.call import Call
from playground.exports.literals import JSON, PYTHON, TYPESCRIPT, write
from tests.conftest import missing


def node() -> str:
    found = shutil.which("node")
    if found is None:
        missing("Node.js")
    return str(found)


class Readers:
    """A Node.js that reads one TypeScript value after another, because starting one for each takes long."""

    PROGRAM = """
    const lines = require("node:readline").createInterface({ input: process.stdin });
    lines.on("line", (line) => console.log(JSON.stringify(eval("(" + JSON.parse(line) + ")"))));
    """

    def __init__(self) -> None:
        self._node = subprocess.Popen(
            [node(), "-e", self.PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def read(self, source: str) -> Any:
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps(source) + "\n")
        self._node.stdin.flush()
        return json.loads(self._node.stdout.readline())

    def close(self) -> None:
        for stream in (self._node.stdin, self._node.stdout):
            assert stream is not None
            stream.close()
        self._node.wait(10)


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    found = Readers()
    yield found
    found.close()


SIGNS = ["\n", "\\", '"', "'", "`", "${", "}", "$(", "BODY", "\r", "\u2028", "😀", "a"]
ANY_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40),
    st.lists(st.sampled_from(SIGNS), max_size=9).map("".join),
)
VALUES = st.recursive(
    st.one_of(
        ANY_TEXT,
        st.none(),
        st.booleans(),
        st.integers(-(2**53) + 1, 2**53 - 1),
        st.floats(-(2.0**53) + 1, 2.0**53 - 1),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(ANY_TEXT, inner, max_size=4)),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_any_value_is_the_same_in_all_three(readers: Readers, value: Any) -> None:
    """Minus zero aside, which JavaScript's own JSON writes without its sign; it is equal to zero here."""
    assert json.loads(write(value, JSON)) == value
    assert eval(write(value, PYTHON)) == value  # noqa: S307  our own text
    assert readers.read(write(value, TYPESCRIPT)) == value


def test_no_note_leaves_its_comment() -> None:
    note = "A name\nimport os\u2028os.system('x')\r; rm -rf x"
    call = Call(
        "https://example.com/v1", "chat", {"messages": [{"role": "user", "content": "Hi"}]}, "TEST_KEY", (note,)
    )
    for source, mark in ((curl.script(call), "#"), (python.program(call), "#"), (typescript.program(call), "//")):
        [line] = [line for line in source.splitlines() if "rm -rf" in line]
        assert line.startswith(f"{mark} A name import os os.system")


def test_what_python_names_is_what_the_package_takes() -> None:
    for api, method in (("chat", Completions.create), ("responses", Responses.create)):
        assert python.NAMED[api] <= set(inspect.signature(method).parameters)
