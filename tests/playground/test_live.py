"""An answer on its way, and a key that an upstream sends back."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import frozen
from catalog.models import Listing
from catalog.pricing import Component, Rate
from playground import endings
from playground.live import MOST_RECORDED_BYTES, MOST_TEXT_BYTES, MOST_TOOL_CALLS, LiveRun, Watchers
from playground.models import Prompt, Run, State
from playground.upstream.chunks import Done, Finish, Identity, Reasoning, Text, ToolCallDelta, UsageReport
from playground.upstream.errors import TooMuch
from playground.upstream.redaction import REDACTED, Redactor, without_key
from tests.upstreams.server import FakeUpstream
from tests.upstreams.steps import Chunks, Data, DoneMark, Reset, chunk, delta

KEY = "sk-or-CANARY-0123456789abcdef"


@pytest.fixture
def live() -> LiveRun:
    rates = [Rate(Component.INPUT, Decimal("0.0000005")), Rate(Component.OUTPUT, Decimal("0.0000015"))]
    request = {"messages": [{"role": "user", "content": "x" * 40}]}
    run = Run(state=State.CONNECTING, request=request, rates=[frozen.freeze(rate) for rate in rates])
    return LiveRun(run, Watchers())


def test_text_reasoning_and_tool_calls(live: LiveRun) -> None:
    for piece in [
        Identity("gen-1", "a/b", "Somebody"),
        Reasoning("thinking"),
        Text("Hello"),
        ToolCallDelta(0, "call-1", "weather", '{"city":'),
        ToolCallDelta(0, "", "", ' "Nice"}'),
        Finish("tool_calls", ""),
        Done(),
    ]:
        live.take(piece)
    assert live.reasoning == "thinking"
    assert live.text == "Hello"
    assert live.tool_calls == [{"id": "call-1", "name": "weather", "arguments": '{"city": "Nice"}'}]
    assert live.tool_call_parts == 2
    assert (live.finish, live.is_done, live.state) == ("tool_calls", True, State.STREAMING)


def test_it_thinks_until_it_says_or_does_something(live: LiveRun) -> None:
    said = []
    for piece in [Identity("gen-1", "a/b", ""), Reasoning("hm"), Reasoning("hm"), ToolCallDelta(0, "c", "look", "")]:
        live.take(piece)
        said.append(live.is_thinking)
    assert said == [False, True, True, False]
    assert live.first_token_ms is not None


def test_tool_calls_are_put_together_by_their_index(live: LiveRun) -> None:
    for part in [
        ToolCallDelta(1, "b", "find", ""),
        ToolCallDelta(0, "a", "look", '{"x"'),
        ToolCallDelta(1, "", "", "{}"),
        ToolCallDelta(0, "", "", ": 1}"),
    ]:
        live.take(part)
    assert live.tool_calls == [
        {"id": "a", "name": "look", "arguments": '{"x": 1}'},
        {"id": "b", "name": "find", "arguments": "{}"},
    ]
    assert live.text == ""


def test_calls_without_end_are_cut_off(live: LiveRun) -> None:
    for index in range(MOST_TOOL_CALLS):
        live.take(ToolCallDelta(index, "", "look", ""))
    with pytest.raises(TooMuch, match="more than 128 times"):
        live.take(ToolCallDelta(MOST_TOOL_CALLS, "", "look", ""))
    with pytest.raises(TooMuch, match="longer than any model writes"):
        live.take(ToolCallDelta(0, "", "", "x" * MOST_TEXT_BYTES))
    assert len(live.tool_calls) == MOST_TOOL_CALLS


def test_bytes_are_recorded_up_to_a_size(live: LiveRun) -> None:
    live.record(b"x" * (MOST_RECORDED_BYTES - 1))
    assert not live.is_recording_cut
    live.record(b"yz")
    live.record(b"and more")
    assert live.recorded.endswith(b"xy")
    assert (len(live.recorded), live.is_recording_cut) == (MOST_RECORDED_BYTES, True)


def test_nothing_is_recorded_of_what_is_not_to_be_stored() -> None:
    live = LiveRun(Run(state=State.CONNECTING), Watchers(), Prompt(is_stored=False))
    live.record(b"secret")
    assert bytes(live.recorded) == b""


@pytest.mark.parametrize(
    ("known", "streams", "is_rehearsal", "before", "after"),
    [
        (True, True, False, True, True),  # stopping ends the bill: the connection is closed
        (False, True, False, False, False),  # all of it is billed: it is read on, also before the first token
        (None, True, False, True, False),  # nobody knows: what has begun is read on
        (True, False, False, False, False),  # an answer that is not streamed cannot be cancelled
        (False, False, True, True, True),  # the rehearsal bills nothing
    ],
)
def test_what_stop_does(known: bool | None, streams: bool, is_rehearsal: bool, before: bool, after: bool) -> None:
    listing = Listing(stop_ends_billing=known)
    live = LiveRun(Run(state=State.CONNECTING, listing=listing, streams=streams, is_rehearsal=is_rehearsal), Watchers())
    assert live.closes_on_stop() is before
    live.take(Text("so far"))
    assert live.closes_on_stop() is after


def test_the_estimate_becomes_exact_with_the_usage(live: LiveRun) -> None:
    live.take(Text("four" * 10))
    # 40 bytes of prompt and of answer are about 10 tokens each: 10 x 0.0000005 + 10 x 0.0000015
    assert live.tokens_so_far() == (10, False)
    assert live.cost_so_far() == Decimal("0.00002")
    live.take(UsageReport({"prompt_tokens": 12, "completion_tokens": 9}))
    # 12 x 0.0000005 + 9 x 0.0000015
    assert live.tokens_so_far() == (9, True)
    assert live.cost_so_far() == Decimal("0.0000195")


@pytest.mark.parametrize(
    ("end", "cost", "spent"),
    [
        ([], None, None),  # some servers count as they go: a usage before the end is not the last one
        ([], Decimal("0.01"), Decimal("0.01")),  # the upstream's own figure counts whenever it comes
        ([Finish("stop", "stop")], None, Decimal("0.000035")),  # 10 x 0.0000005 + 20 x 0.0000015
    ],
)
def test_a_usage_of_an_answer_that_broke_off_is_no_bill(
    live: LiveRun, end: list[Any], cost: Decimal | None, spent: Decimal | None
) -> None:
    reported = {"prompt_tokens": 10, "completion_tokens": 20} | ({"cost": cost} if cost else {})
    for piece in [UsageReport(reported), Text("so far"), *end]:
        live.take(piece)
    assert endings.broken(live, TooMuch("It broke off.")).spent == spent


def test_after_stop_the_text_stays_and_the_figures_go_on(live: LiveRun) -> None:
    live.take(Text("so far"))
    live.state = State.STOPPING
    for piece in [Text(" and on"), Reasoning("hm"), ToolCallDelta(0, "a", "look", "{}"), Text(" and on")]:
        live.take(piece)
    assert (live.text, live.reasoning, live.tool_calls) == ("so far", "", [])
    assert live.rest == " and on and on"
    # 6 + 7 + 2 + (1 + 4 + 2) + 7 = 29 bytes, and four of them are about a token
    assert live.tokens_so_far()[0] == 8


def test_an_endless_answer_is_cut_off(live: LiveRun) -> None:
    live.take(Text("x" * MOST_TEXT_BYTES))
    with pytest.raises(TooMuch, match="longer than any model writes"):
        live.take(Text("x"))


@given(st.text(), st.text(), st.lists(st.integers(0, 80), max_size=8))
def test_the_key_is_removed_however_it_is_cut(before: str, after: str, cuts: list[int]) -> None:
    whole = before + KEY + after
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    redactor = Redactor(KEY)
    said = "".join(redactor.feed(whole[left:right]) for left, right in pairwise(edges))
    said += redactor.rest()
    assert said == whole.replace(KEY, REDACTED)


@given(st.lists(st.text(alphabet="sk-orCAN x"), max_size=10))
def test_text_without_the_key_comes_out_as_it_went_in(pieces: list[str]) -> None:
    redactor = Redactor(KEY)
    assert "".join(redactor.feed(piece) for piece in pieces) + redactor.rest() == "".join(pieces)


def test_the_key_is_removed_from_json() -> None:
    value: Any = {"a": [f"x{KEY}y", 1, None], KEY: Decimal("0.5")}
    assert without_key(value, KEY) == {"a": [f"x{REDACTED}y", 1, None], REDACTED: Decimal("0.5")}


def test_an_upstream_that_echoes_the_key(fake_upstream: FakeUpstream) -> None:
    from tests.playground.asking import ask

    echo = chunk(
        KEY, delta(content=f"Your key is {KEY[:9]}"), usage={"prompt_tokens": 1, "completion_tokens": 1, "note": KEY}
    )
    script = [Data(echo | {"provider": KEY, "id": f"gen-{KEY}"}), Chunks([KEY[9:], " and s"]), DoneMark()]
    fake_upstream.script("a/b", script)
    outcome = ask(fake_upstream.base_url)
    assert KEY not in str(outcome.pieces)
    assert outcome.text == f"Your key is {REDACTED} and s"


def test_what_was_held_back_is_not_lost_when_the_connection_is(fake_upstream: FakeUpstream) -> None:
    from tests.playground.asking import play

    assert play(fake_upstream, [Chunks(["ends with an s"]), Reset()]).text == "ends with an s"
