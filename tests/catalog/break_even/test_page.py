"""The break-even page: the project's own example in words, the tables behind it, and what happens with odd addresses."""

import json
import re
from datetime import date

import pytest

from tests.catalog.break_even.reading import (
    DEVSTRAL,
    LARGE,
    PATH,
    SEEDS,
    UNCACHED,
    VERDICT_20,
    drawn,
    part_of,
    rows_in,
    rows_of,
)
from tests.catalog.test_pages_compare import HTMX, text_of, words_of
from tests.factories import make_listing, make_model, make_period, make_priced

pytestmark = pytest.mark.django_db


class TestTheSeeds:
    def test_without_cached_tokens_it_is_twenty_percent(self, client, seeded):
        response = client.get(PATH, SEEDS | UNCACHED)
        assert response.status_code == 200
        assert f'<h2 id="verdict">{VERDICT_20}</h2>' in text_of(response)
        assert (
            "At this workload output is 10% of input: Devstral 2 2512 costs $0.006 and Mistral Large 3 2512 $0.0065, 1.08 "
            "times as much."
        ) in part_of(response)

    def test_the_default_workload_has_two_fifths_cached(self, client, seeded):
        words = part_of(client.get(PATH, SEEDS))
        assert (
            "Devstral 2 2512 is cheaper while output is under 12.8% of input; above that Mistral Large 3 2512 is."
            in words
        )
        assert "Devstral 2 2512 costs $0.00456 and Mistral Large 3 2512 $0.0047, 1.03 times as much." in words
        assert "Devstral 2 2512 is cheaper while under about 55.6% of the prompt is cached;" in words
        assert "Devstral 2 2512 is cheaper than Mistral Large 3 2512 for every prompt of 1 to 238,312 tokens." in words
        assert "Devstral 2 2512 is retired." in words

    def test_no_number_of_requests_changes_it(self, client, seeded):
        # .0047 - .00456 = .00014 a request; x 10,000 = 1.40 a month, / 30 = .0467 a day, x 12 = 16.80 a year
        words = part_of(client.get(PATH, SEEDS))
        assert "No number of requests changes which one is cheaper" in words
        assert (
            "With 10,000 requests a month the difference comes to $0.0467 a day, $1.40 a month and $16.80 a year."
            in words
        )

    def test_the_table(self, client, seeded):
        # 12.8%: 10 M tokens of .256 + 1.28 M of 2.00 = 2.56 + 2.56. 5/9 cached: 10 x (4/9 x .4 + 5/9 x .04) + 2 = 4
        devstral, large = "Devstral 2 2512", "Mistral Large 3 2512"
        unit, price = "USD for 1,000 requests", "USD per million tokens"
        assert rows_of(client.get(PATH, SEEDS)) == [
            ["What", "Where", devstral, large, "Unit", "Cheaper below", "Cheaper above"],
            ["Output, as a share of input", "12.8%", "5.12", "5.12", unit, devstral, large],
            ["Cached share of the prompt", "about 55.6%", "4.00", "4.00", unit, devstral, large],
            ["Prompt tokens of a request", "nowhere", "", "", "", devstral, devstral],
            ["Number of requests", "nowhere", "", "", "", devstral, devstral],
            ["Input", "always", "0.40", "0.50", price, "", ""],
            ["Cached input", "always", "0.04", "0.05", price, "", ""],
            ["Output", "always", "2.00", "1.50", price, "", ""],
        ]

    def test_the_charts_mark_the_workload_and_the_crossing(self, client, seeded):
        by_ratio, by_share, by_size = drawn(client.get(PATH, SEEDS))
        assert "With more or less output" in by_ratio
        assert "your workload" in by_ratio
        assert "the same at 12.8%" in by_ratio
        assert "Devstral 2 2512 is cheaper<" in by_ratio
        assert "the same at about 55.6%" in by_share
        assert "Held as in your workload: 10,000 prompt tokens, output at 10% of input." in by_share
        assert "your workload" in by_size
        assert "the same at" not in by_size
        assert "for every prompt of 1 to 238,312 tokens" in by_size

    def test_a_crossing_far_from_the_workload_is_drawn(self, client, seeded):
        by_ratio, *_ = drawn(client.get(PATH, SEEDS | UNCACHED | {"completion_tokens": 100}))
        assert "your workload" in by_ratio
        assert "the same at 20%" in by_ratio

    def test_a_ratio_of_many_times_is_written_in_times(self, client, seeded):
        response = client.get(PATH, SEEDS | UNCACHED | {"completion_tokens": 40_000})
        assert "At this workload output is 4 times the input" in part_of(response)
        assert ">8×</text>" in drawn(response)[0]

    def test_an_earlier_day_has_its_own_prices(self, client, seeded):
        # 2026-01-15: Devstral at .05 and .22 is cheaper than Large 3 at .50 and 1.50 whatever happens
        words = part_of(client.get(PATH, SEEDS | {"as_of": "2026-01-15"}))
        assert "Devstral 2 2512 is cheaper than Mistral Large 3 2512 at every ratio of output to input." in words
        assert "Prices and states as of Jan 15, 2026" in words
        assert "is retired" not in words

    def test_the_two_cheapest_on_sale_to_begin_with(self, client):
        make_priced("devstral", "0.40", "2.00", "0.04", retires_on=date(2026, 7, 31))
        make_priced("large", "0.50", "1.50", "0.05")
        make_priced("dear", "2.00", "6.00", "0.20")
        make_period(make_listing(make_model("gone"), delisted_on=date(2026, 3, 1)), "0.01", "0.01", "0.01")
        words = part_of(client.get(PATH, {"as_of": "2026-05-06"}))
        assert "No models were chosen: devstral and large are the two cheapest on sale for this workload." in words
        assert "is cheaper while output is under 12.8% of input" in words
        # By then its vendor has retired the cheapest, and the market still sells it.
        words = part_of(client.get(PATH, {"as_of": "2026-09-01"}))
        assert "devstral and large are the two cheapest on sale" in words
        assert "devstral is retired. Its vendor retired it; OpenRouter still lists it." in words


class TestAddresses:
    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ({"prompt_tokens": "many"}, "Prompt tokens: Write a whole number, such as 10000."),
            (
                {"prompt_tokens": 10, "cached_tokens": 20},
                "of which cached: Cached tokens (20) are part of the prompt tokens",
            ),
            (
                {"completion_tokens": 10},
                "Prompt tokens: A break-even is measured against the prompt: give it at least one token.",
            ),
            ({"as_of": "yesterday"}, "As of: Write the day as year-month-day"),
            ({"currency": "XYZ"}, "No rate for “XYZ” is set."),
            ({"model": "a\0b"}, "A model’s id is its vendor and name"),
        ],
    )
    def test_what_cannot_be_worked_out_is_said(self, client, query, sentence):
        make_priced("a")
        make_priced("b", "0.40")
        page = client.get(PATH, query)
        assert page.status_code == 400
        assert sentence in words_of(page)
        assert 'id="verdict"' not in text_of(page)
        part = client.get(PATH, query, headers=HTMX)
        assert part.status_code == 422
        assert sentence in words_of(part)
        file = client.get(PATH, query | {"format": "json"})
        assert file.status_code == 400
        assert sentence in text_of(file)

    def test_an_unknown_format(self, client):
        assert client.get(PATH, {"format": "xls"}).status_code == 400

    def test_the_part_for_htmx(self, client):
        make_priced("a")
        make_priced("b", "0.40")
        part = client.get(PATH, UNCACHED | {"model": "mistralai/a"}, headers=HTMX)
        assert re.match(r'\s*<div id="part">\s*<nav class="profiles"', text_of(part))
        assert "<title>" not in text_of(part)
        assert "prompt_tokens=10000" in part["HX-Push-Url"]

    def test_the_page_is_reached_from_the_other_costs_pages(self, client):
        page = text_of(client.get("/costs/", {"model": ["a/b", "c/d"], "prompt_tokens": 5}))
        assert 'href="/costs/break-even/?prompt_tokens=5&amp;model=a%2Fb&amp;model=c%2Fd"' in page
        assert 'aria-current="page">Break-even</a>' in text_of(client.get(PATH))

    @pytest.mark.parametrize("prompt", [1, 10**12])
    @pytest.mark.parametrize("completion", [0, 1, 10**12])
    def test_the_smallest_and_the_largest_request(self, client, seeded, prompt, completion):
        response = client.get(PATH, SEEDS | {"prompt_tokens": prompt, "completion_tokens": completion})
        assert response.status_code == 200
        assert VERDICT_20 in part_of(response)
        assert len(drawn(response)) == 3
        assert "NaN" not in text_of(response)

    def test_the_number_of_queries_does_not_grow(self, client, django_assert_max_num_queries):
        counts = []
        for number in range(12):
            make_priced(f"m{number}", f"0.{number + 10}")
            if number in (2, 11):
                with django_assert_max_num_queries(6) as queries:
                    client.get(PATH, {"model": ["mistralai/m0", "mistralai/m1"]})
                counts.append(len(queries))
        assert counts[0] == counts[1]


class TestFiles:
    def test_csv_holds_the_rows_of_the_table(self, client, seeded):
        page = rows_of(client.get(PATH, SEEDS | UNCACHED))
        columns, *rows = rows_in(client.get(PATH, SEEDS | UNCACHED | {"format": "csv"}))
        assert columns == ["Group", "What", "Where", DEVSTRAL, LARGE, "Unit", "Cheaper below", "Cheaper above"]
        assert [[*row[1:3], *row[5:]] for row in rows] == [[*row[:2], *row[4:]] for row in page[1:]]
        assert rows[0][:5] == ["Where the cheaper one changes", "Output, as a share of input", "20%", "8", "8"]
        assert rows[4] == ["Prices used", "Input", "always", "0.4", "0.5", "USD per million tokens", "", ""]

    def test_json_holds_amounts_as_exact_text(self, client, seeded):
        found = json.loads(text_of(client.get(PATH, SEEDS | {"format": "json"})))
        first, _, nowhere, *_ = found["rows"]
        assert (first["Where"], first[DEVSTRAL], first[LARGE]) == ("12.8%", "5.12", "5.12")
        assert (nowhere["Where"], nowhere[DEVSTRAL]) == ("nowhere", None)

    def test_markdown(self, client, seeded):
        text = text_of(client.get(PATH, SEEDS | UNCACHED | {"format": "md"}))
        assert "| Where the cheaper one changes | Output, as a share of input | 20% | 8 | 8 |" in text

    def test_a_lower_bound_says_so(self, client):
        make_priced("a", "0.10", "1.00", name="Alpha")
        make_priced("b", "0.40", "", name="Beta")
        rows = rows_in(client.get(PATH, {"model": ["mistralai/a", "mistralai/b"], "format": "csv"} | UNCACHED))
        # .10 + 1.00 r reaches .40 at 30%
        assert rows[1][2:] == ["30%", "4", "at least 4", "USD for 1,000 requests", "Alpha", "not known"]
