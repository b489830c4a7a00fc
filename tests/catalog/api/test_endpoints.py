"""GET /api/v1/models/<vendor>/<slug>/endpoints: the providers that a market names, or the market itself."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.api.shapes import Endpoints
from catalog.models import Absence, Endpoint, LanguageModel
from tests.catalog.api.reading import data
from tests.factories import make_listing, make_market, make_model, make_parameter, make_period, make_priced

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/models/mistralai/a/endpoints"
TODAY = timezone.now().date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def make_endpoint(listing, tag="acme/eu", provider="Acme", **fields):
    fields = {"seen_on": TODAY, "rates": [{"component": "input", "amount": "0.000002"}]} | fields
    return Endpoint.objects.create(listing=listing, tag=tag, provider=provider, **fields)


def test_a_market_that_names_no_provider_serves_it_itself(client):
    listing = make_priced("a", "1.00", "2.00").main_listing()
    make_parameter(listing, "seed")
    found = data(client, ADDRESS)
    assert (found["id"], found["name"], found["created"]) == ("mistralai/a", "a", 1_764_547_200)
    [endpoint] = found["endpoints"]
    assert endpoint == {
        "name": "OpenRouter | mistralai/a",
        "model_id": "mistralai/a",
        "model_name": "a",
        "context_length": 262_144,
        "pricing": {"prompt": "0.000001", "completion": "0.000002", "discount": 0.0},
        "provider_name": "OpenRouter",
        "tag": "openrouter",
        "quantization": "unknown",
        "max_completion_tokens": None,
        "max_prompt_tokens": None,
        "supported_parameters": ["seed"],
        "uptime_last_5m": None,
        "uptime_last_30m": None,
        "uptime_last_1d": None,
        "latency_last_30m": None,
        "throughput_last_30m": None,
        "service_tier": None,
        "native_tools": {},
        "supports_implicit_caching": False,
        "supports_diarization": False,
        "supports_voice_cloning": False,
        "supports_tool_choice": {"none": False, "auto": False, "required": False, "function": False},
        "windrose": {
            "market": "openrouter",
            "upstream_id": "mistralai/a",
            "listed_on": "2025-12-01",
            "last_seen_on": None,
            "price": endpoint["windrose"]["price"],
            "unknown": [],
        },
    }
    assert endpoint["windrose"]["price"]["since"] == "2025-12-01"


def test_each_provider_has_its_own_price_limits_and_parameters(client):
    listing = make_priced("a", "1.00", "2.00").main_listing()
    make_parameter(listing, "seed")
    make_endpoint(
        listing,
        rates=[
            {"component": "input", "amount": "0.000002"},
            {"component": "output", "amount": "0.000006"},
            {"component": "input", "amount": "0.000004", "over_prompt_tokens": 128_000},
        ],
        discount="0.25",
        quantization="fp8",
        context_length=1000,
        max_completion_tokens=500,
        max_prompt_tokens=600,
        parameters=["tools"],
        status=-2,
        uptime="99.7",
    )
    make_endpoint(listing, "gone", "Gone", gone_on=YESTERDAY)
    [endpoint] = data(client, ADDRESS)["endpoints"]
    assert endpoint["pricing"] == {
        "prompt": "0.000002",
        "completion": "0.000006",
        "overrides": [{"min_prompt_tokens": 128_000, "prompt": "0.000004"}],
        "discount": 0.25,
    }
    assert (endpoint["provider_name"], endpoint["tag"], endpoint["quantization"]) == ("Acme", "acme/eu", "fp8")
    assert (endpoint["context_length"], endpoint["max_completion_tokens"], endpoint["max_prompt_tokens"]) == (
        1000,
        500,
        600,
    )
    assert (endpoint["supported_parameters"], endpoint["status"], endpoint["uptime_last_1d"]) == (["tools"], -2, 99.7)


def test_a_listing_s_discount_stands_beside_the_price_and_is_not_taken_off_twice(client):
    period = make_priced("a", "2.00", "4.00").main_listing().periods.get()
    period.discount = "0.5"
    period.save()
    [endpoint] = data(client, ADDRESS)["endpoints"]
    assert (endpoint["pricing"]["prompt"], endpoint["pricing"]["discount"]) == ("0.000002", 0.5)
    assert data(client)[0]["pricing"]["prompt"] == "0.000001"


def test_what_a_provider_does_not_tell_is_named(client):
    model = make_model("a", context_length=None)
    make_endpoint(make_listing(model), rates=[], uptime="often")
    [endpoint] = data(client, ADDRESS)["endpoints"]
    assert endpoint["pricing"] == {"prompt": "-1", "completion": "-1", "discount": 0.0}
    assert endpoint["context_length"] == 0
    assert endpoint["windrose"]["unknown"] == ["pricing.prompt", "pricing.completion", "context_length"]
    assert endpoint["uptime_last_1d"] is None
    assert "status" not in endpoint


def test_every_listing_that_is_there_the_main_one_first(client):
    model = make_priced("a")
    make_period(make_listing(model, market=make_market("b", "B"), is_main=False, upstream_id="a-b"), "3.00", "4.00")
    make_listing(model, market=make_market("c", "C"), is_main=False, delisted_on=TODAY)
    make_listing(model, market=make_market("d", "D"), is_main=False, listed_on=TOMORROW)
    absent = make_listing(model, market=make_market("e", "E"), is_main=False)
    Absence.objects.create(listing=absent, from_day=YESTERDAY, to_day=TOMORROW)
    found = data(client, ADDRESS)["endpoints"]
    assert [(endpoint["tag"], endpoint["pricing"]["prompt"]) for endpoint in found] == [
        ("openrouter", "0.0000005"),
        ("b", "0.000003"),
    ]
    assert found[1]["windrose"]["upstream_id"] == "a-b"


def test_a_delisted_model_has_none(client):
    make_listing(make_model("a"), delisted_on=date(2026, 1, 1))
    assert data(client, ADDRESS)["endpoints"] == []


def test_the_number_of_queries_does_not_grow(client):
    model = make_priced("a")
    counts = []
    for numbers in (range(2), range(2, 20)):
        for number in numbers:
            listing = make_listing(model, market=make_market(f"m{number}", f"M{number}"), is_main=False)
            make_period(listing, "1.00", "2.00")
            make_parameter(listing)
            make_endpoint(listing, f"t{number}")
        with CaptureQueriesContext(connection) as captured:
            assert len(data(client, ADDRESS)["endpoints"]) == numbers.stop + 1
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 11


def test_the_seeded_endpoints_are_in_the_shape_that_is_documented(client, seeded):
    for model in LanguageModel.objects.select_related("vendor"):
        response = client.get(f"/api/v1/models/{model.public_id}/endpoints")
        assert response.status_code == 200, model
        Endpoints.model_validate_json(response.content)
