"""What its vendor has retired and nobody saw since is sold nowhere: it keeps its last price, and is never the cheapest."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.history import passing
from catalog.models import LanguageModel, Listing, Revision
from catalog.quality.found import found_on
from catalog.spans import ensure_fresh
from playground.forms.showing import Pick
from playground.offers import Offer
from tests.factories import make_listing, make_market, make_model, make_period, make_priced, make_source, make_vendor

pytestmark = pytest.mark.django_db
WORKLOAD = {"prompt_tokens": 3_000, "cached_tokens": 0, "completion_tokens": 400}


def ago(days: int) -> date:
    return timezone.now().date() - timedelta(days=days)


def words_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


@pytest.fixture
def ended() -> LanguageModel:
    """A free model, retired at its vendor's own market ten days after it was last seen there; and two that are sold."""
    own = make_market("mistral", "Mistral", vendor=make_vendor())
    model = make_model("ended", "Ended", released_on=ago(90), retires_on=ago(40))
    listing = make_listing(model, market=own, upstream_id="ended", listed_on=ago(90), last_seen_on=ago(50))
    make_period(listing, "0", "0", starts_on=ago(50))
    make_priced("sold", "0.50", "1.50", name="Sold")
    make_priced("dear", "2", "6", name="Dear")
    return model


def rows(client: Client, address: str, **query: Any) -> list[Any]:
    return list(client.get(address, WORKLOAD | query).context["page"])


def test_the_costs_pages(client: Client, ended: LanguageModel) -> None:
    found = {
        row.cost.priced.name: row
        for row in rows(client, "/costs/", model=["mistralai/ended", "mistralai/sold", "mistralai/dear"])
    }
    assert [name for name, row in found.items() if row.is_cheapest] == ["Sold"]
    assert (found["Sold"].multiple, found["Ended"].multiple) == ("1×", "was free")
    assert list(found)[-1] == "Ended"
    assert found["Ended"].cost.note.startswith("Last price: its vendor retired it on ")
    assert "No models were chosen: Sold and Dear are the two cheapest" in words_of(
        client.get("/costs/break-even/", WORKLOAD)
    )
    courses = client.get("/costs/over-time/", WORKLOAD).context["courses"]
    assert [course.priced.name for course in courses] == ["Sold", "Dear"]
    words = words_of(client.get("/costs/map/", WORKLOAD))
    assert "Last price: its vendor retired it" in words
    assert "was free" in words


def test_the_table(client: Client, ended: LanguageModel) -> None:
    ensure_fresh()
    page = client.get("/").content.decode()
    line = page[page.index('href="/models/mistralai/ended/"') :].partition("</tr>")[0]
    assert '<span class="status retired">Retired</span> <small>last price</small>' in line
    assert "cheapest" not in line
    assert "<small>was free</small>" in line
    assert 'title="Last price: it is not sold now, as far as known."' in line
    line = page[page.index('href="/models/mistralai/sold/"') :].partition("</tr>")[0]
    assert "<small>1×</small>" in line
    assert 'class="num price cheapest"' in line


def test_seen_later_it_is_sold_again(client: Client, ended: LanguageModel) -> None:
    ensure_fresh()
    seen = [Listing.objects.get(model=ended).pk]
    revision = Revision.objects.create(kind=Revision.Kind.IMPORT, day=ago(0), source=make_source(), seen=seen)
    passing.note_listings(revision)
    ensure_fresh()
    page = client.get("/").content.decode()
    line = page[page.index('href="/models/mistralai/ended/"') :].partition("</tr>")[0]
    assert "<small>free</small>" in line
    assert "last price" not in line


def test_the_api_lists_what_is_sold(client: Client, ended: LanguageModel) -> None:
    ids = [entry["id"] for entry in client.get("/api/v1/models").json()["data"]]
    assert sorted(ids) == ["mistralai/dear", "mistralai/sold"]
    entry = client.get("/api/v1/model/mistralai/ended").json()["data"]
    assert (entry["windrose"]["status"], entry["windrose"]["price"]["is_last"]) == ("retired", True)
    assert client.get("/api/v1/models/mistralai/ended/endpoints").json()["data"]["endpoints"] == []
    every = [entry["id"] for entry in client.get("/api/v1/models?status=all").json()["data"]]
    assert "mistralai/ended" in every


def test_quality_looks_for_no_fresh_price_of_it(ended: LanguageModel) -> None:
    unchecked = {finding.model.slug for finding in found_on(ago(0)).by_kind["unchecked"]}
    assert unchecked == {"sold", "dear"}


def test_the_comparison(client: Client, ended: LanguageModel) -> None:
    words = words_of(client.get("/compare/", {"model": ["mistralai/ended", "mistralai/sold", "mistralai/dear"]}))
    assert "0.00 last price 0.50 cheapest 2.00" in words


def test_the_playground_offers_it_last(ended: LanguageModel) -> None:
    listings = {each.model.slug: each for each in Listing.objects.for_playground(("openrouter", "mistral"))}
    assert {slug: Pick(Offer(each, "rehearsal"), False, ago(0)).is_delisted for slug, each in listings.items()} == {
        "ended": True,
        "sold": False,
        "dear": False,
    }
