"""The query of GET /api/v1/models: what each parameter finds, each order, and a sentence for what cannot be honoured."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.api import patterns
from catalog.api.filters import NOT_KEPT, ModelsQuery
from catalog.models import Endpoint, Modality
from catalog.models.lifecycle import Status
from tests.catalog.api.reading import error, ids
from tests.factories import make_listing, make_market, make_model, make_parameter, make_period, make_priced, make_vendor

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()


@pytest.fixture
def three(db: None) -> None:
    """cheap (128k, text), middle (unknown context, text and image), dear (1M, text), listed in this order, latest first."""
    for slug, price, context, reads, days in (
        ("cheap", "0.10", 128_000, "text", 1),
        ("middle", "1.00", None, "text,image", 10),
        ("dear", "5.00", 1_000_000, "text", 100),
    ):
        model = make_model(slug, context_length=context, reads=reads, family=f"Family {slug}")
        make_period(make_listing(model, listed_on=TODAY - timedelta(days=days)), price, price)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["cheap", "middle", "dear"]),
        ({"q": "CHEAP"}, ["cheap"]),
        ({"q": "mistralai/dear"}, ["dear"]),
        ({"q": "nothing of the kind"}, []),
        ({"input_modalities": "image"}, ["middle"]),
        ({"input_modalities": "image,text"}, ["middle"]),
        ({"input_modalities": "image, text"}, ["middle"]),
        ({"input_modalities": "image,audio"}, []),
        ({"context": 128_000}, ["cheap", "dear"]),
        ({"context": 128_001}, ["dear"]),
        ({"context": 0}, ["cheap", "dear"]),
        ({"min_price": "0.1", "max_price": "1"}, ["cheap", "middle"]),
        ({"min_price": "0.100001"}, ["middle", "dear"]),
        ({"max_output_price": "0.10"}, ["cheap"]),
        ({"min_output_price": "5"}, ["dear"]),
        ({"min_age_days": 10}, ["middle", "dear"]),
        ({"max_age_days": 10}, ["cheap", "middle"]),
        ({"min_age_days": 2, "max_age_days": 99}, ["middle"]),
        ({"arch": "family cheap"}, ["cheap"]),
        ({"arch": "family"}, ["cheap", "middle", "dear"]),
        ({"arch": "fam"}, []),
        ({"model_authors": "mistralai,nobody"}, ["cheap", "middle", "dear"]),
        ({"model_authors": "nobody"}, []),
        ({"providers": "openrouter"}, ["cheap", "middle", "dear"]),
        ({"providers": "Somebody Else"}, []),
        ({"sort": "newest"}, ["cheap", "middle", "dear"]),
        ({"sort": "pricing-low-to-high"}, ["cheap", "middle", "dear"]),
        ({"sort": "pricing-high-to-low"}, ["dear", "middle", "cheap"]),
        ({"sort": "context-high-to-low"}, ["dear", "cheap", "middle"]),
        ({"q": "", "sort": "", "status": "", "context": "", "max_price": ""}, ["cheap", "middle", "dear"]),
    ],
)
def test_what_a_query_finds(client, three, query, found):
    assert ids(client, **query) == found


def test_all_parameters_that_are_asked_for(client):
    for slug, names in (("a", ("tools", "seed")), ("b", ("tools",))):
        listing = make_listing(make_model(slug))
        for name in names:
            make_parameter(listing, name)
    assert ids(client, supported_parameters="tools") == ["a", "b"]
    assert ids(client, supported_parameters="tools,seed") == ["a"]


def test_models_that_write_text_unless_asked_otherwise(client):
    for slug, written in (("chat", ["text"]), ("embed", ["embeddings"]), ("both", ["text", "audio"]), ("unsaid", [])):
        model = make_priced(slug)
        for each in written:
            model.output_modalities.add(Modality.objects.get_or_create(slug=each, defaults={"name": each})[0])
    assert ids(client) == ids(client, output_modalities="text") == ["both", "chat", "unsaid"]
    assert ids(client, output_modalities="embeddings") == ["embed"]
    assert ids(client, output_modalities="embeddings,audio") == ["both", "embed"]
    assert ids(client, output_modalities="all") == ["both", "chat", "embed", "unsaid"]


def test_providers_are_those_that_the_endpoints_name(client):
    listing = make_priced("a").main_listing()
    make_listing(make_model("b"), market=make_market("mistral", "Mistral AI"))
    for tag, provider, gone_on in (("acme/eu", "Acme, Inc", None), ("old", "Old", date(2026, 1, 1))):
        Endpoint.objects.create(listing=listing, tag=tag, provider=provider, seen_on=TODAY, gone_on=gone_on)
    assert ids(client, providers="acme") == ["a"], "the routing name's first part"
    assert ids(client, providers="old") == ids(client, providers="openrouter") == []
    assert ids(client, providers="mistral ai") == ["b"]
    assert ids(client, providers="acme,mistral") == ["a", "b"]


def test_models_of_several_vendors(client):
    make_priced("a")
    make_priced("b", vendor=make_vendor("acme", "Acme"))
    assert ids(client, model_authors="acme") == ["b"]


def test_the_most_used_of_the_week_first(client):
    for slug, tokens in (("a", None), ("b", 5), ("c", 9)):
        make_listing(make_model(slug), weekly_tokens=tokens)
    assert ids(client, sort="top-weekly") == ["c", "b", "a"]


@pytest.mark.parametrize("sort", ["pricing-low-to-high", "pricing-high-to-low"])
def test_models_without_a_price_come_last_in_either_order(client, sort):
    make_listing(make_model("unknown"))
    make_priced("known", "1.00", "2.00")
    make_period(make_listing(make_model("half")), "0.01")
    assert ids(client, sort=sort)[0] == "known"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"colour": "red"}, "There is no parameter “colour”. There are q, supported_parameters,"),
        ({"sort": "throughput-high-to-low"}, "sort: input should be 'newest',"),
        ({"limit": 0}, "limit: input should be greater than or equal to 1."),
        ({"limit": 1001}, "limit: input should be less than or equal to 1000."),
        ({"offset": -1}, "offset: input should be greater than or equal to 0."),
        ({"offset": 10**30}, "offset: "),
        ({"context": "many"}, "context: input should be a valid integer"),
        ({"max_price": "cheap"}, "max_price: write US dollars per million tokens as a plain number"),
        ({"max_price": "1e999999"}, "max_price: write US dollars per million tokens as a plain number"),
        ({"min_age_days": 10**9}, "min_age_days: "),
        ({"status": "new"}, "status: write all, or some of announced, active,"),
        ({"q": "a\0b"}, "q: write words on one line."),
        ({"q": "x" * 101}, "q: string should have at most 100 characters."),
        ({"supported_parameters": "a b'"}, "supported_parameters: write a name, or up to 20 with commas"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(client, query, sentence):
    assert sentence in error(client, "/api/v1/models", 400, **query)["message"]


@pytest.mark.parametrize("name", sorted(NOT_KEPT))
def test_filters_on_facts_that_nobody_keeps_are_refused_and_not_passed_over(client, name):
    for address in ("/api/v1/models", "/api/v1/models/count"):
        said = error(client, address, 400, **{name: "1"})["message"]
        assert said == f"{name}: this catalog keeps no such fact of its models and cannot choose by it."


def test_every_pattern_has_words_and_every_status_is_in_its_pattern():
    used = {
        constraint.pattern
        for field in ModelsQuery.model_fields.values()
        for constraint in field.metadata
        if getattr(constraint, "pattern", None)
    }
    assert used <= set(patterns.WORDS)
    assert set(patterns.STATUSES) == set(Status.values)


NASTY = [
    *("'", '"; drop table', "%", "_", "\\", "١٢", "\u202e", "\ud83d", "1e9", "-0", "nan", "null", "[]", "{}"),
    *("9" * 40, ",", ",,"),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from([*ModelsQuery.model_fields, "page", "q[]", "sort__gt"]),
        st.one_of(st.sampled_from(NASTY), st.text(max_size=20), st.integers().map(str)),
        max_size=4,
    )
)
def test_no_query_breaks_it(client, three, query):
    for address in ("/api/v1/models", "/api/v1/models/count"):
        response = client.get(address, {name: value.encode("utf-8", "replace") for name, value in query.items()})
        assert response.status_code in (200, 400), (query, response.content)
