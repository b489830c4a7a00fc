"""The terms of a bill: the day, the hour, a batch, a discount, the currency."""

import json
import re
from datetime import date

import pytest

from catalog.models import DisplayCurrency
from tests.catalog.costs.reading import WORKLOAD, slugs_of, text_of, words_of
from tests.factories import make_listing, make_model, make_period, make_priced, make_rate

pytestmark = pytest.mark.django_db


def test_a_batch_is_priced_as_one_or_says_that_it_cannot_be(client):
    model = make_priced("a", "0.50", "1.50")
    query = WORKLOAD | {"cached_tokens": 0, "batch": "on"}
    assert "No batch price is known: priced as a single request." in words_of(client.get("/costs/", query))
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
    assert "Input has another price from 16:30 to 00:30 UTC." in words_of(client.get("/costs/", query))
    assert "$0.001 " in words_of(client.get("/costs/", query | {"at": "00:29"}))
    assert "$0.002 " in words_of(client.get("/costs/", query | {"at": "00:30"}))


def test_a_discount_of_the_endpoint_comes_off_every_rate(client):
    model = make_priced("a", "2.00", "6.00", "0.20")
    period = model.main_listing().periods.get()
    period.discount = "0.25"
    period.save()
    assert "$0.0141" in words_of(client.get("/costs/", WORKLOAD))  # .0188 x .75
    assert "1.50" in words_of(client.get("/"))
    assert "1.50" in words_of(client.get(model.get_absolute_url()))


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
    assert (row["Currency"], row["One request"]) == ("EUR", "0.00423")
    about = json.loads(text_of(client.get("/costs/", WORKLOAD | {"currency": "EUR", "format": "json"})))["about"]
    assert "Converted at 0.9 EUR for one US dollar, the rate of 2026-11-20." in about
    table = words_of(client.get("/", {"currency": "EUR"}))
    assert "Input €/M" in table
    assert "0.45" in table  # .50 x .9
    make_priced("b", "1.00", "3.00")
    comparison = words_of(client.get("/compare/", {"model": ["mistralai/a", "mistralai/b"], "currency": "EUR"}))
    assert "€ per million tokens 0.45" in comparison
    assert "€0.00423" in comparison


def test_only_some_have_batch_prices(client):
    make_priced("a")
    with_batch = make_priced("b")
    make_rate(with_batch.main_listing().periods.get(), "input", "0.25", is_batch=True)
    rows = client.get("/costs/", WORKLOAD | {"batch": "on"}).context["page"]
    changes = {row.cost.priced.slug: row.changes for row in rows}
    assert changes["a"] == []
    assert [row.cost.note for row in rows if row.cost.priced.slug == "a"] == [
        "No batch price is known: priced as a single request."
    ]
    assert changes["b"] == ["The batch saves $0.0025 (38%)."]  # 10,000 x .00000025 = .0025, of .0065


@pytest.mark.parametrize(
    "page", ["/", "/compare/", "/costs/", "/costs/over-time/", "/costs/break-even/", "/costs/map/"]
)
@pytest.mark.parametrize("day", ["0001-01-01", "2014-12-31", "9999-12-31"])
def test_a_day_far_away_is_refused_at_once(client, page, day):
    make_priced("a")
    response = client.get(page, {"as_of": day})
    assert response.status_code == 400
    assert "Prices can be asked for from 2015-01-01 to" in words_of(response)
    api = client.get("/api/v1/costs", {"as_of": day, "at": "00:00+05:00"})
    assert (api.status_code, api.json()["error"]["code"]) == (400, 400)


def test_what_cannot_be_bought_is_no_measure(client):
    make_priced("sold", "2.00", "6.00")
    gone = make_listing(make_model("gone"), delisted_on=date(2026, 1, 1))
    make_period(gone, "1.00", "3.00")
    ended = make_listing(make_model("ended"))
    make_period(ended, "0.50", "1.50", ends_on=date(2026, 1, 1))
    make_priced("small", "0.10", "0.30", context_length=4_096)
    rows = {row.cost.priced.slug: row for row in client.get("/costs/", WORKLOAD).context["page"]}
    assert [slug for slug, row in rows.items() if row.is_cheapest] == ["sold"]
    assert {slug: row.multiple for slug, row in rows.items()} == {
        "small": "",
        "ended": "",
        "gone": "",
        "sold": "1×",
    }
    assert rows["small"].cost.note == "Longer than its context of 4,096 tokens."
    assert rows["ended"].cost.note == "Last price, until Jan 1, 2026."
    note = {each["model"]: each["note"] for each in client.get("/api/v1/costs", WORKLOAD).json()["data"]}
    assert note["mistralai/small"] == "Longer than its context of 4,096 tokens."


def test_what_writes_no_text_has_no_output_price_to_be_unknown_in_any_currency(client, seeded):
    words = words_of(client.get("/costs/", WORKLOAD | {"model": "mistralai/mistral-embed-2312"}))
    assert words.count("It writes no text: only what it reads is priced.") == 2
    assert "The output price is not known." not in words


def test_an_own_price_list_says_what_it_lacks_and_when_it_ended(client, seeded):
    query = WORKLOAD | {"model": ["mistralai/codestral-2501", "mistralai/mistral-large-2512"]}
    words = words_of(client.get("/costs/", query))
    assert "The list has no price for cached tokens: they are charged as fresh." in words
    assert "Last price: Mistral sells it no more since Nov 30, 2025." in words


def test_a_request_without_tokens_is_not_called_free(client):
    make_priced("a")
    words = words_of(client.get("/costs/", {"prompt_tokens": 0, "completion_tokens": 0}))
    assert "This request has no tokens, so nothing is charged for any. Enter some above." in words
    assert "free" not in words


def test_links_keep_the_models_the_day_and_the_currency(client):
    make_priced("a")
    page = text_of(client.get("/costs/", WORKLOAD | {"model": "mistralai/a", "as_of": "2026-01-10"}))
    chip = re.search(r'<a class="chip" href="([^"]*)"[^>]*>Chat</a>', page)[1]
    assert "model=mistralai%2Fa" in chip
    assert "as_of=2026-01-10" in chip
    table = text_of(client.get("/", {"as_of": "2026-01-10", "q": "a"}))
    assert '<input type="hidden" name="as_of" value="2026-01-10">' in table
    assert 'href="?as_of=2026-01-10">Clear all filters' in table


def test_a_condition_that_nobody_can_judge_is_said_and_not_applied(client):
    model = make_priced("a", "2.00", "6.00")
    period = model.main_listing().periods.get()
    make_rate(period, "input", "0.01", unknown_condition="on a full moon")
    make_rate(period, "output", "0.01", unknown_condition="on a full moon", over_prompt_tokens=1_000_000)
    words = words_of(client.get("/costs/", WORKLOAD | {"cached_tokens": 0}))
    assert "$0.026" in words
    assert "Input may differ: on a full moon." in words
    assert "Output may differ" not in words, "its tier is not reached"
    answered = client.get("/api/v1/costs", WORKLOAD | {"cached_tokens": 0}).json()["data"][0]
    assert (answered["total_usd"], answered["conditions"]) == ("0.026", ["Input may differ: on a full moon."])


def test_the_days_on_which_a_price_and_a_model_end(client):
    listing = make_listing(make_model("a"), delisted_on=date(2026, 3, 2))
    make_period(listing, "1.00", "2.00", ends_on=date(2026, 3, 1))
    make_priced("b")
    notes = {
        day: {row.cost.priced.slug: row for row in client.get("/costs/", WORKLOAD | {"as_of": day}).context["page"]}[
            "a"
        ]
        for day in ("2026-02-28", "2026-03-01", "2026-03-02")
    }
    assert [row.cost.priced.note for row in notes.values()] == ["", *["Last price, until Mar 1, 2026."] * 2]
    assert [row.cost.priced.status.label for row in notes.values()] == ["Active", "Active", "Delisted"]


def test_who_was_there_on_a_past_day_is_the_same_in_the_table_and_the_costs(client):
    make_priced("by-price", released_on=date(2026, 6, 1))
    make_period(
        make_listing(make_model("by-listing", released_on=None), listed_on=date(2026, 6, 1)),
        "1",
        "1",
        starts_on=date(2026, 6, 1),
    )
    table = client.get("/", {"as_of": "2026-03-01"})
    costs = client.get("/costs/", WORKLOAD | {"as_of": "2026-03-01"})
    assert [row.slug for row in table.context["rows"]] == slugs_of(costs) == ["by-price"]


def test_the_longest_figures_of_all_stay_exact(client, signed_in):
    period = make_period(make_listing(make_model("long")), None)
    make_rate(period, "input", each="0.009999999999999999999999999999")
    period.discount = "0.999999"
    period.save()
    DisplayCurrency.objects.create(code="KRW", per_usd="999999.1234567891", rate_on=date(2026, 11, 20), source="A bank")
    query = {"prompt_tokens": 10**12, "completion_tokens": 0, "requests": 10**12, "per": "day", "currency": "KRW"}
    for page in ("/", "/costs/", "/costs/over-time/", "/costs/map/", "/costs/?format=json", "/api/v1/costs"):
        assert client.get(page, query).status_code == 200, page
    row = json.loads(text_of(client.get("/costs/", query | {"format": "json"})))["rows"][0]
    assert row["Figure"] == "exact"
    assert len(row["Year"]) > 40


def test_the_dearest_and_the_cheapest_that_can_be_entered_stand_beside_each_other(client):
    for slug, amount in (("dear", "0.01"), ("cheap", "0.000000000000000000000000000001")):
        make_rate(make_period(make_listing(make_model(slug))), "input", each=amount)
    query = {"prompt_tokens": 1, "completion_tokens": 0, "model": ["mistralai/cheap", "mistralai/dear"]}
    for page in (
        "/",
        "/compare/",
        "/costs/",
        "/costs/over-time/",
        "/costs/break-even/",
        "/costs/map/",
        "/api/v1/costs",
    ):
        assert client.get(page, query).status_code == 200, page
    assert "10,000,000,000,000,000,000,000,000,000× $0.01" in words_of(client.get("/costs/", query))
