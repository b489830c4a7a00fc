"""The costs page: the worked checks to their last digit, on the page and in every export, and everything around them."""

import csv
import io
import json
import re
from datetime import date

import pytest

from catalog.models import DisplayCurrency, WorkloadProfile
from tests.factories import make_listing, make_market, make_model, make_period, make_priced, make_rate

pytestmark = pytest.mark.django_db
WORKLOAD = {"prompt_tokens": 10_000, "cached_tokens": 4_000, "completion_tokens": 1_000}
HTMX = {"HX-Request": "true"}
# 10,000 prompt tokens and 1,000 completion tokens, with 4,000 of the prompt cached and with none:
#   Large 3 (0.50, 0.05, 1.50):  6,000 x .0000005 + 4,000 x .00000005 + 1,000 x .0000015 = .003 + .0002 + .0015 = .0047
#   Large 2 (2.00, 0.20, 6.00):  .012 + .0008 + .006 = .0188        Devstral 2 (0.40, 0.04, 2.00): .0024 + .00016 + .002
WORKED = {
    "mistralai/mistral-large-2512": ("0.0047", "0.0065", ["0.003", "0.0002", "0.0015"]),
    "mistralai/mistral-large-2407": ("0.0188", "0.026", ["0.012", "0.0008", "0.006"]),
    "mistralai/mistral-large-2411": ("0.0188", "0.026", ["0.012", "0.0008", "0.006"]),
    "mistralai/devstral-2512": ("0.00456", "0.006", ["0.0024", "0.00016", "0.002"]),
}


def text_of(response) -> str:
    return response.content.decode()


def words_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


def slugs_of(response) -> list[str]:
    return [row.cost.priced.slug for row in response.context["page"]]


@pytest.mark.parametrize("model", WORKED)
def test_the_worked_checks_hold_on_the_page_and_in_every_export(client, seeded, model):
    with_cache, without, lines = WORKED[model]
    slug = model.partition("/")[2]
    for cached, total in (("4000", with_cache), ("40%", with_cache), ("0", without)):
        query = WORKLOAD | {"cached_tokens": cached, "model": model}
        words = words_of(client.get("/costs/", query))
        assert f"{slug} 1× ${total} " in words.replace("0.0060", "0.006").replace("$0.0260", "$0.026")
        exported = json.loads(text_of(client.get("/costs/", query | {"format": "json"})))["rows"][0]
        assert (exported["One request"], exported["Currency"], exported["Figure"]) == (total, "USD", "exact")
        sheet = next(csv.DictReader(io.StringIO(text_of(client.get("/costs/", query | {"format": "csv"})))))
        assert sheet["One request"] == total
        assert f"| {total} | exact |" in text_of(client.get("/costs/", query | {"format": "md"}))
    exported = json.loads(text_of(client.get("/costs/", WORKLOAD | {"model": model, "format": "json"})))["rows"][0]
    assert [exported["Fresh"], exported["Cached"], exported["Output"]] == lines


def test_the_seeds_stand_in_the_order_of_their_cost(client, seeded):
    response = client.get("/costs/", WORKLOAD)
    assert slugs_of(response) == [
        "devstral-2512",
        "mistral-large-2512",
        "mistral-large-2407",
        "mistral-large-2411",
        "pixtral-large-2411",
        "mistral-medium-3-5",
    ]
    words = words_of(response)
    assert "1.03× $0.0047" in words
    assert "The cache saves $0.0018 (28%)." in words  # .0065 - .0047 = .0018, of .0065
    assert "Delisted Last price." in words
    assert "$0.015 as fresh $0.0075" in words  # Medium 3.5 has no price for cached input


def test_the_cost_of_a_thousand_of_a_day_a_month_and_a_year(client):
    make_priced("a", "0.50", "1.50", "0.05")
    by_day = words_of(client.get("/costs/", WORKLOAD | {"requests": "2,000", "per": "day"}))
    # 2,000 x .0047 = 9.40 a day, x 30 = 282.00, x 365 = 3,431.00
    assert "$4.70 $9.40 $282.00 $3,431.00" in by_day
    assert "2,000 requests a day" in by_day
    by_month = words_of(client.get("/costs/", WORKLOAD | {"requests": 3_000, "per": "month"}))
    # 3,000 x .0047 = 14.10 a month, / 30 = .47, x 12 = 169.20
    assert "$4.70 $0.47 $14.10 $169.20" in by_month


def test_a_third_of_a_request_is_rounded_far_behind_the_point(client):
    make_priced("a", "0.50", "1.50")
    query = {"prompt_tokens": 1, "completion_tokens": 0, "requests": 1, "per": "month", "format": "json"}
    row = json.loads(text_of(client.get("/costs/", query)))["rows"][0]
    assert row["Month"] == "0.0000005"
    assert row["Day"] == "0.000000016667"  # .0000005 / 30


def test_small_costs_keep_three_digits_and_are_never_nothing(client):
    make_priced("tiny", "0.00001", "0.00001")
    words = words_of(client.get("/costs/", {"prompt_tokens": 3, "completion_tokens": 4, "requests": 1}))
    assert "$0.00000000007 " in words  # 7 x .00000000001
    assert "$0.00000007 " in words  # a thousand of them
    assert "$0.00 " not in words


def test_unknown_prices_come_last_with_their_reason(client):
    make_listing(make_model("aaa"))
    make_period(make_listing(make_model("half")), input="1.00")
    make_priced("priced", "2.00", "6.00")
    response = client.get("/costs/", WORKLOAD)
    rows = response.context["page"]
    assert slugs_of(response) == ["half", "priced", "aaa"]
    assert not rows[0].is_cheapest
    assert rows[1].is_cheapest
    words = words_of(response)
    assert "at least $0.01" in words
    assert "The output price is not known." in words
    assert "No price is known." in words
    assert "—" in words


def test_a_tier_says_what_it_adds(client):
    model = make_priced("tiered", "0.50", "1.50")
    period = model.main_listing().periods.get()
    make_rate(period, "input", "1.00", over_prompt_tokens=128_000)
    make_rate(period, "output", "3.00", over_prompt_tokens=128_000)
    below = words_of(client.get("/costs/", {"prompt_tokens": 128_000, "completion_tokens": 1_000}))
    assert "$0.0655" in below
    assert "Above 128,000" not in below
    above = words_of(client.get("/costs/", {"prompt_tokens": 128_001, "completion_tokens": 1_000}))
    assert "$0.131001" in above  # 128,001 x .000001 + 1,000 x .000003, where 128,001 x .0000005 + .0015 = .0655005
    assert "Above 128,000 prompt tokens every token has another price: that adds $0.0655 (100%)." in above


def test_a_batch_is_priced_as_one_or_says_that_it_cannot_be(client):
    model = make_priced("a", "0.50", "1.50")
    query = WORKLOAD | {"cached_tokens": 0, "batch": "on"}
    assert "No batch price of these models is on record, so all are priced as single requests." in words_of(
        client.get("/costs/", query)
    )
    period = model.main_listing().periods.get()
    make_rate(period, "input", "0.25", is_batch=True)
    make_rate(period, "output", "0.75", is_batch=True)
    words = words_of(client.get("/costs/", query))
    assert "$0.00325" in words
    assert "The batch saves $0.00325 (50%)." in words
    assert "$0.0065" in words_of(client.get("/costs/", WORKLOAD | {"cached_tokens": 0}))


def test_an_hour_of_the_day_settles_a_window(client):
    from datetime import time

    model = make_priced("a", "2.00", "6.00")
    make_rate(model.main_listing().periods.get(), "input", "1.00", utc_start=time(16, 30), utc_end=time(0, 30))
    query = {"prompt_tokens": 1_000, "completion_tokens": 0}
    assert "Input differs at some hours of the day." in words_of(client.get("/costs/", query))
    assert "$0.001 " in words_of(client.get("/costs/", query | {"at": "00:29"}))
    assert "$0.002 " in words_of(client.get("/costs/", query | {"at": "00:30"}))


def test_written_and_reasoning_tokens_have_their_own_lines(client):
    model = make_priced("a", "1.00", "2.00")
    period = model.main_listing().periods.get()
    make_rate(period, "cache_write", "1.25")
    make_rate(period, "reasoning", "4.00")
    make_rate(period, "request", each="0.001")
    query = {"prompt_tokens": 10_000, "cache_write_tokens": 2_000, "completion_tokens": 1_000, "reasoning_tokens": 600}
    words = words_of(client.get("/costs/", query))
    # 8,000 x .000001 + 2,000 x .00000125 + 400 x .000002 + 600 x .000004 + .001 = .008 + .0025 + .0008 + .0024 + .001
    assert "$0.0147" in words
    assert "Cache write $0.0025, Reasoning $0.0024, Request $0.001" in words


def test_a_discount_of_the_endpoint_comes_off_every_rate(client):
    model = make_priced("a", "2.00", "6.00", "0.20")
    period = model.main_listing().periods.get()
    period.discount = "0.25"
    period.save()
    assert "$0.0141" in words_of(client.get("/costs/", WORKLOAD))  # .0188 x .75
    assert "1.50" in words_of(client.get("/"))
    assert "1.50" in words_of(client.get(model.get_absolute_url()))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            {"prompt_tokens": 10_000, "cached_tokens": 12_000},
            "Cached tokens (12,000) are part of the prompt tokens and",
        ),
        ({"prompt_tokens": 100, "cached_tokens": "120%"}, "120% of the prompt is more than all of it."),
        ({"prompt_tokens": 100, "cached_tokens": "most"}, "or a share of the prompt, such as 40%."),
        ({"completion_tokens": 5, "reasoning_tokens": 6}, "Reasoning tokens (6) are part of the completion tokens and"),
        ({"prompt_tokens": "-1"}, "greater than or equal to 0"),
        ({"prompt_tokens": "x"}, "Write a whole number, such as 10000."),
        ({"prompt_tokens": "9" * 30}, "less than or equal to 1000000000000"),
        ({"requests": 0}, "greater than or equal to 1"),
        ({"per": "year"}, "Requests are counted per day or per month."),
        ({"as_of": "0000-00-00"}, "Write the day as year-month-day"),
        ({"at": "25:00"}, "Write the time of day as hours and minutes in UTC, such as 16:30."),
        ({"currency": "XXX"}, "No rate for “XXX” is set. Amounts can be shown in USD."),
        ({"model": [f"v/{number}" for number in range(101)]}, "These are 101 models; at most 100"),
    ],
)
def test_what_cannot_be_priced_is_refused_in_a_sentence(client, query, sentence):
    make_priced("a")
    response = client.get("/costs/", query)
    assert response.status_code == 400
    assert 'role="alert"' in text_of(response)
    assert sentence in words_of(response)
    assert client.get("/costs/", query, headers=HTMX).status_code == 422
    refused = client.get("/costs/", query | {"format": "csv"})
    assert (refused.status_code, refused["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert sentence in text_of(refused)


def test_costs_of_named_models_and_of_unknown_ones(client):
    make_priced("a")
    make_priced("b")
    response = client.get("/costs/", WORKLOAD | {"model": ["mistralai/a", "x/y"]})
    assert slugs_of(response) == ["a"]
    assert "No listed model is called x/y." in words_of(response)


def test_costs_of_a_past_day(client):
    listing = make_listing(make_model("moved", released_on=date(2025, 1, 1)), listed_on=date(2025, 1, 1))
    make_period(listing, "1.00", "2.00", starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 1))
    make_period(listing, "0.30", "0.90", starts_on=date(2025, 6, 1))
    make_priced("later")
    on_the_day_before = client.get("/costs/", WORKLOAD | {"as_of": "2025-05-31"})
    assert slugs_of(on_the_day_before) == ["moved"]
    assert "$0.012" in words_of(on_the_day_before)
    assert "Prices and states as of May 31, 2025 ; models that came later are left out." in words_of(on_the_day_before)
    assert "$0.0039" in words_of(client.get("/costs/", WORKLOAD | {"as_of": "2025-06-01"}))
    assert slugs_of(client.get("/costs/", WORKLOAD)) == ["moved", "later"]
    assert "Nothing to price yet. Costs need a model with a listing on that day." in words_of(
        client.get("/costs/", WORKLOAD | {"as_of": "2024-03-01"})
    )


def test_devstral_on_each_side_of_its_price_changes(client, seeded):
    def cost(day: str) -> str:
        query = WORKLOAD | {"cached_tokens": 0, "model": "mistralai/devstral-2512", "as_of": day, "format": "json"}
        return json.loads(text_of(client.get("/costs/", query)))["rows"][0]["One request"]

    # 10,000 in and 1,000 out, per million: .15 and .60, then .05 and .22, then .40 and 2.00
    assert cost("2025-12-19") == "0.0021"
    assert cost("2025-12-20") == "0.00072"
    assert cost("2026-02-17") == "0.00072"
    assert cost("2026-02-18") == "0.006"


def test_vendors_own_prices_are_never_conversions(client, seeded):
    page = words_of(client.get("/costs/", WORKLOAD | {"model": "mistralai/mistral-large-2512"}))
    # 10,000 x .00000044 + 1,000 x .0000013, as its EUR list has no price for cached tokens: .0044 + .0013
    assert "Mistral, EUR €0.0057 €5.70" in page
    rows = json.loads(
        text_of(client.get("/costs/", WORKLOAD | {"model": "mistralai/pixtral-large-2411", "format": "json"}))
    )
    own = rows["rows"][1]
    assert (own["Currency"], own["One request"], own["Figure"]) == ("EUR", "0.0054", "at least")
    DisplayCurrency.objects.create(code="EUR", per_usd="0.9", rate_on=date(2026, 11, 20), source="A bank")
    shown = words_of(client.get("/costs/", WORKLOAD | {"model": "mistralai/mistral-large-2512", "currency": "EUR"}))
    assert "Mistral, EUR €0.0057 €5.70" in shown


def test_a_display_currency_is_a_conversion_that_says_so(client):
    make_priced("a", "0.50", "1.50", "0.05")
    assert 'name="currency"' not in text_of(client.get("/costs/"))
    DisplayCurrency.objects.create(code="EUR", per_usd="0.9", rate_on=date(2026, 11, 20), source="A bank")
    assert '<option value="EUR">' in text_of(client.get("/costs/"))
    words = words_of(client.get("/costs/", WORKLOAD | {"currency": "eur"}))
    assert "€0.00423" in words  # .0047 x .9
    assert "Converted at 0.9 EUR for one US dollar, the rate of Nov 20, 2026" in words
    row = json.loads(text_of(client.get("/costs/", WORKLOAD | {"currency": "EUR", "format": "json"})))["rows"][0]
    assert (row["Currency"], row["One request"], row["Rate"]) == ("EUR", "0.00423", "0.9 EUR for 1 USD, 2026-11-20")
    table = words_of(client.get("/", {"currency": "EUR"}))
    assert "Input €/M" in table
    assert "0.45" in table  # .50 x .9
    make_priced("b", "1.00", "3.00")
    comparison = words_of(client.get("/compare/", {"model": ["mistralai/a", "mistralai/b"], "currency": "EUR"}))
    assert "€ per million tokens 0.45" in comparison
    assert "€0.00423" in comparison


@pytest.mark.parametrize(
    ("name", "cached"), [("Chat", 1_000), ("Retrieval", 800), ("Agentic coding", 51_000), ("Long document", 0)]
)
def test_every_mix_is_an_address(client, name, cached):
    make_priced("a")
    page = text_of(client.get("/costs/"))
    address = re.search(rf'<a class="chip" href="([^"]*)"[^>]*>{name}</a>', page)[1].replace("&amp;", "&")
    response = client.get(f"/costs/{address}")
    assert response.context["workload"].usage.cached_tokens == cached
    assert re.search(rf'aria-current="true">{name}</a>', text_of(response))


def test_a_profile_is_kept_changed_and_forgotten(signed_in, stranger, client):
    make_priced("a")
    fields = {
        "prompt_tokens": "9000",
        "cached_tokens": "40%",
        "completion_tokens": "300",
        "requests": "70",
        "per": "day",
    }
    response = signed_in.post("/costs/profiles/", fields | {"name": "Support mail"}, follow=True)
    assert "Kept the profile Support mail." in words_of(response)
    assert response.context["workload"].usage.cached_tokens == 3_600
    page = text_of(signed_in.get("/costs/"))
    address = re.search(r'<a href="(\?[^"]*)"[^>]*>Support mail</a>', page)[1].replace("&amp;", "&")
    assert signed_in.get(f"/costs/{address}").context["workload"].requests == 70
    response = signed_in.post("/costs/profiles/", fields | {"name": "Support mail", "requests": "71"}, follow=True)
    assert "Changed the profile Support mail." in words_of(response)
    kept = WorkloadProfile.objects.get()
    assert (kept.requests, kept.cached) == (71, "40%")
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert "Support mail" not in text_of(client.get("/costs/"))
    assert client.post(f"/costs/profiles/{kept.pk}/forget/").status_code == 404
    assert WorkloadProfile.objects.count() == 1


def test_a_kept_profile_can_be_forgotten(signed_in, owner):
    kept, _ = WorkloadProfile.objects.keep(owner, "Old", {"prompt_tokens": 1, "completion_tokens": 1, "requests": 1})
    response = signed_in.post(f"/costs/profiles/{kept.pk}/forget/", follow=True)
    assert "Removed the profile Old." in words_of(response)
    assert not WorkloadProfile.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Give the profile a name."),
        ({"name": "x", "prompt_tokens": "many"}, "Write a whole number"),
        ({"name": "x", "prompt_tokens": "1", "cached_tokens": "2"}, "cannot exceed them (1)"),
    ],
)
def test_a_profile_that_cannot_be_kept_says_why(signed_in, fields, sentence):
    response = signed_in.post("/costs/profiles/", fields, follow=True)
    assert sentence in words_of(response)
    assert not WorkloadProfile.objects.exists()


def test_nobody_keeps_more_than_fifty_profiles(signed_in, owner):
    fields = {"prompt_tokens": 1, "completion_tokens": 1, "requests": 1}
    for number in range(50):
        WorkloadProfile.objects.keep(owner, f"p{number}", fields)
    response = signed_in.post("/costs/profiles/", {"prompt_tokens": "1", "name": "one more"}, follow=True)
    assert "You keep 50 profiles already. Remove one to keep another." in words_of(response)
    response = signed_in.post("/costs/profiles/", {"prompt_tokens": "2", "name": "p7"}, follow=True)
    assert "Changed the profile p7." in words_of(response)


def test_the_number_of_queries_does_not_grow(signed_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert signed_in.get("/costs/", WORKLOAD).status_code == 200
        return len(captured)

    def add(numbers: range) -> None:
        market = make_market("mistral", "Mistral")
        for number in numbers:
            model = make_priced(f"m{number}")
            own = make_listing(model, market=market, is_main=False)
            make_period(own, "0.44", "1.30", currency="EUR")

    add(range(3))
    few = queries()
    add(range(3, 30))
    assert queries() == few


def test_only_some_have_batch_prices(client):
    make_priced("a")
    with_batch = make_priced("b")
    make_rate(with_batch.main_listing().periods.get(), "input", "0.25", is_batch=True)
    rows = client.get("/costs/", WORKLOAD | {"batch": "on"}).context["page"]
    changes = {row.cost.priced.slug: row.changes for row in rows}
    assert changes["a"] == ["No batch price is known: priced as single requests."]
    assert changes["b"] == ["The batch saves $0.0025 (38%)."]  # 10,000 x .00000025 = .0025, of .0065
