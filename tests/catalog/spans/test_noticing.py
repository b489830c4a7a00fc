"""Every change of the catalog is noticed: it raises the version, and marks the models whose rows follow from it."""

from datetime import date

import pytest

from catalog import freshness
from catalog.models import CatalogVersion, LanguageModel, Listing, Modality, Parameter, Span, StaleModel, Vendor
from catalog.spans import ensure_fresh
from tests.factories import (
    DAY,
    make_listing,
    make_market,
    make_model,
    make_parameter,
    make_period,
    make_priced,
    make_source,
)

pytestmark = pytest.mark.django_db
LATER = date(2026, 11, 21)


def change_price() -> None:
    period = Listing.objects.get().periods.get()
    period.ends_on = date(2026, 1, 1)
    period.save()
    make_period(Listing.objects.get(), "0.10", "1.50", starts_on=date(2026, 1, 1))


def change_parameter() -> None:
    Parameter.objects.get(name="seed").delete()


def change_reads() -> None:
    LanguageModel.objects.get().input_modalities.add(Modality.objects.create(slug="audio", name="Audio"))


def change_reads_from_behind() -> None:
    Modality.objects.get(slug="text").read_by.clear()


def change_vendor() -> None:
    vendor = Vendor.objects.get(slug="mistralai")
    vendor.name = "Mistral"
    vendor.save()


def change_authority() -> None:
    make_parameter(Listing.objects.get(), "seed", source=make_source("other", authority=5), is_unsupported=True)
    other = Parameter.objects.get(is_unsupported=True).source
    other.authority = 50
    other.save()


def change_modality() -> None:
    text = Modality.objects.get(slug="text")
    text.slug = "words"
    text.save()


def change_main_listing() -> None:
    Listing.objects.get().delete()


@pytest.mark.parametrize(
    ("change", "column", "before", "after"),
    [
        (change_price, "input_amount", "0.0000005", "0.0000001"),
        (change_parameter, "parameters__words", "seed", ""),
        (change_reads, "reads__words", "text", "audio text"),
        (change_reads_from_behind, "reads__words", "text", ""),
        (change_vendor, "vendor_name", "Mistral AI", "Mistral"),
        (change_authority, "parameters__words", "seed", ""),
        (change_modality, "reads__words", "text", "words"),
        (change_main_listing, "listed_on", DAY, None),
    ],
)
def test_every_change_is_noticed(change, column, before, after):
    make_parameter(make_priced("one").main_listing(), "seed")
    ensure_fresh()
    assert Span.objects.on(LATER).values_list(column, flat=True).get() == before
    version = freshness.version()
    change()
    assert freshness.version() > version
    ensure_fresh()
    assert Span.objects.on(LATER).values_list(column, flat=True).get() == after


def test_a_listing_that_moves_changes_both_models():
    listing = make_priced("one").main_listing()
    other = make_model("two")
    make_listing(other, upstream_id="two", is_main=False)
    ensure_fresh()
    listing.model = other
    listing.save()
    assert set(StaleModel.objects.values_list("model_id", flat=True)) == set(
        LanguageModel.objects.values_list("pk", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_a_listing_that_moves_without_a_transaction_leaves_nothing_behind():
    """There each mark is worked off at once: too soon, as long as the listing is where it was."""
    listing = make_priced("one").main_listing()
    other = make_model("two")
    ensure_fresh()
    listing.model = other
    listing.save()
    ensure_fresh()
    rows = dict(Span.objects.on(LATER).values_list("name", "listed_on"))
    assert rows == {"one": None, "two": DAY}


def test_the_day_on_which_a_source_was_read_marks_nothing():
    """No row of the table follows from it, and every import writes it."""
    parameter = make_parameter(make_priced("one").main_listing(), "seed")
    ensure_fresh()
    for save in ({}, {"update_fields": ["read_on"]}):
        version, source = freshness.version(), parameter.source
        source.read_on = LATER
        source.save(**save)
        assert freshness.version() > version
        assert not StaleModel.objects.exists()
    source.authority += 1
    source.save(update_fields=["read_on"])
    assert not StaleModel.objects.exists(), "the authority was not written"
    source.save()
    assert [row.model_id for row in StaleModel.objects.all()] == [parameter.model_id]


def test_what_no_row_of_the_table_follows_from_marks_nothing():
    make_priced("one")
    ensure_fresh()
    version = freshness.version()
    make_source("a document", authority=99)
    make_market("elsewhere", "Elsewhere")
    Vendor.objects.create(slug="another", name="Another")
    assert freshness.version() > version
    assert not StaleModel.objects.exists()


def test_a_version_is_never_told_twice():
    """Not after a rollback, and not after an older copy of the database took the place of this one."""
    make_priced("one")
    version = freshness.version()
    CatalogVersion.objects.update(number=3)
    make_priced("two")
    assert freshness.version() > version


def test_within_together_everything_is_marked_once():
    with freshness.together():
        make_priced("one")
        assert not StaleModel.objects.exists()
    assert StaleModel.objects.count() == 1
    version = freshness.version()
    with freshness.together():
        make_market("elsewhere", "Elsewhere")
    assert freshness.version() > version


def test_alone_is_together_with_the_version_held(django_assert_num_queries):
    for _ in range(2):  # also where the version has no row yet
        before = freshness.version()
        with freshness.alone():
            make_market(f"market {before}", "Elsewhere")
            make_market(f"market {before} again", "Elsewhere")
            assert freshness.version() in (0, before), "raised once, at the end"
        assert freshness.version() > before
    with django_assert_num_queries(3), freshness.alone():  # the version, and the transaction's own two
        pass
