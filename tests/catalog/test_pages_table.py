"""The table: what a person finds on it, filters, sorts and counts, with htmx and without."""

import json
import re
from datetime import date

import pytest

from tests.factories import DAY, make_alias, make_listing, make_model, make_parameter, make_period, make_priced

pytestmark = pytest.mark.django_db


def text_of(response) -> str:
    return response.content.decode()


def names(response) -> list[str]:
    return [row.name for row in response.context["rows"]]


@pytest.fixture
def three():
    """Three models: cheap, dear and free."""
    cheap = make_priced("cheap", "0.50", "1.50", "0.05", released_on=date(2025, 12, 2))
    dear = make_priced("dear", "2.00", "6.00", released_on=date(2024, 7, 24), context_length=131_072, family="Large")
    free = make_priced("free", "0", "0", released_on=None, reads="text,image")
    make_parameter(dear.main_listing(), "seed", "integer")
    return cheap, dear, free


def test_the_seeds_are_on_the_table(client, seeded):
    page = text_of(client.get("/"))
    for fact in ("Mistral Large 3 2512", "Devstral 2 2512", "262K", "131K", "0.50", "1.50", "0.05", "Dec 2, 2025"):
        assert fact in page
    for fact in ("Retired", "Delisted", "Nov 19, 2024", "Jul 24, 2024"):
        assert fact in page


def test_the_page_is_whole_and_the_fragment_is_its_part(client, three):
    page, part = text_of(client.get("/")), text_of(client.get("/", headers={"HX-Request": "true"}))
    assert "<title>" in page
    assert part.lstrip().startswith('<div id="models">')
    assert "<title>" not in part
    assert "3 models" in page
    assert "3 models" in part


def test_a_restored_page_of_the_history_is_whole(client, three):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<title>" in text_of(client.get("/", headers=headers))


def test_the_address_of_a_fragment_has_no_empty_fields(client, three):
    response = client.get("/?q=&family=&sort=-input", headers={"HX-Request": "true"})
    assert response["HX-Push-Url"] == "/?sort=-input"
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["cheap", "free", "dear"]),  # newest first; free, of which no release is known, by its listing
        ("released", ["dear", "free", "cheap"]),
        ("name", ["cheap", "dear", "free"]),
        ("-name", ["free", "dear", "cheap"]),
        ("input", ["free", "cheap", "dear"]),
        ("-output", ["dear", "cheap", "free"]),
        ("-cached", ["cheap", "dear", "free"]),
        ("context", ["dear", "cheap", "free"]),
    ],
)
def test_sorting(client, three, sort, order):
    assert names(client.get("/", {"sort": sort})) == order


def test_the_sorted_column_says_so(client, three):
    page = text_of(client.get("/?sort=-input"))
    assert page.count("aria-sort=") == 1
    assert 'aria-sort="descending"><a href="?sort=input"' in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "DEAR"}, ["dear"]),
        ({"q": "mistral cheap"}, ["cheap"]),
        ({"modality": "image"}, ["free"]),
        ({"family": "Large"}, ["dear"]),
        ({"parameter": "seed"}, ["dear"]),
        ({"context": "128k"}, ["cheap", "free", "dear"]),
        ({"context": "131072"}, ["cheap", "free", "dear"]),
        ({"context": "200K"}, ["cheap", "free"]),
        ({"price": "0.50"}, ["cheap", "free"]),
        ({"price": "0"}, ["free"]),
        ({"status": "active"}, ["cheap", "free", "dear"]),
        ({"status": "retired"}, []),
        ({"q": "%"}, []),
    ],
)
def test_filters(client, three, query, found):
    assert names(client.get("/", query)) == found


def test_search_finds_aliases(client, three):
    make_alias(three[0], "pixie-latest")
    assert names(client.get("/?q=pixie")) == ["cheap"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"context": "lots"}, "Write a number of tokens"),
        ({"q": "a b c d e f g h i"}, "at most 8 words"),
        ({"q": "x" * 101}, "at most 100 characters"),
        ({"sort": "secret"}, "The table sorts by"),
        ({"status": "alive"}, "A status is"),
        ({"as_of": "yesterday"}, "year-month-day"),
        ({"page": "-1"}, "Page"),
        ({"price": "NaN"}, "Input up to"),
        ({"q": "a\0b"}, "Null characters"),
        ({"format": "exe"}, "The formats are"),
    ],
)
def test_junk_is_answered_in_a_sentence(client, three, query, sentence):
    response = client.get("/", query)
    assert response.status_code == 400
    assert sentence in text_of(response)
    fragment = client.get("/", query, headers={"HX-Request": "true"})
    assert fragment.status_code in (400, 422)


def test_unknown_parameters_are_ignored(client, three):
    page = client.get("/?utm_source=x&secret=y")
    assert page.status_code == 200
    assert 'href="?sort=input"' in text_of(page)


def test_bars_and_multipliers(client, three):
    rows = {row.name: row for row in client.get("/").context["rows"]}
    dear, cheap, free = (rows[name].prices["input"] for name in ("dear", "cheap", "free"))
    assert (dear.times, dear.share) == ("4×", 100)
    assert (cheap.times, cheap.share) == ("1×", 25)
    assert (free.text, free.times) == ("0.00", "free")
    assert "cheapest" in free.css


def test_what_cannot_be_bought_is_never_the_cheapest(client, three):
    make_listing(gone := make_model("gone"), delisted_on=date(2026, 1, 1))
    make_period(gone.main_listing(), "0.25", "0.25")
    make_listing(coming := make_model("coming", released_on=None), listed_on=date(2028, 1, 1))
    make_period(coming.main_listing(), "0.10", "0.10")
    rows = {row.name: row.prices["input"] for row in client.get("/?input=!free").context["rows"]}
    assert (rows["cheap"].times, rows["dear"].times) == ("1×", "4×")
    assert [name for name, price in rows.items() if "cheapest" in price.css] == ["cheap"]
    assert (rows["gone"].text, rows["gone"].times) == ("0.25", "")
    assert (rows["coming"].text, rows["coming"].times) == ("0.10", "")


def test_a_day_in_the_past(client):
    model = make_model("old", released_on=date(2025, 1, 1))
    listing = make_listing(model)
    make_period(listing, "1.00", "2.00", starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 1))
    make_period(listing, "0.30", "0.90", starts_on=date(2025, 6, 1))
    make_model("later", released_on=date(2025, 12, 1))
    response = client.get("/?as_of=2025-03-01")
    assert names(response) == ["old"]
    assert response.context["rows"][0].prices["input"].text == "1.00"
    assert "Mar 1, 2025" in text_of(response)
    assert "Back to today" in text_of(response)
    assert client.get("/").context["rows"][1].prices["input"].text == "0.30"


def test_nothing_found_says_what_to_do(client, three):
    page = text_of(client.get("/?q=nothing"))
    assert "No model fits all of these filters." in page
    assert "clear all filters" in page


def test_an_empty_catalog_says_how_to_fill_it(client):
    assert "manage.py seed" in text_of(client.get("/"))


def test_pages_of_fifty_rows(client):
    for number in range(51):
        make_model(f"model-{number:02}")
    first, second = client.get("/?sort=name"), client.get("/?sort=name&page=2")
    assert len(first.context["rows"]) == 50
    assert names(second) == ["model-50"]
    assert "Rows 1 to 50 of 51" in text_of(first)
    assert "There is no page" not in text_of(second)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (51, "There is no page 99: this is the last one, page 2."),
        (3, "There is no page 99: all rows are on this one."),
    ],
)
def test_a_page_past_the_last_one_says_so(client, rows, sentence):
    for number in range(rows):
        make_model(f"model-{number:02}")
    response = client.get("/?sort=name&page=99")
    assert names(response)[-1] == f"model-{rows - 1:02}"
    assert sentence in text_of(response)


def test_a_release_that_nobody_tells_is_ordered_by_the_listing_then_the_announcement(client):
    make_priced("released", released_on=date(2026, 3, 1))
    make_listing(make_model("listed", released_on=None, announced_on=date(2024, 1, 1)), listed_on=date(2026, 10, 1))
    make_model("announced", released_on=None, announced_on=date(2026, 5, 1))
    make_model("silent", released_on=None)
    response = client.get("/")
    assert names(response) == ["listed", "announced", "released", "silent"]
    assert names(client.get("/?sort=released")) == ["released", "announced", "listed", "silent"]
    assert names(client.get("/?columns=released")) == names(response)
    rows = {row.name: str(row.html) for row in client.get("/?columns=released").context["rows"]}
    assert "<td>—</td>" in rows["listed"]


def test_ticked_rows_go_to_compare_without_javascript(client, three):
    page = text_of(client.get("/"))
    assert '<form action="/compare/"' in page
    assert 'name="model" value="mistralai/cheap"' in page


def test_text_is_escaped(client):
    make_model("evil", name="<script>alert(1)</script>", released_on=DAY)
    page = text_of(client.get("/?q=%3Cscript%3E"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_number_of_queries_does_not_grow(client, django_assert_max_num_queries):
    def add(count: int, start: int) -> None:
        for number in range(start, start + count):
            make_priced(f"model-{number}", reads="text,image")

    add(10, 0)
    client.get("/")  # the first reader after a change writes the rows of the table anew
    with django_assert_max_num_queries(7) as ten:
        client.get("/")
    add(20, 10)
    client.get("/")
    with django_assert_max_num_queries(7) as thirty:
        client.get("/")
    assert len(ten) == len(thirty)


def test_strangers_get_no_cookie(client, three):
    response = client.get("/")
    assert not response.cookies
    assert "hx-headers" not in text_of(response)


def test_who_is_signed_in_finds_the_way_out(signed_in, three):
    response = signed_in.get("/")
    page = text_of(response)
    for part in ("Sign out", "owner", "/history/", "/admin/", "hx-headers", 'action="/accounts/logout/"'):
        assert part in page
    assert "no-store" in response["Cache-Control"]


def test_the_htmx_settings_are_valid_json(client):
    page = text_of(client.get("/"))
    settings = json.loads(re.search(r"name=\"htmx-config\" content='([^']+)'", page)[1])
    assert settings["allowEval"] is False
    assert "style=" not in page
    assert "<script>" not in page
