"""Every mode of an upstream through the real client: all that comes of it, and the same however its bytes are cut."""

from itertools import pairwise

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import exact
from playground.upstream.errors import Broken, TooMuch
from playground.upstream.redaction import REDACTED
from playground.usage import read_cost
from tests.playground.asking import KEY, PATIENT, QUICK, Outcome, ask, play
from tests.upstreams import steps
from tests.upstreams.mode import Mode
from tests.upstreams.modes import GOLDEN, MODES
from tests.upstreams.server import FakeUpstream


@pytest.mark.parametrize("name", MODES)
def test_a_mode_comes_to_what_it_should(fake_upstream: FakeUpstream, name: str) -> None:
    mode = MODES[name]
    recorded: list[bytes] = []
    deadlines = QUICK if mode.is_slow else PATIENT
    outcome = play(fake_upstream, mode.script, deadlines, api=mode.api, streams=mode.streams, record=recorded.append)
    assert outcome.text == mode.text
    assert outcome.reasoning == mode.reasoning
    assert outcome.refusal == mode.refusal
    assert outcome.tool_calls == mode.tool_calls
    assert outcome.finish == mode.finish
    assert outcome.usage == mode.usage
    cost = read_cost(outcome.usage)
    assert (None if cost is None else exact.plain(cost)) == mode.cost
    assert type(outcome.error) is (mode.error or type(None))
    assert outcome.is_done is mode.is_done
    if mode.served is not None:
        assert outcome.served == mode.served
    if outcome.error is not None:
        assert mode.words in outcome.error.sentence
        assert mode.detail in outcome.error.detail
        assert outcome.error.kind == mode.kind
        assert outcome.error.nothing_billed is mode.nothing_billed
        assert len(outcome.error.detail) <= 300
        assert len(outcome.error.body.encode()) <= 65_536
    assert outcome.seconds < 3
    path = "/v1/responses" if mode.api == "responses" else "/v1/chat/completions"
    assert fake_upstream.requests[0].path == path
    if outcome.text:
        assert outcome.text[:1].encode() in b"".join(recorded)


def test_the_table_says_something_of_everything() -> None:
    """Each dialect and each way to end is in it, so that a row that is lost is missed."""
    assert len(MODES) >= 100
    assert {mode.state for mode in MODES.values()} == {"done", "truncated", "refused", "failed", "incomplete"}
    for word in ("openrouter", "mistral", "vllm", "ollama", "llama.cpp", "responses"):
        assert sum(word in name for name in MODES) >= 4, word
    assert len(GOLDEN) >= 60


class Cut(httpx.AsyncByteStream):
    """A body in parts of our choice."""

    def __init__(self, parts: list[bytes]) -> None:
        self.parts = parts

    async def __aiter__(self):  # type: ignore[no-untyped-def]
        for part in self.parts:
            yield part


def answered(mode: Mode, parts: list[bytes], key: str = KEY) -> tuple[Outcome, bytes]:
    recorded: list[bytes] = []
    headers = {"Content-Type": "text/event-stream"}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, headers=headers, stream=Cut(parts)))
    outcome = ask(
        "http://127.0.0.1/v1", key=key, api=mode.api, streams=mode.streams, transport=transport, record=recorded.append
    )
    return outcome, b"".join(recorded)


def body_of(mode: Mode) -> bytes:
    return b"".join(part for step in mode.script for part in steps.body(step, "a/b"))  # type: ignore[arg-type]


# What each text becomes when the upstream has our key in it, in one place or over two pieces.
BEGUN, REST = KEY[:9], KEY[9:]
WITH_KEY = {
    'Hel"': f'Hel{BEGUN}"',
    '"lo"': f'"{REST}lo"',
    '"Hello"': f'"Hel{KEY}lo"',
    '"hm"': f'"h{KEY}m"',
    '"a "': f'"a {BEGUN}"',
    '"plan"': f'"{REST}plan"',
    '"a plan"': f'"a {KEY}plan"',
    r"\"a\"": rf"\"{KEY}\"",
    '"fake/model"': f'"{KEY}"',
}
CUTS = st.lists(st.floats(0, 1), max_size=12)
UNCUT: dict[tuple[str, bool], tuple[Outcome, bytes]] = {}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(GOLDEN)), CUTS, st.booleans())
def test_no_cutting_of_the_bytes_changes_anything(name: str, places: list[float], has_key: bool) -> None:
    mode = GOLDEN[name]
    raw = body_of(mode)
    for plain, keyed in WITH_KEY.items() if has_key else []:
        raw = raw.replace(plain.encode(), keyed.encode())
    edges = [0, *sorted(int(place * len(raw)) for place in places), len(raw)]
    if (name, has_key) not in UNCUT:
        UNCUT[name, has_key] = answered(mode, [raw])
    outcome, recorded = answered(mode, [raw[left:right] for left, right in pairwise(edges)])
    uncut, _ = UNCUT[name, has_key]
    assert outcome.joined() == uncut.joined()
    clean = raw.replace(KEY.encode(), REDACTED.encode())
    if isinstance(outcome.error, Broken | TooMuch):
        assert clean.startswith(recorded), "reading ended there"
    else:
        assert recorded == clean
    assert KEY not in f"{outcome.pieces} {outcome.joined()}"
    if has_key and outcome.error is None:
        said = {"Hello": f"Hel{REDACTED}lo", "hm": f"h{REDACTED}m", "a plan": f"a {REDACTED}plan"}
        assert outcome.text == said.get(mode.text, mode.text) or mode.text not in said
        assert outcome.reasoning == said.get(mode.reasoning, mode.reasoning) or mode.reasoning not in said


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_byte_at_a_time_is_the_same(name: str) -> None:
    """The hardest cutting of all, for every mode and not only for those that chance picks."""
    raw = body_of(GOLDEN[name])
    if len(raw) < 20_000:
        outcome, _ = answered(GOLDEN[name], [raw[at : at + 1] for at in range(len(raw))])
        assert outcome.joined() == answered(GOLDEN[name], [raw])[0].joined()
