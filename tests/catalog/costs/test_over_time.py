"""What a workload cost over time: the rows that say what changed and why, the chart above them, and which models are drawn."""

import csv
import io
import json
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from catalog.models import DisplayCurrency
from tests.factories import make_listing, make_market, make_model, make_period, make_priced, make_rate, make_vendor

PATH = "/costs/over-time/"
DEVSTRAL, PIXTRAL = "mistralai/devstral-2512", "mistralai/pixtral-large-2411"
WORKLOAD = {"prompt_tokens": 10_000, "cached_tokens": 4_000, "completion_tokens": 1_000}
JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))


def text_of(response) -> str:
    return response.content.decode()


def words_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


def rows_of(response) -> list[list[str]]:
    """The cells of the table as a person reads them."""
    table = text_of(response).partition('<table class="grid periods">')[2]
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("</table>")[0], re.DOTALL)
    return [
        [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in rows
    ][1:]


@pytest.mark.django_db
class TestPage:
    def test_the_seeded_prices_of_devstral(self, client, seeded):
        response = client.get(PATH, WORKLOAD | {"model": DEVSTRAL})
        back_to_input = "cached input 0.025 is gone, now charged as input."
        rows = rows_of(response)
        assert {row[0] for row in rows} == {"Devstral 2 2512"}
        assert [row[1:6] for row in rows] == [
            ["Mar 18, 2026", "in force", "$0.00456", "$4.56", "−24%"],
            ["Feb 18, 2026", "Mar 18, 2026", "$0.006", "$6.00", "+868%"],
            ["Feb 7, 2026", "Feb 18, 2026", "$0.00062", "$0.62", "−14%"],
            ["Dec 20, 2025", "Feb 7, 2026", "$0.00072", "$0.72", "−66%"],
            ["Dec 11, 2025", "Dec 20, 2025", "$0.0021", "$2.10", "—"],
        ]
        assert [row[6] for row in rows] == [
            "Cached input new at 0.04, before charged as input. Not listed from Jul 31, 2026 to Oct 8, 2026.",
            f"Input 0.05 to 0.40, output 0.22 to 2.00, {back_to_input}",
            "Cached input new at 0.025, before charged as input.",
            "Input 0.15 to 0.05, output 0.60 to 0.22.",
            "First price on record.",
        ]
        assert "Equal steps up are equal factors." in words_of(response)
        assert "Devstral 2 2512: $0.0021 from Dec 11, 2025" in words_of(response)
        # The line is broken while nobody could buy it, and goes on at the same price.
        (course,) = response.context["courses"]
        assert [(str(step.starts_on), str(step.ends_on)) for step in course.steps[-2:]] == [
            ("2026-03-18", "2026-07-31"),
            ("2026-10-08", str(course.steps[-1].ends_on)),
        ]
        assert "Devstral 2 2512: $0.00456 from Oct 8, 2026" in words_of(response)
        within = client.get(PATH, WORKLOAD | {"model": DEVSTRAL, "as_of": "2026-08-20"})
        assert rows_of(within)[0][1:3] == ["Mar 18, 2026", "Jul 31, 2026, not listed"]
        assert "Devstral 2 2512, not listed" in words_of(within)

    def test_a_line_ends_with_the_retirement_where_nobody_saw_it_since(self, client):
        own = make_market("mistral", "Mistral", vendor=make_vendor())
        for slug, market, upstream_id in (("a", own, "a"), ("b", None, "mistralai/b")):
            model = make_model(slug, released_on=date(2025, 12, 1), retires_on=date(2026, 3, 1))
            listing = make_listing(model, market=market, upstream_id=upstream_id, last_seen_on=date(2026, 2, 1))
            make_period(listing, "1", "1")
        late = make_model("late", retires_on=date(2026, 3, 1))
        make_period(make_listing(late, market=own, upstream_id="late"), "1", "1", starts_on=date(2026, 8, 21))
        response = client.get(PATH, WORKLOAD | {"model": [f"mistralai/{slug}" for slug in ("a", "b", "late")]})
        assert [row[0:3] for row in rows_of(response)] == [
            ["a", "Dec 1, 2025", "Mar 1, 2026, retired"],
            ["b", "Dec 1, 2025", "Feb 1, 2026, last seen"],
            ["late", "Aug 21, 2026", "last price"],
        ]
        ends = [[str(step.ends_on) for step in course.steps] for course in response.context["courses"]]
        assert ends == [["2026-03-01"], ["2026-02-02"], []]
        words = words_of(response)
        assert "a, retired" in words
        assert "b, last seen" in words
        assert "Not drawn, as no price of late covers all of this workload on a day on which it was sold." in words

    def test_a_delisted_line_ends_with_the_word(self, client, seeded):
        response = client.get(PATH, WORKLOAD | {"model": [PIXTRAL, DEVSTRAL]})
        assert "Pixtral Large 2411, delisted" in words_of(response)
        assert ["Nov 19, 2024", "May 31, 2026, delisted"] in [row[1:3] for row in rows_of(response)]

    def test_without_a_choice_the_cheapest_on_sale_are_drawn(self, client):
        for n in range(8):
            make_priced(f"m{n}", f"{n + 1}.00", "5.00")
        gone = make_listing(make_model("gone"), delisted_on=date(2026, 1, 1))
        make_period(gone, "0.10", "0.10")
        half = make_listing(make_model("half"))
        make_period(half, "0.10")
        response = client.get(PATH)
        assert [course.priced.slug for course in response.context["courses"]] == [f"m{n}" for n in range(6)]
        assert "The 6 cheapest models on sale, for 10,000 prompt tokens" in words_of(response)
        assert "Add a model" not in words_of(response)

    def test_of_more_than_six_the_cheapest_are_drawn(self, client):
        for n in range(8):
            make_priced(f"m{n}", f"{9 - n}.00", "5.00")
        response = client.get(PATH, {"model": [f"mistralai/m{n}" for n in range(8)]})
        assert [course.priced.slug for course in response.context["courses"]] == [f"m{n}" for n in (7, 6, 5, 4, 3, 2)]
        assert "The 6 cheapest of the models asked for" in words_of(response)

    def test_models_are_added_and_taken_away_with_the_workload_kept(self, client):
        for slug in "abc":
            make_priced(slug)
        page = text_of(client.get(PATH, {"prompt_tokens": 500, "model": ["mistralai/b", "mistralai/a"]}))
        assert 'href="?prompt_tokens=500&amp;model=mistralai%2Fa"' in page
        assert '<option value="mistralai/c">c</option>' in page
        assert '<option value="mistralai/a">' not in page
        assert page.count('<input type="hidden" name="prompt_tokens" value="500">') == 1
        assert 'href="?prompt_tokens=500">Show the cheapest' in page

    def test_the_only_model_cannot_be_taken_away(self, client):
        make_priced("a")
        assert "Remove a" not in words_of(client.get(PATH, {"model": "mistralai/a"}))

    def test_a_price_that_changes_nothing_here_is_a_row_and_no_step(self, client):
        listing = make_listing(make_model("a"))
        make_rate(make_period(listing, "1.00", "2.00", starts_on=JAN, ends_on=FEB), "cache_write", "1.00")
        make_rate(make_period(listing, "1.00", "2.00", starts_on=FEB), "cache_write", "3.00")
        response = client.get(PATH, {"prompt_tokens": 1000, "model": "mistralai/a"})
        assert len(response.context["courses"][0].steps) == 1
        newest = rows_of(response)[0]
        assert newest[5:] == ["none", "No change for this workload: cache write 1.00 to 3.00."]

    def test_the_same_prices_again_say_so_and_a_gap_is_told(self, client):
        listing = make_listing(make_model("a"))
        make_period(listing, "1.00", "2.00", starts_on=JAN, ends_on=FEB)
        make_period(listing, "1.00", "2.00", starts_on=MAR)
        response = client.get(PATH, {"prompt_tokens": 1000, "model": "mistralai/a"})
        assert rows_of(response)[0][6] == "The same prices as before. No price from Feb 1, 2026 until then."
        assert len(response.context["courses"][0].steps) == 2

    def test_free_ones_stand_in_a_band_of_their_own(self, client):
        make_priced("paid", "1.00", "9.00")
        make_priced("dear", "90.00", "90.00")
        listing = make_listing(make_model("gift"))
        make_period(listing, "1.00", "1.00", starts_on=JAN, ends_on=FEB)
        make_period(listing, "0", "0", starts_on=FEB)
        response = client.get(PATH, {"model": ["mistralai/paid", "mistralai/dear", "mistralai/gift"]} | WORKLOAD)
        assert response.context["chart"].free is not None
        assert ["free", "free", "−100%"] in [row[3:6] for row in rows_of(response)]

    def test_what_was_free_has_no_percentage(self, client):
        listing = make_listing(make_model("a"))
        make_period(listing, "0", "0", starts_on=JAN, ends_on=FEB)
        make_period(listing, "1.00", "1.00", starts_on=FEB)
        response = client.get(PATH, {"prompt_tokens": 1000, "model": "mistralai/a"})
        assert [row[5] for row in rows_of(response)] == ["was free", "—"]

    def test_a_lower_bound_is_a_row_and_is_not_drawn(self, client):
        make_period(make_listing(make_model("half")), input="1.00")
        response = client.get(PATH, {"prompt_tokens": 1000, "completion_tokens": 10, "model": "mistralai/half"})
        assert response.context["chart"] is None
        assert rows_of(response)[0][3] == "at least $0.001"
        assert "Not drawn, as no price of half covers all of this workload on a day on which it was sold." in words_of(
            response
        )
        assert "The output price is not known." in words_of(response)

    def test_a_past_day_ends_the_record_there(self, client, seeded):
        query = WORKLOAD | {"model": [DEVSTRAL, PIXTRAL], "as_of": "2026-01-15"}
        response = client.get(PATH, query)
        assert [row[1:4] for row in rows_of(response) if row[0].startswith("Devstral")] == [
            ["Dec 20, 2025", "in force", "$0.00072"],
            ["Dec 11, 2025", "Dec 20, 2025", "$0.0021"],
        ]
        assert "delisted" not in words_of(response)
        before = client.get(PATH, query | {"as_of": "2025-06-01"})
        assert "No model called mistralai/devstral-2512 is listed on that day." in words_of(before)

    def test_amounts_in_another_currency_are_conversions(self, client, seeded):
        DisplayCurrency.objects.create(code="EUR", per_usd="0.5", rate_on=date(2026, 1, 1))
        response = client.get(PATH, WORKLOAD | {"model": DEVSTRAL, "currency": "EUR"})
        assert rows_of(response)[0][3:5] == ["€0.00228", "€2.28"]
        assert "Input 0.025 to 0.20" in " ".join(rows_of(response)[1])
        assert "EUR for one request" in words_of(response)

    def test_nothing_to_draw(self, client):
        assert "Nothing to draw yet." in words_of(client.get(PATH))
        make_listing(make_model("bare"))
        response = client.get(PATH, {"model": ["mistralai/bare", "x/y"]})
        assert "No model called x/y is listed." in words_of(response)
        assert "Not drawn, as no price of bare covers" in words_of(response)
        assert "<table" not in text_of(response)

    @pytest.mark.parametrize(
        "query", [{"prompt_tokens": "x"}, {"as_of": "soon"}, {"currency": "XXX"}, {"model": "a\0b"}]
    )
    def test_bad_input_is_refused_in_a_sentence(self, client, query):
        make_priced("a")
        response = client.get(PATH, query)
        assert response.status_code == 400
        assert 'role="alert"' in text_of(response)
        assert client.get(PATH, query, headers={"HX-Request": "true"}).status_code == 422
        assert client.get(PATH, query | {"format": "csv"}).status_code == 400

    def test_htmx_gets_the_part(self, client):
        make_priced("a")
        response = client.get(PATH, headers={"HX-Request": "true"})
        assert re.match(r'\s*<div id="part">', text_of(response))
        assert client.post(PATH).status_code == 405

    def test_exports_hold_the_rows_of_the_table_exactly(self, client, seeded):
        query = WORKLOAD | {"model": DEVSTRAL}
        rows = list(csv.DictReader(io.StringIO(text_of(client.get(PATH, query | {"format": "csv"})))))
        assert all("4,000 of them cached" in row.pop("About") for row in rows)
        assert len(rows) == 5
        assert rows[1] == {
            "Model": "Devstral 2 2512",
            "Id": DEVSTRAL,
            "From": "2026-02-18",
            "To": "2026-03-18",
            "Currency": "USD",
            "One request": "0.006",
            "Figure": "exact",
            "1,000 requests": "6",
            "Change %": "867.74",
            "Why": "Input 0.05 to 0.40, output 0.22 to 2.00, cached input 0.025 is gone, now charged as input.",
        }
        assert rows[0]["To"] == ""
        found = json.loads(text_of(client.get(PATH, query | {"format": "json"})))["rows"]
        assert [row["One request"] for row in found] == ["0.00456", "0.006", "0.00062", "0.00072", "0.0021"]
        assert "| Devstral 2 2512 |" in text_of(client.get(PATH, query | {"format": "md"}))

    def test_the_number_of_queries_does_not_grow(self, client, django_assert_max_num_queries):
        today = timezone.now().date()
        counts = []
        for models, periods in ((2, 1), (6, 4)):
            slugs = [f"{models}-{n}" for n in range(models)]
            for slug in slugs:
                listing = make_listing(make_model(slug))
                for n in range(periods, 0, -1):
                    days = [today - timedelta(days=30 * each) for each in (n, n - 1)]
                    make_period(listing, f"{n}.00", "2.00", starts_on=days[0], ends_on=days[1])
            with django_assert_max_num_queries(9) as queries:
                client.get(PATH, {"model": [f"mistralai/{slug}" for slug in slugs]})
            counts.append(len(queries))
        assert counts[0] == counts[1]
