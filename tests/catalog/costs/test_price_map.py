"""The price map: the frontier, where each model stands and which do not, what is read of it, and five hundred of them."""

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import freshness
from catalog.costs import price_map_charts
from catalog.costs.frontier import cheapest_from, cheapest_until
from catalog.costs.price_map_charts import told
from catalog.models import DisplayCurrency, LanguageModel, Listing, PricePeriod, Rate
from tests.factories import make_listing, make_market, make_model, make_period, make_priced, make_source, make_vendor

PATH = "/costs/map/"
WORKLOAD = {"prompt_tokens": 10_000, "cached_tokens": 4_000, "completion_tokens": 1_000}
SIX = {
    "model": [
        "mistralai/mistral-large-2512",
        "mistralai/mistral-large-2411",
        "mistralai/mistral-large-2407",
        "mistralai/devstral-2512",
        "mistralai/pixtral-large-2411",
        "mistralai/mistral-medium-3-5",
    ]
}
PLAIN = {"prompt_tokens": 1_000}  # 1,000 of these cost the price per million


def text_of(response) -> str:
    return response.content.decode()


def words_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


def chart_of(response, name):
    return next(each.chart for each in response.context["drawn"] if each.chart.name == name)


class TestFrontier:
    PLACES = [(8, Decimal(1)), (32, Decimal(3)), (128, Decimal(2)), (128, Decimal(4)), (200, Decimal(9))]

    def test_by_hand(self):
        assert cheapest_from(self.PLACES) == [(8, 1), (128, 2), (200, 9)]
        assert cheapest_until(self.PLACES) == [(8, 1)]
        days = [(date(2025, 1, 1), Decimal(5)), (date(2025, 2, 1), Decimal(6)), (date(2025, 3, 1), Decimal(2))]
        assert cheapest_until(days) == [days[0], days[2]]
        assert cheapest_from([]) == cheapest_until([]) == []

    def test_the_same_place_twice_is_one(self):
        assert cheapest_from([(8, Decimal(1)), (8, Decimal(1))]) == [(8, 1)]

    @given(st.lists(st.tuples(st.integers(1, 20), st.decimals(0, 20, places=0)), max_size=15))
    def test_nothing_beats_what_is_on_it_and_everything_else_is_beaten(self, places):
        found = set(cheapest_from(places))

        def beats(one, other):
            return one != other and one[0] >= other[0] and one[1] <= other[1]

        assert found == {place for place in places if not any(beats(other, place) for other in places)}

    @pytest.mark.parametrize(
        ("names", "words"),
        [([], ""), ("A", "A"), ("AB", "A and B"), ("ABCD", "A, B, C and D"), ("ABCDE", "A, B, C and 2 more")],
    )
    def test_names_in_a_sentence(self, names, words):
        assert told(list(names)) == words


@pytest.mark.django_db
class TestPage:
    def test_the_seeded_models(self, client, seeded):
        response = client.get(PATH, WORKLOAD | SIX)
        words = words_of(response)
        assert "Devstral 2 2512: $4.56, 262,144 tokens" in words
        assert "Mistral Medium 3.5: $22.50, released Apr 28, 2026" in words
        assert "Mistral Large 2407 and 1 more: $18.80, 131,072 tokens" in words
        assert [row[1] for row in response.context["rows"]][:2] == ["Devstral 2 2512", "Mistral Large 3 2512"]
        assert "nothing beats these on both price and context. On it: Devstral 2 2512." in words
        assert "On it: Devstral 2 2512, Mistral Large 3 2512 and Mistral Large 2407." in words

    def test_models_at_one_place_share_a_mark_that_leads_to_all(self, client, seeded):
        page = text_of(client.get(PATH, WORKLOAD | SIX | {"as_of": "2026-01-15"}))
        assert "Mistral Large 2407 and 2 more: $26.00, 131,072 tokens" in page
        together = "&amp;".join(
            f"model=mistralai%2F{slug}" for slug in ("mistral-large-2407", "mistral-large-2411", "pixtral-large-2411")
        )
        assert f'cached_tokens=4000&amp;completion_tokens=1000&amp;as_of=2026-01-15&amp;{together}"' in page

    def test_the_frontier_is_of_models_on_sale_and_narrows_the_costs(self, client):
        make_priced("short", "1.00", context_length=8_192)
        make_priced("long", "3.00", context_length=131_072)
        make_priced("beaten", "4.00", context_length=32_768)
        make_period(make_listing(make_model("gone", context_length=262_144), delisted_on=date(2026, 1, 1)), "0.10")
        response = client.get(PATH, PLAIN)
        drawn = response.context["drawn"][0]
        assert drawn.best == "short and long"
        assert drawn.address == "/costs/?prompt_tokens=1000&model=mistralai%2Fshort&model=mistralai%2Flong"
        assert {row[1]: row[8] for row in response.context["rows"]} == {
            "short": "its context, its release day",
            "long": "its context",
            "beaten": "",
            "gone": "",
        }
        assert "Narrow to these in the table" in words_of(response)

    def test_the_step_of_the_frontier_by_hand(self, client):
        make_priced("short", "1.00", context_length=8_192)
        make_priced("long", "4.00", context_length=131_072)
        chart = chart_of(client.get(PATH, PLAIN), "context")
        corners = [tuple(map(float, corner.split())) for corner in re.split("[ML]", chart.frontier) if corner]
        assert len(corners) == 4  # along at the price of the short one, up, and along at the price of the long one
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
        assert x0 == chart.plot.left < x1 == x2 < x3
        assert y0 == y1 > y2 == y3
        ends = {point.name: point.place for point in chart.points}
        assert ends["short"] == f"translate({x1:g} {y1:g})"
        assert ends["long"] == f"translate({x3:g} {y3:g})"

    def test_free_models_stand_in_the_band(self, client):
        make_priced("free", "0", "0", context_length=8_192)
        make_priced("paid", "1.00", "1.00", context_length=131_072)
        response = client.get(PATH, PLAIN)
        chart = chart_of(response, "context")
        middle = (chart.free.top + chart.free.bottom) / 2
        assert [point.place.endswith(f" {middle:g})") for point in chart.points] == [True, False]
        assert "free: free, 8,192 tokens" in words_of(response)
        assert chart.y_ticks[0].label == "free"

    def test_only_free_models(self, client):
        make_priced("a", "0", "0")
        response = client.get(PATH, PLAIN)
        assert [tick.label for tick in chart_of(response, "context").y_ticks] == ["free"]

    def test_of_very_many_the_cheapest_are_drawn_and_those_on_the_line(self, client, monkeypatch):
        monkeypatch.setattr(price_map_charts, "MOST_MARKS", 2)
        for number, (price, context) in enumerate(
            [("1.00", 8_192), ("2.00", 16_384), ("3.00", 16_384), ("4.00", 131_072)]
        ):
            make_priced(f"number-{number}", price, context_length=context)
        drawn = client.get(PATH, PLAIN).context["drawn"][0]
        assert drawn.sentence.endswith("Of 4 models the 2 cheapest are drawn, and those on the line.")
        assert len(drawn.chart.points) == 3
        assert drawn.best == "number-0, number-1 and number-3"

    def test_what_has_no_place_is_counted_and_named_and_not_drawn(self, client):
        make_listing(make_model("unpriced"))
        make_period(make_listing(make_model("half")), "1.00")
        make_priced("nowhere", context_length=None)
        make_priced("undated", released_on=None)
        response = client.get(PATH, WORKLOAD)
        words = words_of(response)
        assert "Not drawn: 1 model without a price on record. unpriced." in words
        assert "Not drawn: 1 model whose price is known only in part. half." in words
        assert "Not drawn: 1 model without a context length, on the first chart. nowhere." in words
        assert "Not drawn: 1 model without a release day, on the second chart. undated." in words
        assert [point.name for point in chart_of(response, "context").points] == ["undated"]
        assert [point.name for point in chart_of(response, "release").points] == ["nowhere"]
        rows = {row[1]: row[2:5] for row in response.context["rows"]}
        assert rows["unpriced"][0] == "—"
        assert rows["half"][0] == "at least $10.00"
        assert rows["nowhere"][1] == "—"
        assert rows["undated"][2] == "—"

    def test_shapes_and_words_follow_the_status(self, client):
        make_priced("a")
        make_priced("b", "0.60", deprecated_on=date(2025, 12, 2))
        response = client.get(PATH, PLAIN)
        chart = chart_of(response, "context")
        assert [point.kinds.split()[0] for point in chart.points] == ["active", "deprecated"]
        assert len({point.shape for point in chart.points}) == 2
        assert [key.word for key in chart.key] == ["Active", "Deprecated", "Cheapest with that much context"]

    def test_named_models_only(self, client):
        for slug in "abc":
            make_priced(slug)
        response = client.get(PATH, {"model": ["mistralai/a", "x/y"]})
        assert [row[1] for row in response.context["rows"]] == ["a"]
        assert "No model called x/y is listed." in words_of(response)
        assert "Map every model" in words_of(response)

    def test_models_that_came_later_are_not_on_a_past_map(self, client, seeded):
        rows = client.get(PATH, WORKLOAD | SIX | {"as_of": "2025-06-01"}).context["rows"]
        assert {row[1] for row in rows} == {"Mistral Large 2407", "Mistral Large 2411", "Pixtral Large 2411"}

    def test_another_currency(self, client):
        DisplayCurrency.objects.create(code="EUR", per_usd="0.5", rate_on=date(2026, 1, 1))
        make_priced("a", "3.00")
        response = client.get(PATH, PLAIN | {"currency": "EUR"})
        assert "a: €1.50, 262,144 tokens" in words_of(response)
        assert [tick.label for tick in chart_of(response, "context").y_ticks] == ["€1.00", "€2.00"]

    def test_nothing_to_map(self, client):
        assert "Nothing to map yet." in words_of(client.get(PATH))
        make_listing(make_model("bare"))
        assert "<svg" not in text_of(client.get(PATH)).partition('id="part"')[2]

    @pytest.mark.parametrize("query", [{"prompt_tokens": "-1"}, {"as_of": "x"}, {"at": "noon"}])
    def test_bad_input_is_refused_in_a_sentence(self, client, query):
        make_priced("a")
        response = client.get(PATH, query)
        assert response.status_code == 400
        assert 'role="alert"' in text_of(response)
        assert client.get(PATH, query, headers={"HX-Request": "true"}).status_code == 422
        assert client.get(PATH, query | {"format": "json"}).status_code == 400

    def test_htmx_gets_the_part(self, client):
        make_priced("a")
        assert re.match(r'\s*<div id="part">', text_of(client.get(PATH, headers={"HX-Request": "true"})))
        assert client.post(PATH).status_code == 405

    def test_exports_hold_the_rows_of_the_table_exactly(self, client):
        make_priced("a", "0.123456789", context_length=8_192, released_on=date(2025, 3, 4))
        make_period(make_listing(make_model("half", context_length=None, released_on=None)), output="1.00")
        page = text_of(client.get(PATH, {"prompt_tokens": 1, "completion_tokens": 1, "format": "csv"}))
        rows = list(csv.DictReader(io.StringIO(page)))
        assert all("1 prompt token and 1 completion token" in row.pop("About") for row in rows)
        assert [row["Model"] for row in rows] == ["half", "a"]
        assert rows[1] == {
            "Model": "a",
            "Id": "mistralai/a",
            "Currency": "USD",
            "1,000 requests": "0.001623456789",
            "Figure": "exact",
            "Context": "8192",
            "Released": "2025-03-04",
            "Status": "Active",
            "Cheapest for": "its context, its release day",
            "Note": "",
        }
        assert (rows[0]["Figure"], rows[0]["Context"], rows[0]["Released"]) == ("at least", "", "")

    def test_five_hundred_models_in_as_many_queries_as_five(self, client, django_assert_max_num_queries):
        counts = []
        for many in (5, 500):
            make_many(many)
            with django_assert_max_num_queries(8) as queries:
                response = client.get(PATH, PLAIN)
            counts.append(len(queries))
        assert counts[0] == counts[1]
        chart = chart_of(response, "context")
        assert len(chart.points) == response.context["page"].paginator.count == 505
        assert len(response.context["rows"]) == 50
        assert chart.narrow is None
        assert not any("named" in point.kinds for point in chart.points)
        assert text_of(response).count("<title>") == 1 + 2 * 505


def make_many(count: int) -> None:
    """So many models, no two of them at the same place."""
    vendor, market, source = make_vendor(), make_market(), make_source()
    models = LanguageModel.objects.bulk_create(
        LanguageModel(
            vendor=vendor,
            slug=f"many-{count}-{n}",
            name=f"Many {n}",
            context_length=8_192 * (n % 30 + 1),
            released_on=date(2024, 1, 1) + timedelta(days=n),
        )
        for n in range(count)
    )
    listings = Listing.objects.bulk_create(
        Listing(model=model, market=market, upstream_id=model.slug) for model in models
    )
    periods = PricePeriod.objects.bulk_create(
        PricePeriod(listing=listing, model=listing.model, starts_on=date(2025, 1, 1), source=source)
        for listing in listings
    )
    Rate.objects.bulk_create(
        Rate(period=period, component="input", amount=f"0.00000{len(str(count))}{n:03}")
        for n, period in enumerate(periods)
    )
    freshness.touched()
