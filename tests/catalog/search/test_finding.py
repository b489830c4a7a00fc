"""What a person finds, with slips, signs and all."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Span
from catalog.search import find, id_lists
from catalog.spans import ensure_fresh
from tests.factories import make_alias, make_listing, make_market, make_model, make_priced

pytestmark = pytest.mark.django_db
LATER = date(2026, 11, 21)


@pytest.fixture
def shelf() -> None:
    for slug, name, family, description in (
        ("mistral-large-2411", "Mistral Large 2 2411", "Large", "The flagship of its day."),
        ("mistral-large-2407", "Mistral Large 2 2407", "Large", "Before the one of 2411."),
        ("mistral-large-2512", "Mistral Large 3 2512", "Large", "A mixture of experts for résumés."),
        ("open-mixtral-8x22b", "Mixtral 8x22B", "Mixtral", "Eight experts of 22 billion each."),
        ("devstral-2512", "Devstral 2 2512", "Devstral", "Made for code; large repositories too."),
        ("codestral-2508", "Codestral 2508", "Codestral", "Fills in the middle."),
    ):
        make_priced(slug, name=name, family=family, description=description)
    ensure_fresh()


def names(query: str) -> list[str]:
    """The names found, as the table orders them."""
    found = find(query.split())
    spans = Span.objects.on(LATER).filter(found.condition()).order_by(found.order(), "name")
    return list(spans.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("mistral large 2411", ["Mistral Large 2 2411", "Mistral Large 2 2407"]),  # the second has 2411 in its prose
        ("MISTRAL-LARGE-2411", ["Mistral Large 2 2411", "Mistral Large 2 2407"]),
        ("mistralai/mistral-large-2411", ["Mistral Large 2 2411", "Mistral Large 2 2407"]),
        ("2411 large", ["Mistral Large 2 2411", "Mistral Large 2 2407"]),
        ("large 3", ["Mistral Large 3 2512"]),
        ("mixtral 8x22", ["Mixtral 8x22B"]),
        ("8X22B", ["Mixtral 8x22B"]),
        ("open mixtral", ["Mixtral 8x22B"]),
        ("devs", ["Devstral 2 2512"]),
        ("2512 stral", ["Devstral 2 2512", "Mistral Large 3 2512"]),
        ("resumes", ["Mistral Large 3 2512"]),
        ("Résumé", ["Mistral Large 3 2512"]),
        ("large code", ["Devstral 2 2512"]),
        ("  “mixtral”, %8x22b%;' ", ["Mixtral 8x22B"]),
        ("mixtral 🙂", ["Mixtral 8x22B"]),
        ("mixtral \0", ["Mixtral 8x22B"]),
        ("mixtral8x22b", ["Mixtral 8x22B"]),
        ("openmixtral8x22b", ["Mixtral 8x22B"]),
        ("codestral 2508", ["Codestral 2508"]),
        ("quantum", []),
        ("2413", []),
        ("%", []),
        ("_", []),
        ("🙂", []),
        ("\ud800", []),
        ("mistral 'or' 1=1 --", []),
        ("a b c d e f g h", []),
    ],
)
def test_what_is_found(shelf, query, expected):
    assert names(query) == expected
    assert find(query.split()).corrected == ""


@pytest.mark.parametrize(
    ("query", "first", "corrected"),
    [
        ("mistral lrage 2411", "Mistral Large 2 2411", "Showing results for “mistral large 2411”."),
        ("Devstrl", "Devstral 2 2512", "Showing results for “devstral”."),
        ("mixtrl 8x22", "Mixtral 8x22B", "Showing results for “mixtral 8x22”."),
        ("codestrla", "Codestral 2508", "Showing results for “codestral”."),
        ("mistarl lareg 2407", "Mistral Large 2 2407", "Showing results for “mistral large 2407”."),
    ],
)
def test_mistyped_words_are_put_right_and_said(shelf, query, first, corrected):
    assert names(query)[0] == first
    assert find(query.split()).corrected == corrected


def test_a_slip_that_is_part_of_a_description_is_put_right_where_nothing_has_all_words(shelf):
    make_model("other", description="A mistrel is no name here.")
    ensure_fresh()
    assert names("mistrel") == ["other"]
    assert names("mistrel 2407") == ["Mistral Large 2 2407"]
    assert find(["mistrel", "2407"]).corrected == "Showing results for “mistral 2407”."


def test_of_two_words_that_are_equally_near_the_more_frequent_is_meant(shelf):
    make_model("mistrax")
    ensure_fresh()
    assert find(["mistra1"]).corrected == "Showing results for “mistral”."
    assert find(["mistra1", "2508"]).corrected == "Showing results for “mistral 2508”."


def test_names_come_before_descriptions_and_whole_names_before_all(shelf):
    make_model("large", name="Large")
    make_model("extralarge", name="Extralarge")
    make_model("largest", name="Largest")
    ensure_fresh()
    assert names("large") == [
        "Large",
        "Mistral Large 2 2407",
        "Mistral Large 2 2411",
        "Mistral Large 3 2512",
        "Largest",
        "Extralarge",
        "Devstral 2 2512",
    ]


def test_aliases_and_ids_of_every_market_are_names():
    model = make_model("one", name="One")
    make_alias(model, "chat-latest")
    make_listing(model, market=make_market("other", "Other"), upstream_id="shop/premier-9", name="Premier")
    ensure_fresh()
    for query in ("chat-latest", "latest", "premier", "shop/premier-9", "mistral ai", "preimer"):
        assert names(query) == ["One"], query


def test_no_words_find_everything(shelf):
    found = find([])
    assert found.is_everything
    assert Span.objects.on(LATER).filter(found.condition()).count() == 6
    assert Span.objects.on(LATER).filter(found.condition()).order_by(found.order()).count() == 6
    assert not find(["%"]).is_everything


def test_what_was_found_before_a_change_is_not_told_after_it(shelf):
    assert names("devstral") == ["Devstral 2 2512"]
    make_model("devstral-3", name="Devstral 3")
    names("devstral")  # the words are still the old ones: this answer must not be kept
    ensure_fresh()
    assert names("devstral") == ["Devstral 2 2512", "Devstral 3"]


@pytest.mark.parametrize(("few", "many"), [(200, 5000), (1, 5000), (1, 1)])
def test_any_number_of_ids_narrows_and_orders_alike(shelf, monkeypatch, few, many):
    monkeypatch.setattr(id_lists, "FEW", few)
    monkeypatch.setattr(id_lists, "MANY", many)
    large = ["Mistral Large 2 2407", "Mistral Large 2 2411", "Mistral Large 3 2512"]
    assert names("mistral large") == [*large, "Devstral 2 2512"]  # the last is large in its description only
    assert names("2512 stral") == ["Devstral 2 2512", "Mistral Large 3 2512"]


def test_the_number_of_queries_does_not_grow(shelf):
    def queries(*words: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            find(list(words))
        return len(captured)

    before = [queries("large", "2411"), queries("large", "2411"), queries("lrage"), queries("zzzzz"), queries("%")]
    assert before == [3, 1, 2, 1, 0]  # the vocabulary is read once
    for number in range(20):
        make_model(f"large-{number}")
    ensure_fresh()
    assert [
        queries("large", "2411"),
        queries("large", "2411"),
        queries("lrage"),
        queries("zzzzz"),
        queries("%"),
    ] == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=20), max_size=8))
def test_no_query_fails(shelf, words):
    found = find(words)
    list(Span.objects.on(LATER).filter(found.condition()).order_by(found.order(), "name")[:5])
