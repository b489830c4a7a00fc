"""The costs page: the worked checks to their last digit, on the page and in every export, and everything around them."""

import csv
import io
import json

import pytest

from catalog.models import Modality
from tests.catalog.costs.reading import HTMX, WORKLOAD, slugs_of, text_of, words_of
from tests.factories import make_listing, make_market, make_model, make_period, make_priced, make_rate

pytestmark = pytest.mark.django_db
# 10,000 prompt tokens and 1,000 completion tokens, with 4,000 of the prompt cached and with none:
#   Large 3 (0.50, 0.05, 1.50):  6,000 x .0000005 + 4,000 x .00000005 + 1,000 x .0000015 = .003 + .0002 + .0015 = .0047
#   Large 2 (2.00, 0.20, 6.00):  .012 + .0008 + .006 = .0188        Devstral 2 (0.40, 0.04, 2.00): .0024 + .00016 + .002
WORKED = {
    "mistralai/mistral-large-2512": ("0.0047", "0.0065", ["0.003", "0.0002", "0.0015"]),
    "mistralai/mistral-large-2407": ("0.0188", "0.026", ["0.012", "0.0008", "0.006"]),
    "mistralai/mistral-large-2411": ("0.0188", "0.026", ["0.012", "0.0008", "0.006"]),
    "mistralai/devstral-2512": ("0.00456", "0.006", ["0.0024", "0.00016", "0.002"]),
}


@pytest.mark.parametrize("model", WORKED)
def test_the_worked_checks_hold_on_the_page_and_in_every_export(client, seeded, model):
    with_cache, without, lines = WORKED[model]
    slug = model.partition("/")[2]
    for cached, total in (("4000", with_cache), ("40%", with_cache), ("0", without)):
        query = WORKLOAD | {"cached_tokens": cached, "model": model}
        words = words_of(client.get("/costs/", query))
        mark = "" if slug == "mistral-large-2411" else "1× "  # what is delisted is nobody's measure
        assert f"{slug} {mark}${total} " in words.replace("0.0060", "0.006").replace("$0.0260", "$0.026")
        exported = json.loads(text_of(client.get("/costs/", query | {"format": "json"})))["rows"][0]
        assert (exported["One request"], exported["Currency"], exported["Figure"]) == (total, "USD", "exact")
        sheet = next(csv.DictReader(io.StringIO(text_of(client.get("/costs/", query | {"format": "csv"})))))
        assert sheet["One request"] == total
        assert f"| {total} | exact |" in text_of(client.get("/costs/", query | {"format": "md"}))
    exported = json.loads(text_of(client.get("/costs/", WORKLOAD | {"model": model, "format": "json"})))["rows"][0]
    assert [exported["Fresh"], exported["Cached"], exported["Output"]] == lines


def test_the_seeds_stand_in_the_order_of_their_cost(client, seeded):
    slugs = [
        "devstral-2512",
        "mistral-large-2512",
        "mistral-large-2407",
        "mistral-medium-3-5",
        "mistral-large-2411",  # delisted, like the next: after what is on sale
        "pixtral-large-2411",
    ]
    response = client.get("/costs/", WORKLOAD | {"model": [f"mistralai/{slug}" for slug in reversed(slugs)]})
    assert slugs_of(response) == slugs
    words = words_of(response)
    assert "1.03× $0.0047" in words
    assert "The cache saves $0.0018 (28%)." in words  # .0065 - .0047 = .0018, of .0065
    assert "Delisted Last price, until May 31, 2026." in words
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
    assert row["Day"] == "0.000000016666666666666666667"  # .0000005 / 30, which never ends


def test_small_costs_keep_three_digits_and_are_never_nothing(client):
    make_priced("tiny", "0.00001", "0.00001")
    words = words_of(client.get("/costs/", {"prompt_tokens": 3, "completion_tokens": 4, "requests": 1}))
    assert "$0.00000000007 " in words  # 7 x .00000000001
    assert "$0.00000007 " in words  # a thousand of them
    assert "$0.00 " not in words
    assert "$0 " not in words


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


def test_what_writes_no_text_has_no_output_price_to_be_unknown(client):
    embed, silent = make_model("embed"), make_model("silent")
    embed.output_modalities.add(Modality.objects.create(slug="embeddings", name="Embeddings"))
    for model in (embed, silent):
        make_period(make_listing(model), "0.10")
    rows = {row.cost.priced.slug: row for row in client.get("/costs/", WORKLOAD | {"writes": "all"}).context["page"]}
    assert rows["embed"].cost.note == "It writes no text: only what it reads is priced."
    assert rows["silent"].cost.note == "The output price is not known."
    assert not any(row.is_cheapest for row in rows.values())
    data = json.loads(text_of(client.get("/api/v1/costs", WORKLOAD | {"model": "mistralai/embed"})))["data"]
    assert (data[0]["status"], data[0]["reasons"]) == ("at_least", ["It writes no text: only what it reads is priced."])


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
    assert "Above 128,000 prompt tokens other prices hold for the whole request: that adds $0.0655 (100%)." in above


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
    assert "No model called x/y is listed." in words_of(response)


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
