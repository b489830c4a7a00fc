"""The unit of prices: per million, per thousand, or one request of a workload, with every sum done by hand."""

import csv
import io
from datetime import date

import pytest

from catalog.models import DisplayCurrency, Modality, WorkloadProfile
from catalog.table.columns import COLUMNS
from tests.catalog.table.reading import heads, link, names, text_of, words_of
from tests.factories import make_listing, make_model, make_period, make_priced, make_rate

pytestmark = pytest.mark.django_db


def prices(response, name: str) -> dict[str, str]:
    row = next(row for row in response.context["rows"] if row.name == name)
    return {key: price.text for key, price in row.prices.items()}


def test_per_thousand(client, four):
    response = client.get("/?unit=thousand")
    assert heads(response)[2:5] == ["Input $/K", "Output $/K", "Cached $/K"]
    # 0.10, 0.30 and 0.01 dollars per million are a thousandth of that per thousand
    assert prices(response, "small-3") == {"input": "0.0001", "output": "0.0003", "cached": "0.00001"}
    assert prices(response, "open-1")["input"] == "0.00"
    assert prices(response, "silent")["input"] == "—"


def test_filters_stay_in_dollars_per_million_whatever_is_shown(client, four):
    for unit in ("thousand", "request"):
        assert names(client.get(f"/?unit={unit}&input=0.1")) == ["small-3"]


def test_one_request_of_the_usual_workload(client, four):
    response = client.get("/?unit=request")
    assert heads(response)[1:6] == [
        "Context",
        "Cost $/request",
        "Input $/request",
        "Cached $/request",
        "Output $/request",
    ]
    assert "One request has 10,000 prompt tokens, 4,000 of them cached, and 1,000 completion tokens." in words_of(
        response
    )
    # 6,000 x 0.10/M = 0.0006; 4,000 x 0.01/M = 0.00004; 1,000 x 0.30/M = 0.0003; together 0.00094
    assert prices(response, "small-3") == {
        "cost": "0.00094",
        "input": "0.0006",
        "cached": "0.00004",
        "output": "0.0003",
    }
    # Large has no price for cached tokens: 10,000 x 2.00/M = 0.02, and 1,000 x 6.00/M = 0.006
    assert prices(response, "large-2") == {"cost": "0.026", "input": "0.02", "cached": "as input", "output": "0.006"}
    assert prices(response, "open-1")["cost"] == "0"
    assert prices(response, "silent") == dict.fromkeys(("cost", "input", "cached", "output"), "—")


def test_one_request_of_ones_own(client, four):
    response = client.get("/?unit=request&prompt_tokens=1000&cached_tokens=50%25&completion_tokens=0")
    # 500 x 0.10/M = 0.00005 and 500 x 0.01/M = 0.000005
    assert prices(response, "small-3") == {"cost": "0.000055", "input": "0.00005", "cached": "0.000005", "output": "0"}
    small = next(row for row in response.context["rows"] if row.name == "small-3")
    assert small.prices["output"].times == ""  # it needs none, which does not make it free
    assert names(client.get("/?sort=cost&prompt_tokens=1000&completion_tokens=0")) == [
        "open-1",
        "small-3",
        "large-2",
        "silent",
    ]


def test_a_bill_has_the_tiers_and_fees_that_list_prices_do_not_show(client):
    period = make_period(make_listing(make_model("tiered")), "1", "2")
    make_rate(period, "input", "3", over_prompt_tokens=9_999)
    make_rate(period, "request", each="0.01")
    response = client.get("/?columns=cost,input&unit=million&sort=cost")
    # 10,000 x 3/M = 0.03, 1,000 x 2/M = 0.002, and the request 0.01
    assert prices(response, "tiered") == {"cost": "0.042", "input": "1.00"}
    assert "in the order of list prices; tiers and fees are in the figures" in words_of(response)


def test_a_cost_that_is_only_a_lower_bound_says_so(client):
    make_period(make_listing(make_model("half")), "1", "")
    make_priced("whole", "5", "5")
    page = client.get("/?columns=cost")
    half = next(row for row in page.context["rows"] if row.name == "half").prices["cost"]
    assert (half.text, half.times, half.why) == ("0.01", "at least", "The output price is not known.")
    assert "cheapest" not in half.css


def test_what_writes_no_text_has_no_output_price_to_be_unknown(client):
    model = make_model("embed")
    model.output_modalities.add(Modality.objects.create(slug="embeddings", name="Embeddings"))
    make_period(make_listing(model), "1")
    [row] = client.get("/?columns=cost,output").context["rows"]
    assert row.prices["cost"].why == "It writes no text: only what it reads is priced."
    assert row.prices["output"].text == "—"


def test_a_request_that_cannot_be_priced_shows_no_cost_and_spoils_nothing_else(client, four):
    response = client.get("/?columns=cost,input&prompt_tokens=1&cached_tokens=2")
    assert response.status_code == 400
    assert prices(response, "small-3") == {"cost": "—", "input": "0.10"}
    response = client.get("/?columns=cost&input=cheap")
    assert prices(response, "small-3")["cost"] == "0.00094"


def test_workloads_are_offered_as_addresses_that_keep_the_rest(client, four, signed_in, owner):
    WorkloadProfile.objects.create(
        user=owner, name="Mail", prompt_tokens=900, cached="10%", completion_tokens=80, requests=7
    )
    response = signed_in.get("/?unit=request&sort=name")
    chat = link(response, "Chat")
    assert chat == "?unit=request&sort=name&prompt_tokens=2000&cached_tokens=50%25&completion_tokens=400"
    assert "One request has 2,000 prompt tokens, 1,000 of them cached" in words_of(client.get(f"/{chat}"))
    assert link(response, "Batch extraction").endswith("&batch=on")
    assert link(response, "Mail").endswith("prompt_tokens=900&cached_tokens=10%25&completion_tokens=80")
    client.logout()
    assert ">Mail<" not in text_of(client.get("/?unit=request"))


def test_another_currency_in_every_unit(client, four):
    DisplayCurrency.objects.create(code="EUR", per_usd="0.5", rate_on=date(2026, 11, 20), source="A bank")
    assert heads(client.get("/?currency=EUR&unit=thousand"))[2] == "Input €/K"
    assert prices(client.get("/?currency=EUR&unit=thousand"), "large-2")["input"] == "0.001"
    assert prices(client.get("/?currency=EUR&unit=request"), "large-2")["cost"] == "0.013"


def rows_of(response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(response))))


def test_a_file_has_the_columns_the_unit_and_the_rows_shown(client, four):
    query = "&sort=name&status=active&format=csv"
    row = rows_of(client.get(f"/?unit=request&columns=cost,cached,status,reads{query}"))[2]
    assert {key: row[key] for key in list(row)[:6]} == {
        "Model": "small-3",
        "Id": "mistralai/small-3",
        "Cost $/request": "0.00094",
        "Cached $/request": "0.00004",
        "Status": "Active",
        "Reads": "text, image",
    }
    assert "One request has 10,000 prompt tokens" in row["About"]
    assert [row["Input $/K"] for row in rows_of(client.get(f"/?unit=thousand{query}"))] == ["0.002", "0", "0.0001"]
    every = ",".join(column.key for column in COLUMNS)
    assert len(rows_of(client.get(f"/?columns={every}{query}"))) == 3
    assert (
        client.get(f"/?columns={every}&format=md").status_code
        == client.get(f"/?columns={every}&format=json").status_code
        == 200
    )


def test_a_file_of_all_rows(client):
    for number in range(53):
        make_model(f"m{number:02}")
    assert len(rows_of(client.get("/?format=csv"))) == 50
    assert len(rows_of(client.get("/?format=csv&rows=all&columns=cost"))) == 53
    page = text_of(client.get("/?sort=name"))
    assert 'All 53 rows as <a href="?sort=name&amp;rows=all&amp;format=csv">CSV</a>' in page
    assert "rows=all" not in text_of(client.get("/?q=m01"))


def test_the_files_of_a_page_are_those_of_its_rows(client):
    for number in range(53):
        make_model(f"m{number:02}")
    address = link(client.get("/?sort=name&page=2&q=&context="), "CSV")
    assert address == "?sort=name&page=2&format=csv"
    assert [row["Model"] for row in rows_of(client.get(f"/{address}"))] == ["m50", "m51", "m52"]
