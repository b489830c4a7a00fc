"""GET /api/v1/costs: the worked checks as exact strings, every status, and a sentence for whatever cannot be priced."""

from datetime import date, time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import make_listing, make_model, make_period, make_priced, make_rate

pytestmark = pytest.mark.django_db
WORKLOAD = {"prompt_tokens": 10_000, "cached_tokens": 4_000, "completion_tokens": 1_000}


def data(client: Any, **query: Any) -> list[dict[str, Any]]:
    response = client.get("/api/v1/costs", query)
    assert response.status_code == 200, response.content
    assert response["Content-Type"].startswith("application/json")
    return response.json()["data"]


WORKED = [
    f"mistralai/{name}"
    for name in (
        *("mistral-large-2512", "mistral-large-2411", "mistral-large-2407"),
        *("devstral-2512", "pixtral-large-2411", "mistral-medium-3-5"),
    )
]


def test_the_worked_checks_are_exact_strings(client, seeded):
    asked = WORKLOAD | {"model": WORKED}
    with_cache = {each["model"]: each["total_usd"] for each in data(client, **asked)}
    without = {each["model"]: each["total_usd"] for each in data(client, **asked | {"cached_tokens": 0})}
    assert {model: (with_cache[model], without[model]) for model in with_cache} == {
        "mistralai/devstral-2512": ("0.00456", "0.006"),
        "mistralai/mistral-large-2512": ("0.0047", "0.0065"),
        "mistralai/mistral-large-2407": ("0.0188", "0.026"),
        "mistralai/mistral-large-2411": ("0.0188", "0.026"),
        "mistralai/pixtral-large-2411": ("0.026", "0.026"),  # no period of its has a price for cached input
        "mistralai/mistral-medium-3-5": ("0.0225", "0.0225"),  # 10,000 x .0000015 + 1,000 x .0000075, no cached price
    }
    assert list(with_cache)[:2] == ["mistralai/devstral-2512", "mistralai/mistral-large-2512"], "cheapest first"


def test_one_cost_in_full(client, seeded):
    assert data(client, **WORKLOAD, model="mistralai/mistral-large-2512", as_of="2026-11-01") == [
        {
            "model": "mistralai/mistral-large-2512",
            "total_usd": "0.0047",
            "lines": [
                {"component": "input", "quantity": 6000, "rate_usd": "0.0000005", "amount_usd": "0.003"},
                {"component": "cache_read", "quantity": 4000, "rate_usd": "0.00000005", "amount_usd": "0.0002"},
                {"component": "output", "quantity": 1000, "rate_usd": "0.0000015", "amount_usd": "0.0015"},
            ],
            "as_of": "2026-11-01",
            "status": "exact",
            "reasons": [],
            "conditions": [],
            "note": "",
        }
    ]


def test_a_lower_bound_and_an_unknown_price_say_so_and_come_as_they_should(client):
    make_listing(make_model("aaa"))
    make_period(make_listing(make_model("half")), input="1.00")
    make_priced("whole", "2.00", "6.00")
    half, whole, unknown = data(client, **WORKLOAD | {"cached_tokens": "40%"})
    assert (half["status"], half["total_usd"], half["reasons"]) == (
        "at_least",
        "0.01",
        ["The output price is not known."],
    )
    assert half["lines"][1] == {"component": "output", "quantity": 1000, "rate_usd": None, "amount_usd": None}
    assert (whole["status"], whole["total_usd"]) == ("exact", "0.026")
    assert (unknown["status"], unknown["total_usd"], unknown["reasons"]) == ("unknown", None, ["No price is known."])


def test_any_day_of_the_history(client, seeded):
    for day, total in (("2025-12-19", "0.0021"), ("2025-12-20", "0.00072"), ("2026-02-18", "0.006")):
        query = WORKLOAD | {"cached_tokens": 0, "model": "mistralai/devstral-2512", "as_of": day}
        assert [each["total_usd"] for each in data(client, **query)] == [total]
    assert data(client, **WORKLOAD, as_of="2020-01-01") == []


def test_hours_and_batches(client):
    period = make_priced("a", "2.00", "6.00").main_listing().periods.get()
    make_rate(period, "input", "1.00", utc_start=time(16, 30), utc_end=time(0, 30))
    make_rate(period, "input", "0.50", is_batch=True)
    for terms, total in (({}, "0.002"), ({"at": "17:00"}, "0.001"), ({"at": "02:29:59+02:00"}, "0.001")):
        assert data(client, prompt_tokens=1_000, **terms)[0]["total_usd"] == total
    assert data(client, prompt_tokens=1_000)[0]["conditions"] == ["Input has another price from 16:30 to 00:30 UTC."]
    assert data(client, prompt_tokens=1_000, batch="true")[0]["total_usd"] == "0.0005"


def test_twenty_two_decimals_come_out_as_they_went_in(client):
    make_rate(make_period(make_listing(make_model("fine"))), "input", each="0.0000000208333333333333")
    assert data(client, prompt_tokens=3)[0]["total_usd"] == "0.0000000624999999999999"


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        (WORKLOAD | {"cached_tokens": 12_000}, 400, "Cached tokens (12,000) are part of the prompt tokens and cannot"),
        ({"cached_tokens": "some"}, 400, "Write a number of tokens, such as 4000, or a share of the prompt"),
        ({"prompt_tokens": -1}, 400, "prompt_tokens: input should be greater than or equal to 0."),
        ({"prompt_tokens": "many"}, 400, "prompt_tokens: input should be a valid integer"),
        ({"prompt_tokens": "1" * 400}, 400, "prompt_tokens: "),
        ({"as_of": "yesterday"}, 400, "as_of: value error, write the day as year-month-day, such as 2026-03-01."),
        ({"model": "x/y"}, 404, "No model called x/y is listed."),
        ({"model": ["mistralai/a", "nobody"]}, 404, "No model called nobody is listed."),
        ({"model": "mistralai/a", "as_of": "2024-01-01"}, 404, "No model called mistralai/a is listed on 2024-01-01."),
        ({"model": [f"v/{n}" for n in range(101)]}, 400, "These are 101 models; at most 100 are priced by name."),
        ({"model": "a\0b"}, 400, "A model’s id is its vendor and name, such as"),
    ],
)
def test_what_cannot_be_priced_is_a_sentence(client, query, status, sentence):
    make_priced("a")
    response = client.get("/api/v1/costs", query)
    assert response.status_code == status
    error = response.json()["error"]
    assert error["code"] == status
    assert sentence in error["message"]


def test_only_reading(client):
    for method in (client.post, client.put, client.delete):
        assert method("/api/v1/costs").status_code == 405


def test_the_document_describes_what_is_answered(client):
    described = client.get("/api/v1/openapi.json").json()
    costs = described["paths"]["/api/v1/costs"]["get"]
    assert set(costs["responses"]) == {"200", "304", "400", "404"}
    assert {each["name"] for each in costs["parameters"]} >= {"model", "prompt_tokens", "cached_tokens", "as_of"}
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    assert "https://" not in page.content.decode(), "nothing is loaded from elsewhere"
    assert client.get("/api/v1/").headers["Location"] == "/api/v1/docs"


def test_the_number_of_queries_does_not_grow(client):
    counts = []
    for numbers in (range(3), range(3, 30)):
        for number in numbers:
            make_priced(f"m{number}", released_on=date(2025, 1, 1))
        with CaptureQueriesContext(connection) as captured:
            assert len(data(client, **WORKLOAD)) == numbers.stop
        counts.append(len(captured))
    assert counts == [4, 4], "the catalog's version for the ETag and for what is kept, the listings, the rates"
