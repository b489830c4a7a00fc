"""Seeding: twice is once, and whatever a person changed, pinned, added or deleted stays as that person left it."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import (
    Alias,
    LanguageModel,
    LastWritten,
    Listing,
    Market,
    Modality,
    Observation,
    Pin,
    PricePeriod,
    Rate,
    Source,
    Vendor,
)
from catalog.records import BrokenFixture
from catalog.seeding import seed

pytestmark = pytest.mark.django_db

LARGE = ["acme", "large"]
LISTING = ["bazaar", "acme/large"]


def row(model: str, /, **fields: Any) -> dict[str, Any]:
    return {"model": f"catalog.{model}", "fields": fields}


def acme() -> list[dict[str, Any]]:
    """A small catalog: a model with a listing, one open price, a parameter and an alias."""
    return [
        row("vendor", slug="acme", name="Acme"),
        row("market", slug="bazaar", name="Bazaar"),
        row("modality", slug="text", name="Text"),
        row("modality", slug="image", name="Image"),
        row("source", slug="page", title="A page", read_on="2026-11-20"),
        row("languagemodel", vendor=["acme"], slug="large", name="Large", context_length=1000, input_modalities=[["text"]]),
        row("listing", model=LARGE, market=["bazaar"], upstream_id="acme/large", is_main=True),
        row("priceperiod", listing=LISTING, starts_on="2026-01-01", source=["page"]),
        row("rate", period=[*LISTING, "USD", "2026-01-01"], position=0, component="input", amount="0.000001"),
        row("parameter", listing=LISTING, source=["page"], name="seed", kind="integer"),
        row("alias", model=LARGE, name="large", note="Acme's own API."),
        row("observation", model=LARGE, field="name", value="Large", source=["page"], observed_on="2026-11-20"),
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def write(folder: Path, rows: list[dict[str, Any]]) -> None:
    (folder / "acme.json").write_text(json.dumps(rows), encoding="utf-8")


def changed(**values: Any) -> list[dict[str, Any]]:
    """The small catalog in a later edition: `table__field=value` changes that field of the table's first row."""
    rows = acme()
    for name, value in values.items():
        table, _, field = name.partition("__")
        next(record for record in rows if record["model"] == f"catalog.{table}")["fields"][field] = value
    return rows


def large() -> LanguageModel:
    return LanguageModel.objects.get(slug="large")


def test_the_real_fixtures_twice() -> None:
    started = perf_counter()
    first = seed()
    assert perf_counter() - started < 20
    assert first.created > 400
    assert not first.kept_values
    before = list(Observation.objects.values()), list(Rate.objects.values())
    second = seed()
    assert (second.created, second.updated, second.kept) == (0, 0, 0)
    assert second.unchanged == first.created
    assert (list(Observation.objects.values()), list(Rate.objects.values())) == before


def test_a_second_run_is_two_queries(django_assert_max_num_queries: Any) -> None:
    seed()
    with django_assert_max_num_queries(4):  # the version and what was last written, and the transaction's own
        seed()


def test_a_later_edition_is_followed(folder: Path) -> None:
    write(folder, acme())
    seed(folder)
    write(folder, changed(languagemodel__context_length=2000, languagemodel__input_modalities=[["text"], ["image"]]))
    summary = seed(folder)
    assert summary.updated == 1
    assert large().context_length == 2000
    assert large().input_modalities.count() == 2


def test_an_admins_edit_stays(folder: Path) -> None:
    write(folder, acme())
    seed(folder)
    LanguageModel.objects.update(context_length=1234)
    large().input_modalities.set(Modality.objects.filter(slug="image"))
    write(
        folder,
        changed(
            languagemodel__context_length=2000,
            languagemodel__input_modalities=[["text"], ["image"]],
            languagemodel__name="Larger",
        ),
    )
    summary = seed(folder)
    assert large().context_length == 1234
    assert [modality.slug for modality in large().input_modalities.all()] == ["image"]
    assert large().name == "Larger", "fields that nobody touched follow"
    assert summary.kept == 2
    assert "context_length" in summary.kept_values[0]


def test_a_pinned_field_stays_even_when_it_equals_the_old_value(folder: Path, owner: Any) -> None:
    write(folder, acme())
    seed(folder)
    Pin.objects.set(large(), "context_length", "1000", "1000", "Checked by hand", owner)
    write(folder, changed(languagemodel__context_length=2000))
    assert "pinned" in seed(folder).kept_values[0]
    assert large().context_length == 1000


def set_pin(name: str, owner: Any) -> Pin:
    """A pin of the listing, with the value that stands there."""
    listing = Listing.objects.get()
    return Pin.objects.set(listing.model, name, "1000", "1000", "Measured", owner, listing)


def test_a_pinned_field_of_a_listing_stays_until_the_pin_is_gone(folder: Path, owner: Any) -> None:
    write(folder, changed(listing__context_length=1000))
    seed(folder)
    pin = set_pin("context_length", owner)
    write(folder, changed(listing__context_length=2000, listing__name="Large at the bazaar"))
    for _ in range(2):
        kept = seed(folder).kept_values
        assert kept == ["Kept the pinned context_length of listing bazaar acme/large; the fixtures say 2000."]
    assert Listing.objects.get().context_length == 1000
    assert Listing.objects.get().name == "Large at the bazaar", "fields that nobody pinned follow"
    pin.delete()
    assert seed(folder).updated == 1
    assert Listing.objects.get().context_length == 2000
    assert seed(folder).unchanged == len(acme()), "and then it is done"


def test_a_pin_of_the_model_is_none_of_its_listing(folder: Path, owner: Any) -> None:
    write(folder, changed(listing__context_length=1000))
    seed(folder)
    Pin.objects.set(large(), "context_length", "1000", "1000", "Checked by hand", owner)
    write(folder, changed(listing__context_length=2000))
    assert seed(folder).kept == 0
    assert Listing.objects.get().context_length == 2000


def dearer() -> list[dict[str, Any]]:
    """The small catalog once its price has risen: the first period ended, another with two rates."""
    later = [*LISTING, "USD", "2026-06-01"]
    return [
        *changed(priceperiod__ends_on="2026-06-01", rate__amount="0.000003"),
        row("priceperiod", listing=LISTING, starts_on="2026-06-01", source=["page"]),
        row("rate", period=later, position=0, component="input", amount="0.000009"),
        row("rate", period=later, position=1, component="output", amount="0.000027"),
    ]


def prices() -> list[tuple[Any, ...]]:
    found = PricePeriod.objects.order_by("starts_on", "rates__position")
    return list(found.values_list("starts_on", "ends_on", "rates__amount"))


def test_a_pinned_price_stays_until_the_pin_is_gone(folder: Path, owner: Any) -> None:
    write(folder, acme())
    seed(folder)
    before = [(date(2026, 1, 1), None, "0.000001")]
    assert prices() == before
    pin = set_pin("price", owner)
    write(folder, dearer())
    for _ in range(2):
        summary = seed(folder)
        assert (summary.created, summary.updated, summary.kept) == (0, 0, 5)
        assert summary.kept_values[0] == (
            "Did not write price period bazaar acme/large USD 2026-01-01: what it costs at bazaar is pinned."
        )
        assert prices() == before
    pin.delete()
    summary = seed(folder)
    assert (summary.created, summary.updated, summary.kept) == (3, 2, 0)
    assert prices() == [
        (date(2026, 1, 1), date(2026, 6, 1), "0.000003"),
        (date(2026, 6, 1), None, "0.000009"),
        (date(2026, 6, 1), None, "0.000027"),
    ]


def test_a_pinned_price_is_that_of_one_listing(folder: Path, owner: Any) -> None:
    other = ["bazaar", "acme/large:free"]
    rows = [*acme(), row("listing", model=LARGE, market=["bazaar"], upstream_id=other[1], is_main=False)]
    write(folder, rows)
    seed(folder)
    listing = Listing.objects.get(is_main=True)
    Pin.objects.set(listing.model, "price", "", "", "A contract", owner, listing)
    write(folder, [*rows, row("priceperiod", listing=other, starts_on="2026-01-01", source=["page"])])
    assert (seed(folder).created, PricePeriod.objects.count()) == (1, 2)


def test_seeding_holds_the_version_before_it_reads_what_it_may_write(folder: Path) -> None:
    """An import does the same, so that on PostgreSQL neither waits for rows of one who waits for the version."""
    write(folder, acme())
    seed(folder)
    with CaptureQueriesContext(connection) as captured:
        seed(folder)
    first, second = (query["sql"] for query in captured if query["sql"].startswith("SELECT"))
    assert "catalog_catalogversion" in first
    assert ("FOR UPDATE" in first) is connection.features.has_select_for_update
    assert "catalog_lastwritten" in second


def test_what_was_deleted_is_not_made_again(folder: Path) -> None:
    write(folder, acme())
    seed(folder)
    Alias.objects.all().delete()
    Listing.objects.all().delete()
    write(
        folder,
        [
            *changed(alias__note="Another word."),
            row("parameter", listing=LISTING, source=["page"], name="stop", kind="array"),
        ],
    )
    summary = seed(folder)
    assert not Alias.objects.exists()
    assert not Listing.objects.exists()
    assert summary.kept == 2
    assert seed(folder).kept == 0


def test_what_an_admin_made_before_is_left(folder: Path) -> None:
    vendor = Vendor.objects.create(slug="acme", name="Acme Corporation")
    LanguageModel.objects.create(vendor=vendor, slug="large", name="The large one")
    write(folder, acme())
    summary = seed(folder)
    assert large().name == "The large one"
    assert large().context_length is None
    assert Vendor.objects.get().name == "Acme Corporation"
    assert summary.kept == 2
    assert Listing.objects.get().model == large()


def test_a_used_period_is_only_followed(folder: Path) -> None:
    write(folder, acme())
    seed(folder)
    PricePeriod.objects.update(is_used=True)
    later = changed(priceperiod__ends_on="2026-06-01", priceperiod__note="Ended", rate__amount="0.000009")
    later += [
        row("priceperiod", listing=LISTING, starts_on="2026-06-01", source=["page"]),
        row("rate", period=[*LISTING, "USD", "2026-06-01"], position=0, component="input", amount="0.000002"),
        row("rate", period=[*LISTING, "USD", "2026-01-01"], position=1, component="output", amount="0.000003"),
    ]
    write(folder, later)
    summary = seed(folder)
    used, new = PricePeriod.objects.order_by("starts_on")
    assert [rate.amount for rate in used.rates.all()] == ["0.000001"]
    assert used.note == ""
    assert used.ends_on == date(2026, 6, 1), "its follower ends it"
    assert [rate.amount for rate in new.rates.all()] == ["0.000002"]
    assert summary.kept == 3


def test_an_admins_price_for_the_same_days_stays(folder: Path) -> None:
    write(folder, acme()[:7])
    seed(folder)
    mine = PricePeriod.objects.create(
        listing=Listing.objects.get(), starts_on=date(2026, 3, 1), source=Source.objects.get()
    )
    write(folder, acme())
    summary = seed(folder)
    assert list(PricePeriod.objects.all()) == [mine]
    assert "another price for these days" in summary.kept_values[0]


def test_an_admins_main_listing_stays(folder: Path) -> None:
    write(folder, acme()[:6])
    seed(folder)
    Listing.objects.create(model=large(), market=Market.objects.get(), upstream_id="mine")
    write(folder, acme())
    seed(folder)
    assert Listing.objects.main().get().upstream_id == "mine"


def test_a_model_may_name_one_that_comes_later(folder: Path) -> None:
    rows = [*acme(), row("languagemodel", vendor=["acme"], slug="huge", name="Huge")]
    rows[5]["fields"]["replacement"] = ["acme", "huge"]
    write(folder, rows)
    seed(folder)
    assert large().replacement == LanguageModel.objects.get(slug="huge")


def test_dry_run_says_and_changes_nothing() -> None:
    out = StringIO()
    call_command("seed", "--dry-run", stdout=out)
    assert "Created vendor mistralai." in out.getvalue()
    assert out.getvalue().strip().splitlines()[-1].startswith("Would seed the catalog: ")
    assert not Vendor.objects.exists()
    assert not LastWritten.objects.exists()


def test_the_command_prints_one_line() -> None:
    out = StringIO()
    call_command("seed", stdout=out)
    assert out.getvalue().startswith("Seeded the catalog: ")
    assert out.getvalue().count("\n") == 1


def test_long_keys_fit_their_column() -> None:
    seed()
    assert max(len(key) for key in LastWritten.objects.values_list("key", flat=True)) <= 400


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([row("galaxy", slug="m31")], "acme.json, record 1: the seed knows no table “catalog.galaxy”."),
        ([row("vendor", name="Acme")], "acme.json, record 1: a vendor needs “slug”."),
        ([{"model": "catalog.vendor"}], "acme.json, record 1: a record needs a “model” and “fields”."),
        ([row("vendor", slug="acme", colour="red")], "acme.json, record 1 (vendor acme): there is no field “colour”."),
        ([row("vendor", slug="acme", name="A")] * 2, "record 2 (vendor acme): the same row stands in acme.json, record 1"),
        (changed(languagemodel__context_length=0), "record 6 (model acme large): context_length: A context length of zero"),
        (changed(languagemodel__context_length="many"), "context_length: “many” value must be an integer."),
        (changed(languagemodel__released_on="someday"), "released_on: “someday” value has an invalid date format"),
        (changed(rate__amount="-0.5"), "amount: A price cannot be negative (-0.5)."),
        (changed(rate__amount="2"), "amount: 2 per token is $2000000 per million tokens."),
        (changed(rate__amount="cheap"), "amount: “cheap” is not a price."),
        (changed(listing__model=["acme", "small"]), "model names acme/small, which neither the fixtures nor the catalog have."),
        (
            [*acme(), row("priceperiod", listing=LISTING, starts_on="2026-02-01", source=["page"])],
            "starts_on: Overlaps the period from 2026-01-01 on, without an end.",
        ),
    ],
)  # fmt: skip
def test_a_broken_fixture_is_named_in_one_sentence(folder: Path, settings: Any, rows: Any, words: str) -> None:
    write(folder, rows)
    settings.FIXTURES_DIR = folder
    with pytest.raises(CommandError) as caught:
        call_command("seed")
    assert words in str(caught.value)
    assert str(caught.value).startswith("acme.json, record ")
    assert "\n" not in str(caught.value)
    assert not Vendor.objects.exists(), "nothing of a broken fixture stays"


def test_a_file_that_is_no_json(folder: Path) -> None:
    (folder / "acme.json").write_text("{", encoding="utf-8")
    with pytest.raises(BrokenFixture, match=r"^acme\.json cannot be read as JSON: "):
        seed(folder)
