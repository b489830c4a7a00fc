"""The bars of the small charts, by hand."""

from datetime import date
from decimal import Decimal

from playground.history import days
from playground.history.days import HEIGHT, RIGHT, TOP, UNDER, WIDTH, Stretch, bar_chart, stretches


def day(number: int) -> date:
    return date(2026, 11, number)


class TestStretches:
    def test_few_days_stand_at_the_end_of_a_fortnight(self) -> None:
        along = stretches(day(20), day(21), is_monthly=False)
        assert len(along) == 14
        assert (along[0], along[-1]) == (Stretch(day(8), day(8)), Stretch(day(21), day(21)))

    def test_days_without_anything_are_there_too(self) -> None:
        along = stretches(day(1), day(30), is_monthly=False)
        assert [each.start.day for each in along] == list(range(1, 31))

    def test_months_have_their_first_and_last_days(self) -> None:
        along = stretches(date(2025, 12, 31), date(2026, 3, 1), is_monthly=True)
        assert along[-4:] == [
            Stretch(date(2025, 12, 1), date(2025, 12, 31)),
            Stretch(date(2026, 1, 1), date(2026, 1, 31)),
            Stretch(date(2026, 2, 1), date(2026, 2, 28)),
            Stretch(date(2026, 3, 1), date(2026, 3, 31)),
        ]
        assert len(along) == 14

    def test_words(self) -> None:
        assert Stretch(day(3), day(3)).words == "Nov 3, 2026"
        assert Stretch(day(1), day(30)).words == "Nov 2026"


class TestBars:
    def test_heights_are_shares_of_the_axis(self) -> None:
        along = stretches(day(8), day(21), is_monthly=False)
        values = {day(10): Decimal(4), day(21): Decimal(8), day(20): Decimal(0)}
        chart = bar_chart("runs", "Runs", "How many.", along, values, lambda count: f"{count:,.0f}")
        # The axis goes from 0 to 8: 8 fills the plot of 168 - 24 - 8 = 136 pixels, 4 half of it, and 0 has no bar.
        assert HEIGHT - UNDER - TOP == 136
        assert [(bar.words, bar.height, bar.y) for bar in chart.bars] == [
            ("Nov 10, 2026: 4", "68", "76"),
            ("Nov 21, 2026: 8", "136", "8"),
        ]
        assert [tick.label for tick in chart.y_ticks] == ["0", "2", "4", "6", "8"]
        assert chart.plot.right == WIDTH - RIGHT

    def test_a_bar_for_next_to_nothing_can_be_seen(self) -> None:
        along = stretches(day(8), day(21), is_monthly=False)
        values = {day(10): Decimal("0.000001"), day(11): Decimal(1000)}
        chart = bar_chart("cost", "Cost", "", along, values, str)
        assert chart.bars[0].height == "2"

    def test_without_values_there_are_no_bars(self) -> None:
        assert bar_chart("cost", "Cost", "", stretches(day(8), day(21), is_monthly=False), {}, str).bars == []

    def test_the_last_day_has_its_word_and_no_words_meet(self) -> None:
        for last in (date(2026, 11, 21), date(2026, 12, 31)):
            along = stretches(date(2026, 10, 1), last, is_monthly=False)
            chart = bar_chart("runs", "Runs", "", along, {}, str)
            assert chart.x_ticks[-1].label == along[-1].label
            halves = [days.text_width(tick.label, chart.text) / 2 for tick in chart.x_ticks]
            places = [tick.at for tick in chart.x_ticks]
            assert places[-1] + halves[-1] <= WIDTH
            for index in range(1, len(places)):
                assert places[index] - halves[index] > places[index - 1] + halves[index - 1]
