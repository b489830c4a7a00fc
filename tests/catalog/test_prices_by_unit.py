"""What is billed by the page, the minute or the character says so wherever a price is shown, and is never free or unpriced."""

import csv
import io
import re
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog import measures
from catalog.exact import PricingError
from catalog.pricing import Component, Condition, Rate
from catalog.sane import check_amount
from tests.catalog.imports.files import one
from tests.factories import make_listing, make_model, make_period, make_priced, make_rate

pytestmark = [pytest.mark.django_db]

PAGES = "4.00 USD per 1,000 pages, 5.00 USD per 1,000 annotated pages"
SENTENCE = f"Billed by the page: {PAGES}; a workload of tokens has no pages."


def by_the_page(slug: str = "ocr"):
    period = make_period(make_listing(make_model(slug)))
    make_rate(period, "page", each="0.004")
    make_rate(period, "annotated", each="0.005")
    return period


def words_of(client: Client, address: str) -> str:
    """A page's words without its markup, one space between any two."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", client.get(address).content.decode(), flags=re.DOTALL)
    return " ".join(unescape(text).split())


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    lines = client.get(address).content.decode().splitlines()
    return list(csv.DictReader(io.StringIO("\n".join(line for line in lines if not line.startswith("About")))))


@pytest.mark.parametrize(
    ("component", "amount", "figure", "words"),
    [
        ("page", "0.004", "4.00", "per 1,000 pages"),
        ("annotated", "0.00438", "4.38", "per 1,000 annotated pages"),
        ("audio_minute", "0.003", "0.003", "per minute of audio"),
        ("audio_minute", "0.0000583333", "0.0000583333", "per minute of audio"),
        ("character", "0.000016", "16.00", "per million characters"),
        ("input", "0.0000005", "0.50", "per million tokens"),
        ("web_search", "0.01", "0.01", "each"),
        ("page", "0", "0.00", "per 1,000 pages"),
        ("page", None, "—", "per 1,000 pages"),
    ],
)
def test_a_price_is_told_for_as_many_units_as_vendors_tell_it(component, amount, figure, words):
    component = Component(component)
    assert measures.figure(None if amount is None else Decimal(amount), component) == figure
    assert measures.measure_of(component).words == words


def test_a_price_of_tokens_makes_minutes_an_extra():
    minute = Rate(Component.AUDIO_MINUTE, Decimal("0.001"))
    assert measures.priced_by_unit([minute]) == {Component.AUDIO_MINUTE: Decimal("0.001")}
    assert measures.priced_by_unit([minute, Rate(Component.INPUT, Decimal(0))]) == {}
    assert list(measures.priced_by_unit([minute, Rate(Component.INPUT, None)])) == [Component.AUDIO_MINUTE]
    assert measures.priced_by_unit([Rate(Component.PAGE, Decimal(1), Condition(batch=True))]) == {}
    assert (
        measures.billed_by([Component.ANNOTATED, Component.AUDIO_MINUTE, Component.PAGE])
        == "by the page and the minute"
    )


@pytest.mark.parametrize(
    ("component", "amount", "sentence"),
    [
        ("page", "4", "4 per page is absurd. The most that is accepted is 1: an amount is for one unit, also where the price "
                      "is per 1,000 pages."),
        ("character", "16", "16 per character is absurd."),
        ("audio_minute", "21", "21 per minute is absurd."),
    ],
)  # fmt: skip
def test_a_price_for_many_units_is_not_taken_for_one(component, amount, sentence):
    with pytest.raises(PricingError, match=re.escape(sentence)):
        check_amount(component, Decimal(amount))


class TestModelPage:
    def test_it_opens_with_what_is_charged_for(self, client):
        by_the_page()
        page = words_of(client, "/models/mistralai/ocr/")
        assert "Page, $ per 1,000 pages 4.00 Annotated page, $ per 1,000 annotated pages 5.00" in page
        assert "Input, $ per million tokens" not in page
        assert "Page 4.00 USD per 1,000 pages always" in page
        assert "From To Page, USD per 1,000 pages Annotated page, USD per 1,000 annotated pages Source" in page

    def test_tokens_and_minutes_stand_side_by_side(self, client):
        period = make_period(make_listing(make_model("voxtral")), "0.04", "0.04")
        make_rate(period, "audio_minute", each="0.001")
        page = words_of(client, "/models/mistralai/voxtral/")
        assert "Input, $ per million tokens 0.04" in page
        assert "Minute of audio 0.001 USD per minute of audio" in page
        assert "Input USD/M Cached USD/M Output USD/M Minute of audio, USD per minute of audio Source" in page

    def test_as_markdown(self, client):
        by_the_page()
        text = client.get("/models/mistralai/ocr.md").content.decode()
        assert "| Page | 4.00 | USD per 1,000 pages | always |" in text
        assert (
            "| From | To, exclusive | Page, USD per 1,000 pages | Annotated page, USD per 1,000 annotated pages |"
            in text
        )
        assert "No price is known" not in text


def test_compare(client):
    by_the_page()
    make_priced("large")
    page = words_of(client, "/compare/?model=mistralai/ocr&model=mistralai/large")
    assert "Page $ per 1,000 pages 4.00 —" in page
    assert re.search(r"One request .*? — billed by the page \$", page)


class TestTable:
    def test_the_figure_stands_in_the_price_cell_with_its_unit(self, client):
        by_the_page()
        make_priced("large")
        html = client.get("/").content.decode()
        assert (
            f'<td class="num price by-unit" title="{PAGES}"><div><small>by the page</small> 4.00/K</div></td>' in html
        )

    @pytest.mark.parametrize(("component", "each", "cell"), [
        ("audio_minute", "0.003", "<small>by the minute</small> 0.003<"),
        ("character", "0.000016", "<small>by the character</small> 16.00/M<"),
    ])  # fmt: skip
    def test_minutes_and_characters(self, client, component, each, cell):
        make_rate(make_period(make_listing(make_model("voice"))), component, each=each)
        assert cell in client.get("/").content.decode()

    def test_the_cost_of_a_request_says_why_there_is_none(self, client):
        by_the_page()
        address = "/?columns=name,cost&prompt_tokens=1000&completion_tokens=100"
        assert f'title="{SENTENCE}">by the page</td>' in client.get(address).content.decode()
        assert rows_of(client, f"{address}&format=csv")[0]["Cost $/request"] == "by the page"

    def test_a_file_has_the_price_in_words(self, client):
        by_the_page()
        assert rows_of(client, "/?columns=name,input&format=csv")[0]["Input $/M"] == PAGES

    def test_the_number_of_queries_does_not_grow(self, client):
        counts = []
        for numbers in (range(2), range(2, 12)):
            for number in numbers:
                by_the_page(f"ocr-{number}")
            client.get("/")  # what is kept until the catalog changes is read again
            with CaptureQueriesContext(connection) as captured:
                client.get("/")
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestCosts:
    def test_a_workload_of_tokens_has_no_pages(self, client):
        by_the_page()
        page = words_of(client, "/costs/?model=mistralai/ocr")
        assert SENTENCE in page
        assert "No price is known" not in page
        row = rows_of(client, "/costs/?model=mistralai/ocr&format=csv")[0]
        assert (row["One request"], row["Figure"]) == ("", "unknown")
        assert SENTENCE in row["Note"]

    def test_it_is_never_the_cheapest_nor_free(self, client):
        by_the_page()
        make_priced("large")
        for query in ("", "?prompt_tokens=0&completion_tokens=0&cached_tokens=0"):
            [row] = [
                row
                for row in rows_of(client, f"/costs/{(query and query + '&') or '?'}format=csv")
                if row["Id"] == "mistralai/ocr"
            ]
            assert (row["One request"], row["Times the cheapest"]) == ("", "")

    def test_a_vendors_own_list_tells_its_own_currency(self, client):
        listing = by_the_page().listing
        make_rate(make_period(listing, currency="EUR"), "page", each="0.0035")
        page = words_of(client, "/costs/?model=mistralai/ocr")
        assert "Billed by the page: 3.50 EUR per 1,000 pages; a workload of tokens has no pages." in page


class TestApi:
    def test_the_form_keeps_minus_one_and_the_price_stands_beside_it(self, client):
        by_the_page()
        [entry] = client.get("/api/v1/models").json()["data"]
        assert entry["pricing"] == {"prompt": "-1", "completion": "-1"}
        assert entry["windrose"]["price"]["by_unit"] == [
            {"component": "page", "unit": "page", "amount_usd": "0.004", "applies": "always"},
            {"component": "annotated", "unit": "annotated page", "amount_usd": "0.005", "applies": "always"},
        ]

    def test_costs_of_tokens_and_of_pages(self, client):
        by_the_page()
        [cost] = client.get("/api/v1/costs?prompt_tokens=10&completion_tokens=10").json()["data"]
        assert (cost["total_usd"], cost["status"], cost["reasons"]) == (None, "unknown", [SENTENCE])
        [cost] = client.get("/api/v1/costs?pages=1000&annotated_pages=200").json()["data"]
        assert (cost["total_usd"], cost["status"]) == ("5", "exact")  # 1,000 x 0.004 + 200 x 0.005
        assert [line["component"] for line in cost["lines"]] == ["page", "annotated"]

    def test_pages_at_a_model_of_tokens_are_not_free(self, client):
        make_priced("large")
        [cost] = client.get("/api/v1/costs?prompt_tokens=1000000&pages=3").json()["data"]
        assert (cost["total_usd"], cost["status"]) == ("0.5", "at_least")
        assert cost["reasons"] == ["The page price is not known."]


def test_llms_txt(client):
    by_the_page()
    assert f"released 2025-12-01, {PAGES}." in client.get("/llms.txt").content.decode()


class TestQuality:
    def test_it_has_a_price_and_shows_it_where_it_was_not_checked(self, client):
        by_the_page()
        page = words_of(client, "/quality/")
        assert "Every listing on sale has a price." in page
        assert words_of(client, "/quality/?kind=unchecked").count(PAGES) == 1

    def test_a_period_that_says_no_price_at_all_is_none(self, client):
        make_period(make_listing(make_model("empty")))
        assert "no price on record" in words_of(client, "/quality/?kind=unpriced")


def test_changes_tell_the_first_price(client):
    by_the_page()
    assert "$4.00 per 1,000 pages, $5.00 per 1,000 annotated pages" in words_of(client, "/changes/")


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"mode": "ocr", "ocr_cost_per_page": 0.004, "annotation_cost_per_page": 0.005},
         "annotation_cost_per_page, ocr_cost_per_page"),
        ({"mode": "audio_transcription", "input_cost_per_second": 5e-05}, "input_cost_per_second"),
        ({"mode": "audio_speech", "input_cost_per_character": 1.6e-05}, "input_cost_per_character"),
    ],
)  # fmt: skip
def test_a_second_opinion_by_another_unit_is_no_price_of_tokens(fields, kept):
    found = one("litellm", {"mistral/mistral-ocr-4-1": {"litellm_provider": "mistral"} | fields})
    assert found.rates is None
    assert found.notes == (f"Prices that are kept and not read: {kept}.",)


def test_the_admin_offers_the_units(editor):
    period = by_the_page()
    page = editor.get(f"/admin/catalog/priceperiod/{period.pk}/change/").content.decode()
    for words in ("Page, each", "Annotated page, each", "Audio, per minute", "Text read aloud, per character"):
        assert words in page
    assert "$4 per 1,000 pages is 0.004" in page
