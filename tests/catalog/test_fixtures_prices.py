"""What Mistral's models cost and cost before: at OpenRouter, at Mistral in two currencies, and not by the token."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.test import Client

from catalog import measures
from catalog.models import Listing, Observation, PricePeriod
from tests.catalog.mistral_models import DOCUMENTATION, TODAY, history, listing_of, model_of, per_million, shown

pytestmark = [pytest.mark.django_db]


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("upstream_id", "days"),
    [
        ("mistralai/mistral-large-4-0", "2026-10-08 2026-11-03 -"),
        ("mistralai/devstral-medium", "2025-07-10 2026-05-31 2026-05-31"),
        ("mistralai/devstral-small", "2025-07-10 2026-05-31 2026-05-31"),
        ("mistralai/mistral-small-creative", "2025-12-16 2026-04-29 2026-04-29"),
        ("mistralai/mistral-small", "2024-09-21 2025-12-04 2025-12-04"),
        ("mistralai/mistral-medium-3.1", "2025-08-13 2026-10-08 -"),
        ("mistralai/mistral-nemo", "2024-07-19 2026-11-03 -"),
        ("mistralai/mistral-nemo:free", "2025-02-12 2025-11-26 2025-11-26"),
        ("mistralai/ministral-8b", "2024-10-17 2026-08-22 2026-10-08"),
        ("mistral/ministral-8b", "2025-03-31 2025-05-16 2025-05-16"),
        ("mistralai/magistral-medium-2506:thinking", "2025-06-11 2025-12-07 2025-12-07"),
        ("mistralai/mixtral-8x7b-instruct:nitro", "2024-09-21 2025-02-07 2025-02-07"),
        ("mistralai/devstral-2512:free", "2025-12-10 2026-01-27 2026-01-27"),
        ("mistralai/mistral-7b-instruct-v0.3", "2024-05-27 2026-03-03 2026-03-03"),
    ],
)
def test_days_at_openrouter(upstream_id: str, days: str) -> None:
    listing = listing_of(upstream_id)
    assert " ".join(map(shown, (listing.listed_on, listing.last_seen_on, listing.delisted_on))) == days


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("upstream_id", "market", "periods"),
    [
        (
            "mistralai/mistral-large-4-0",
            "openrouter",
            ["2026-10-08 2026-11-03 0.68 0.07 2.09", "2026-11-03 - 0.7 0.07 2.1"],
        ),
        (
            "mistral-large-4-0",
            "mistral",
            [
                "2026-10-08 2026-10-20 0.68 0.07 2.09",
                "2026-10-20 2026-10-29 1.36 0.14 4.18",
                "2026-10-29 - 0.7 0.07 2.1",
            ],
        ),
        (
            "mistralai/mixtral-8x22b-instruct",
            "openrouter",
            [
                "2024-09-21 2024-09-24 0.65 - 0.65",
                "2024-09-24 2025-05-01 0.9 - 0.9",
                "2025-05-01 2025-05-29 0.4 - 1.2",
                "2025-05-29 2025-10-18 0.9 - 0.9",
                "2025-10-18 2026-08-22 2 - 6",
                "2026-08-22 - 2 0.2 6",
            ],
        ),
        (
            "mistralai/devstral-small",
            "openrouter",
            [
                "2025-07-11 2025-07-12 0.1 - 0.3",
                "2025-07-12 2025-07-16 0.09 - 0.3",
                "2025-07-16 2026-01-16 0.07 - 0.28",
                "2026-01-16 2026-05-31 0.1 - 0.3",
            ],
        ),
        (
            "mistralai/ministral-8b",
            "openrouter",
            ["2024-10-18 2026-08-21 0.1 - 0.1", "2026-08-21 2026-10-08 0.11 - 0.11"],
        ),
        (
            "mistralai/magistral-small-2506",
            "openrouter",
            ["2025-06-11 2025-07-08 0.5 - 1.5", "2025-07-08 2025-07-18 0.1 - 0.3", "2025-07-18 2025-12-04 0.5 - 1.5"],
        ),
        (
            "mistralai/mistral-medium-3",
            "openrouter",
            ["2025-05-08 2026-08-22 0.4 - 2", "2026-08-22 - 0.4 0.04 2"],
        ),
        ("mistralai/mistral-nemo:free", "openrouter", ["2025-02-12 2025-11-26 0 - 0"]),
        (
            "mistralai/devstral-small-2505",
            "openrouter",
            [
                "2025-05-22 2025-05-23 0.09 - 0.3",  # until July 11 under the id mistralai/devstral-small
                "2025-05-23 2025-05-31 0.07 - 0.1",
                "2025-05-31 2025-07-11 0.06 - 0.12",
                "2025-07-11 2025-07-16 0.06 - 0.12",
                "2025-07-16 2025-08-05 0.03 - 0.03",
                "2025-08-05 2025-09-11 0.019992 - 0.080006",
                "2025-09-11 2025-09-17 0.03587 - 0.143478",
                "2025-09-17 2025-10-04 0.04 - 0.14",
                "2025-10-04 2025-10-31 0.05 - 0.22",
                "2025-10-31 2026-01-15 0.06 - 0.12",
            ],
        ),
        (
            "voxtral-small-2507",
            "mistral",
            ["2025-07-15 2026-08-11 0.1 0.01 0.3", "2026-08-11 - 0.1 0.01 0.4"],
        ),
        ("mistral-embed-2312", "mistral", ["2026-08-21 - 0.1 - -"]),
        ("mistral-large-2411", "mistral", ["2026-08-21 - 2 - 6"]),
        ("magistral-medium-2507", "mistral", ["2026-08-21 - 2 - 5"]),
        ("mistralai/devstral-medium", "openrouter", ["2025-07-11 2026-05-31 0.4 - 2"]),
        ("mistralai/mistral-small-creative", "openrouter", ["2025-12-17 2026-04-29 0.1 - 0.3"]),
        ("open-mixtral-8x22b", "mistral", ["2024-04-17 2025-03-30 2 - 6"]),
    ],
)
def test_price_histories(upstream_id: str, market: str, periods: list[str]) -> None:
    assert history(upstream_id, market) == periods


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("upstream_id", "count", "first", "last"),
    [
        # Four of Nemo's 38 points share their day with a later one; two more come from genai-prices after them.
        ("mistralai/mistral-nemo", 36, "2024-09-21 2024-12-06 0.13 - 0.13", "2026-11-03 - 0.15 0.015 0.15"),
        ("mistralai/mistral-small-3.2-24b-instruct", 14, "2025-06-24 2025-06-25 0.1 - 0.3", "2026-11-03 - 0.1 0.01 0.3"),
        ("mistralai/mistral-small-3.1-24b-instruct", 16, "2025-03-19 2025-05-01 0.1 - 0.3", "2026-05-16 - 0.351 - 0.555"),
        ("mistralai/mistral-small-24b-instruct-2501", 16, "2025-01-31 2025-02-01 0.1 - 0.3", "2026-02-07 - 0.05 - 0.08"),
    ],
)  # fmt: skip
def test_long_price_histories(upstream_id: str, count: int, first: str, last: str) -> None:
    found = history(upstream_id)
    assert (len(found), found[0], found[-1]) == (count, first, last)
    for before, after in pairwise(found):
        assert before.split()[1] == after.split()[0], "a day without a price between two periods"


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("upstream_id", "prices"),
    [
        ("mistral-small-2603", "0.12 0.5"),
        ("ministral-3b-2512", "0.088 0.088"),
        ("magistral-small-2509", "0.44 1.31"),
        ("voxtral-mini-2507", "0.03 0.04"),
        ("mistral-medium-2505", "0.4 2"),
        ("codestral-embed-2505", "0.15 -"),
    ],
)
def test_the_vendors_own_prices_in_euros(upstream_id: str, prices: str) -> None:
    period = listing_of(upstream_id, "mistral").periods.get(currency="EUR")
    assert f"{per_million(period.amount('input'))} {per_million(period.amount('output'))}" == prices
    assert "Mistral's own price in EUR" in period.note


@pytest.mark.usefixtures("seeded")
def test_audio_by_the_token_and_by_the_minute_have_a_component_each() -> None:
    period = listing_of("mistralai/voxtral-small-24b-2507").period_on(TODAY)
    assert period is not None
    assert per_million(period.amount("input_audio")) == "100"
    own = listing_of("voxtral-small-2507", "mistral").period_on(TODAY)
    assert own is not None
    assert {rate.component for rate in own.rates.all()} == {"input", "cache_read", "output", "audio_minute"}
    assert own.amount("audio_minute") == Decimal("0.004")
    small = listing_of("voxtral-mini-2507", "mistral").periods
    assert small.get(currency="USD").amount("audio_minute") == Decimal("0.001")
    assert small.get(currency="EUR").amount("audio_minute") == Decimal("0.00088")


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("slug", "field", "value", "dollars", "euros"),
    [
        (
            "voxtral-mini-2602",
            "audio_price",
            "0.003 USD (0.0026 EUR) per minute of audio",
            "0.003 USD per minute of audio",
            "0.0026 EUR per minute of audio",
        ),
        (
            "voxtral-mini-transcribe-realtime-2602",
            "audio_price",
            "0.006 USD (0.0053 EUR) per minute of audio",
            "0.006 USD per minute of audio",
            "0.0053 EUR per minute of audio",
        ),
        (
            "voxtral-mini-tts-2603",
            "character_price",
            "16 USD (10 EUR) per million characters",
            "16.00 USD per million characters",
            "10.00 EUR per million characters",
        ),
        (
            "mistral-ocr-2512",
            "page_price",
            "2 USD (1.75 EUR) per thousand pages",
            "2.00 USD per 1,000 pages, 3.00 USD per 1,000 annotated pages",
            "1.75 EUR per 1,000 pages, 2.63 EUR per 1,000 annotated pages",
        ),
        (
            "mistral-ocr-4-1",
            "page_price",
            "5 USD (4.38 EUR) per thousand annotated pages",
            "4.00 USD per 1,000 pages, 5.00 USD per 1,000 annotated pages",
            "3.50 EUR per 1,000 pages, 4.38 EUR per 1,000 annotated pages",
        ),
    ],
)
def test_what_is_not_sold_by_the_token(
    client: Client, slug: str, field: str, value: str, dollars: str, euros: str
) -> None:
    assert Observation.objects.filter(model__slug=slug, field=field, value=value, source__slug=DOCUMENTATION).exists()
    listing = listing_of(slug, "mistral")
    assert (listing.is_main, listing.has_chat_completions) == (True, False)
    periods = {period.currency: period for period in listing.periods.all()}
    for currency, words in (("USD", dollars), ("EUR", euros)):
        period = periods[currency]
        assert measures.told(measures.priced_by_unit(period.pricing_rates()), currency) == words
        assert (period.source.slug, period.source.read_on) == (DOCUMENTATION, date(2026, 8, 21))
    page = client.get(f"/models/mistralai/{slug}/").content.decode()
    assert "No market sells it" not in page
    assert "No price is known" not in page


@pytest.mark.usefixtures("seeded")
def test_a_family_of_three_has_a_listing_and_a_price_for_each() -> None:
    listings = model_of("voxtral-transcribe-3").listings.order_by("-is_main", "upstream_id")
    prices = [(each.upstream_id, each.is_main, each.periods.get().amount("audio_minute")) for each in listings]
    assert prices == [  # 0.21, 0.48 and 0.24 USD an hour
        ("voxtral-mini-transcribe-3-0", True, Decimal("0.0035")),
        ("voxtral-mini-transcribe-realtime-3-0", False, Decimal("0.008")),
        ("voxtral-small-transcribe-3-0", False, Decimal("0.004")),
    ]
    assert {(str(each.listed_on), each.has_chat_completions) for each in listings} == {("2026-11-20", False)}


@pytest.mark.usefixtures("seeded")
def test_a_price_that_was_read_on_one_day_is_told_of_no_day_before(client: Client) -> None:
    """Mistral's documentation of August 21, 2026 names prices and not since when they hold."""
    read = PricePeriod.objects.filter(source__slug=DOCUMENTATION)
    assert read.exists()
    assert set(read.values_list("starts_on", flat=True)) == {date(2026, 8, 21)}
    query = {"model": "mistralai/magistral-medium-2509", "prompt_tokens": 10, "completion_tokens": 1}
    (before,) = client.get("/api/v1/costs", query | {"as_of": "2026-01-10"}).json()["data"]
    assert (before["status"], before["total_usd"]) == ("unknown", None)
    (on_that_day,) = client.get("/api/v1/costs", query | {"as_of": "2026-08-21"}).json()["data"]
    # 10 x $2 + 1 x $5 = $25 per million
    assert (on_that_day["status"], on_that_day["total_usd"]) == ("exact", "0.000025")
    assert on_that_day["note"] == "Last price: its vendor retired it on Jul 31, 2026."
    for slug in ("devstral-2512", "magistral-medium-2509"):
        page = client.get("/changes/", {"model": f"mistralai/{slug}"}).content.decode()
        assert "Mistral for $" not in page
        assert "listed at Mistral" in page or "Listed at Mistral" in page or "and at Mistral" in page


@pytest.mark.usefixtures("seeded")
def test_days_of_a_listing_are_in_order_and_its_prices_follow_each_other() -> None:
    for listing in Listing.objects.prefetch_related("periods"):
        days = [day for day in (listing.listed_on, listing.last_seen_on) if day]
        assert days == sorted(days), listing
        assert not listing.delisted_on or not listing.listed_on or listing.listed_on <= listing.delisted_on
        for currency in {period.currency for period in listing.periods.all()}:
            periods = sorted(
                (period for period in listing.periods.all() if period.currency == currency),
                key=lambda period: period.starts_on,
            )
            assert [period.ends_on for period in periods[:-1]] == [period.starts_on for period in periods[1:]], listing
            # A price that was read after the listing's end has no end of its own: it is the last one.
            is_after = listing.delisted_on and periods[-1].starts_on >= listing.delisted_on
            assert periods[-1].ends_on == (None if is_after else listing.delisted_on), listing


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("slug", ["mistral-large-2411", "magistral-medium-2507", "mistral-7b-instruct"])
def test_a_delisted_model_shows_its_last_price(client: Client, slug: str) -> None:
    assert '<p class="quiet">Last price' in client.get(f"/models/mistralai/{slug}/").content.decode()
    answer = client.get("/api/v1/costs", {"model": f"mistralai/{slug}", "prompt_tokens": 10, "completion_tokens": 1})
    (row,) = answer.json()["data"]
    assert row["status"] == "exact"
    assert row["note"].startswith("Last price")
