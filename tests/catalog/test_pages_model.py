"""A model's page: its facts with their sources, prices, parameters and samples; and the names that lead to it."""

import ast
import json
import re
from datetime import date

import pytest

from catalog import panels, samples
from catalog.models import Observation
from tests.factories import (
    make_alias,
    make_listing,
    make_market,
    make_model,
    make_parameter,
    make_period,
    make_priced,
    make_rate,
    make_source,
)

pytestmark = pytest.mark.django_db
LARGE_3 = "/models/mistralai/mistral-large-2512/"
LARGE_2 = "/models/mistralai/mistral-large-2407/"


def text_of(response) -> str:
    return response.content.decode()


def words_of(response) -> str:
    """The page's text without its tags, blanks collapsed."""
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


@pytest.mark.parametrize(
    ("slug", "facts"),
    [
        (
            "mistral-large-2512",
            [
                "Mistral Large 3 2512",
                "0.50",
                "1.50",
                "262K",
                "262,144",
                "Dec 2, 2025",
                "675B",
                "41B",
                "Apache 2.0",
                "0.0645",
            ],
        ),
        (
            "mistral-large-2407",
            [
                "Mistral Large 2407",
                "2.00",
                "6.00",
                "131K",
                "131,072",
                "Jul 24, 2024",
                "Nov 19, 2024",
                "272M",
                "Retired",
            ],
        ),
        (
            "mistral-large-2411",
            ["Mistral Large 2411", "2.00", "6.00", "131K", "Delisted", "max_completion_tokens", "deprecated"],
        ),
        ("devstral-2512", ["Devstral 2 2512", "0.40", "2.00", "262K", "8.86B", "123B", "structured_outputs"]),
    ],
)
def test_the_seeds_facts_are_on_their_pages(client, seeded, slug, facts):
    words = words_of(client.get(f"/models/mistralai/{slug}/"))
    for fact in facts:
        assert fact in words, fact


def test_both_words_stay_where_sources_disagree(client, seeded):
    page = text_of(client.get(LARGE_2))
    assert "Sources differ" in page
    assert "Nov 19, 2024" in page
    assert "Jul 24, 2024" in page


def test_every_section_has_its_place_in_the_navigation(client, seeded):
    page = text_of(client.get(LARGE_3))
    for anchor in ("overview", "providers", "pricing", "parameters", "api"):
        assert f'href="#{anchor}"' in page
        assert f'<section id="{anchor}"' in page


def test_a_fact_carries_its_source_and_day(client):
    model = make_priced("sourced", licence="MRL")
    source = make_source("docs", "Vendor’s documentation")
    Observation.objects.create(model=model, field="licence", value="MRL", source=source, observed_on=date(2026, 8, 21))
    Observation.objects.create(
        model=model,
        field="licence",
        value="Apache",
        source=make_source(),
        observed_on=date(2026, 1, 1),
        differs=True,
        note="A slip.",
    )
    words = words_of(client.get(model.get_absolute_url()))
    assert "Vendor’s documentation, Aug 21, 2026" in words
    assert "“Apache” in The page, Jan 1, 2026. A slip." in words


def test_a_retired_model_says_so_and_leads_on(client):
    heir = make_model("heir", name="The Heir")
    model = make_priced(
        "old",
        released_on=date(2024, 1, 1),
        deprecated_on=date(2024, 11, 30),
        retires_on=date(2025, 3, 30),
        replacement=heir,
    )
    words = words_of(client.get(model.get_absolute_url()))
    assert "Retired by Mistral AI on Mar 30, 2025, deprecated since Nov 30, 2024" in words
    assert "The replacement is The Heir" in words


def test_a_price_to_come_holds_from_its_day_on(client):
    model = make_model("dearer")
    listing = make_listing(model)
    make_period(listing, "1.00", "2.00", ends_on=date(2099, 12, 1))
    make_period(listing, "3.00", "6.00", starts_on=date(2099, 12, 1))
    words = words_of(client.get(model.get_absolute_url()))
    assert "from Dec 1, 2099 to come 3.00" in words
    assert "Dec 1, 2099 today" not in words
    assert "| 2099-12-01 | to come |" in client.get(f"{model.get_absolute_url().rstrip('/')}.md").content.decode()


def test_a_delisted_model_shows_its_last_price(client):
    model = make_model("gone")
    listing = make_listing(model, listed_on=date(2025, 1, 1), delisted_on=date(2026, 5, 31))
    make_period(listing, "2.00", "6.00", starts_on=date(2025, 1, 1), ends_on=date(2026, 5, 31))
    words = words_of(client.get(model.get_absolute_url()))
    assert "Delisted. OpenRouter sold it until May 31, 2026" in words
    assert "2.00" in words
    assert "Last price, until May 31, 2026." in words


def test_a_bare_model_has_a_page_too(client):
    model = make_model("bare", released_on=None, context_length=None)
    words = words_of(client.get(model.get_absolute_url()))
    for sentence in (
        "No market sells it.",
        "No price is known.",
        "No parameters are on record.",
        "No source describes",
    ):
        assert sentence in words


def test_conditions_of_prices_are_in_words(client):
    listing = make_listing(make_model("tiered"))
    period = make_period(listing, "0.50", "1.50")
    make_rate(period, "input", "1.00", over_prompt_tokens=128_000)
    make_rate(period, "web_search", each="0.004")
    make_period(listing, "0.44", "1.30", currency="EUR")
    words = words_of(client.get("/models/mistralai/tiered/"))
    assert "above 128,000 prompt tokens" in words
    assert "0.004 USD each" in words
    assert "EUR per million tokens" in words
    assert "Price history at OpenRouter, EUR" in words


def test_sources_that_leave_a_parameter_out_are_named(client):
    listing = make_listing(make_model("two"))
    page, copy = make_source("page", "The market’s page", 30), make_source("copy", "A copy", 20)
    make_parameter(listing, "temperature", source=page, default="0.0645")
    make_parameter(listing, "temperature", source=copy)
    make_parameter(
        listing, "max_tokens", "integer", source=copy, is_deprecated=True, replaced_by="max_completion_tokens"
    )
    words = words_of(client.get("/models/mistralai/two/"))
    assert "As The market’s page has it 1 parameter, read Dec 1, 2025; leaves out max_tokens" in words
    assert "deprecated" in words
    assert "Use max_completion_tokens" in words


def test_descriptions_are_markdown_and_never_markup(client):
    make_model("risky", description="**Bold** <script>alert(1)</script> [2407](/mistralai/mistral-large-2407)")
    page = text_of(client.get("/models/mistralai/risky/"))
    assert "<strong>Bold</strong>" in page
    assert "<script>alert" not in page
    assert 'href="/models/mistralai/mistral-large-2407/"' in page


def test_panels_of_other_rooms_are_shown(client, monkeypatch, settings):
    monkeypatch.setattr(
        panels, "_registered", [lambda model: [panels.Panel("own", "Own runs", "catalog/_refusals.html", {})]]
    )
    make_model("with-panel")
    page = text_of(client.get("/models/mistralai/with-panel/"))
    assert '<a href="#own">Own runs</a>' in page
    assert '<section id="own"' in page


@pytest.mark.parametrize("upstream_id", ["mistralai/mistral-large-2512", 'odd"id', "it's"])
def test_samples_compile_and_parse(upstream_id):
    listing = make_listing(make_model(), upstream_id=upstream_id)
    found = samples.samples(listing)
    assert len(found) == 12
    for sample in found:
        if sample.language == "python":
            compile(sample.code, sample.anchor, "exec", ast.PyCF_ONLY_AST)
        if sample.language == "curl":
            body = json.loads(sample.code.split("-d '")[1].rstrip().removesuffix("'"))
            assert body["model"] == upstream_id
            assert body.get("stream", False) is sample.is_streamed
            assert '"Authorization: Bearer $OPENROUTER_API_KEY"' in sample.code


def test_a_market_without_an_address_has_no_samples():
    market = make_market("nowhere", "Nowhere", api_url="", key_variable="")
    assert samples.samples(make_listing(market=market)) == []


def test_an_alias_has_a_page_of_its_own(client, seeded):
    response = client.get("/models/mistralai/mistral-large/")
    assert response.status_code == 200
    words = words_of(response)
    assert "mistralai/mistral-large is another name of Mistral Large 2407" in words
    assert "OpenRouter sells it as mistralai/mistral-large" in words
    assert LARGE_2 in text_of(response)


def test_a_bare_name_leads_to_its_model(client):
    make_alias(make_model("one"), "one-latest")
    assert client.get("/models/one/").headers["Location"] == "/models/mistralai/one/"
    assert client.get("/models/one-latest/").headers["Location"] == "/models/mistralai/one/"


def test_a_name_of_two_models_lists_both(client):
    make_alias(make_model("a", name="Model A"), "either")
    make_alias(make_model("b", name="Model B"), "either")
    words = words_of(client.get("/models/either/"))
    assert "either is a name of 2 models. Choose the one you mean." in words
    assert "Model A" in words
    assert "Model B" in words


def test_a_name_that_moved_keeps_its_past(client):
    make_alias(make_model("old", name="Old"), "latest", to_day=date(2025, 12, 2))
    make_alias(make_model("new", name="New"), "latest", from_day=date(2025, 12, 2))
    assert client.get("/models/latest/").headers["Location"] == "/models/mistralai/new/"
    make_alias(make_model("gone", name="Gone"), "only-then", to_day=date(2025, 1, 1))
    assert "was another name of a model and no longer is" in words_of(client.get("/models/only-then/"))


def test_an_unknown_model_is_not_found_and_suggests(client):
    make_model("mistral-large-2407")
    response = client.get("/models/mistralai/mistral-large-9999/")
    assert response.status_code == 404
    assert "No model is called mistralai/mistral-large-9999." in words_of(response)
    assert "mistral-large-2407" in words_of(response)


@pytest.mark.parametrize("path", ["/models/%00/x/", "/models/mistralai/%00/", "/models/<b>/", "/nope/"])
def test_junk_paths_are_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_page_takes_the_same_queries_however_much_it_holds(client, django_assert_max_num_queries):
    model = make_priced("busy")
    counts = []
    for round_number in range(2):
        for number in range(5):
            listing = make_listing(model, upstream_id=f"id-{round_number}-{number}", is_main=False)
            make_period(listing, "1", "2")
            make_parameter(listing, f"parameter-{number}")
        with django_assert_max_num_queries(45) as queries:
            client.get(model.get_absolute_url())
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("fields", "is_offered"),
    [
        ({}, True),
        ({"has_chat_completions": False}, False),
        ({"delisted_on": date(2026, 1, 1)}, False),
        ({"market": ("mistral", "Mistral")}, False),
    ],
)
def test_the_playground_is_offered_where_a_prompt_can_be_sent(client, fields, is_offered):
    if "market" in fields:
        fields = {"market": make_market(*fields["market"])}
    model = make_model()
    make_listing(model, **fields)
    page = text_of(client.get(model.get_absolute_url()))
    assert (">Try in the playground<" in page) is is_offered
    assert "Add to compare" in page


def test_a_model_without_a_listing_cannot_be_tried(client):
    assert "Try in the playground" not in text_of(client.get(make_model().get_absolute_url()))
