"""What the stream sends of a board: small parts, each with its own target, for columns and for cells."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import board, retention
from playground.board.matrix import BEGINNING, beginning
from playground.live import LiveRun, Watchers
from playground.models import Prompt, Reconciliation, Run, State
from playground.upstream.pieces import Reasoning, Text, ToolCallDelta, UsageReport
from tests.playground.boards import ended, many, opened
from tests.playground.builders import FOUR

PART = re.compile(r'<span hx-swap-oob="(\w+):#([a-z]+)-([0-9a-f]{32})">(.*?)</span>(?=<span hx-swap|<div|$)', re.DOTALL)


def parts(message: str) -> dict[str, tuple[str, str]]:
    """By name the manner and the content of each part of one run's message."""
    return {name: (style, content) for style, name, _, content in PART.findall(message)}


def live(*, is_cell: bool = False, hides_names: bool = False) -> LiveRun:
    prompt = Prompt(repeats=2 if is_cell else 1, is_blind=hides_names)
    return LiveRun(Run(state=State.CONNECTING, request={"messages": []}), Watchers(), prompt)


def test_a_snapshot_of_a_column_replaces_all_of_it() -> None:
    answer = live()
    for piece in (Reasoning("Let me <see>."), Text("\nWell"), Text(", & so on")):
        answer.take(piece)
    sent = parts(board.snapshot(answer))
    assert sent["out"] == ("innerHTML", "<span>\nWell, &amp; so on</span>")
    assert sent["thought"] == ("innerHTML", "<span>Let me &lt;see&gt;.</span>")
    assert {"state", "first", "tokens"} < set(sent)
    assert "calls" not in sent, "what is not there yet has nothing to replace"


def test_thinking_is_a_state_in_words_until_text_comes() -> None:
    answer = live()
    answer.take(Reasoning("Hm."))
    assert ">Thinking<" in board.live_figures(answer).state
    answer.take(Text("Well"))
    assert ">Streaming<" in board.live_figures(answer).state


def test_tool_calls_grow_on_the_page() -> None:
    answer = live()
    answer.take(ToolCallDelta(0, "call-1", "weather", '{"city":'))
    before = board.live_figures(answer)
    assert "<code>weather</code>" in before.calls
    assert "not valid JSON" not in before.calls
    answer.take(ToolCallDelta(0, "", "", ' "Nice"}'))
    sent = parts(board.changes(answer, before, board.live_figures(answer)))
    assert "{&quot;city&quot;: &quot;Nice&quot;}" in sent["calls"][1]


def test_reasoning_is_counted_once_the_usage_is_known() -> None:
    answer = live()
    answer.take(Reasoning("Hm."))
    assert board.live_figures(answer).reasoned == ""
    counts = {"prompt_tokens": 1, "completion_tokens": 40, "completion_tokens_details": {"reasoning_tokens": 31}}
    answer.take(UsageReport(counts))
    assert board.live_figures(answer).reasoned == "31 tokens"


def test_a_cell_is_sent_its_beginning_and_nothing_else_of_the_text() -> None:
    answer = live(is_cell=True)
    answer.take(Reasoning("Hm."))
    answer.take(Text("x" * 150))
    assert set(parts(board.snapshot(answer))) == {"out", "state", "first"}  # no cost without rates
    answer.take(Text("y" * 100))
    assert parts(board.additions(answer, "y" * 100, "Hm.")) == {"out": ("beforeend", f"<span>{'y' * 50}…</span>")}
    answer.take(Text("z"))
    assert board.additions(answer, "z", "") == ""


@given(st.lists(st.text(alphabet="ab<\n", min_size=1, max_size=90), max_size=12), st.integers(0, 12))
def test_a_cell_comes_to_the_same_however_its_text_is_cut(pieces: list[str], attached: int) -> None:
    """A snapshot after some pieces and additions for the rest show what a page rendered at the end shows."""
    answer = live(is_cell=True)
    shown = ""
    for number, piece in enumerate(pieces):
        answer.take(Text(piece))
        if number < attached:
            shown = beginning(answer.text)
        else:
            shown += "".join(_unescaped(board.additions(answer, piece, "")))
    assert shown == beginning("".join(pieces))


def _unescaped(message: str) -> Iterator[str]:
    for _, content in parts(message).values():
        yield content.removeprefix("<span>").removesuffix("</span>").replace("&lt;", "<")


def test_a_waiting_cell_is_small() -> None:
    """Six hundred of them are one message when a page attaches."""
    assert len(board.snapshot(live(is_cell=True))) < 130


def test_a_long_answer_costs_a_cell_nothing() -> None:
    """The text of a cell that is full is not gone through again for every message."""
    answer = live(is_cell=True)
    answer.parts = ["x" * 10] * 400_000
    answer.state = State.STREAMING

    class Counting(list):  # type: ignore[type-arg]
        seen = 0

        def __iter__(self) -> Iterator[str]:
            for part in super().__iter__():
                Counting.seen += 1
                yield part

    answer.parts = Counting(answer.parts)
    assert board.additions(answer, "x" * 10, "") == ""
    assert Counting.seen <= BEGINNING


def test_a_hidden_name_is_not_betrayed_by_speed_length_or_cost() -> None:
    answer = live(hides_names=True)
    answer.take(Text("four" * 10))
    answer.state = State.STOPPING
    figures = board.live_figures(answer)
    assert (figures.first, figures.speed, figures.tokens, figures.cost, figures.reasoned) == ("", "", "", "", "")
    assert "reading on" not in figures.state


@pytest.mark.django_db
@pytest.mark.usefixtures("seeded")
class TestEnded:
    def test_a_column_ends_as_a_column_and_a_cell_as_a_cell(self, owner: Any) -> None:
        run = opened(owner).runs.get()
        ended(run)
        sent = board.finished_column(Run.objects.get())
        assert sent.startswith(f'<article id="column-{run.pk.hex}"')
        assert 'hx-swap-oob="true"' in sent.partition(">")[0]
        assert "$0.0047" in sent
        cell = many(owner, 2, key="other").runs.first()
        ended(cell)
        sent = board.finished_column(Run.objects.get(pk=cell.pk))
        assert sent.startswith(f'<div id="cell-{cell.pk.hex}" class="cell" hx-swap-oob="true">')
        assert len(sent) < 900
        assert board.finished_column(Run.objects.get(pk=cell.pk), is_alone=True).startswith("<article")

    def test_who_watched_a_text_that_is_not_stored_keeps_it(self, owner: Any) -> None:
        run = opened(owner, is_stored=False).runs.get()
        ended(run, text="")
        key = run.pk.hex
        sent = board.finished_parts(Run.objects.get(), keep_text=True)
        for part in ("header id='head", "div id='pace", "div id='outcome", "footer id='foot"):
            assert f"<{part}-{key}'".replace("'", '"') in sent
        assert sent.count('hx-swap-oob="true"') == 4
        assert "$0.0047" in sent
        for part in ("out-", "thought-", "calls-", "<article"):
            assert f'id="{part}' not in sent
        assert "<article" in board.finished_parts(Run.objects.get(), keep_text=False)

    def test_of_a_cell_too(self, owner: Any) -> None:
        run = many(owner, 2, is_stored=False).runs.first()
        ended(run, text="")
        sent = parts(board.finished_parts(Run.objects.get(pk=run.pk), keep_text=True))
        assert "out" not in sent
        assert sent["cost"] == ("innerHTML", "$0.0047")

    def test_a_run_of_another_process(self, owner: Any) -> None:
        prompt = opened(owner)
        prompt.runs.update(
            state=State.STREAMING, text="so <far>", tool_calls=[{"id": "", "name": "a", "arguments": "{"}]
        )
        sent = parts(board.stored_snapshot(Run.objects.get()))
        assert sent["out"] == ("innerHTML", "<span>so &lt;far&gt;</span>")
        assert "<code>a</code>" in sent["calls"][1]
        cell = many(owner, 2, key="other").runs.first()
        assert set(parts(board.stored_snapshot(Run.objects.get(pk=cell.pk)))) == {"state"}

    def test_the_last_words_sum_up_and_lead_on(self, owner: Any) -> None:
        prompt = opened(owner, *FOUR[:2])
        for run in prompt.runs.all():
            ended(run)
        sent = board.last_words(prompt.pk)
        assert f'#onward-{prompt.pk.hex}">' in sent
        assert f"?continue={prompt.pk}" in sent
        assert f'#summary-{prompt.pk.hex}">All together this cost $0.0094.' in sent
        assert f'<div id="stream-{prompt.pk.hex}" hidden hx-swap-oob="true"></div>' in sent
        assert f'#announcement-{prompt.pk.hex}">All answers are complete.' in sent
        assert f'href="/playground/{prompt.pk}/texts/remove">Remove the texts</a>' in sent
        assert "asking-again" not in sent, "what can be asked again stays as the page has it"

    def test_the_last_words_take_away_what_a_text_that_was_not_kept_does_not_allow(self, owner: Any) -> None:
        prompt = opened(owner, is_stored=False)
        ended(prompt.runs.get(), text="")
        retention.purge([prompt.pk])
        sent = board.last_words(prompt.pk)
        assert f'<span hx-swap-oob="innerHTML:#asking-again-{prompt.pk.hex}"></span>' in sent
        assert (
            f'#kept-{prompt.pk.hex}"><p class="notice info">The texts of this prompt and its answers were removed'
            in sent
        )
        for gone in ("Duplicate and edit", "Run it all again", "Share", "Remove the texts"):
            assert gone not in sent

    def test_a_cost_that_was_learnt_leaves_what_is_being_written_alone(self, owner: Any) -> None:
        prompt = opened(owner, *FOUR[:2])
        first, second = prompt.runs.all()
        ended(first)
        ended(second, reconciliation=Reconciliation.WAITING, usage=None, computed_usd="", spent=None)
        waiting = board.cost_learnt(Run.objects.get(pk=second.pk))
        key = second.pk.hex
        for part in (f'<header id="head-{key}"', f'<div id="pace-{key}"', f'<div id="bill-{key}"'):
            assert part in waiting
        for left in ("<footer", "<textarea", "summary-", "outcome-"):
            assert left not in waiting
        assert "ended=1&amp;alone=1" in board.cost_learnt(Run.objects.get(pk=second.pk), is_alone=True)
        assert "alone=1" not in waiting
        Run.objects.filter(pk=second.pk).update(reconciliation=Reconciliation.RECONCILED, billed_usd="0.001")
        learnt = board.cost_learnt(Run.objects.get(pk=second.pk))
        assert f'#summary-{prompt.pk.hex}">All together this cost $0.0057.' in learnt  # 0.0047 + 0.001
        assert "summary-" not in board.cost_learnt(Run.objects.get(pk=second.pk), is_alone=True)

    def test_the_last_words_of_a_table_bring_its_foot_up_to_date(self, owner: Any) -> None:
        prompt: Prompt = many(owner, 2, *FOUR[:2])
        for run in prompt.runs.all():
            ended(run)
        sent = board.last_words(prompt.pk)
        for number in (0, 1):
            assert f'#sum-ended-{number}-{prompt.pk.hex}">2 done</span>' in sent
            assert f'#sum-cost-{number}-{prompt.pk.hex}">$0.0094</span>' in sent
        assert "?continue=" not in sent
