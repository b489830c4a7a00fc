"""Whose turn it is, as tables and as laws."""

from hypothesis import given
from hypothesis import strategies as st

from playground.turns import Turns


def test_groups_take_turns() -> None:
    turns: Turns[str] = Turns()
    turns.add(["a1", "a2", "a3"])
    turns.add(["b1"])
    turns.add(["c1", "c2"])
    assert [turns.next() for _ in range(7)] == ["a1", "b1", "c1", "a2", "c2", "a3", None]


def test_who_comes_later_does_not_wait_for_all_of_a_long_group() -> None:
    turns: Turns[str] = Turns()
    turns.add(f"a{number}" for number in range(600))
    assert [turns.next() for _ in range(100)] == [f"a{number}" for number in range(100)]
    turns.add(["b"])
    assert {turns.next(), turns.next()} == {"a100", "b"}


def test_a_run_waits_once_and_may_leave() -> None:
    turns: Turns[str] = Turns()
    turns.add(["a", "a", "b"])
    turns.add(["b", "c"])
    assert (len(turns), list(turns), "b" in turns) == (3, ["a", "b", "c"], True)
    assert turns.leave("b")
    assert not turns.leave("b")
    assert [turns.next(), turns.next(), turns.next()] == ["a", "c", None]
    turns.add(["a"])
    assert turns.next() == "a"


@given(st.lists(st.lists(st.integers(0, 40), max_size=12), max_size=6))
def test_everybody_gets_a_turn_once_and_in_the_order_of_his_group(groups: list[list[int]]) -> None:
    turns: Turns[int] = Turns()
    for group in groups:
        turns.add(group)
    waiting = len(turns)
    taken = []
    while (run := turns.next()) is not None:
        taken.append(run)
    assert len(taken) == waiting == len({run for group in groups for run in group})
    assert sorted(set(taken)) == sorted(taken)
    first = list(dict.fromkeys(groups[0])) if groups else []
    assert [run for run in taken if run in first] == first
