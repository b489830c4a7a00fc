"""The comparison: the same figures as the worked checks, differences marked, and what every page shares."""

import csv
import io
import json
import re
from datetime import date

import pytest

from catalog import exports, views
from catalog.models import Listing
from tests.factories import make_model, make_parameter, make_priced

pytestmark = pytest.mark.django_db
SEEDS = [
    f"mistralai/{slug}" for slug in ("mistral-large-2512", "mistral-large-2407", "mistral-large-2411", "devstral-2512")
]
WORKLOAD = {"prompt_tokens": 10_000, "cached_tokens": 4_000, "completion_tokens": 1_000}
HTMX = {"HX-Request": "true"}


def text_of(response) -> str:
    return response.content.decode()


def words_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


def lines_of(response) -> dict[str, list[str]]:
    return {
        line.label: [cell.text for cell in line.cells] for group in response.context["groups"] for line in group.lines
    }


def test_the_four_seeds_side_by_side(client, seeded):
    response = client.get("/compare/", {"model": SEEDS})
    lines = lines_of(response)
    assert lines["Input"] == ["0.50", "2.00", "2.00", "0.40"]
    assert lines["Output"] == ["1.50", "6.00", "6.00", "2.00"]
    assert lines["One request"] == ["$0.0047", "$0.0188", "$0.0188", "$0.00456"]
    assert lines["Context"] == ["262,144", "131,072", "131,072", "262,144"]
    words = words_of(response)
    assert "default 0.0645" in words
    assert "$0.00456 cheapest" in words
    assert "not listed" in words


def test_facts_are_those_of_the_models_own_pages(client, seeded):
    lines = lines_of(client.get("/compare/", {"model": SEEDS}))
    assert lines["Knowledge until"] == ["2024-11", "Mar 31, 2024", "Jul 31, 2024", "2025-12"]
    for slug, text in zip(SEEDS, lines["Knowledge until"], strict=True):
        page = words_of(client.get(f"/models/{slug}/"))
        assert f"Knowledge until {text} " in page


def test_the_models_own_default_stands_beside_the_usual_one(client, seeded):
    response = client.get("/compare/", {"model": SEEDS})
    line = next(line for group in response.context["groups"] for line in group.lines if line.label == "temperature")
    assert [cell.note for cell in line.cells] == [
        "model default 0.0645, 0 to 2",
        "model default 0.3 (OpenRouter's model list of August 22, 2026), "
        "usual default 1 (OpenRouter's page of Mistral Large 2407), 0 to 2",
        "model default 0.3, 0 to 2",
        "model default 0.3 (OpenRouter's model list of July 31, 2026), "
        "usual default 1 (OpenRouter's page of Devstral 2 2512), 0 to 2",
    ]
    assert "model default 0.3" in text_of(client.get("/compare/", {"model": SEEDS, "format": "md"}))


@pytest.mark.parametrize("slug", ["a", "b"])
def test_what_is_sold_no_more_is_not_the_cheapest(client, slug):
    for name, price in (("a", "0.10"), ("b", "0.50")):
        make_priced(name, price)
    make_priced("c", "2.00")
    Listing.objects.filter(model__slug=slug).update(delisted_on=date(2026, 1, 1))
    words = words_of(client.get("/compare/", {"model": ["mistralai/a", "mistralai/b", "mistralai/c"]}))
    shown = {"a": "0.10 last price 0.50 cheapest 2.00", "b": "0.10 cheapest 0.50 last price 2.00"}
    assert shown[slug] in words


def test_differences_are_marked_and_can_stand_alone(client):
    make_priced("a", licence="MRL")
    make_priced("b", licence="MRL", input="0.40")
    query = {"model": ["mistralai/a", "mistralai/b"]}
    everything = lines_of(client.get("/compare/", query))
    only = lines_of(client.get("/compare/", query | {"differences": 1}))
    assert "Licence" in everything
    assert "Licence" not in only
    assert only["Input"] == ["0.50", "0.40"]
    assert "Differs:" in text_of(client.get("/compare/", query))


@pytest.mark.parametrize(
    ("ids", "status", "sentence"),
    [
        ([], 200, "Choose two models to begin"),
        (["mistralai/a"], 200, "a is alone here. Add at least one more model."),
        (["mistralai/a", "mistralai/a"], 200, "a is alone here"),
        (["mistralai/a", "x/y"], 200, "No model is called x/y."),
        ([f"mistralai/{number}" for number in range(61)], 400, "These are 61 models; 6 fit side by side, and no more"),
        (["a\0b"], 400, "A model’s id is its vendor and name"),
    ],
)
def test_what_cannot_be_compared_is_said(client, ids, status, sentence):
    make_model("a")
    response = client.get("/compare/", {"model": ids})
    assert response.status_code == status
    assert sentence in words_of(response)


def test_a_model_can_be_taken_away_and_added(client):
    for slug in "abcd":
        make_priced(slug)
    page = text_of(client.get("/compare/", {"model": [f"mistralai/{slug}" for slug in "abc"]}))
    assert 'href="?model=mistralai%2Fa&amp;model=mistralai%2Fc"' in page
    assert '<option value="mistralai/d">' in page
    assert "/playground/?model=mistralai/a&amp;model=mistralai/b&amp;model=mistralai/c" in page


def test_where_a_list_would_be_too_long_an_id_is_typed(client, monkeypatch):
    for slug in ("one", "two", "three", "four"):
        make_model(slug)
    page = client.get("/compare/?model=mistralai/one").content.decode()
    assert page.count("<option") == 4
    monkeypatch.setattr(views, "MOST_LISTED", 2)
    page = client.get("/compare/?model=mistralai/one").content.decode()
    assert "<option" not in page
    assert 'id="pick-2" name="model"' in page
    assert "2 models. Rows" in client.get("/compare/?model=mistralai/one&model=mistralai/four").content.decode()


def test_of_more_than_six_the_first_are_compared_and_the_others_kept(client):
    for slug in "abcdefgh":
        make_priced(slug)
    query = {"model": [f"mistralai/{slug}" for slug in "abcdefgh"]}
    response = client.get("/compare/", query)
    assert response.status_code == 200
    assert [side.model.slug for side in response.context["sides"]] == list("abcdef")
    assert "These are 8 models; 6 fit side by side. Left out for now: g , h ." in words_of(response)
    page = text_of(response)
    without_a = "".join(f"&amp;model=mistralai%2F{slug}" for slug in "bcdefgh").removeprefix("&amp;")
    assert f'href="?{without_a}"' in page
    for slug in "abcdefgh":
        assert f'<input type="hidden" name="model" value="mistralai/{slug}">' in page
    sheet = json.loads(text_of(client.get("/compare/", query | {"format": "json"})))
    assert sheet["about"].endswith("The first 6 of 8 models.")
    assert "Left out" not in words_of(client.get("/compare/", {"model": query["model"][:6]}))


def test_parameters_are_compared_with_their_defaults(client):
    a, b = make_priced("a"), make_priced("b")
    make_parameter(a.main_listing(), "temperature", default="0.0645", minimum="0", maximum="2")
    make_parameter(a.main_listing(), "seed", "integer")
    make_parameter(b.main_listing(), "temperature", default="1", is_unsupported=False)
    words = words_of(client.get("/compare/", {"model": ["mistralai/a", "mistralai/b"]}))
    assert "temperature float default 0.0645, 0 to 2 float default 1" in words
    assert "seed integer not listed" in words


@pytest.mark.parametrize("path", ["/costs/", "/compare/"])
def test_fragments(client, path):
    for slug in "ab":
        make_priced(slug)
    part = text_of(client.get(path, {"model": ["mistralai/a", "mistralai/b"]}, headers=HTMX))
    assert "<title>" not in part
    assert re.match(r'\s*<div id="(part|comparison)">', part)


@pytest.mark.parametrize("path", ["/costs/", "/compare/"])
def test_the_number_of_queries_does_not_grow(client, django_assert_max_num_queries, path):
    for number in range(10):
        model = make_priced(f"m{number}")
        make_parameter(model.main_listing())
    counts = []
    for shown in (2, 5):
        query = {"model": [f"mistralai/m{number}" for number in range(shown)]}
        with django_assert_max_num_queries(18) as queries:
            client.get(path, query)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_exports_hold_the_rows_shown(client, seeded):
    sheet = csv.DictReader(
        io.StringIO(text_of(client.get("/", {"format": "csv", "name": '"mistralai/devstral-2512"'})))
    )
    rows = {row["Id"]: row for row in sheet}
    assert "mistralai/mistral-large-2512" not in rows
    row = rows["mistralai/devstral-2512"]
    assert (row["Context"], row["Input $/M"], row["Listed"]) == ("262144", "0.4", "2025-12-09")
    costs = json.loads(text_of(client.get("/costs/", WORKLOAD | {"format": "json", "model": SEEDS[0]})))
    assert costs["rows"][0]["One request"] == "0.0047"
    table = text_of(client.get("/compare/", {"model": SEEDS[:2], "format": "md", "differences": 1}))
    assert "| Prices | Input | $ per million tokens | 0.50 | 2.00 | yes |" in table
    assert "Vendor |" not in table


def test_spreadsheets_run_nothing(client):
    make_model("bad", name='=HYPERLINK("https://evil.example")')
    assert "'=HYPERLINK" in text_of(client.get("/?format=csv"))
    assert [exports.guarded(value) for value in ("+1", "-1", "@x", "\tx", "ok", -1)] == [
        "'+1",
        "'-1",
        "'@x",
        "'\tx",
        "ok",
        "-1",
    ]


def test_the_process_and_the_database_answer(client):
    for path in ("/healthz", "/readyz"):
        response = client.get(path)
        assert (response.status_code, text_of(response)) == (200, "ok\n")
        assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("path", ["/", "/compare/", "/costs/", "/healthz"])
def test_pages_only_answer_get(client, path):
    assert client.post(path).status_code == 405


def test_a_model_that_came_later_was_not_active_before(client):
    make_priced("a", released_on=date(2025, 12, 9))
    make_priced("b", released_on=date(2024, 1, 1))
    lines = lines_of(client.get("/compare/", {"model": ["mistralai/a", "mistralai/b"], "as_of": "2025-06-01"}))
    assert lines["Status"] == ["Not released yet", "Active"]


def test_the_price_of_what_is_delisted_is_called_a_last_one(client, seeded):
    response = client.get("/compare/", {"model": SEEDS})
    notes = {
        line.label: [cell.note for cell in line.cells] for group in response.context["groups"] for line in group.lines
    }
    assert notes["Input"] == ["", "", "last price", ""]
    assert notes["One request"] == ["$4.70 per 1,000", "", "last price", "$4.56 per 1,000"]


def test_what_is_not_known_of_one_is_no_difference(client):
    make_priced("a", licence="MRL", retires_on=date(2150, 1, 1))
    make_parameter(make_priced("b", context_length=None).main_listing(), "seed")
    query = {"model": ["mistralai/a", "mistralai/b"]}
    response = client.get("/compare/", query)
    differing = {line.label for group in response.context["groups"] for line in group.lines if line.differs}
    assert differing == set()
    assert lines_of(response)["Licence"] == ["MRL", "—"]
    make_parameter(make_priced("c", licence="MIT").main_listing(), "top_k")
    only = lines_of(client.get("/compare/", {"model": [*query["model"], "mistralai/c"], "differences": 1}))
    assert only == {
        "Licence": ["MRL", "—", "MIT"],
        "seed": ["not listed", "float", "not listed"],
        "top_k": ["not listed", "not listed", "float"],
    }


def test_a_retirement_is_told_as_of_the_day(client):
    make_priced("a", retires_on=date(2026, 3, 1))
    make_priced("b")
    query = {"model": ["mistralai/a", "mistralai/b"]}
    for day, told in (("2026-02-28", "Retires Mar 1, 2026"), ("2026-03-01", "Retired Mar 1, 2026")):
        assert lines_of(client.get("/compare/", query | {"as_of": day}))["Retirement"] == [told, "—"]
