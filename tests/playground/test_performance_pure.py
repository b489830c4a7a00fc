"""The sums and drawings behind a model's own runs: medians, bins, what an end says, and where columns stand."""

from decimal import Decimal

import pytest

from catalog import charts
from playground.models import State
from playground.performance.columns import WIDTH, Column, Mark, column_chart
from playground.performance.drawing import ModelFigures, cost_by_first, cost_by_speed
from playground.performance.failures import Standing, in_words, kind, standing
from playground.performance.measures import Bin, Spread, bins
from playground.speed import tokens_per_second


class TestSpread:
    @pytest.mark.parametrize(
        ("values", "half", "most"),
        [
            ([7], "7", "7"),
            ([1, 2], "1.5", "2"),
            ([3, 1, 2], "2", "3"),
            (range(1, 11), "5.5", "9"),  # nine of ten are at most 9
            (range(1, 12), "6", "10"),  # 9.9 of 11: ten of them
            (range(1, 101), "50.5", "90"),
        ],
    )
    def test_by_hand(self, values: list[int], half: str, most: str) -> None:
        spread = Spread.of(values)
        assert spread is not None
        assert (spread.half, spread.most, spread.count) == (Decimal(half), Decimal(most), len(values))

    def test_of_nothing(self) -> None:
        assert Spread.of([]) is None


class TestBins:
    def test_the_slow_ones_share_the_last(self) -> None:
        assert bins([120, 180, 240, 9_000], 260) == [
            Bin(0, 50, 0),
            Bin(50, 100, 0),
            Bin(100, 150, 1),
            Bin(150, 200, 1),
            Bin(200, 250, 1),
            Bin(250, 300, 0),
            Bin(300, None, 1),
        ]

    def test_a_value_at_an_edge_is_in_the_next(self) -> None:
        found = bins([100, 199, 200], 900)
        assert [(each.start, each.count) for each in found if each.count] == [(100, 2), (200, 1)]

    @pytest.mark.parametrize("highest", [0, 1, 9, 10, 11, 99, 100, 999, 1_234, 5_000, 59_999])
    def test_never_many_and_all_in_one_of_them(self, highest: int) -> None:
        values = [0, highest // 2, highest, highest * 3]
        found = bins(values, highest)
        assert len(found) <= 11
        assert sum(each.count for each in found) == 4
        assert [each.end for each in found[:-1]] == [each.start for each in found[1:]]

    def test_of_nothing(self) -> None:
        assert bins([], 5) == []


@pytest.mark.parametrize(
    ("tokens", "first", "last", "speed"),
    [
        (50, 200, 1200, "50"),
        (200, 400, 2400, "100"),
        (5, 100, 100, None),
        (0, 1, 2, None),
        (None, 1, 2, None),
        (3, 1, 4, None),
        (9, 0, 900, None),
        (10, 0, 99, None),
        (10, 0, 100, "100"),
    ],
)
def test_tokens_per_second(tokens: int | None, first: int, last: int, speed: str | None) -> None:
    assert tokens_per_second(tokens, first, last) == (None if speed is None else Decimal(speed))


class TestFailures:
    @pytest.mark.parametrize(
        ("state", "status", "is_ours", "expected"),
        [
            (State.DONE, None, False, Standing.ANSWERED),
            (State.REFUSED, None, False, Standing.ANSWERED),
            (State.REFUSED, 403, False, Standing.ASIDE),
            (State.FAILED, 500, False, Standing.FAILED),
            (State.FAILED, 429, False, Standing.FAILED),
            (State.FAILED, 404, False, Standing.FAILED),
            (State.FAILED, 400, False, Standing.ASIDE),
            (State.FAILED, 401, False, Standing.ASIDE),
            (State.FAILED, None, True, Standing.ASIDE),
            (State.INCOMPLETE, None, False, Standing.FAILED),
            (State.STOPPED, None, False, Standing.ASIDE),
            (State.INTERRUPTED, None, False, Standing.ASIDE),
        ],
    )
    def test_what_an_end_says_of_the_upstream(
        self, state: State, status: int | None, is_ours: bool, expected: Standing
    ) -> None:
        assert standing(state, status, is_ours=is_ours) is expected

    @pytest.mark.parametrize(
        ("state", "status", "words"),
        [
            (State.FAILED, None, "no connection, silence, or nothing readable"),
            (State.FAILED, 200, "no connection, silence, or nothing readable"),
            (State.INCOMPLETE, None, "broke off in mid-answer"),
            (State.INCOMPLETE, 529, "overloaded (529)"),
            (State.FAILED, 504, "took too long (504)"),
            (State.FAILED, 500, "a fault of its own (500)"),
            (State.FAILED, 418, "refused (418)"),
        ],
    )
    def test_kinds_in_words(self, state: State, status: int | None, words: str) -> None:
        assert kind(state, status) == words

    def test_the_most_frequent_first(self) -> None:
        assert in_words([("b", 1), ("a", 2), ("b", 2), ("c", 2)]) == ["3 times: b", "2 times: a", "2 times: c"]


class TestComparisons:
    def figures(self, name: str, wait: int, speed: int, cost: str) -> ModelFigures:
        spreads = (Spread(Decimal(value), Decimal(value), 1) for value in (wait, speed, cost))
        return ModelFigures(f"a/{name}", name, 1, *spreads)

    @pytest.mark.parametrize(
        ("costs", "waits", "across", "upward"),
        [
            # equal steps are equal factors where the largest is more than five times the smallest
            (["0.001", "0.005"], [100, 500], "First token, seconds", "USD an answer"),
            (["0.001", "0.0051"], [100, 500], "First token, seconds", "USD an answer, logarithmic"),
            (["0.001", "0.005"], [100, 501], "First token, seconds, logarithmic", "USD an answer"),
        ],
    )
    def test_an_axis_says_that_it_is_logarithmic(
        self, costs: list[str], waits: list[int], across: str, upward: str
    ) -> None:
        models = [self.figures(name, wait, wait, cost) for name, wait, cost in zip("bc", waits, costs, strict=True)]
        chart = cost_by_first(models)
        assert chart is not None
        assert (chart.x_title, chart.y_title) == (across, upward)
        chart = cost_by_speed(models)
        assert chart is not None
        assert (chart.x_title, chart.y_title) == (across.replace("First token, seconds", "Tokens per second"), upward)
        assert chart.narrow is not None
        assert chart.narrow.y_title == upward


class TestColumns:
    KINDS = (("good", "Good"), ("bad", "Bad"))

    def test_parts_stand_on_each_other(self) -> None:
        columns = [Column("one", "3 and 1", (Decimal(3), Decimal(1))), Column("two", "none", (Decimal(0), Decimal(0)))]
        chart = column_chart("name", "Title", "About", columns, charts.linear(0, 4), self.KINDS)
        good, bad = chart.parts
        height = chart.plot.height
        assert (good.kind, float(good.height)) == ("good", pytest.approx(height * 3 / 4, abs=0.2))
        assert (bad.kind, float(bad.height)) == ("bad", pytest.approx(height / 4, abs=0.2))
        assert float(good.y) == pytest.approx(chart.plot.bottom - float(good.height), abs=0.2)
        assert float(bad.y) == pytest.approx(chart.plot.top, abs=0.2)
        assert good.words == "3 and 1"
        assert chart.key == self.KINDS

    def test_what_is_there_at_all_is_seen(self) -> None:
        columns = [Column("a", "a", (Decimal(1),)), Column("b", "b", (Decimal(100_000),))]
        chart = column_chart("name", "T", "A", columns, charts.linear(0, 100_000), self.KINDS[:1])
        assert float(chart.parts[0].height) >= 1.5
        assert chart.key == ()

    def test_everything_stays_inside(self) -> None:
        columns = [Column(f"Nov {place}", "", (Decimal(place),)) for place in range(31)]
        marks = [Mark(31, "the last of all of them"), Mark(0.5, "before it there is no room", is_before=True)]
        chart = column_chart("name", "T", "A", columns, charts.from_zero([Decimal(30)]), self.KINDS[:1], marks)
        for part in chart.parts:
            assert chart.plot.left <= float(part.x)
            assert float(part.x) + float(part.width) <= chart.plot.right
            assert chart.plot.top - 0.2 <= float(part.y)
        assert [mark.anchor for mark in chart.marks] == ["end", "start"]
        assert all(0 < tick.at < WIDTH for tick in chart.x_ticks)
        assert chart.x_ticks[-1].label == "Nov 30"

    def test_an_edge_stands_where_its_column_begins(self) -> None:
        columns = [Column(str(place), "", (Decimal(1),)) for place in range(4)]
        chart = column_chart(
            "n", "T", "A", columns, charts.linear(0, 4), self.KINDS[:1], [Mark(2, "two")], is_edged=True
        )
        assert chart.x_ticks[0].at == pytest.approx(chart.plot.left)
        assert float(chart.marks[0].x) == pytest.approx(chart.x_ticks[2].at, abs=0.1)

    def test_without_a_column_there_is_no_chart(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            column_chart("n", "T", "A", [], charts.linear(0, 1), self.KINDS)
