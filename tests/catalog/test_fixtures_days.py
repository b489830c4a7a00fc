"""The days of the listings: each has a source that names it, and none is a vendor's announcement taken for a fact."""

import re
from datetime import date

import pytest
from django.test import Client

from catalog.costs.offered import priced_on
from catalog.models import Listing, Observation
from tests.catalog.mistral_models import DOCUMENTATION, TODAY, listing_of, model_of, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


def naming(listing: Listing, field: str, day: date) -> list[Observation]:
    """What names this day for the listing: the day itself for the main one, `id: day` for any."""
    written = {f"{listing.upstream_id}: {day}"} | (
        {str(day), f"{day:%b} {day.day}, {day.year}"} if listing.is_main else set()
    )
    return list(Observation.objects.filter(model=listing.model, field=field, value__in=written, differs=False))


@pytest.mark.parametrize("field", ["listed_on", "delisted_on"])
def test_every_day_of_a_listing_has_a_source(field: str) -> None:
    days = [(listing, getattr(listing, field)) for listing in Listing.objects.select_related("model", "market")]
    for listing, day in days:
        if day:
            assert naming(listing, field, day), f"{field} of {listing}: {day}"


@pytest.mark.parametrize(
    ("upstream_id", "days"),
    [
        ("mistral-large-2402", "2024-02-26 - 2025-06-16"),  # the documentation calls these retired
        ("magistral-medium-2507", "2025-07-24 - 2025-11-30"),
        ("labs-leanstral-2603", "2026-03-16 - 2026-06-30"),
        ("mistral-medium-2505", "2025-05-07 2026-08-21 -"),  # retires after the day on which it was read
        ("mistral-medium-2508", "2025-08-12 2026-08-21 -"),
        ("labs-leanstral-1-5", "2026-06-30 2026-08-21 -"),
        (
            "mistral-large-2411",
            "2024-11-18 - -",
        ),  # deprecated there, its day of retirement past: a page is no sight of an offer
        ("devstral-2512", "2025-12-09 - -"),
        ("mistral-ocr-4-1", "2026-07-16 2026-08-21 -"),
    ],
)
def test_days_at_mistral(upstream_id: str, days: str) -> None:
    listing = listing_of(upstream_id, "mistral")
    assert " ".join(map(shown, (listing.listed_on, listing.last_seen_on, listing.delisted_on))) == days


def test_mistrals_own_listings_end_only_where_its_documentation_says_retired() -> None:
    for listing in Listing.objects.filter(market__slug="mistral").select_related("model"):
        said = Observation.objects.filter(model=listing.model, field="status", source__slug=DOCUMENTATION)
        is_retired = list(said.values_list("value", flat=True)) == ["Retired"]
        assert bool(listing.delisted_on) == is_retired, listing
        assert listing.last_seen_on is None or listing.last_seen_on != listing.model.retires_on, listing


@pytest.mark.parametrize(
    ("slug", "sentence", "source"),
    [
        ("devstral-2512", "No longer listed at OpenRouter as mistralai/devstral-2512:free.", "Daily record of OpenRouter"),
        ("mistral-large-2411", "No longer listed at OpenRouter.", "Daily record of OpenRouter"),
        ("ministral-8b", "No longer listed at OpenRouter.", "model list of October 8, 2026"),
        ("mistral-large-2407", "No longer listed at Mistral.", "Mistral&#x27;s documentation"),
        ("magistral-medium-2507", "No longer listed at Mistral.", "Mistral&#x27;s documentation"),
        ("mistral-medium-3.1", "Listed at Mistral.", "Mistral&#x27;s documentation"),
    ],
)  # fmt: skip
def test_the_changes_name_the_source_of_each_listing(client: Client, slug: str, sentence: str, source: str) -> None:
    page = client.get("/changes/", {"model": f"mistralai/{slug}"}).content.decode()
    assert "No source on record" not in page
    after = page[page.index(sentence) :]
    assert source in re.sub(r"<[^>]+>", " ", after)[:200]


def test_an_id_that_is_older_than_its_model_has_no_first_day() -> None:
    assert listing_of("mistralai/mistral-large").listed_on is None
    for slug in ("mistral-large-2407", "mistral-large-2402"):
        row = Observation.objects.get(model__slug=slug, value="mistralai/mistral-large: 2024-02-26")
        assert "not on record" in row.note


def test_retired_without_a_day(client: Client) -> None:
    model = model_of("mathstral-7b")
    assert model.retires_on is None
    assert "retired without naming the day" in model.summary
    said = Observation.objects.get(model=model, field="status")
    assert (said.value, said.differs) == ("Retired", False)
    assert (model.status_on(date(2026, 8, 20)), model.status_on(date(2026, 8, 21))) == ("active", "retired")
    assert model.dates().words(TODAY) == "Retired, day not known"
    words = re.sub(r"<[^>]+>|\s+", " ", client.get(model.get_absolute_url()).content.decode())
    words = " ".join(words.split())
    assert "Retired, day not known. Mistral AI names no day; read on Aug 21, 2026." in words
    assert "Vendor’s status Retired" in words
    assert "Retired by vendor day not known" in words
    assert "Sources differ" not in words
    table = client.get("/", {"q": "mathstral"}).content.decode()
    assert '<span class="status retired">Retired, day not known</span>' in table
    assert "Mathstral 7B" in client.get("/", {"status": "Retired, day not known", "q": "mathstral"}).content.decode()


@pytest.mark.parametrize(
    ("upstream_id", "market"), [("mistralai/mistral-large-4-0", "openrouter"), ("mistral-large-4-0", "mistral")]
)
def test_parameters_of_large_4_are_those_that_a_source_states(upstream_id: str, market: str) -> None:
    rows = listing_of(upstream_id, market).effective_parameters()
    assert sorted(rows) == ["reasoning", "response_format", "structured_outputs", "tool_choice", "tools"]
    assert {row.source.slug for row in rows.values()} == {"litellm-1.109.1"}
    assert all("the market's own list is not on record" in row.description for row in rows.values())


@pytest.mark.parametrize(
    ("slug", "own", "upstream_id", "there", "is_marked"),
    [
        ("codestral-2508", 131072, "mistralai/codestral-2508", 256000, True),
        ("mistral-7b-instruct-v0.1", 8192, "mistralai/mistral-7b-instruct-v0.1", 4096, True),
        ("ministral-8b", 131072, "mistralai/ministral-8b", 128000, False),  # 128k, counted in two ways
        ("mistral-small-3.1-24b-instruct", 131072, "mistralai/mistral-small-3.1-24b-instruct", 128000, False),
        ("voxtral-small-24b-2507", 32768, "mistralai/voxtral-small-24b-2507", 32000, False),
    ],
)
def test_context_is_the_vendors_and_the_markets_is_told(
    slug: str, own: int, upstream_id: str, there: int, is_marked: bool
) -> None:
    assert (model_of(slug).context_length, listing_of(upstream_id).context_length) == (own, there)
    rows = Observation.objects.filter(model__slug=slug, field="context_length", value=str(there))
    said = rows.get(source__slug__startswith="openrouter-models")
    assert said.differs == is_marked
    assert said.note.endswith(".")


def test_nobody_is_said_to_list_a_model_still_who_was_last_seen_before_its_end(client: Client) -> None:
    """Mistral's listing was read ten days before the retirement that its documentation announced."""
    words = re.sub(r"<[^>]+>|\s+", " ", client.get("/models/mistralai/mistral-medium-3.1/").content.decode())
    assert "It is still listed at OpenRouter (last seen on Oct 8, 2026)." in words
    assert "and Mistral" not in words


def test_what_its_vendor_retired_and_nobody_saw_since_is_not_sold() -> None:
    """Each of these was read at Mistral before its end, or in a document that had it ended: none may be called sold."""
    priced = {each.slug: each for each in priced_on(TODAY, [])}
    for slug, note in (
        ("labs-leanstral-1-5", "Last price: its vendor retired it on Sep 30, 2026."),
        ("voxtral-mini-2507", "Last price: its vendor retired it on May 31, 2026."),
        ("labs-devstral-small-2512", "Last price: its vendor retired it on Mar 31, 2026."),
        ("magistral-small-2509", "Last price: its vendor retired it on Jul 31, 2026."),
        ("magistral-medium-2509", "Last price: its vendor retired it on Jul 31, 2026."),
    ):
        assert (priced[slug].is_sold, priced[slug].note, priced[slug].status_text) == (False, note, "Retired")
    seen = priced["devstral-2512"]
    assert (seen.is_sold, seen.note) == (True, "Its vendor retired it; OpenRouter still listed it on Oct 8, 2026.")


def test_each_market_is_named_with_its_own_day(client: Client) -> None:
    words = re.sub(r"<[^>]+>|\s+", " ", client.get("/models/mistralai/devstral-2512/").content.decode())
    assert "It is still listed at OpenRouter (last seen on Oct 8, 2026)." in words
    words = re.sub(r"<[^>]+>|\s+", " ", client.get("/models/mistralai/mistral-large-2411/").content.decode())
    assert "still listed" not in words


@pytest.mark.parametrize("address", ["/models/mistralai/mistral-ocr-4-1/", "/models/mistralai/mistral-ocr-4-1.md"])
def test_a_price_by_the_page_is_told_beside_the_prices(client: Client, address: str) -> None:
    words = re.sub(r"<[^>]+>|[\s|]+", " ", client.get(address).content.decode())
    words = re.sub(r"\s+", " ", words)
    assert "Page 4.00 USD per 1,000 pages always" in words
    assert "Annotated page 5.00 USD per 1,000 annotated pages always" in words
    assert re.search(r"(Aug 21, 2026|2026-08-21) today 4\.00 5\.00 ", words), "and in the history"
