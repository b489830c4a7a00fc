"""The history's pages through the client: what a person reads, whole pages, parts and files."""

import csv
import io
import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playground import keeping, opening, retention
from playground.models import House, Prompt, Run, State
from tests.conftest import BACKEND
from tests.playground.builders import FOUR, asked, budget
from tests.playground.looking_back import answered, make_four

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _models(db: None) -> None:
    make_four()


def words(response: Any) -> str:
    """What a person reads: without tags, with single spaces."""
    text = re.sub(r"<(script|style|title)\b.*?</\1>", " ", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("&amp;", "&").split())


class TestList:
    def test_a_line_tells_of_a_prompt(self, signed_in: Client, owner: Any) -> None:
        budget(owner, "5")
        prompt = answered(
            owner, *FOUR[:2], key="key", text="Which wind?", upstream="openrouter",
            states=[State.DONE, State.FAILED], costs=["0.0123", None],
        )  # fmt: skip
        keeping.add_label(prompt, "Sailing")
        keeping.write_note(prompt, "The first one is right.")
        page = words(signed_in.get("/history/"))
        names = [run.model_name for run in prompt.runs.all()]
        assert "1 prompt, 2 runs, $0.0123 known, 1 unknown" in page
        assert f"Which wind? Label Sailing Note: The first one is right. {names[0]} Done {names[1]} Failed" in page
        assert "at least $0.0123 1 unknown" in page
        assert "Run again Edit" in page

    def test_a_rehearsal_says_what_it_would_have_cost(self, signed_in: Client, owner: Any) -> None:
        answered(owner, key="key", costs=["0.02"])
        page = words(signed_in.get("/history/"))
        assert "1 prompt, 1 run, $0.02 that rehearsals would have cost" in page
        assert "Would have cost per day" in page
        assert "These are rehearsals: the costs are what the answers would have cost; nothing of it was spent." in page
        assert "$0.02 known" not in page

    def test_texts_that_are_gone_are_said_to_be(self, signed_in: Client, owner: Any) -> None:
        answered(owner, key="never", text="Never kept", is_stored=False)
        removed = answered(owner, key="removed", text="Removed later")
        retention.purge([removed.pk])
        page = words(signed_in.get("/history/"))
        assert "Texts not stored" in page
        assert "Texts removed" in page
        assert "Never kept" not in page
        assert "Removed later" not in page
        assert "Run again" not in page

    def test_what_a_person_wrote_is_text(self, signed_in: Client, owner: Any) -> None:
        prompt = answered(owner, key="key", text="<script>alert(1)</script>{{ 7|add:7 }}")
        keeping.write_note(prompt, "<img src=x>")
        page = signed_in.get("/history/", {"q": '"><script>'}).content.decode()
        assert "<script>alert" not in page
        page = signed_in.get("/history/").content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7|add:7 }}" in page
        assert "<img src=x>" not in page

    def test_the_bars_lead_to_their_day_and_the_models_to_theirs(self, signed_in: Client, owner: Any) -> None:
        answered(owner, key="key")
        page = signed_in.get("/history/", {"q": "wind"}).content.decode()
        day = Prompt.objects.get().created_at.date()
        assert f'href="?q=wind&amp;since={day}&amp;until={day}"' in page
        assert f"model={FOUR[0].replace('/', '%2F')}" in page
        assert "1 prompt" in words(signed_in.get("/history/", {"since": str(day), "until": str(day), "model": FOUR[0]}))

    def test_another_persons_prompts_are_not_there(self, client: Client, owner: Any, stranger: Any) -> None:
        answered(owner, key="key", text="A secret")
        keeping.add_label(Prompt.objects.get(), "Hidden label")
        client.force_login(stranger, backend=BACKEND)
        for query in ({}, {"q": "secret"}, {"model": FOUR[0]}, {"label": "Hidden label"}):
            page = client.get("/history/", query).content.decode()
            assert "A secret" not in page
            assert f'<option value="{FOUR[0]}">' not in page
        assert "Hidden label" not in client.get("/history/").content.decode()

    def test_a_blind_prompt_keeps_its_secret(self, signed_in: Client, owner: Any) -> None:
        answered(owner, *FOUR[:2], key="key", states=[State.FAILED, State.DONE], is_blind=True)
        page = words(signed_in.get("/history/"))
        names = ", ".join(sorted(run.model_name for run in Run.objects.all()))
        assert f"{names} 1 Done 1 Failed" in page
        assert "2 runs of blind prompts are left out here until their names are shown." in page

    def test_a_count_of_several_models_says_each(self, signed_in: Client, owner: Any) -> None:
        answered(owner, *FOUR[:2], key="key", repeats=4)
        answered(owner, *FOUR[:2], key="blind", is_blind=True)
        page = words(signed_in.get("/history/"))
        names = [run.model_name for run in Prompt.objects.get(key="blind").runs.all()]
        assert f"{', '.join(names)} each 4 Done" in page
        assert f"{', '.join(sorted(names))} Done" in page

    def test_the_retention_is_told(self, signed_in: Client) -> None:
        assert "removed after" not in words(signed_in.get("/history/"))
        House.objects.create(retention_days=30)
        assert "Texts are removed after 30 days, except those of favourites" in words(signed_in.get("/history/"))

    def test_queries_do_not_grow(self, signed_in: Client, owner: Any) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert signed_in.get("/history/").status_code == 200
            return len(captured)

        keeping.add_label(answered(owner, key="first"), "one")
        before = queries()
        for number in range(4):
            keeping.add_label(answered(owner, *FOUR, key=str(number), repeats=2), f"label {number}")
        assert queries() == before

    def test_thirty_on_a_page(self, signed_in: Client, owner: Any) -> None:
        first = answered(owner, key="first", text="The very first", days_ago=3)
        Prompt.objects.bulk_create(Prompt(user=owner, key=str(number), text="x", messages=[1]) for number in range(30))
        page = signed_in.get("/history/").content.decode()
        assert "Rows 1 to 30 of 31" in page
        assert "The very first" not in page
        second = signed_in.get("/history/", {"page": 2}).content.decode()
        assert first.get_absolute_url() in second
        assert "There is no page 9: this is the last one, page 2." in words(signed_in.get("/history/", {"page": 9}))
        assert len(list(csv.reader(io.StringIO(signed_in.get("/history/?format=csv").content.decode())))) == 31
        assert len(list(csv.reader(io.StringIO(signed_in.get("/history/?format=csv&rows=all").content.decode())))) == 32


class TestFilters:
    def test_a_part_for_htmx_with_its_address(self, signed_in: Client, owner: Any) -> None:
        answered(owner, key="one", text="Which wind?")
        answered(owner, key="two", text="Which sea?")
        response = signed_in.get("/history/", {"q": "sea", "state": ""}, **HTMX)
        page = response.content.decode()
        assert page.lstrip().startswith('<div id="history">')
        assert "Which sea?" in page
        assert "Which wind?" not in page
        assert response["HX-Push-Url"] == "/history/?q=sea"
        assert "HX-Request" in response["Vary"]

    def test_the_form_keeps_what_was_asked(self, signed_in: Client, owner: Any) -> None:
        answered(owner, key="one")
        query = {
            "q": "from",
            "model": FOUR[0],
            "state": "done",
            "least": "0.0005",
            "since": "2020-01-01",
            "sort": "-cost",
        }
        page = signed_in.get("/history/", query | {"matrix": "on"}).content.decode()
        assert 'value="from"' in page
        assert f'<option value="{FOUR[0]}" selected>' in page
        assert '<option value="done" selected>' in page
        assert 'value="0.0005"' in page
        assert 'name="matrix" value="on" checked' in page
        assert 'name="sort" value="-cost"' in page
        assert "<details open>" in page

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ({"state": "nope"}, "State: A state is one of live, done, truncated, refused,"),
            ({"least": "x"}, "Cost from: Cost from is an amount of dollars, such as 0.05."),
            ({"least": "NaN"}, "Cost from: Cost from is an amount of dollars, such as 0.05."),
            ({"least": "-1"}, "Cost from: Cost from cannot be negative."),
            ({"most": "0.0000000000001"}, "Cost to: Cost to has up to 12 decimals."),
            ({"least": "2", "most": "1"}, "Cost to: The least cost is above the most."),
            ({"since": "yesterday"}, "From: Write the day as year-month-day, such as 2026-03-01."),
            ({"since": "2026-03-02", "until": "2026-03-01"}, "To: The first day is after the last one."),
            ({"sort": "password"}, "Order: The orders are -date, date, -cost, cost."),
            ({"q": "a b c d e f g h i"}, "Search: Search for at most 8 words; these are 9."),
            ({"q": "x" * 201}, "at most 200 characters"),
            ({"q": "a\0b"}, "Null characters are not allowed."),
            ({"api": "telnet"}, "API: An API is chat or responses."),
        ],
    )
    def test_a_bad_filter_is_refused_in_words(
        self, signed_in: Client, owner: Any, query: dict[str, str], sentence: str
    ) -> None:
        answered(owner, key="one", text="Which wind?")
        page = signed_in.get("/history/", query)
        assert page.status_code == 400
        assert sentence in words(page)
        assert "Which wind?" in words(page)
        assert signed_in.get("/history/", query, **HTMX).status_code == 422
        refused = signed_in.get("/history/", query | {"format": "csv"})
        assert (refused.status_code, refused["Content-Type"]) == (400, "text/plain; charset=utf-8")

    @pytest.mark.parametrize("query", [{"until": "9999-12-31"}, {"since": "0001-01-01"}, {"page": "x"}, {"user": "1"}])
    def test_odd_addresses_are_answered(self, signed_in: Client, owner: Any, query: dict[str, str]) -> None:
        answered(owner, key="one")
        assert signed_in.get("/history/", query).status_code in {200, 400}

    def test_unknown_costs_stay_apart_from_bounds(self, signed_in: Client, owner: Any) -> None:
        answered(owner, key="one", text="Known")
        answered(owner, key="two", text="Not known", costs=[None])
        page = signed_in.get("/history/", {"least": "0"})
        assert "1 more prompt has a cost that is not known, so that these bounds say nothing of it. Show it" in words(
            page
        )
        assert 'href="?cost=unknown"' in page.content.decode()
        only = words(signed_in.get("/history/", {"most": "0"}))
        assert "No prompt of yours fits all of these filters." in only
        assert "1 prompt has a cost that is not known" in only

    def test_empty_states_have_a_first_step(self, signed_in: Client, owner: Any) -> None:
        page = signed_in.get("/history/").content.decode()
        assert "Your prompts will stand here, each with its answers and what they cost." in page
        assert 'id="filters"' not in page
        assert 'href="/playground/">Send the first one' in page
        answered(owner, key="one")
        page = signed_in.get("/history/", {"q": "nowhere"}).content.decode()
        assert "No prompt of yours fits all of these filters." in page
        assert 'href="/history/">clear all filters' in page


class TestFiles:
    @pytest.fixture(autouse=True)
    def _prompts(self, owner: Any) -> None:
        prompt = answered(owner, *FOUR[:2], key="one", text="=1+1", costs=["0.0000000012", None])
        keeping.write_note(prompt, "@SUM(A1)")
        keeping.add_label(prompt, "+x")

    def test_csv_with_no_formula(self, signed_in: Client) -> None:
        response = signed_in.get("/history/", {"format": "csv"})
        assert response["Content-Type"] == "text/csv; charset=utf-8"
        (line,) = csv.DictReader(io.StringIO(response.content.decode()))
        assert (line["Prompt"], line["Note"], line["Labels"]) == ("'=1+1", "'@SUM(A1)", "'+x")
        assert (line["Known cost (USD)"], line["Unknown costs"], line["Runs"]) == ("0.0000000012", "1", "2")
        assert line["Simulated"] == "yes"

    def test_json_with_exact_amounts(self, signed_in: Client) -> None:
        data = json.loads(signed_in.get("/history/", {"format": "json", "q": "-nowhere"}).content)
        (line,) = data["rows"]
        assert line["Known cost (USD)"] == "0.0000000012"
        assert line["Unknown costs"] == 1
        assert data["about"].endswith("narrowed by q=-nowhere.")

    def test_markdown(self, signed_in: Client) -> None:
        text = signed_in.get("/history/", {"format": "md"}).content.decode()
        assert "| =1+1 |" in text

    def test_an_unknown_format_is_refused(self, signed_in: Client) -> None:
        assert signed_in.get("/history/", {"format": "xlsx"}).status_code == 400


class TestAgain:
    def test_sends_the_same_once(self, signed_in: Client, owner: Any) -> None:
        prompt = answered(owner, *FOUR[:2], key="one", text="Which wind?")
        for _ in range(2):
            response = signed_in.post(f"/playground/{prompt.pk}/again", {"key": "a form"})
        new = Prompt.objects.exclude(pk=prompt.pk).get()
        assert response["Location"] == new.get_absolute_url()
        assert (new.text, new.runs.count()) == ("Which wind?", 2)
        signed_in.post(f"/playground/{prompt.pk}/again", {"key": "another form"})
        assert Prompt.objects.count() == 3

    def test_names_what_is_gone(self, signed_in: Client, owner: Any) -> None:
        prompt = answered(owner, *FOUR[:2], key="one")
        Run.objects.filter(prompt=prompt, position=1).update(offer="gone/model", model_name="Gone 1")
        page = signed_in.post(f"/playground/{prompt.pk}/again", {"key": "k"}, follow=True).content.decode()
        assert "Not offered here any more, and so not asked: Gone 1." in page
        Run.objects.filter(prompt=prompt).update(offer="gone/model")
        page = signed_in.post(f"/playground/{prompt.pk}/again", {"key": "k2"}, follow=True).content.decode()
        assert "None of the models that this prompt was sent to is offered here any more." in page
        assert Prompt.objects.count() == 2

    def test_a_budget_refuses_and_leads_back_to_the_list(self, signed_in: Client, owner: Any, settings: Any) -> None:
        settings.OPENROUTER_API_KEY = "set"
        prompt = answered(owner, key="one")
        data = {"key": "k", "next": "/history/?q=wind"}
        response = signed_in.post(f"/playground/{prompt.pk}/again", data, follow=True)
        assert response.redirect_chain == [("/history/?q=wind", 302)]
        assert "You have no budget yet." in response.content.decode()
        assert Prompt.objects.count() == 1

    @pytest.mark.parametrize(
        "address",
        ["https://example.com/history/", "//example.com/history/", "/admin/", "/history/../admin/", "x", "\\\\x"],
    )
    def test_leads_nowhere_else(self, signed_in: Client, owner: Any, address: str) -> None:
        prompt = answered(owner, key="one", is_stored=False)
        response = signed_in.post(f"/playground/{prompt.pk}/again", {"key": "k", "next": address})
        assert response["Location"] == prompt.get_absolute_url()

    def test_a_get_sends_nothing(self, signed_in: Client, owner: Any) -> None:
        prompt, _ = opening.open_prompt(owner, asked(FOUR[0]))
        assert signed_in.get(f"/playground/{prompt.pk}/again").status_code == 405
        assert Prompt.objects.count() == 1
