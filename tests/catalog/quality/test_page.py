"""The quality page: what a person reads there, its filters and files, and that it takes the same queries at any size."""

import csv
import html
import io
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Observation, Pin
from catalog.quality import found
from catalog.quality.kinds import KINDS
from tests.factories import make_alias, make_listing, make_model, make_period, make_priced, make_source, make_vendor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Each test begins with a catalog of its own, whose versions count from the same number."""
    found.forget()


def words_of(response: Any) -> str:
    """The page's text without its tags, blanks collapsed."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def say(model: Any, field: str, value: str, differs: bool = True, **fields: Any) -> Observation:
    source = fields.pop("source", None) or make_source("other", "Another table")
    return Observation.objects.create(
        model=model, field=field, value=value, source=source, observed_on=date(2026, 7, 1), differs=differs, **fields
    )


def troubled(slug: str, **fields: Any) -> Any:
    """A model with one finding of almost every kind."""
    model = make_model(slug, family="Large", context_length=131072, deprecated_on=date(2024, 1, 1), **fields)
    listing = make_listing(
        model, last_seen_on=timezone.now().date() - timedelta(days=44), context_length=262144, upstream_id=f"x/{slug}"
    )
    make_period(listing, "0.05", "5", starts_on=date(2025, 12, 1), ends_on=date(2026, 1, 1))
    make_period(listing, "5", "2", starts_on=date(2026, 1, 1))
    say(model, "licence", "Apache 2.0", note="A note.")
    say(model, "licence", "MRL", differs=False, source=make_source("docs", "The documentation", 30))
    Pin.objects.create(
        model=model, field="name", value="Ours", reason="A reason", standing=Pin.Standing.MOVED, upstream_value="Theirs"
    )
    make_listing(model, upstream_id=f"unpriced/{slug}", is_main=False, listed_on=None)
    return model


def test_a_catalog_without_fault_says_so_of_every_kind(client: Client) -> None:
    make_vendor()
    words = words_of(client.get("/quality/"))
    for kind in KINDS:
        assert kind.title in words
        assert kind.nothing in words


def test_every_kind_has_its_rows_with_both_values(client: Client) -> None:
    troubled("mistral-large-x", name="Large X")
    old, new = make_model("old", name="Old", released_on=None), make_model("new", name="New", released_on=None)
    make_alias(old, "latest", to_day=date(2025, 12, 2))
    make_alias(new, "latest", from_day=date(2025, 12, 2))
    make_alias(old, "both")
    make_alias(new, "both")
    words = words_of(client.get("/quality/"))
    for sentence in (
        "OpenRouter $5.00 per million $2.00 per million The page, Jan 1, 2026",
        "Deprecated before its release Jan 1, 2024 Dec 1, 2025",
        "Input at OpenRouter $0.05 per million $5.00 per million The page, Jan 1, 2026 100× dearer than before.",
        "Licence MRL Apache 2.0 Another table, Jul 1, 2026 A note.",
        "Name Ours Theirs The source has moved on to a third value.",
        "OpenRouter unpriced/mistral-large-x no price on record",
        "$5.00 per million in, $2.00 per million out 44 days ago",
        "at OpenRouter 131,072 tokens 262,144 tokens",
        "latest Old, to Dec 2, 2025 New, from Dec 2, 2025",
        "both Old, no days on record New, no days on record",
    ):
        assert sentence in words, sentence


def test_a_row_leads_to_the_model_s_page(client: Client) -> None:
    model = troubled("mistral-large-x")
    page = client.get("/quality/").content.decode()
    assert f'href="{model.get_absolute_url()}#pricing"' in page
    assert f'href="{model.get_absolute_url()}#overview"' in page


def test_what_is_shown_is_told_where_no_source_says_it(client: Client) -> None:
    model = make_priced("plain", name="Plain", licence="MRL")
    say(model, "licence", "Apache 2.0")
    say(model, "status", "gone")
    words = words_of(client.get("/quality/?kind=disagreements"))
    assert "Licence MRL Apache 2.0" in words
    assert "Status — gone" in words


def test_one_kind_is_paged_and_many_are_cut(client: Client) -> None:
    model = make_model("many")
    for number in range(60):
        say(model, "name", f"Word {number:02}")
    whole = words_of(client.get("/quality/"))
    assert "Word 07" in whole
    assert "Word 08" not in whole
    assert "All 60 of them" in whole
    first = words_of(client.get("/quality/?kind=disagreements"))
    assert "Word 49" in first
    assert "Word 50" not in first
    assert "Output cheaper than input 0" in first  # the counts of the others stay in sight
    assert "Rows 51 to 60 of 60" in words_of(client.get("/quality/?kind=disagreements&page=2"))
    past = words_of(client.get("/quality/?kind=disagreements&page=99"))
    assert "Word 59" in past
    assert "There is no page 99: this is the last one, page 2." in past


def test_filters_by_vendor_and_family(client: Client) -> None:
    troubled("mistral-large-x", name="Large X")
    other = make_priced("other", "3", "1", name="Somebody Else", vendor=make_vendor("acme", "Acme"), family="Tiny")
    assert "Somebody Else" in words_of(client.get("/quality/"))
    words = words_of(client.get("/quality/?vendor=mistralai"))
    assert "Large X" in words
    assert "Somebody Else" not in words
    words = words_of(client.get("/quality/?family=Tiny"))
    assert "Somebody Else" in words
    assert "Large X" not in words
    assert "Nothing of this kind among Tiny." in words
    assert "Every price is of the same size" not in words
    assert other.family in words


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("kind=everything", "Kind: The kinds are unit-slips, output-below-input"),
        ("vendor=nobody", "Vendor: No vendor is called nobody."),
        ("family=None", "Family: No family of models is called None."),
        ("page=x", "Page:"),
        ("format=pdf", "The formats are csv, json and md."),
        ("vendor=%00", "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(client: Client, query: str, sentence: str) -> None:
    response = client.get(f"/quality/?{query}")
    assert response.status_code == 400
    assert sentence in words_of(response)
    part = client.get(f"/quality/?{query}", headers={"HX-Request": "true"})
    assert part.status_code == (400 if "format" in query else 422)


def test_the_part_for_htmx_is_the_part_of_the_page(client: Client) -> None:
    troubled("mistral-large-x")
    part = client.get("/quality/?kind=price-jumps", headers={"HX-Request": "true"})
    text = part.content.decode()
    assert text.lstrip().startswith('<div id="findings">')
    assert text.strip() in client.get("/quality/?kind=price-jumps").content.decode()
    assert part.headers["HX-Push-Url"] == "/quality/?kind=price-jumps"


def test_files_hold_every_finding(client: Client) -> None:
    model = make_model("many", name="Many")
    for number in range(60):
        say(model, "licence", f"=Word {number:02}")
    rows = list(csv.DictReader(io.StringIO(client.get("/quality/?format=csv").content.decode())))
    assert len(rows) == 60
    assert rows[0]["Against it"] == "'=Word 00"
    assert rows[0]["Kind"] == "Sources that disagree"
    assert rows[0]["Id"] == "mistralai/many"
    data = json.loads(client.get("/quality/?format=json&kind=unpriced").content)
    assert data["rows"] == []
    assert data["about"].startswith("Listings without a price on ")
    assert "| Sources that disagree | Many |" in client.get("/quality/?format=md").content.decode()


def test_hurtful_words_of_sources_stay_words(client: Client) -> None:
    model = make_model("risky", name="<b>Risky</b>")
    source = make_source("risky", "<i>Source</i>")
    source.url = "javascript:alert(1)"
    source.save()
    say(model, "licence", "<script>alert(1)</script>", source=source, note="<img src=x>")
    page = client.get("/quality/").content.decode()
    for bad in ("<script>alert", "<b>Risky", "<i>Source", "<img", "javascript:"):
        assert bad not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_pin_of_a_listing_names_its_market(client: Client) -> None:
    model = make_priced("pinned")
    Pin.objects.create(
        model=model, listing=model.main_listing(), field="price", value="$0.40 in", reason="x", standing=Pin.Standing.AGREED,
        upstream_value="$0.40 in",
    )  # fmt: skip
    words = words_of(client.get("/quality/?kind=pins"))
    assert "Price at OpenRouter $0.40 in $0.40 in The source agrees now: the pin may go." in words


def test_editors_find_the_form_and_visitors_do_not(client: Client, editor: Client, owner: Any) -> None:
    model = troubled("mistral-large-x")
    Pin.objects.update(user=owner)
    address = f'href="/admin/catalog/languagemodel/{model.pk}/change/"'
    assert address in editor.get("/quality/").content.decode()
    seen = Client().get("/quality/")
    assert "/admin/" not in seen.content.decode().replace("/admin/login", "")
    assert "A reason" not in seen.content.decode()
    assert owner.username not in words_of(seen)


def test_the_page_takes_the_same_queries_however_many_findings(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for round_number in range(2):
        for number in range(4):
            model = troubled(f"model-{round_number}-{number}")
            make_alias(model, "latest")
        with django_assert_max_num_queries(14) as queries:
            client.get("/quality/")
        with django_assert_max_num_queries(14) as of_file:
            client.get("/quality/?format=csv")
        counts.append((len(queries), len(of_file)))
    assert counts[0] == counts[1]


def test_what_was_found_is_kept_until_something_changes(client: Client, django_assert_num_queries: Any) -> None:
    make_priced("right")
    client.get("/quality/")
    with django_assert_num_queries(1):
        assert "Output cheaper than input 0" in words_of(client.get("/quality/"))
    make_priced("wrong", "3", "1")
    assert "Output cheaper than input 1" in words_of(client.get("/quality/"))


def test_the_seeded_catalog_s_known_oddities_are_found(client: Client, seeded: None) -> None:
    words = words_of(client.get("/quality/?kind=moved-aliases"))
    assert "mistral-large-latest" in words
    assert "Mistral Large 3 2512, from Dec 2, 2025" in words
    rows = csv.DictReader(io.StringIO(client.get("/quality/?kind=disagreements&format=csv").content.decode()))
    of_large_3 = {
        (row["What"], row["Here"], row["Against it"], row["Source"])
        for row in rows
        if row["Id"] == "mistralai/mistral-large-2512"
    }
    assert ("Released by vendor", "2025-12-02", "2024-11-01", "models.dev") in of_large_3
