"""Choosing a model for a job: what cannot do it is left out with a sentence, and every filter is in the address."""

import csv
import io
import json
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from catalog.models import LanguageModel, Listing, Modality
from tests.catalog.costs.reading import WORKLOAD, slugs_of, text_of, words_of
from tests.factories import make_listing, make_model, make_parameter, make_period, make_priced, make_vendor

pytestmark = pytest.mark.django_db
PROMPT_ONLY = {"prompt_tokens": 10_000, "completion_tokens": 0}


def writing(slug: str, kind: str, price: str = "0") -> LanguageModel:
    model = make_model(slug, context_length=8_192)
    model.output_modalities.add(Modality.objects.get_or_create(slug=kind, defaults={"name": kind.title()})[0])
    make_period(make_listing(model), price)
    return model


@pytest.fixture
def catalog() -> None:
    """Two chat models, one of them short and with tools; one that is sold no more; an embedding and a moderation model."""
    make_priced("chat", "1.00", "2.00")
    small = make_priced("small", "0.10", "0.20", context_length=4_096)
    make_parameter(small.main_listing(), "tools", "array")
    make_parameter(LanguageModel.objects.get(slug="chat").main_listing(), "tools", "array", is_unsupported=True)
    make_priced("gone", "0.50", "0.50").listings.update(delisted_on=date(2026, 1, 1))
    make_priced("other", "3.00", "3.00", vendor=make_vendor("acme", "Acme"))
    Listing.objects.filter(model__slug="other").update(upstream_id="acme/other")
    writing("embed", "embeddings", "0.10")
    writing("moderation", "scores")


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ({}, ["small", "chat", "other", "gone"]),
        ({"writes": "text"}, ["small", "chat", "other", "gone"]),
        ({"writes": "all"}, ["moderation", "embed", "small", "chat", "other", "gone"]),
        ({"writes": "embeddings"}, ["embed"]),
        ({"writes": "audio"}, []),
        ({"room": "on"}, ["chat", "other", "gone"]),
        ({"sold": "on"}, ["small", "chat", "other"]),
        ({"parameter": "tools"}, ["small"]),
        ({"vendor": "Acme"}, ["other"]),
        ({"room": "on", "sold": "on", "vendor": "mistralai"}, ["chat"]),
        ({"parameter": "tools", "room": "on"}, []),
        (PROMPT_ONLY, ["moderation", "embed", "small", "chat", "other", "gone"]),
        (PROMPT_ONLY | {"writes": "text", "sold": "on"}, ["small", "chat", "other"]),
        ({"model": ["mistralai/embed", "mistralai/chat"], "vendor": "acme"}, ["embed", "chat"]),
    ],
)
def test_which_models_are_ranked(client: Client, query: dict[str, Any], slugs: list[str]) -> None:
    assert slugs_of(client.get("/costs/", WORKLOAD | {"cached_tokens": 0} | query)) == slugs
    sheet = json.loads(text_of(client.get("/costs/", WORKLOAD | {"cached_tokens": 0, "format": "json"} | query)))
    assert [row["Id"].partition("/")[2] for row in sheet["rows"]] == slugs


@pytest.mark.usefixtures("catalog")
def test_what_is_left_out_is_said_with_a_way_to_see_it(client: Client) -> None:
    response = client.get("/costs/", WORKLOAD | {"sold": "on"})
    words = words_of(response)
    assert "This request has completion tokens, so 2 models that write no text are left out. Show them, too" in words
    assert "Models that write text, on sale on that day. 3 others are left out. Clear these filters" in words
    link = re.search(r'<a href="([^"]*)">Show them, too</a>', text_of(response))[1].replace("&amp;", "&")
    assert "sold=on" in link
    assert "moderation" in slugs_of(client.get(f"/costs/{link}"))
    assert "3 models, cheapest first" in words
    alone = words_of(client.get("/costs/", WORKLOAD | {"vendor": "nobody"}))
    assert "No model is left. None of the models of this day fits all of these filters." in alone
    assert "left out" not in words_of(client.get("/costs/", WORKLOAD | {"model": "mistralai/embed"}))


@pytest.mark.usefixtures("catalog")
def test_the_cheapest_is_one_that_can_do_the_job(client: Client) -> None:
    rows = list(client.get("/costs/", WORKLOAD).context["page"])
    # 10,000 prompt and 1,000 completion tokens do not fit into 4,096.
    assert [row.cost.priced.slug for row in rows if row.is_cheapest] == ["chat"]
    rows = list(client.get("/costs/", WORKLOAD | {"vendor": "acme"}).context["page"])
    assert not any(row.is_cheapest for row in rows)


@pytest.mark.usefixtures("catalog")
def test_the_filters_are_kept_by_the_forms_and_links_of_all_costs_pages(client: Client) -> None:
    query = WORKLOAD | {"sold": "on", "parameter": "tools", "writes": "text"}
    for room in ("/costs/", "/costs/map/", "/costs/over-time/", "/costs/break-even/", "/costs/text/"):
        page = text_of(client.get(room, query))
        rooms = re.findall(r'<a href="(/costs/[^"]*)"', page.partition('aria-label="Costs"')[2].partition("</nav>")[0])
        assert len(rooms) == 5
        assert all("sold=on" in each and "parameter=tools" in each and "writes=text" in each for each in rooms)
        assert '<input type="checkbox" name="sold" value="on" checked>' in page
        assert re.search(r'name="parameter" value="tools"', page)
        assert '<option value="text" selected>' in page
        chips = re.findall(r'<a class="chip" href="([^"]*)"', page)
        assert all("sold=on" in each for each in chips)
    assert [row.name for row in _map(client, query)] == ["small"]
    courses = client.get("/costs/over-time/", query).context["courses"]
    assert [course.priced.slug for course in courses] == ["small"]
    assert "moderation" not in [row.name for row in _map(client, WORKLOAD)]


def _map(client: Client, query: dict[str, Any]) -> list[Any]:
    return list(client.get("/costs/map/", query).context["page"])


@pytest.mark.usefixtures("catalog")
def test_a_break_even_is_between_models_that_can_do_the_job(client: Client) -> None:
    words = words_of(client.get("/costs/break-even/", WORKLOAD))
    assert "chat and other are the two cheapest on sale for this workload" in words
    words = words_of(client.get("/costs/break-even/", WORKLOAD | {"model": "mistralai/embed"}))
    assert "Beside embed stands chat" in words


@pytest.mark.usefixtures("catalog")
def test_a_file_says_what_it_is_narrowed_to(client: Client) -> None:
    answer = client.get("/costs/", WORKLOAD | {"format": "json", "parameter": "tools", "room": "on"})
    about = json.loads(text_of(answer))["about"]
    assert about.endswith("Models that write text, that take tools, with room for the request.")
    rows = list(csv.DictReader(io.StringIO(text_of(client.get("/costs/", WORKLOAD | {"format": "csv", "sold": "on"})))))
    assert [row["Id"] for row in rows] == ["mistralai/small", "mistralai/chat", "acme/other"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"writes": "poems"}, "Writes: A model writes text, image, audio, embeddings, scores, or all."),
        (
            {"parameter": "a b"},
            "Takes the parameter: Write one word, made of letters, digits and the signs . _ : and -.",
        ),
        ({"vendor": "\0"}, "Vendor: "),
    ],
)
def test_bad_input_is_refused_in_a_sentence(client: Client, query: dict[str, str], sentence: str) -> None:
    response = client.get("/costs/", WORKLOAD | query)
    assert response.status_code == 400
    assert sentence in words_of(response)


def test_the_number_of_queries_does_not_grow(client: Client, django_assert_max_num_queries: Any) -> None:
    counts = []
    for number in range(20):
        model = make_priced(f"m{number}")
        make_parameter(model.main_listing(), "tools", "array")
        if number in (9, 19):
            query = WORKLOAD | {
                "writes": "text",
                "parameter": "tools",
                "room": "on",
                "sold": "on",
                "vendor": "mistralai",
            }
            client.get("/costs/", query)
            with django_assert_max_num_queries(12) as queries:
                assert len(client.get("/costs/", query).context["page"].object_list) == number + 1
            counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.usefixtures("seeded")
def test_a_chat_job_on_the_seeds_is_ranked_among_models_that_chat(client: Client) -> None:
    rows = list(
        client.get("/costs/", {"prompt_tokens": 3_000, "completion_tokens": 400, "requests": 2_000_000}).context["page"]
    )
    assert rows[0].cost.priced.is_sold
    assert rows[0].is_cheapest
    assert rows[0].cost.priced.slug != "labs-leanstral-1-5"
    assert not {"mistral-moderation-2603", "mistral-embed-2312", "codestral-embed-2505"} & {
        row.cost.priced.slug for row in rows
    }
