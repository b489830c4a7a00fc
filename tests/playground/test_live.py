"""An answer on its way, and a key that an upstream sends back."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import frozen
from catalog.pricing import Component, Rate
from playground.live import MOST_TEXT_BYTES, LiveRun, Watchers
from playground.models import Run, State
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
    assert live.text == 'Hello\n\nTool call: weather\n{"city": "Nice"}'
    assert (live.finish, live.is_done, live.state) == ("tool_calls", True, State.STREAMING)


def test_the_estimate_becomes_exact_with_the_usage(live: LiveRun) -> None:
    live.take(Text("four" * 10))
    # 40 bytes of prompt and of answer are about 10 tokens each: 10 x 0.0000005 + 10 x 0.0000015
    assert live.tokens_so_far() == (10, False)
    assert live.cost_so_far() == Decimal("0.00002")
    live.take(UsageReport({"prompt_tokens": 12, "completion_tokens": 9}))
    # 12 x 0.0000005 + 9 x 0.0000015
    assert live.tokens_so_far() == (9, True)
    assert live.cost_so_far() == Decimal("0.0000195")


def test_after_stop_the_text_stays_and_the_figures_go_on(live: LiveRun) -> None:
    live.take(Text("so far"))
    live.state = State.STOPPING
    live.take(Text(" and on"))
    assert live.text == "so far"
    assert live.tokens_so_far()[0] == 4


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
