"""The page of changes as a person reads it: days, filters, what is to come, pages, files; and its fixed cost."""

import csv
import io
import json
import re
import time
from datetime import date, timedelta

import pytest
from django.utils import timezone

from catalog import freshness
from catalog.changes.page import MOST_COMING, PAGE_EVENTS
from catalog.facts import day_text
from catalog.models import Absence, LanguageModel, Listing, PricePeriod, Rate
from tests.catalog.changes.reading import make_change, make_revision, step
from tests.factories import (
    make_alias,
    make_listing,
    make_market,
    make_model,
    make_period,
    make_priced,
    make_source,
    make_vendor,
)

pytestmark = pytest.mark.django_db
PATH = "/changes/"


def words_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def ago(days: int) -> date:
    return timezone.now().date() - timedelta(days=days)


def make_course() -> LanguageModel:
    model = make_model("a", name="Alpha", family="First", released_on=ago(300))
    listing = make_listing(model, listed_on=ago(300))
    make_period(listing, "0.4", "2", starts_on=ago(300), ends_on=ago(100))
    make_period(listing, "0.3", "1.5", starts_on=ago(100))
    return model


def test_days_events_sources_and_since_when(client):
    make_course()
    words = words_of(client.get(PATH))
    assert f"Listings and prices are on record since {day_text(ago(300))}." in words
    assert "Imports and edits are from the first one on; there has been none yet." in words
    assert (
        f"{day_text(ago(100))} Price Alpha mistralai/a At OpenRouter: input −25% ($0.40 to $0.30), "
        f"output −25% ($2.00 to $1.50). The page, Dec 1, 2025"
    ) in words.replace(" ,", ",")
    assert "2 changes" in words
    assert words.index(day_text(ago(100))) < words.index(f"{day_text(ago(300))} New")


def test_each_event_links_to_its_model_and_its_source(client):
    source = make_source("list", "The list")
    source.url = "https://example.com/list"
    source.save()
    listing = make_listing(make_model("a", released_on=None), listed_on=None)
    for start, amount in ((ago(9), "1"), (ago(5), "2")):
        period = make_period(listing, amount, "1", starts_on=start, ends_on=ago(5) if amount == "1" else None)
        period.source = source
        period.save()
    page = client.get(PATH).content.decode()
    assert '<a href="/models/mistralai/a/">a</a>' in page
    assert '<a href="https://example.com/list" rel="nofollow noopener">The list</a>' in page


def test_what_is_to_come_stands_on_top_with_the_days_left(client):
    make_model("a", name="Alpha", released_on=ago(9), retires_on=ago(-12))
    words = words_of(client.get(PATH))
    told = f"Coming up {day_text(ago(-12))} in 12 days Retirement Alpha mistralai/a Mistral AI retires it."
    assert told in words
    assert words.index("Coming up") < words.index("Released by Mistral AI.")
    assert words.count("Mistral AI retires it") == 1


def test_many_that_are_to_come_are_counted_and_can_all_be_seen(client):
    for number in range(MOST_COMING + 2):
        make_model(f"model-{number}", released_on=None, retires_on=ago(-10 - number))
    words = words_of(client.get(PATH))
    assert "2 more that are to come" in words
    assert f"model-{MOST_COMING}" not in words
    assert f"mistralai/model-{MOST_COMING + 1}" in words_of(client.get(PATH, {"coming": "1"}))


def test_filters_narrow_and_can_be_cleared(client):
    make_course()
    make_model("b", name="Beta", vendor=make_vendor("acme", "Acme"), released_on=ago(5))
    assert "3 changes" in words_of(client.get(PATH))
    for query, count, there, gone in (
        ({"vendor": "acme"}, 1, "acme/b", "mistralai/a"),
        ({"kind": "price"}, 1, "−25%", "acme/b"),
        ({"family": "First"}, 2, "mistralai/a", "acme/b"),
        ({"q": "beta"}, 1, "acme/b", "mistralai/a"),
        ({"model": "mistralai/a"}, 2, "Only changes of Alpha", "acme/b"),
    ):
        words = words_of(client.get(PATH, query))
        assert f"{count} change{'s' if count > 1 else ''} · Clear all filters" in words, query
        assert there in words
        assert gone not in words
    assert "Nothing has changed that fits all of these filters." in words_of(client.get(PATH, {"q": "nothing-such"}))
    assert "No model is called mistralai/none." in words_of(client.get(PATH, {"model": "mistralai/none"}))


def test_an_empty_catalog_says_what_will_be_here(client):
    words = words_of(client.get(PATH))
    assert "Nothing is on record yet." in words
    assert "No change is on record. Changes appear here with the first models, prices and imports." in words


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("kind=nonsense", "Kind: A change is one of new, back, price,"),
        ("page=x", "Page: Enter a whole number."),
        ("q=" + "+".join("abcdefghi"), "Search: Search for at most 8 words; these are 9."),
        ("model=alone", "Model: A model’s id is its vendor and name"),
        ("vendor=%00", "Vendor: Null characters are not allowed."),
        ("family=" + "x" * 61, "Family: Ensure this value has at most 60 characters"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(client, query, sentence):
    response = client.get(f"{PATH}?{query}")
    assert response.status_code == 400
    assert sentence in words_of(response)
    as_file = client.get(f"{PATH}?{query}&format=csv")
    assert (as_file.status_code, as_file["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert sentence in as_file.content.decode()
    assert client.get(f"{PATH}?{query}", HTTP_HX_REQUEST="true").status_code == 422


def test_htmx_gets_the_part_and_an_address_without_empty_fields(client):
    make_course()
    response = client.get(PATH, {"kind": "price", "vendor": ""}, HTTP_HX_REQUEST="true")
    page = response.content.decode()
    assert page.lstrip().startswith('<div id="changes">')
    assert "<html" not in page
    assert response["HX-Push-Url"] == "/changes/?kind=price"


def test_a_hundred_events_to_a_page_and_filters_kept_between_pages(client):
    for number in range(PAGE_EVENTS + 1):
        make_model(f"model-{number:03}", released_on=ago(number))
    make_model("leaving", released_on=None, retires_on=ago(-3))
    first = client.get(PATH, {"vendor": "mistralai"})
    assert "Rows 1 to 100 of 101" in words_of(first)
    assert "Coming up" in words_of(first)
    assert "?vendor=mistralai&amp;page=2" in first.content.decode()
    second = words_of(client.get(PATH, {"vendor": "mistralai", "page": 2}))
    assert "model-100" in second
    assert "model-099" not in second
    assert "Coming up" not in second
    assert "model-100" in words_of(client.get(PATH, {"page": 99}))


def test_files_hold_the_events_shown(client):
    model = make_course()
    model.retires_on = ago(-2)
    model.save()
    text = client.get(PATH, {"format": "csv"}).content.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Day"], row["Kind"], row["Id"], row["To come"]) for row in rows] == [
        (str(ago(-2)), "Retirement", "mistralai/a", "in 2 days"),
        (str(ago(100)), "Price", "mistralai/a", ""),
        (str(ago(300)), "New", "mistralai/a", ""),
    ]
    assert rows[1]["What"] == "At OpenRouter: input −25% ($0.40 to $0.30), output −25% ($2.00 to $1.50)."
    assert (rows[1]["Source"], rows[1]["Read on"]) == ("The page", "2025-12-01")
    found = json.loads(client.get(PATH, {"format": "json", "kind": "price"}).content)
    assert [row["What"] for row in found["rows"]] == [rows[1]["What"]]
    assert client.get(PATH, {"format": "md"}).content.decode().count("\n| ") == 5


def test_text_of_others_is_text(client):
    make_model(
        "a", name="<img src=x onerror=alert(1)>", released_on=ago(3), retires_on=ago(1), replacement_name="<b>x</b>"
    )
    make_alias(make_model("b", released_on=None), "<script>", from_day=ago(2))
    page = client.get(PATH).content.decode()
    for markup in ("<img", "<b>x", "<script>”"):
        assert markup not in page
    assert "&lt;img src=x" in page


def test_the_page_names_its_feed_with_the_same_filters(client):
    make_course()
    page = client.get(PATH, {"vendor": "mistralai", "page": "1"}).content.decode()
    assert 'rel="alternate" type="application/atom+xml"' in page
    assert page.count('href="/changes.atom?vendor=mistralai"') == 2


def test_it_is_found_from_every_page(client):
    assert '<a href="/changes/">Changes</a>' in client.get("/compare/").content.decode()
    assert '<a href="/changes/" aria-current="page">Changes</a>' in client.get(PATH).content.decode()


def fill(start: int, count: int) -> None:
    """Models with everything that the record is computed from."""
    for number in range(start, start + count):
        model = make_priced(f"model-{number}", released_on=ago(400), retires_on=ago(-20), announced_on=ago(500))
        listing = model.listings.get()
        Absence.objects.create(listing=listing, from_day=ago(90), to_day=ago(80))
        make_period(make_listing(model, upstream_id=f"{model.slug}:free", is_main=False), "0", "0")
        make_alias(model, "latest", from_day=ago(60 - number), to_day=ago(59 - number))
        revision = make_revision(ago(3))
        make_change(revision, model, step("parameter", None, {"name": "seed"}), field="parameters")


@pytest.mark.parametrize("query", [{}, {"vendor": "mistralai"}, {"model": "mistralai/model-0"}, {"format": "csv"}])
def test_it_takes_the_same_queries_however_much_there_is(client, query, django_assert_max_num_queries):
    counts = []
    for start in (0, 8):
        fill(start, 8)
        with django_assert_max_num_queries(20) as queries:
            assert client.get(PATH, query).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_five_hundred_models_are_read_in_little_time(client):
    """A generous bound of processor time: reading everything anew takes about a tenth of a second."""
    make_many(500)
    client.get("/compare/")  # templates and addresses are read once
    started = time.process_time()
    assert "Rows 1 to 100 of 1500" in words_of(client.get(PATH))
    assert time.process_time() - started < 1
    started = time.process_time()
    assert "Rows 101 to 200 of 1500" in words_of(client.get(PATH, {"page": 2}))
    assert time.process_time() - started < 0.3


def make_many(count: int) -> None:
    """Models of three price periods each, written at once: a release with its listing, and two changes of price."""
    vendor, market, source = make_vendor(), make_market(), make_source()
    models = LanguageModel.objects.bulk_create(
        LanguageModel(vendor=vendor, slug=f"m-{number}", name=f"M {number}", released_on=ago(400))
        for number in range(count)
    )
    listings = Listing.objects.bulk_create(
        Listing(model=model, market=market, upstream_id=model.public_id, listed_on=ago(400)) for model in models
    )
    days = [ago(400), ago(100), ago(10)]
    periods = PricePeriod.objects.bulk_create(
        PricePeriod(listing=listing, model_id=listing.model_id, source=source, starts_on=start, ends_on=end)
        for listing in listings
        for start, end in zip(days, [*days[1:], None], strict=True)
    )
    Rate.objects.bulk_create(
        Rate(period=period, position=place, component=component, amount=f"0.00000{place + 1}{number % 3}")
        for number, period in enumerate(periods)
        for place, component in enumerate(("input", "output", "cache_read"))
    )
    freshness.touched(model.pk for model in models)


def test_a_vendor_without_a_model_is_no_choice(client):
    make_model("a")
    make_vendor("acme", "Acme")
    page = client.get(PATH).content.decode()
    assert '<option value="mistralai"' in page
    assert '<option value="acme"' not in page
