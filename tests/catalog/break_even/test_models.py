"""The break-even page for any two models: how they are chosen, and what their prices do to the answer."""

import re
from decimal import Decimal
from itertools import pairwise

import pytest

from catalog.models import DisplayCurrency, PricePeriod
from tests.catalog.break_even.reading import (
    DEVSTRAL,
    PATH,
    SEEDS,
    UNCACHED,
    VERDICT_20,
    drawn,
    part_of,
    rows_in,
    rows_of,
)
from tests.catalog.test_pages_compare import text_of
from tests.factories import DAY, make_listing, make_model, make_period, make_priced, make_rate

pytestmark = pytest.mark.django_db


class TestTheChoice:
    def models(self) -> None:
        make_priced("a", "0.40", "2.00", name="Alpha")
        make_priced("b", "0.50", "1.50", name="Beta")
        make_priced("c", "5.00", "9.00", name="Gamma")

    def test_one_model_gets_the_cheapest_other(self, client):
        self.models()
        response = client.get(PATH, {"model": "mistralai/c"})
        words = part_of(response)
        assert "Beside Gamma stands Alpha, the cheapest other model on sale for this workload." in words
        assert "Alpha is cheaper than Gamma at every ratio of output to input." in words
        assert '<option value="mistralai/c" selected>Gamma</option>' in text_of(response)
        assert '<option value="mistralai/a" selected>' not in text_of(response)

    def test_free_models_break_even_with_nothing(self, client):
        self.models()
        make_priced("d", "0", "0", name="Delta")
        make_priced("e", "0", "0", name="Epsilon")
        words = part_of(client.get(PATH))
        assert "Alpha and Beta are the two cheapest on sale that are not free for this workload." in words
        words = part_of(client.get(PATH, {"model": "mistralai/a"}))
        assert "Beside Alpha stands Beta, the cheapest other model on sale that is not free for this workload." in words
        words = part_of(client.get(PATH, {"model": ["mistralai/d", "mistralai/e"]}))
        assert "Delta and Epsilon cost the same at every ratio of output to input." in words
        assert "At this workload output is 10% of input: both are free." in words
        words = part_of(client.get(PATH, {"model": ["mistralai/a", "mistralai/e"]}))
        assert "Epsilon is free and Alpha costs $0.006." in words

    def test_the_same_model_twice(self, client):
        self.models()
        words = part_of(client.get(PATH, {"model": ["mistralai/b", "mistralai/b"]}))
        assert "Beta always costs as much as itself: choose another model to set beside it." in words
        assert "Beside Beta stands Alpha, the cheapest other model on sale for this workload." in words

    def test_more_than_two(self, client):
        self.models()
        words = part_of(client.get(PATH, {"model": ["mistralai/c", "mistralai/b", "mistralai/a"]}))
        assert "A break-even is between two models: of the 3 given, Gamma and Beta are set side by side." in words
        assert "Beta is cheaper than Gamma" in words

    def test_an_unknown_model(self, client):
        self.models()
        words = part_of(client.get(PATH, {"model": ["x/y", "mistralai/b"]}))
        assert "No listed model is called x/y." in words
        assert "Beside Beta stands Alpha" in words

    def test_models_of_one_name_are_told_apart_by_their_ids(self, client):
        make_priced("a", "0.40", "2.00", name="Twin")
        make_priced("b", "0.50", "1.50", name="Twin")
        words = part_of(client.get(PATH, {"model": ["mistralai/a", "mistralai/b"]} | UNCACHED))
        assert "mistralai/a is cheaper while output is under 20% of input; above that mistralai/b is." in words

    def test_nothing_to_choose_from(self, client):
        make_priced("a", name="Alpha")
        response = client.get(PATH)
        assert response.status_code == 200
        assert "A break-even needs two models with a listing." in part_of(response)
        assert rows_in(client.get(PATH, {"format": "csv"})) == [
            ["Group", "What", "Where", "Unit", "Cheaper below", "Cheaper above"]
        ]

    def test_the_models_form_keeps_the_workload(self, client):
        self.models()
        page = text_of(client.get(PATH, UNCACHED | {"batch": "on", "as_of": "2026-01-02", "cached_tokens": "40%"}))
        form = re.search(r'<form class="fields picker".*?</form>', page, re.DOTALL)[0]
        assert dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)) == {
            "prompt_tokens": "10000",
            "cached_tokens": "40%",
            "completion_tokens": "1000",
            "batch": "on",
            "as_of": "2026-01-02",
        }
        assert form.count('<select id="side-') == 2

    def test_status_stands_beside_the_name(self, client, seeded):
        assert f'<option value="{DEVSTRAL}">Devstral 2 2512 (retired)</option>' in text_of(client.get(PATH))


class TestPrices:
    def test_tiers_are_cliffs(self, client):
        make_priced("b", "0.50", "1.50", name="Beta")
        period = make_period(make_listing(make_model("a", "Alpha")), "0.40", "1.50")
        make_rate(period, "input", "0.80", over_prompt_tokens=200_000)
        response = client.get(PATH, {"model": ["mistralai/a", "mistralai/b"]} | UNCACHED)
        words = part_of(response)
        assert '<h2 id="verdict">Alpha is cheaper up to 200,000 prompt tokens; above that Beta is.</h2>' in text_of(
            response
        )
        assert "Alpha has other prices above 200,000 prompt tokens, for every token of the request." in words
        assert "Prompts of 1 to 238,312 tokens were looked at." in words
        assert "changes above 200,000" in drawn(response)[2]
        rows = rows_of(response)
        # 200,001 tokens x .80 and 20,000.1 x 1.50 per million, 1,000 times: 160.0008 + 30.00015; and 100.0005 for Beta
        assert next(row[1:4] for row in rows if row[0].startswith("Prompt")) == ["from 200,001", "190.00", "130.00"]
        assert [row[:4] for row in rows if row[0] == "Input"] == [
            ["Input", "up to 200,000 prompt tokens", "0.40", "0.50"],
            ["Input", "above 200,000 prompt tokens", "0.80", "0.50"],
        ]
        assert [row[1:4] for row in rows if row[0] == "Output"] == [["always", "1.50", "1.50"]]
        # The cliff is drawn: two neighbouring corners at one place, one well above the other.
        path = re.search(r'class="chart-line line-1"><path class="chart-path" d="([^"]+)"', drawn(response)[2])[1]
        corners = [tuple(map(float, corner.split())) for corner in re.split("[ML]", path)[1:]]
        assert any(abs(x2 - x1) < 1 and y1 - y2 > 5 for (x1, y1), (x2, y2) in pairwise(corners))

    def test_a_price_for_each_request(self, client):
        make_priced("b", "0.50", "1.00", name="Beta")
        make_rate(make_period(make_listing(make_model("a", "Alpha")), "0.40", "1.00"), "request", each="0.01")
        response = client.get(PATH, {"model": ["mistralai/a", "mistralai/b"]} | UNCACHED)
        assert (
            "Beta is cheaper up to 99,999 prompt tokens; at 100,000 the two cost the same; above that Alpha is."
            in part_of(response)
        )
        rows = rows_of(response)
        assert ["Prompt tokens of a request", "at 100,000", "60.00", "60.00"] in [row[:4] for row in rows]
        assert ["Request", "always", "0.01", "none", "USD each", "", ""] in rows

    def test_an_unknown_price_is_named_and_not_guessed(self, client):
        make_priced("a", "0.40", "", name="Alpha")
        make_priced("b", "0.50", "1.50", name="Beta")
        response = client.get(PATH, {"model": ["mistralai/a", "mistralai/b"]} | UNCACHED)
        words = part_of(response)
        assert (
            "Alpha is cheaper than Beta without any output; with any output it cannot be said which one is. The output price "
            "of Alpha is not known."
        ) in words
        assert "Beta costs $0.0065 and Alpha costs at least $0.004." in words
        assert "comes to" not in words
        assert ["Output", "always", "not known", "1.50", "USD per million tokens", "", ""] in rows_of(response)
        by_ratio, by_share, _ = drawn(response)
        assert "Alpha, then not known" in by_ratio
        assert 'class="chart-line line-1"' not in by_share
        assert 'class="chart-line line-2"' in by_share

    def test_two_models_without_any_price_have_no_chart(self, client):
        for slug, name in (("a", "Alpha"), ("b", "Beta")):
            make_listing(make_model(slug, name))
        response = client.get(PATH, {"model": ["mistralai/a", "mistralai/b"]})
        assert "At this workload output is 10% of input, but what Alpha and Beta cost is not known." in part_of(
            response
        )
        assert drawn(response) == []
        assert part_of(response).count("The input and output prices of Beta are not known.") == 4

    def test_batch_and_hours_are_judged_as_the_workload_says(self, client):
        make_priced("b", "0.50", "1.50", name="Beta")
        period = make_period(make_listing(make_model("a", "Alpha")), "0.60", "1.50")
        make_rate(period, "input", "0.30", is_batch=True)
        make_rate(period, "input", "0.20", utc_start="16:00", utc_end="02:00")
        query = {"model": ["mistralai/a", "mistralai/b"]} | UNCACHED
        plain = client.get(PATH, query)
        assert "Beta is cheaper than Alpha at every ratio" in part_of(plain)
        assert "Alpha: Input has another price from 16:00 to 02:00 UTC." in part_of(plain)
        batch = client.get(PATH, query | {"batch": "on", "at": "09:00"})
        assert "Alpha is cheaper than Beta at every ratio" in part_of(batch)
        assert "0.30 (batch only)" in [row[2] for row in rows_of(batch)]
        late = client.get(PATH, query | {"at": "23:30"})
        assert "0.20 (16:00 to 02:00 UTC)" in [row[2] for row in rows_of(late)]
        assert "has another price" not in part_of(late)

    def test_the_finer_parts_of_a_request(self, client):
        make_priced("b", "0.50", "1.50", name="Beta")
        period = make_period(make_listing(make_model("a", "Alpha")), "0.40", "2.00")
        make_rate(period, "reasoning", "3.00")
        finer = {"cache_write_tokens": 1_000, "reasoning_tokens": 500}
        response = client.get(PATH, {"model": ["mistralai/a", "mistralai/b"]} | UNCACHED | finer)
        # .40 + r (1.00 + 1.50) = .50 + 1.50 r, so r = .10: the workload itself
        assert "Alpha is cheaper while output is under 10% of input; above that Beta is." in part_of(response)
        assert "both cost $0.0065." in part_of(response)
        assert "10% of the prompt written to a cache, 50% of the output reasoning." in part_of(response)
        rows = rows_of(response)
        assert ["Reasoning", "always", "3.00", "as output"] in [row[:4] for row in rows]
        assert ["Cache write", "always", "as input", "as input"] in [row[:4] for row in rows]
        assert "At this workload there is no difference to add up." in part_of(response)

    def test_a_price_that_is_over(self, client):
        make_priced("b", "0.50", "1.50", name="Beta")
        model = make_model("a", "Alpha")
        make_period(make_listing(model), "0.40", "2.00", ends_on=DAY.replace(year=2026))
        PricePeriod.objects.filter(listing__model=model).update(ends_on="2026-01-01")
        words = part_of(client.get(PATH, {"model": ["mistralai/a", "mistralai/b"]}))
        assert "Alpha: Last price, until Jan 1, 2026." in words

    def test_another_currency_changes_the_amounts_and_not_the_ratio(self, client, seeded):
        DisplayCurrency.objects.create(code="EUR", per_usd=Decimal("0.5"), rate_on=DAY)
        response = client.get(PATH, SEEDS | UNCACHED | {"currency": "EUR"})
        words = part_of(response)
        assert VERDICT_20 in words
        assert "Devstral 2 2512 costs €0.003 and Mistral Large 3 2512 €0.00325, 1.08 times as much." in words
        assert ["20%", "4.00", "4.00", "EUR for 1,000 requests"] in [row[1:5] for row in rows_of(response)]
        assert ["Input", "always", "0.20", "0.25", "EUR per million tokens", "", ""] in rows_of(response)
        assert "EUR for 1,000 requests" in drawn(response)[0]
