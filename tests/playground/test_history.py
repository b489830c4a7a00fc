"""Which prompts the filters leave, and what they come to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground import keeping, opening
from playground.history.narrowing import Wanted, found
from playground.history.rows import rows
from playground.history.searching import terms
from playground.history.tallies import Tally
from playground.models import Prompt, Run, State
from playground.variables import Rows
from tests.playground.builders import FOUR, asked, budget
from tests.playground.looking_back import answered, make_four

pytestmark = pytest.mark.django_db
MICRO = 10**6  # one millionth of a dollar, in 10^-12 USD


@pytest.fixture(autouse=True)
def _models(db: None) -> None:
    make_four()


def keys(user: Any, wanted: Wanted, sort: str = "date") -> list[str]:
    return [prompt.key for prompt in found(user, wanted).ordered(sort)]


class TestWords:
    @pytest.fixture(autouse=True)
    def _prompts(self, owner: Any, stranger: Any) -> None:
        wind = answered(
            owner, FOUR[3], key="wind", text="Which Wind carries us to Zürich?", answers=["The föhn, 100% of it."]
        )
        sea = answered(owner, key="sea", text="Describe a_sea", answers=["Salt and wind rose."], system="Be brief.")
        answered(owner, key="other", text="Nothing in common")
        answered(stranger, key="theirs", text="Which wind?")
        keeping.write_note(sea, "Für das Handbuch, 50%")
        keeping.add_label(wind, "Reisepläne")

    @pytest.mark.parametrize(
        ("typed", "left"),
        [
            ("wind", ["wind", "sea"]),
            ("WIND ROSE", ["sea"]),
            ('"wind rose"', ["sea"]),
            ('"rose wind"', []),
            ("zurich", ["wind"]),
            ("Zürich fohn", ["wind"]),
            ("wind -zurich", ["sea"]),
            ("-wind", ["other"]),
            ("brief", ["sea"]),
            ("devstral", ["wind"]),
            ("handbuch", ["sea"]),
            ("FUR HANDBUCH", ["sea"]),
            ("-handbuch", ["wind", "other"]),
            ("reiseplane", ["wind"]),
            ("reiseplane zurich", ["wind"]),
            ("-reiseplane", ["sea", "other"]),
            # What the database takes as a pattern is a letter here.
            ("100%", ["wind"]),
            ("%", ["wind", "sea"]),
            ("a_sea", ["sea"]),
            ("a_s_a", []),
            ("_", ["sea"]),
            ("\\", []),
            ("nowhere", []),
        ],
    )
    def test_are_found_in_texts_answers_names_labels_and_notes(self, owner: Any, typed: str, left: list[str]) -> None:
        assert keys(owner, Wanted(terms=terms(typed))) == left

    @pytest.mark.parametrize(
        ("typed", "left"),
        [
            ("get_tide", ["calls"]),
            ("genève", ["calls"]),
            ("thoughtfully", ["calls"]),
            ("moderated", ["refused"]),
            ("-get_tide -moderated -other -wind", ["other"]),
        ],
    )
    def test_are_found_in_calls_thoughts_and_refusals(self, owner: Any, typed: str, left: list[str]) -> None:
        calls = [{"id": "1", "name": "get_tide", "arguments": '{"place": "Gen\\u00e8ve"}'}]
        answered(owner, key="calls", answers=[""], facts={"tool_calls": calls, "reasoning": "Thoughtfully so"})
        answered(owner, key="refused", states=[State.REFUSED], answers=[""], facts={"error_detail": "Moderated"})
        assert keys(owner, Wanted(terms=terms(typed))) == left

    def test_the_database_is_searched_once(self, owner: Any) -> None:
        with CaptureQueriesContext(connection) as captured:
            left = found(owner, Wanted(terms=terms("wind")))
            Tally.of(left.prompts)
            list(left.ordered("-date").for_history())
        assert sum("LIKE" in query["sql"].upper() for query in captured) == 1

    def test_somebody_elses_label_finds_nothing(self, stranger: Any) -> None:
        assert keys(stranger, Wanted(terms=terms("reiseplane"))) == []


class TestFilters:
    def test_by_model_and_by_place(self, owner: Any) -> None:
        answered(owner, FOUR[0], key="main")
        elsewhere = answered(owner, FOUR[0], key="elsewhere")
        Run.objects.filter(prompt=elsewhere).update(offer=f"{FOUR[0]}@mistral")
        answered(owner, FOUR[1], key="another")
        assert keys(owner, Wanted(model=FOUR[0])) == ["main", "elsewhere"]
        assert keys(owner, Wanted(model=f"{FOUR[0]}@mistral")) == ["elsewhere"]
        assert keys(owner, Wanted(model="nobody/knows")) == []

    def test_by_state_of_any_run_and_by_that_of_one_model(self, owner: Any) -> None:
        answered(owner, *FOUR[:2], key="first", states=[State.DONE, State.FAILED])
        answered(owner, *FOUR[:2], key="second", states=[State.FAILED, State.DONE])
        opening.open_prompt(owner, asked(FOUR[0], key="third"))
        assert keys(owner, Wanted(state="failed")) == ["first", "second"]
        assert keys(owner, Wanted(state="failed", model=FOUR[1])) == ["first"]
        assert keys(owner, Wanted(state="live")) == ["third"]

    def test_a_blind_prompt_is_not_found_by_how_one_of_its_models_ended(self, owner: Any) -> None:
        states, costs = [State.FAILED, State.DONE], [None, "0.1"]
        prompt = answered(owner, *FOUR[:2], key="blind", states=states, costs=costs, is_blind=True)
        assert keys(owner, Wanted(model=FOUR[0])) == keys(owner, Wanted(state="failed")) == ["blind"]
        assert keys(owner, Wanted(model=FOUR[0], state="failed")) == []
        assert keys(owner, Wanted(model=FOUR[1], state="failed")) == []
        assert keys(owner, Wanted(model=FOUR[0], has_unknown_cost=True)) == []
        Prompt.objects.filter(pk=prompt.pk).update(revealed_at=timezone.now())
        assert keys(owner, Wanted(model=FOUR[0], state="failed")) == ["blind"]

    def test_by_day_both_included(self, owner: Any) -> None:
        noon = datetime(2026, 11, 5, 12, tzinfo=UTC)
        for key, moment in (
            ("before", noon.replace(day=4, hour=23, minute=59)),
            ("first", noon.replace(hour=0)),
            ("last", noon.replace(day=6, hour=23, minute=59, second=59)),
            ("after", noon.replace(day=7, hour=0)),
        ):
            Prompt.objects.filter(pk=answered(owner, key=key).pk).update(created_at=moment)
        assert keys(owner, Wanted(since=noon.date(), until=noon.date() + timedelta(days=1))) == ["first", "last"]
        assert keys(owner, Wanted(until=noon.date() - timedelta(days=1))) == ["before"]

    def test_by_what_the_prompt_is(self, owner: Any) -> None:
        first = answered(owner, key="first")
        later = answered(owner, key="later", continues=first)
        answered(owner, key="rows", text="{{x}}", rows=Rows(("x",), (("1",), ("2",))))
        answered(owner, key="one row", text="{{x}}", rows=Rows(("x",), (("1",),)))
        answered(owner, key="repeats", repeats=2)
        answered(owner, key="responses", api=Prompt.API.RESPONSES)
        keeping.set_favourite(later, True)
        keeping.add_label(first, "Demo")
        assert keys(owner, Wanted(is_continued=True)) == ["later"]
        assert keys(owner, Wanted(is_matrix=True)) == ["rows", "repeats"]
        assert keys(owner, Wanted(api="responses")) == ["responses"]
        assert keys(owner, Wanted(is_favourite=True)) == ["later"]
        assert keys(owner, Wanted(label="Demo")) == ["first"]


class TestCosts:
    @pytest.fixture(autouse=True)
    def _prompts(self, owner: Any) -> None:
        answered(owner, *FOUR[:2], key="three", costs=["0.000001", "0.000002"])
        answered(owner, *FOUR[:2], key="two", costs=["0.000002", "0"])
        answered(owner, *FOUR[:2], key="half", costs=["0.000009", None])
        answered(owner, key="none", costs=[None])

    @pytest.mark.parametrize(
        ("least", "most", "left"),
        [
            (3 * MICRO, None, ["three"]),
            (3 * MICRO + 1, None, []),
            (None, 3 * MICRO - 1, ["two"]),
            (2 * MICRO, 3 * MICRO, ["three", "two"]),
            (0, 0, []),
        ],
    )
    def test_bounds_are_exact_and_leave_unknown_costs_apart(
        self, owner: Any, least: int | None, most: int | None, left: list[str]
    ) -> None:
        wanted = Wanted(least_cost=least, most_cost=most)
        assert keys(owner, wanted) == left
        assert found(owner, wanted).apart == 2

    def test_those_that_are_not_known(self, owner: Any) -> None:
        assert keys(owner, Wanted(has_unknown_cost=True)) == ["half", "none"]
        assert keys(owner, Wanted(has_unknown_cost=True, model=FOUR[1])) == ["half"]

    def test_sorted_by_what_is_known(self, owner: Any) -> None:
        assert keys(owner, Wanted(), "-cost") == ["half", "three", "two", "none"]
        assert keys(owner, Wanted(), "cost") == ["none", "two", "three", "half"]


class TestTally:
    def test_by_hand(self, owner: Any) -> None:
        budget(owner, "5")
        answered(owner, *FOUR[:2], key="real", upstream="openrouter", costs=["0.0100", "0.0312"])
        answered(owner, FOUR[0], key="unknown", upstream="openrouter", states=[State.INTERRUPTED], costs=[None])
        opening.open_prompt(owner, asked(FOUR[0], key="live", upstream="openrouter"))
        answered(owner, FOUR[0], key="rehearsed", costs=["0.5"], days_ago=1)
        tally = Tally.of(Prompt.objects.of(owner))
        # 0.0100 + 0.0312 = 0.0412 spent; the rehearsal's 0.5 is not added to it.
        assert tally.in_words() == (
            "4 prompts, 5 runs, $0.0412 known, $0.50 that rehearsals would have cost, 1 unknown, 1 on the way"
        )
        told = [
            (model.offer, model.is_rehearsal, model.runs, model.done, model.usd, model.unknown)
            for model in tally.models
        ]
        assert told == [
            (FOUR[0], True, 1, 1, Decimal("0.5"), 0),
            (FOUR[1], False, 1, 1, Decimal("0.0312"), 0),
            (FOUR[0], False, 3, 1, Decimal("0.0100"), 1),
        ]
        assert [model.place for model in tally.models] == ["rehearsed", "", ""]
        assert tally.models[2].usd_each == Decimal("0.0100")
        assert [model.bar for model in tally.models] == [100, 6, 2]
        today = timezone.now().date()
        assert {day: sums.runs for day, sums in tally.by_time.items()} == {today: 4, today - timedelta(days=1): 1}

    def test_a_long_time_is_told_by_month(self, owner: Any) -> None:
        answered(owner, key="new")
        answered(owner, key="old", days_ago=100)
        tally = Tally.of(Prompt.objects.of(owner))
        assert tally.is_monthly
        assert all(start.day == 1 for start in tally.by_time)
        assert sum(sums.runs for sums in tally.by_time.values()) == 2

    def test_a_blind_prompt_is_not_told_by_model(self, owner: Any) -> None:
        prompt = answered(owner, *FOUR[:2], key="blind", is_blind=True)
        tally = Tally.of(Prompt.objects.of(owner))
        assert (tally.all.runs, tally.hidden, tally.models) == (2, 2, [])
        Prompt.objects.filter(pk=prompt.pk).update(revealed_at=timezone.now())
        tally = Tally.of(Prompt.objects.of(owner))
        assert (tally.all.runs, tally.hidden, len(tally.models)) == (2, 0, 2)

    def test_nothing(self, owner: Any) -> None:
        assert Tally.of(Prompt.objects.of(owner)).in_words() == "0 prompts, 0 runs"


class TestRows:
    def test_models_that_ended_alike_stand_together(self, owner: Any) -> None:
        answered(owner, *FOUR, key="key", states=[State.DONE, State.FAILED, State.DONE], costs=["0.001", None, "0.002"])
        (row,) = rows(found(owner, Wanted()).prompts.for_history())
        names = [run.model_name for run in Run.objects.order_by("position")]
        assert [(each.names, each.states_in_words) for each in row.models()] == [
            ([names[0], names[2], names[3]], "done"),
            ([names[1]], "failed"),
        ]
        # 0.001 + 0.002 + 0.002, and one that nobody knows
        assert (row.usd, row.known, row.unknown, row.runs) == (Decimal("0.005"), 3, 1, 4)

    def test_a_matrix_counts(self, owner: Any) -> None:
        answered(owner, *FOUR[:2], key="key", repeats=3, states=[*[State.DONE] * 3, State.TRUNCATED, State.DONE])
        (row,) = rows(found(owner, Wanted()).prompts.for_history())
        assert row.is_matrix
        assert [each.states_in_words for each in row.models()] == ["3 done", "2 done, 1 cut at the output limit"]

    def test_a_blind_prompt_does_not_say_who_ended_how(self, owner: Any) -> None:
        states = [State.FAILED, State.DONE, State.DONE]
        answered(owner, *FOUR[:3], key="key", states=states, is_blind=True)
        (row,) = rows(found(owner, Wanted()).prompts.for_history())
        (together,) = row.models()
        assert together.names == sorted(run.model_name for run in Run.objects.all())
        assert together.states_in_words == "2 done, 1 failed"

    def test_a_count_of_several_models_is_of_each(self, owner: Any) -> None:
        answered(owner, *FOUR[:2], key="each", repeats=3)
        answered(owner, *FOUR[:2], key="blind", repeats=3, is_blind=True)
        answered(owner, *FOUR[:2], key="once", is_blind=True)
        lines = {row.prompt.key: row for row in rows(found(owner, Wanted()).prompts.for_history())}
        said = {key: [each.states_in_words for each in row.models()] for key, row in lines.items()}
        assert said == {"each": ["each 3 done"], "blind": ["each 3 done"], "once": ["done"]}

    def test_queries_and_rows_do_not_grow(self, owner: Any) -> None:
        def cost() -> int:
            with CaptureQueriesContext(connection) as captured:
                lines = rows(found(owner, Wanted()).prompts.for_history())
                for line in lines:
                    line.models()
                    list(line.prompt.labels.all())
            return len(captured)

        keeping.add_label(answered(owner, key="first"), "one")
        before = cost()
        for number in range(3):
            keeping.add_label(answered(owner, *FOUR, key=str(number), repeats=2), "two")
        assert cost() == before == 3


@pytest.mark.parametrize("sort", ["-date", "date", "-cost", "cost"])
def test_equal_ones_are_in_the_same_order_every_time(owner: Any, sort: str) -> None:
    now = timezone.now()
    for number in range(4):
        answered(owner, key=str(number))
    Prompt.objects.update(created_at=now)
    order: Callable[[], list[str]] = lambda: keys(owner, Wanted(), sort)  # noqa: E731  said twice below
    assert order() == order()
    assert found(owner, Wanted()).prompts.filter(Q(created_at=now)).count() == 4
