"""One entry of GET /api/v1/models: in full, what it says where nothing is known, and whose word it repeats."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.api.shapes import Models
from catalog.models import LanguageModel, Listing, Modality
from tests.catalog.api.reading import data, ids
from tests.factories import (
    make_listing,
    make_market,
    make_model,
    make_parameter,
    make_period,
    make_priced,
    make_rate,
    make_source,
    make_vendor,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def writes(model: LanguageModel, *slugs: str) -> None:
    for slug in slugs:
        model.output_modalities.add(Modality.objects.get_or_create(slug=slug, defaults={"name": slug})[0])


def test_one_entry_in_full(client):
    model = make_model(
        "large-2512",
        "Large 3",
        reads="text,image",
        summary="A sentence.",
        description="Two | words.",
        licence="Apache 2.0",
        weights_url="https://huggingface.co/mistralai/Large-3",
        tokenizer="tekken",
        knowledge_cutoff=date(2025, 6, 1),
        deprecated_on=date(2026, 1, 5),
        retires_on=date(2150, 1, 1),
        replacement=make_model("next"),
    )
    writes(model, "text")
    listing = make_listing(model, context_length=131_072, max_completion_tokens=8_192, last_seen_on=date(2026, 1, 4))
    make_period(listing, "0.50", "1.50", "0.05")
    make_parameter(listing, "temperature", default="0.3")
    make_parameter(listing, "top_k", kind="integer", default="40")
    make_parameter(listing, "stop", kind="array", default="null")
    make_parameter(listing, "logit_bias", is_unsupported=True)
    assert data(client) == [
        {
            "id": "mistralai/large-2512",
            "canonical_slug": "mistralai/large-2512",
            "hugging_face_id": "mistralai/Large-3",
            "name": "Large 3",
            "created": 1_764_547_200,  # 2025-12-01, 20,423 days of 86,400 seconds
            "description": "Two | words.",
            "context_length": 131_072,
            "architecture": {
                "modality": "text+image->text",
                "input_modalities": ["text", "image"],
                "output_modalities": ["text"],
                "tokenizer": "Mistral",
                "instruct_type": None,
            },
            "pricing": {"prompt": "0.0000005", "completion": "0.0000015", "input_cache_read": "0.00000005"},
            "top_provider": {"context_length": 131_072, "max_completion_tokens": 8_192, "is_moderated": False},
            "per_request_limits": None,
            "supported_parameters": ["stop", "temperature", "top_k"],
            "default_parameters": {"temperature": 0.3, "top_k": 40},
            "supported_voices": None,
            "knowledge_cutoff": "2025-06-01",
            "expiration_date": "2150-01-01",
            "links": {"details": "/api/v1/models/mistralai/large-2512/endpoints"},
            "windrose": {
                "id": "mistralai/large-2512",
                "status": "deprecated",
                "market": "openrouter",
                "upstream_id": "mistralai/large-2512",
                "announced_on": None,
                "released_on": "2025-12-01",
                "listed_on": "2025-12-01",
                "last_seen_on": "2026-01-04",
                "delisted_on": None,
                "deprecated_on": "2026-01-05",
                "retires_on": "2150-01-01",
                "replacement": "mistralai/next",
                "licence": "Apache 2.0",
                "price": {
                    "since": "2025-12-01",
                    "until": None,
                    "is_last": False,
                    "discount": "0",
                    "source": "The page",
                    "source_url": None,
                    "read_on": "2025-12-01",
                    "conditional": [],
                    "by_unit": [],
                },
                "page": "/models/mistralai/large-2512/",
                "markdown": "/models/mistralai/large-2512.md",
                "unknown": [],
            },
        }
    ]


def test_what_is_not_known_is_null_or_named(client):
    make_listing(make_model("bare", reads="", released_on=None, context_length=None), listed_on=None)
    [entry] = data(client)
    assert entry["pricing"] == {"prompt": "-1", "completion": "-1"}
    assert entry["created"] == 0
    assert entry["windrose"]["unknown"] == ["pricing.prompt", "pricing.completion", "created"]
    assert entry["windrose"]["price"] is None
    assert entry["architecture"]["modality"] is None
    for name in ("context_length", "default_parameters", "knowledge_cutoff", "expiration_date", "hugging_face_id"):
        assert entry[name] is None


def test_a_free_model_is_zero_and_not_unknown(client):
    make_priced("free", "0", "0")
    [entry] = data(client)
    assert entry["pricing"] == {"prompt": "0", "completion": "0"}
    assert entry["windrose"]["unknown"] == []


def test_tiers_hours_batches_and_a_discount(client):
    period = make_priced("a", "2.00", "6.00").main_listing().periods.get()
    period.discount = "0.25"
    period.save()
    make_rate(period, "input", "4.00", over_prompt_tokens=128_000)
    make_rate(period, "input", "1.00", utc_start=time(16, 30), utc_end=time(0, 30))
    make_rate(period, "input", "1.00", is_batch=True)
    [entry] = data(client)
    assert entry["pricing"] == {
        "prompt": "0.0000015",  # 2.00 x 0.75 per million
        "completion": "0.0000045",
        "overrides": [
            {"min_prompt_tokens": 128_000, "prompt": "0.000003"},
            {"utc_start": 1630, "utc_end": 30, "prompt": "0.00000075"},
        ],
    }
    assert entry["windrose"]["price"]["discount"] == "0.25"
    assert entry["windrose"]["price"]["conditional"] == [
        {"component": "input", "amount_usd": "0.00000075", "applies": "batch only"}
    ]


def test_an_ended_price_is_the_last_one_and_says_so(client):
    listing = make_listing(make_model("a"))
    make_period(listing, "9.00", "9.00", ends_on=date(2026, 1, 1))
    make_period(listing, "1.00", "2.00", starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1))
    make_period(listing, "7.00", "7.00", starts_on=TOMORROW)
    [entry] = data(client)
    assert entry["pricing"] == {"prompt": "0.000001", "completion": "0.000002"}
    assert (entry["windrose"]["price"]["is_last"], entry["windrose"]["price"]["until"]) == (True, "2026-02-01")


def test_a_euro_price_is_no_dollar_price(client):
    make_period(make_listing(make_model("a")), "1.00", "2.00", currency="EUR")
    assert data(client)[0]["pricing"] == {"prompt": "-1", "completion": "-1"}


def test_the_source_with_the_most_authority_speaks_for_a_parameter(client):
    listing = make_listing(make_model("a"))
    high, low = make_source("high", authority=90), make_source("low", authority=5)
    make_parameter(listing, "seed", source=high, is_unsupported=True)
    make_parameter(listing, "seed", source=low)
    make_parameter(listing, "tools", source=low, is_unsupported=True)
    make_parameter(listing, "tools", source=high)
    assert data(client)[0]["supported_parameters"] == ["tools"]
    assert ids(client, supported_parameters="tools") == ["a"]
    assert ids(client, supported_parameters="seed") == []
    assert ids(client, supported_parameters="top_p") == [], "a parameter that nobody names is not taken for supported"


def test_only_the_listing_that_speaks_for_the_model_is_read(client):
    model = make_priced("a", "1.00", "2.00")
    second = make_listing(model, market=make_market("other", "Other"), is_main=False, context_length=5)
    make_period(second, "9.00", "9.00")
    make_parameter(second, "seed")
    assert len(data(client)) == 1
    assert data(client)[0]["pricing"]["prompt"] == "0.000001"
    assert data(client)[0]["context_length"] == 262_144
    assert data(client)[0]["supported_parameters"] == []


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"expires_on": date(2020, 1, 1)}, "2020-01-01"),
        ({"expires_on": None}, None),
    ],
)
def test_when_it_ends_at_its_market(client, dates, expected):
    """The market's own word; a vendor's retirement that has passed says nothing of a market that sells on."""
    make_listing(make_model("a", retires_on=YESTERDAY), **dates)
    assert data(client)[0]["expiration_date"] == expected


def test_a_ten_thousandth_of_a_cent_is_never_lost(client):
    make_rate(make_period(make_listing(make_model("a"))), "input", each="0.0000000208333333333333")
    assert data(client)[0]["pricing"]["prompt"] == "0.0000000208333333333333"


def test_the_seeded_catalog_is_in_the_shape_that_is_documented(client, seeded):
    body = client.get("/api/v1/models", {"status": "all", "output_modalities": "all"})
    read = Models.model_validate_json(body.content)
    assert read.total_count == len(read.data) == LanguageModel.objects.count()
    documented = set(Models.model_fields["data"].annotation.__args__[0].model_fields)
    assert {name for entry in body.json()["data"] for name in entry} == documented


def test_the_seeded_prices_are_those_of_the_database(client, seeded):
    for entry in data(client, output_modalities="all"):
        listing = Listing.objects.get(pk=Listing.objects.main().get(upstream_id=entry["windrose"]["upstream_id"]).pk)
        period = listing.period_on(TODAY)
        if period is not None:
            known = period.amount("input")
            assert Decimal(entry["pricing"]["prompt"]) == (-1 if known is None else known), entry["id"]


def test_text_from_a_source_is_text(client):
    nasty = 'A "quoted" </script> \\ \u2028 name \U0001f300'
    make_priced("a", name=nasty, summary=nasty, vendor=make_vendor("x", nasty))
    [entry] = data(client)
    assert entry["name"] == entry["description"] == nasty


class TestIds:
    """`id` is what a client can send to OpenRouter; `windrose.id` is the model's own. Each address that is told, answers."""

    @pytest.mark.parametrize(
        ("market", "upstream_id", "told"),
        [
            ("openrouter", "mistralai/medium-3", "mistralai/medium-3"),
            ("openrouter", "mistralai/medium-2505:free", "mistralai/medium-2505:free"),  # only the variant is sold
            ("mistral", "medium-2505", "mistralai/medium-2505"),
        ],
    )
    def test_of_a_listing(self, client, market, upstream_id, told):
        market = make_market(market, market.title())
        make_period(make_listing(make_model("medium-2505"), market=market, upstream_id=upstream_id), "0.40", "2.00")
        [entry] = data(client)
        assert (entry["id"], entry["windrose"]["id"]) == (told, "mistralai/medium-2505")
        assert entry["links"]["details"] == f"/api/v1/models/{told}/endpoints"
        assert data(client, entry["links"]["details"])["id"] == told
        for name in (told, "mistralai/medium-2505", upstream_id):
            assert [each["id"] for each in data(client, q=name)] == [told]
        for name in (told, "mistralai/medium-2505", "Mistralai/MEDIUM-2505"):
            assert data(client, f"/api/v1/model/{name}") == entry
        assert client.get(entry["windrose"]["page"]).status_code == 200
        assert client.get(entry["windrose"]["markdown"]).status_code == 200

    def test_of_a_model_that_no_market_sells(self, client):
        make_model("a")
        [entry] = data(client, status="all")
        assert (entry["id"], entry["windrose"]["id"]) == ("mistralai/a", "mistralai/a")

    def test_of_every_seeded_model_there_is_one(self, client, seeded):
        entries = data(client, status="all", output_modalities="all")
        assert (
            len({entry["id"] for entry in entries})
            == len({entry["windrose"]["id"] for entry in entries})
            == len(entries)
        )
        for entry in entries:
            assert data(client, entry["links"]["details"])["id"] == entry["id"]
            assert data(client, f"/api/v1/model/{entry['windrose']['id']}") == entry
