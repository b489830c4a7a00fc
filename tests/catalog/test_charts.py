"""The geometry of charts: ticks and paths by hand, labels that keep out of each other's way, and what the partial writes."""

import math
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from catalog import charts
from catalog.charts import labels
from catalog.charts.geometry import px
from catalog.charts.labels import Box
from catalog.charts.lines import boxes_along, pieces
from catalog.charts.points import LEAST_HIT, pressable

ACROSS = charts.linear(0, 40).over(0, 40)
UP = charts.linear(0, 4).over(40, 0)


def ticks_of(scale):
    return [(tick.at, tick.label) for tick in scale.ticks()]


class TestScales:
    def test_linear_ticks_are_round_numbers_as_room_allows(self):
        assert ticks_of(charts.linear(0, 10).over(0, 100)) == [(0, "0"), (50, "5"), (100, "10")]
        assert ticks_of(charts.linear(3, 17).over(0, 140)) == [(20, "5"), (70, "10"), (120, "15")]
        small = ticks_of(charts.linear(0, Decimal("0.003")).over(0, 300))
        assert small == [(50 * n, f"{Decimal(n) * Decimal('0.0005')}".rstrip("0").rstrip(".") or "0") for n in range(7)]

    def test_linear_at_and_upside_down(self):
        assert charts.linear(0, 200).over(300, 100).at(50) == 250
        assert charts.linear(5, 5).over(0, 100).at(5) == 50

    def test_logarithmic_ticks_are_1_2_5_then_decades_then_some_decades(self):
        scale = charts.logarithmic(3, 800)  # widened to 2 and 1,000: 2.7 decades
        assert (scale.low, scale.high) == (2, 1000)
        wide = [label for _, label in ticks_of(scale.over(0, 300))]
        assert wide == ["2", "5", "10", "20", "50", "100", "200", "500", "1000"]
        assert [label for _, label in ticks_of(scale.over(0, 200))] == ["10", "100", "1000"]
        far = charts.logarithmic(Decimal("0.000002"), 800_000).over(0, 100)
        assert [label for _, label in ticks_of(far)] == ["0.0001", "1", "10000"]

    def test_logarithmic_at(self):
        scale = charts.Logarithmic(1, 1000).over(0, 300)
        assert [scale.at(value) for value in (1, 10, Decimal("31.6227766"), 1000)] == [0, 100, 150, 300]

    def test_free_amounts_have_a_band_of_their_own_under_the_lowest(self):
        scale = charts.logarithmic(20, 50, has_free=True).over(400, 100)
        assert scale.at(10) == 370  # the axis is widened to 10 and 100
        assert scale.at(0) == 385
        assert ticks_of(scale)[0] == (385, "free")

    @pytest.mark.parametrize(("low", "high"), [(0, 5), (-1, 5), (5, 2)])
    def test_a_logarithm_of_nothing_is_refused(self, low, high):
        with pytest.raises(ValueError, match="above 0"):
            charts.logarithmic(low, high)

    def test_marks_that_stand_too_close_are_left_out(self):
        marks = ((8192, "8K"), (131072, "128K"), (262144, "256K"))
        scale = charts.logarithmic(8192, 262144, marks=marks, spacing=34)
        assert [label for _, label in ticks_of(scale.over(0, 400))] == ["8K", "128K", "256K"]
        assert [label for _, label in ticks_of(scale.over(0, 150))] == ["8K", "128K"]

    def test_amounts_choose_the_axis(self):
        assert isinstance(charts.amounts([1, 5]), charts.Linear)
        assert charts.amounts([1, 5]).low == 0
        above = charts.amounts([Decimal("0.01"), Decimal("0.0501")])
        assert isinstance(above, charts.Logarithmic)
        assert not above.has_free
        assert charts.amounts([0, 1, 6]).has_free
        assert ticks_of(charts.amounts([0, 0], write=lambda _: "free").over(0, 100)) == [(50, "free")]

    @given(st.lists(st.decimals("1e-9", "1e9", allow_nan=False), min_size=1, max_size=20))
    def test_every_amount_is_on_its_axis_and_every_axis_has_ticks(self, values):
        scale = charts.amounts(values).over(300, 0)
        assert all(0 <= scale.at(value) <= 300 for value in values)
        assert len(scale.ticks()) >= 2
        gaps = [abs(a.at - b.at) for a, b in combinations(scale.ticks(), 2)]
        assert min(gaps) >= 24  # a line of text is 16 pixels high


class TestDays:
    def test_quarters(self):
        scale = charts.dates(date(2025, 1, 1), date(2026, 1, 1)).over(0, 730)  # two pixels a day
        assert ticks_of(scale) == [
            (0, "Jan 2025"),
            (180, "Apr 2025"),
            (362, "Jul 2025"),
            (546, "Oct 2025"),
            (730, "Jan 2026"),
        ]

    def test_mondays(self):
        scale = charts.dates(date(2025, 12, 1), date(2025, 12, 22)).over(0, 420)
        assert ticks_of(scale) == [
            (0, "Dec 1, 2025"),
            (140, "Dec 8, 2025"),
            (280, "Dec 15, 2025"),
            (420, "Dec 22, 2025"),
        ]

    def test_months_begin_after_the_first_day(self):
        scale = charts.dates(date(2025, 1, 2), date(2025, 3, 31)).over(0, 200)
        assert [label for _, label in ticks_of(scale)] == ["Feb 2025", "Mar 2025"]

    def test_decades(self):
        scale = charts.dates(date(2005, 1, 1), date(2025, 1, 1)).over(0, 200)
        assert [label for _, label in ticks_of(scale)] == ["2010", "2020"]

    def test_a_week_is_the_least(self):
        scale = charts.dates(date(2025, 6, 8), date(2025, 6, 8)).over(0, 70)
        assert scale.at(date(2025, 6, 8)) == 70
        assert scale.at(date(2025, 6, 1)) == 0

    def test_numbers_have_no_place(self):
        with pytest.raises(TypeError):
            charts.dates(date(2025, 1, 1), date(2026, 1, 1)).at(5)


class TestPaths:
    def test_a_step_holds_until_the_next_place_and_may_have_holes(self):
        line = charts.Line("a", ((0, 4), (10, 2), (20, None), (30, 1), (40, None)), is_step=True)
        assert pieces(line, ACROSS, UP) == [[(0, 0), (10, 0), (10, 20), (20, 20)], [(30, 30), (40, 30)]]

    def test_a_straight_line_joins_its_values(self):
        line = charts.Line("a", ((0, 0), (10, 2), (20, None), (30, 1)))
        assert pieces(line, ACROSS, UP) == [[(0, 40), (10, 20)], [(30, 30)]]

    def test_boxes_along_a_slant_stay_near_it(self):
        boxes = boxes_along([(0, 0), (100, 100)], longest=10)
        assert len(boxes) == math.ceil(math.hypot(100, 100) / 10)
        assert not any(box.meets(Box(60, 0, 100, 40)) for box in boxes)
        assert len(boxes_along([(0, 0), (100, 0)])) == 1

    @pytest.mark.parametrize(("value", "written"), [(1.04, "1"), (12.35, "12.3"), (0.05, "0.1"), (-3.0, "-3")])
    def test_pixels_to_a_tenth(self, value, written):
        assert px(value) == written


class TestLabels:
    @pytest.mark.parametrize(
        ("wanted", "gap", "found"),
        [
            ([10, 10, 50], 12, [4, 16, 50]),
            ([50, 10, 10], 12, [50, 4, 16]),
            ([0, 0], 12, [0, 12]),
            ([100, 100], 12, [88, 100]),
            ([0, 0, 0], 50, [0, 50, 100]),
            ([5, 5, 5], 80, [0, 50, 100]),
            ([30], 12, [30]),
            ([], 12, []),
        ],
    )
    def test_spread_by_hand(self, wanted, gap, found):
        assert labels.spread(wanted, gap, 0, 100) == found

    @given(st.lists(st.floats(0, 300), max_size=6))
    def test_spread_keeps_apart_inside_and_in_order(self, wanted):
        found = labels.spread(wanted, 16, 0, 300)
        order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
        inside = [found[index] for index in order]
        assert all(b - a >= 16 - 1e-6 for a, b in pairwise(inside))
        assert all(-1e-6 <= place <= 300 + 1e-6 for place in inside)

    def test_rows_of_words(self):
        assert labels.rows([(0, 50), (40, 90), (100, 150), (45, 60)]) == [0, 1, 0, 2]

    def test_a_text_of_full_width_letters_is_wider(self):
        assert labels.text_width("模型", 10) == 20
        assert labels.text_width("ab", 10) == pytest.approx(11.2)

    @pytest.mark.parametrize("last", [5, 40])
    def test_six_names_never_meet(self, last):
        lines = [charts.Line(f"Mistral Large {n} 2512", ((0, 2), (last, 2))) for n in range(6)]
        chart = charts.line_chart("a", "A", "b", lines=lines, x=ACROSS, y=UP)
        for drawing in (chart, chart.narrow):
            boxes = [line.label.box(drawing.text) for line in drawing.lines]
            assert len(boxes) == 6
            assert not any(one.meets(other) for one, other in combinations(boxes, 2))
            assert all(box.left >= 0 and box.right <= drawing.width for box in boxes)


def scatter(number, **fields):
    points = [charts.Point(n % 7 * 5 + 5, n % 3 + 1, f"Model {n}", f"/m/{n}/", "$1", **fields) for n in range(number)]
    return charts.scatter_chart(
        "s", "Scatter", "Points", points=points, x=ACROSS, y=UP, kinds=[("active", "Active"), ("retired", "Retired")]
    )


class TestCharts:
    def test_seven_lines_are_refused(self):
        lines = [charts.Line(str(n), ((0, 1), (40, 1))) for n in range(7)]
        with pytest.raises(ValueError, match="6 lines at most, not 7"):
            charts.line_chart("a", "A", "b", lines=lines, x=ACROSS, y=UP)

    def test_a_line_without_a_value_keeps_its_place(self):
        lines = [charts.Line("none", ()), charts.Line("one", ((0, 1), (40, 1)))]
        chart = charts.line_chart("a", "A", "b", lines=lines, x=ACROSS, y=UP)
        assert [(line.name, line.place) for line in chart.lines] == [("one", 2)]

    def test_a_line_that_ends_early_says_why_at_its_end(self):
        lines = [charts.Line("one", ((0, 1), (20, None)), is_step=True, end_word="delisted")]
        chart = charts.line_chart("a", "A", "b", lines=lines, x=ACROSS, y=UP)
        assert chart.lines[0].label.text == "one, delisted"
        assert chart.lines[0].label.x < chart.plot.right

    def test_words_of_markers_stand_in_rows_above_the_plot_and_slim_zones_have_none(self):
        markers = [charts.Marker(20, "break-even of one"), charts.Marker(20.2, "break-even of another")]
        zones = [charts.Zone(0, 30, "wide"), charts.Zone(30, 30.1, "too slim for this")]
        chart = charts.line_chart(
            "a", "A", "b", lines=[charts.Line("l", ((0, 1), (40, 1)))], x=ACROSS, y=UP, markers=markers, zones=zones
        )
        one, other = (marker.label.box(chart.text) for marker in chart.markers)
        assert not one.meets(other)
        assert max(one.bottom, other.bottom) <= chart.plot.top
        assert [zone.label and zone.label.text for zone in chart.zones] == ["wide", None]

    def test_few_points_are_named_without_overlap_and_many_are_not(self):
        few = scatter(14)
        assert all(" named" in point.kinds for point in few.points)
        assert not any("named" in point.kinds for point in scatter(15).points)

    def test_names_stand_clear_of_points_and_of_each_other(self):
        points = [charts.Point(10 + n / 2, 2, f"A model with a name {n}", "/", "$1") for n in range(10)]
        chart = charts.scatter_chart("s", "S", "P", points=points, x=ACROSS, y=UP)
        named = [point for point in chart.points if "named" in point.kinds]
        assert 1 <= len(named) < 10  # those without room show theirs when pointed at

    def test_a_phone_gets_its_own_drawing_until_the_points_are_too_many(self):
        assert scatter(60).narrow.width < 400
        assert scatter(61).narrow is None

    def test_the_legend_names_only_what_is_there(self):
        assert [key.word for key in scatter(3).key] == ["Active"]
        several = scatter(3, kind="retired", count=2)
        assert [key.word for key in several.key] == ["Several at one place"]
        assert {point.number for point in several.points} == {"2"}

    def test_points_for_several_are_drawn_last(self):
        points = [charts.Point(5, 1, "two", "/", count=2), charts.Point(6, 1, "one", "/")]
        chart = charts.scatter_chart("s", "S", "P", points=points, x=ACROSS, y=UP)
        assert [point.name for point in chart.points] == ["one", "two"]

    def test_what_can_be_pressed_by_hand(self):
        assert pressable([(0, 0), (10, 0), (100, 0)]) == [5, 5, 14]
        assert pressable([(0, 0), (0, 20)]) == [10, 10]
        assert pressable([(0, 0), (0, 2)]) == [LEAST_HIT, LEAST_HIT]

    @given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=30))
    def test_no_point_takes_what_belongs_to_another(self, places):
        radii = pressable(places)
        for (one, a), (other, b) in combinations(zip(places, radii, strict=True), 2):
            assert a + b <= math.dist(one, other) + 1e-6 or min(a, b) == LEAST_HIT

    def test_the_same_data_gives_the_same_drawing(self):
        assert scatter(12) == scatter(12)


class TestPartial:
    def written(self, chart):
        return render_to_string("costs/_chart.html", {"chart": chart})

    def test_text_is_escaped_and_no_style_is_inline(self):
        points = [charts.Point(5, 1, "<script>alert(1)</script>", '/"><b>', "<i>")]
        page = self.written(charts.scatter_chart("s", "<S>", "P", points=points, x=ACROSS, y=UP))
        assert "<script" not in page
        assert "<b>" not in page
        assert "<i>" not in page
        assert "<S>" not in page
        assert "style=" not in page

    def test_a_chart_is_named_and_described_once(self):
        page = self.written(scatter(3))
        assert page.count('id="s-title"') == page.count('id="s-about"') == 1
        assert page.count('role="group" aria-labelledby="s-title" aria-describedby="s-about"') == 2

    def test_a_point_is_a_link_with_its_name_and_figures(self):
        page = self.written(scatter(1))
        assert 'href="/m/0/"' in page
        assert "<title>Model 0: $1</title>" in page
