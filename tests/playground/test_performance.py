"""A model's page speaks of this installation's own runs: figures by hand, what counts and what does not, what nobody reads."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import DjangoAssertNumQueries

from catalog.models import LanguageModel
from playground import endings, judging
from playground.models import Prompt, Run, State
from playground.performance import kept, model_panel, performance_of, reading
from playground.performance.kept import Kept, mark
from playground.performance.panel import Performance
from tests.conftest import BACKEND
from tests.playground.boards import ended, opened
from tests.playground.builders import FOUR
from tests.playground.histories import history, multiplied

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
NOW = datetime.now(UTC)
TODAY = NOW.date()
MODEL = FOUR[0]
PAGE = f"/models/{MODEL}/"


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.performance.panel.kept", Kept())


@pytest.fixture
def numbers() -> Iterator[int]:
    return iter(range(1000))


@pytest.fixture
def make_run(owner: Any, numbers: Iterator[int]) -> Any:
    def make(
        state: State = State.DONE,
        *,
        first: int | None = None,
        last: int | None = None,
        tokens: int = 0,
        cost: str | None = "0.001",
        model: str = MODEL,
        upstream: str = "openrouter",
        days_ago: int = 0,
        streams: bool = True,
        **fields: Any,
    ) -> Run:
        prompt = opened(owner, model, key=f"run-{next(numbers)}", upstream=upstream, streams=streams)
        run = prompt.runs.get()
        usage = {"prompt_tokens": 100, "completion_tokens": tokens} if tokens else None
        facts = {"usage": usage, "computed_usd": cost or "", "first_token_ms": first, "last_token_ms": last}
        ended(run, state, cost, **(facts | fields))
        at = NOW - timedelta(days=days_ago)
        Run.objects.filter(pk=run.pk).update(created_at=at, started_at=fields.get("started_at", at))
        return Run.objects.get(pk=run.pk)

    return make


def found(today: Any = TODAY) -> Performance:
    return performance_of(MODEL, "This one", today)


class TestSpeed:
    def test_figures_by_hand(self, make_run: Any) -> None:
        make_run(first=200, last=1200, tokens=50, cost="0.002")  # 50 tokens in 1 s
        make_run(first=400, last=2400, tokens=200, cost="0.001")  # 200 in 2 s: 100 a second
        make_run(State.TRUNCATED, first=900, last=1900, tokens=70, cost="0.005")  # 70 a second
        make_run(State.STOPPED, first=300, last=400)
        make_run(State.FAILED, cost="0")
        performance = found()
        assert performance.firsts is not None
        assert (performance.firsts.half_ms, performance.firsts.most_ms) == (350, 900)  # of 200, 300, 400, 900
        assert performance.this.speed is not None
        assert performance.this.speed.half == 70  # of 50, 70, 100
        assert performance.this.cost is not None
        assert performance.this.cost.half == Decimal("0.002")  # of 0.001, 0.002, 0.005; what failed is no answer
        assert performance.this.answers == 3

    def test_an_answer_in_one_piece_has_no_first_token(self, make_run: Any) -> None:
        make_run(first=4000, last=4000, tokens=9, streams=False)
        performance = found()
        assert performance.firsts is None
        assert performance.first_chart is None
        assert performance.this.answers == 1
        assert performance.this.cost is not None

    def test_absurd_counts_are_no_speeds(self, make_run: Any) -> None:
        make_run(first=100, last=1100, usage={"prompt_tokens": 1, "completion_tokens": 10**14})
        make_run(first=100, last=1100, usage={"prompt_tokens": "many", "completion_tokens": "12"})
        make_run(first=100, last=1100, usage={})
        make_run(first=100, last=1100, tokens=40)
        performance = found()
        assert performance.this.speed is not None
        assert (performance.this.speed.half, performance.this.speed.count) == (40, 1)
        assert performance.completion_tokens == 40
        assert performance.prompt_tokens == 101

    def test_other_models_stand_beside_it(self, make_run: Any) -> None:
        make_run(first=200, last=1200, tokens=50)
        for first in (100, 300):
            make_run(first=first, last=first + 1000, tokens=90, cost="0.004", model=FOUR[3])
        make_run(first=100, last=200, tokens=9, model=FOUR[2], upstream="rehearsal")
        this, other = found().models
        assert (this.name, this.is_this) == ("This one", True)
        assert (other.public_id, other.name, other.answers, other.is_this) == (FOUR[3], "Devstral 2 2512", 2, False)
        assert other.first is not None
        assert other.first.half == 200
        charts = found().comparing
        assert [len(chart.points) for chart in charts] == [2, 2]
        (other_mark,) = [point for point in charts[0].points if point.name == "Devstral 2 2512"]
        assert other_mark.figures == "$0.004, 0.2 s"
        assert other_mark.url == f"/models/{FOUR[3]}/#performance"

    def test_only_the_latest_are_read(self, make_run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "LATEST", 2)
        monkeypatch.setattr(reading, "LATEST_OF_ALL", 3)
        make_run(first=9000, last=9100, days_ago=3)
        make_run(first=9000, last=9100, model=FOUR[3], days_ago=4)
        make_run(first=100, last=200)
        make_run(first=300, last=400)
        performance = found()
        assert performance.firsts is not None
        assert performance.firsts.half == 200
        assert len(performance.models) == 1
        assert performance.month_runs == 3  # days are counted whole


class TestDays:
    def test_activity(self, make_run: Any) -> None:
        make_run(tokens=50, cost="0.002", days_ago=1)
        make_run(tokens=70, cost="0.0000005", days_ago=1)
        make_run(State.INCOMPLETE, cost=None)
        make_run(tokens=5, days_ago=30)  # 30 days with today: that one is the 31st
        performance = found()
        today, yesterday = performance.active_days
        assert (today.day, today.runs, today.completion_tokens, today.unknown) == (TODAY, 1, 0, 1)
        assert (yesterday.day, yesterday.runs, yesterday.prompt_tokens, yesterday.completion_tokens) == (
            TODAY - timedelta(days=1),
            2,
            200,
            120,
        )
        assert yesterday.cost == Decimal("0.0020005")
        assert performance.cost == Decimal("0.0020005")
        assert performance.unknown_costs == 1
        assert len(performance.month.days) == 30

    def test_uptime_counts_what_the_upstream_answers_for(self, make_run: Any) -> None:
        for state in (State.DONE, State.TRUNCATED, State.REFUSED):
            make_run(state)
        make_run(State.FAILED, error_status=429)
        make_run(State.FAILED, error_status=402)  # the account had no credit
        make_run(State.REFUSED, error_status=403)  # stopped by a filter before the model
        make_run(State.FAILED, error=endings.CRASHED)
        make_run(State.FAILED, error="An image of this prompt could not be found, so nothing was sent. Add it again.")
        make_run(State.FAILED, error=endings.SWITCHED_OFF, started_at=None)
        make_run(State.STOPPED)
        make_run(State.INTERRUPTED)
        make_run(State.INCOMPLETE, days_ago=2)
        make_run(State.FAILED, days_ago=2)
        performance = found()
        assert (performance.answered, performance.failed, performance.aside) == (3, 3, 7)
        assert performance.uptime == "50%"
        assert performance.kinds == [
            "1 time: broke off in mid-answer",
            "1 time: no connection, silence, or nothing readable",
            "1 time: too many requests (429)",
        ]
        assert [(day.answered, day.failed, share) for day, share in performance.judged_days] == [
            (3, 1, "75%"),
            (0, 2, "0%"),
        ]

    def test_runs_that_say_nothing_are_no_uptime(self, make_run: Any) -> None:
        make_run(State.STOPPED)
        assert found().uptime == ""


class TestRehearsals:
    def test_they_are_counted_and_left_out_beside_real_runs(self, make_run: Any) -> None:
        make_run(first=100, last=200, upstream="rehearsal")
        make_run(first=500, last=600)
        performance = found()
        assert (performance.real, performance.rehearsals, performance.is_rehearsal) == (1, 1, False)
        assert performance.firsts is not None
        assert performance.firsts.half == 500
        assert performance.month_runs == 1

    def test_alone_they_are_drawn_as_what_they_are(self, signed_in: Client, make_run: Any) -> None:
        make_run(first=100, last=1100, tokens=30, upstream="rehearsal")
        page = signed_in.get(PAGE).content.decode()
        assert page.count("Rehearsal: simulated, says nothing of the model.") == 3
        assert "This installation has only rehearsed with it, 1 run so far." in page
        assert "An answer would have cost, median" in page
        assert "What the runs of a day would have cost" in page
        assert "Cost of an answer, median" not in page

    def test_one_on_its_way_is_none(self, signed_in: Client, owner: Any) -> None:
        opened(owner, upstream="rehearsal")
        assert signed_in.get(PAGE).content.decode().count("so there is nothing to show") == 3


class TestPage:
    def test_without_runs_it_says_so(self, signed_in: Client) -> None:
        page = signed_in.get(PAGE).content.decode()
        assert page.count("This installation has not run this model yet, so there is nothing to show.") == 3
        assert "own-runs-title" not in page

    def test_what_a_person_reads(self, signed_in: Client, make_run: Any) -> None:
        make_run(first=200, last=1200, tokens=50, cost="0.002")
        make_run(State.FAILED, error_status=503, cost="0")
        make_run(upstream="rehearsal")
        page = signed_in.get(PAGE).content.decode()
        for words in (
            "200 ms",
            "50.0",
            "$0.002",
            "1 rehearsal run is left out: simulated answers say nothing of the model.",
            "1 time: overloaded (503)",
            "1 of 2 answered",
            "50%",
        ):
            assert words in page
        assert tables(page)["Activity by day"] == [[day(), "2", "100", "50", "$0.002"]]
        assert tables(page)["Answered by day"] == [[day(), "1", "1", "50%"]]
        assert tables(page)["Models compared by this installation’s runs"] == [
            ["Mistral Large 3 2512", "1", "200 ms", "50.0", "$0.002"]
        ]

    def test_no_style_no_script_and_each_id_once(self, signed_in: Client, owner: Any) -> None:
        history(owner, 50, upstream="openrouter", now=NOW)
        page = signed_in.get(PAGE).content.decode()
        assert " style=" not in page
        assert page.count("<svg") > 7
        ids = re.findall(r' id="([^"]+)"', page)
        assert sorted(set(ids)) == sorted(ids)

    def test_a_models_name_is_text(self, client: Client, make_run: Any) -> None:
        make_run(first=1, last=2, tokens=1)
        run = make_run(first=1, last=2, tokens=1, model=FOUR[3])
        Run.objects.filter(pk=run.pk).update(model_name="<img src=x>")
        page = client.get(PAGE).content.decode()
        assert "<img" not in page
        assert "&lt;img src=x&gt;" in page

    def test_nobodys_words_are_read_or_shown(self, client: Client, owner: Any) -> None:
        prompt = opened(owner, text="A private question", key="private")
        ended(prompt.runs.get(), text="A private answer", error="A private error", reasoning="A private thought")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(PAGE).content.decode()
        assert "private" not in page
        assert owner.username not in page
        asked = [query["sql"] for query in queries if "playground_run" in query["sql"]]
        assert len(asked) >= 5
        assert not any("playground_prompt" in _selected(each) or "auth_user" in each for each in asked)
        # Of prompts only whether their names are hidden.
        read = {name for each in asked for name in re.findall(r'"playground_prompt"|U0."(\w+)"', each) if name}
        assert read == {"id", "is_blind", "revealed_at"}
        for column in ("text", "reasoning", "request", "rest", "error", "prompt_id", "error_body", "tool_calls"):
            assert not any(f'"playground_run"."{column}"' in _selected(each) for each in asked)


def _selected(statement: str) -> str:
    """What a statement reads, without the sentences of our own that one column is compared with."""
    return re.sub(r'\("playground_run"\."state" IN .*?AS "is_ours"', "", statement.partition(" WHERE ")[0])


def tables(page: str) -> dict[str, list[list[str]]]:
    """The rows of each table by its caption, as a person reads them."""
    read = {}
    for caption, rest in re.findall(r"<caption[^>]*>([^<]*)</caption>(.*?)</table>", page, re.S):
        rows = re.findall(r"<tr>(.*?)</tr>", rest.partition("<tbody>")[2], re.S)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
        read[caption] = [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]
    return read


def day() -> str:
    return f"{TODAY:%b} {TODAY.day}, {TODAY.year}"


class TestQueries:
    def test_they_do_not_grow(self, owner: Any, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        with django_assert_num_queries(1):
            found()
        prompt = history(owner, 2, upstream="openrouter", now=NOW)[0]
        with django_assert_num_queries(4):
            found()
        multiplied(Prompt.objects.get(pk=prompt.pk), 100, days=29)  # 30 would begin before the month, early in a day
        with django_assert_num_queries(4):
            assert found().month_runs > 50

    def test_what_was_written_is_kept_until_a_run_changes(
        self, owner: Any, make_run: Any, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        model = LanguageModel.objects.get(slug="mistral-large-2512")
        make_run()
        first = model_panel(model)
        with django_assert_num_queries(2):
            assert model_panel(model) == first
        prompt = opened(owner, key="another")
        begun = mark()
        assert model_panel(model) == first  # it has begun, and says nothing yet
        ended(prompt.runs.get())
        assert mark() != begun
        assert model_panel(model) != first

    def test_a_cost_that_is_learnt_later_is_seen(self, make_run: Any) -> None:
        run = make_run(State.INCOMPLETE, cost=None, generation_id="gen-1")
        before = mark()
        Run.objects.filter(pk=run.pk).update(reconciliation="reconciled")
        assert mark() != before

    def test_only_so_many_models_are_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("playground.performance.kept.MOST_KEPT", 2)
        shelf, written = Kept(), []

        def write_for(name: str) -> Any:
            return lambda: written.append(name) or {}

        for name in ("a", "b", "c", "c", "b", "a"):
            shelf.get(name, 1, write_for(name))
        assert written == ["a", "b", "c", "a"]

    def test_nothing_is_kept_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shelf, written = Kept(), []
        for at in (0.0, 59.0, 61.0):
            monkeypatch.setattr(kept.time, "monotonic", lambda at=at: at)
            shelf.get("a", 1, lambda at=at: written.append(at) or {})
        assert written == [0.0, 61.0]


def test_a_history_of_fifty_rehearsals_fills_every_chart(signed_in: Client, owner: Any) -> None:
    history(owner, 50, now=NOW)
    assert Run.objects.over().count() == 50
    for model_id in FOUR:
        page = signed_in.get(f"/models/{model_id}/").content.decode()
        assert page.count('class="small-chart"') == 7
        assert page.count("Rehearsal: simulated") == 3


class TestBlind:
    def test_hidden_names_count_once_they_are_shown(
        self,
        client: Client,
        owner: Any,
        make_run: Any,
        monkeypatch: pytest.MonkeyPatch,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        monkeypatch.setattr("playground.performance.panel.kept", kept.kept)
        kept.kept.forget()
        run = make_run(first=200, last=1200, tokens=50)
        Prompt.objects.filter(pk=run.prompt_id).update(is_blind=True)
        assert (found().runs, found().latest, found().models) == (0, [], [])
        assert "has not run this model yet" in client.get(PAGE).content.decode()
        other = make_run(first=400, last=1400, tokens=70, model=FOUR[1])
        assert [each.public_id for each in performance_of(FOUR[1], "Other", TODAY).models] == [FOUR[1]]
        before = mark()
        with django_capture_on_commit_callbacks(execute=True):
            judging.reveal(Prompt.objects.get(pk=run.prompt_id))
        assert mark() == before  # no run changed, so what was kept has to be forgotten
        page = client.get(PAGE).content.decode()
        assert "has not run this model yet" not in page
        assert "200 ms" in page
        assert found().runs == 1
        assert {each.public_id for each in performance_of(FOUR[1], "Other", TODAY).models} == {FOUR[0], FOUR[1]}
        assert other.model_public_id == FOUR[1]

    def test_what_was_read_before_it_was_forgotten_is_not_kept(self) -> None:
        shelf, written = Kept(), []

        def write() -> Any:
            written.append("anew")
            if len(written) == 1:
                shelf.forget()  # as another thread may while this one reads
            return {}

        for _ in range(3):
            shelf.get("a", 1, write)
        assert written == ["anew", "anew"]


SENTENCE = "What this installation ran and paid is shown to those who sign in."


class TestStrangers:
    @pytest.fixture
    def _runs(self, make_run: Any) -> None:
        for _ in range(17):
            make_run(first=200, last=1200, tokens=50, cost="0.002")
        make_run(State.FAILED, error_status=503, cost="0")
        make_run(first=400, last=1400, tokens=70, cost="0.003", model=FOUR[1])
        make_run(upstream="rehearsal")

    @pytest.mark.usefixtures("_runs")
    def test_speeds_and_shares_and_no_count_or_cost(self, client: Client) -> None:
        sections = client.get(PAGE).content.decode().partition('<section id="performance"')[2]
        assert sections.count(SENTENCE) == 1
        for shown in ("200 ms", "50.0", "94%", "overloaded (503)"):  # 17 of 18
            assert shown in sections
        for hidden in (
            "0.002",
            "0.003",
            "of 18",
            ">17<",
            ">18<",
            "1 time",
            "rehearsal run",
            "1,700",
            "850",
            "own-cost",
            "USD",
        ):
            assert hidden not in sections
        read = tables(sections)
        assert read.keys() == {"Speeds of models in this installation’s runs", "Answered by day"}
        assert read["Answered by day"] == [[day(), "94%"]]
        assert read["Speeds of models in this installation’s runs"][0] == ["Mistral Large 3 2512", "200 ms", "50.0"]
        assert [row[1:] for row in read["Speeds of models in this installation’s runs"][1:]] == [["400 ms", "70.0"]]

    def test_rehearsals_are_not_counted_either(self, client: Client, make_run: Any) -> None:
        make_run(first=100, last=1100, tokens=30, upstream="rehearsal")
        page = client.get(PAGE).content.decode()
        assert "This installation has only rehearsed with it. Rehearsals are drawn here" in page
        assert "1 run so far" not in page
        assert "would have cost" not in page

    @pytest.mark.usefixtures("_runs")
    def test_the_two_pages_are_never_mixed(self, client: Client, owner: Any) -> None:
        for _ in range(2):  # first written, then kept
            client.logout()
            strangers = client.get(PAGE)
            assert SENTENCE in strangers.content.decode()
            assert "Cookie" in strangers["Vary"]
            assert not strangers.has_header("ETag")
            client.force_login(owner, backend=BACKEND)
            own = client.get(PAGE, headers={"if-none-match": "*"})
            assert own.status_code == 200
            assert SENTENCE not in own.content.decode()
            assert "Cost of an answer, median" in own.content.decode()
            assert own["Cache-Control"] == "private, no-store"
