"""What an admin did becomes lines that can be read, and an undo that puts every row back as it was."""

from datetime import date, timedelta
from typing import Any

import pytest

from catalog.history.recording import recorded
from catalog.history.rows import tree
from catalog.history.undoing import CannotUndo, undo
from catalog.models import Alias, LanguageModel, Modality, PricePeriod, Rate, Revision, Vendor
from tests.factories import make_alias, make_listing, make_model, make_period, make_priced, make_rate

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 21)


def whole(model: LanguageModel) -> Any:
    return tree([model.pk])


def test_an_act_that_changes_nothing_leaves_no_revision(owner: Any) -> None:
    anvil = make_priced("anvil")
    with recorded("edit", "Edit of anvil", owner, [anvil]) as act:
        anvil.save()
    assert act.revision is None
    assert not Revision.objects.exists()


def test_an_edit_is_read_line_by_line_and_undone(owner: Any) -> None:
    anvil = make_priced("anvil", "0.40", "2.00")
    make_alias(anvil, "anvil-latest")
    before = whole(anvil)
    with recorded("edit", "Edit of anvil", owner, [anvil], "Tidying") as act:
        anvil.context_length = 100_000
        anvil.save()
        anvil.input_modalities.add(Modality.objects.create(slug="image", name="Image"))
        Alias.objects.all().delete()
        make_rate(PricePeriod.objects.get(), "cache_read", "0.04")
    revision = act.revision
    assert revision is not None
    assert (revision.reason, revision.user, revision.entries) == ("Tidying", owner, 3)
    assert [line.sentence for line in revision.changes.all()] == [
        "No longer called “anvil-latest”.",
        "Context length 262,144 becomes 100,000; input modalities Text becomes Image, Text.",
        "Cached input price is 0.04 USD per million tokens (OpenRouter, from 2025-12-01).",
    ]
    assert {line.subject for line in revision.changes.all()} == {"mistralai/anvil"}
    assert undo(revision, owner).kept == []
    assert whole(anvil) == before
    assert Alias.objects.get().name == "anvil-latest"


def test_rows_that_change_places_go_back(owner: Any) -> None:
    anvil = make_priced("anvil", "0.40", "2.00")
    first, second = Rate.objects.order_by("position")
    before = whole(anvil)
    with recorded("edit", "Edit", owner, [anvil]) as act:
        Rate.objects.filter(pk=first.pk).update(position=9)
        Rate.objects.filter(pk=second.pk).update(position=0)
        Rate.objects.filter(pk=first.pk).update(position=1)
    undo(act.revision)
    assert whole(anvil) == before


def test_listings_that_take_turns_to_stand_for_the_model(owner: Any) -> None:
    anvil = make_priced("anvil")
    other = make_listing(anvil, upstream_id="mistralai/anvil:free", is_main=False)
    before = whole(anvil)
    with recorded("edit", "Edit", owner, [anvil]) as act:
        anvil.listings.exclude(pk=other.pk).update(is_main=False)
        anvil.listings.filter(pk=other.pk).update(is_main=True)
    undo(act.revision)
    assert whole(anvil) == before


def test_a_removed_model_comes_back_whole(owner: Any) -> None:
    anvil = make_priced("anvil", "0.40", "2.00")
    make_alias(anvil, "anvil-latest")
    before, key = whole(anvil), anvil.pk
    with recorded("edit", "Removal of anvil", owner, [anvil]) as act:
        LanguageModel.objects.all().delete()
    assert act.revision.changes.filter(kind="removed").count() == len(before)
    assert undo(act.revision).kept == []
    assert tree([key]) == before


def test_two_periods_that_moved_together(owner: Any) -> None:
    listing = make_priced("anvil", "0.40", "2.00").main_listing()
    first = PricePeriod.objects.get()
    before = whole(listing.model)
    with recorded("edit", "New price", owner, [listing]) as act:
        first.ends_on = DAY
        first.save()
        make_period(listing, "0.50", "2.50", starts_on=DAY)
    undo(act.revision)
    assert whole(listing.model) == before


def test_what_was_changed_since_stays_whole(owner: Any) -> None:
    listing = make_priced("anvil", "0.40", "2.00").main_listing()
    with recorded("edit", "New price", owner, [listing]) as act:
        PricePeriod.objects.update(ends_on=DAY)
        make_period(listing, "0.50", "2.50", starts_on=DAY)
    PricePeriod.objects.filter(starts_on=DAY).update(ends_on=DAY + timedelta(days=3))
    with pytest.raises(CannotUndo, match="Nothing of it can be undone"):
        undo(act.revision)
    assert PricePeriod.objects.count() == 2
    act.revision.refresh_from_db()
    assert act.revision.state == Revision.State.APPLIED


def test_a_vendor_of_its_own(owner: Any) -> None:
    vendor = make_model("anvil").vendor
    with recorded("edit", "Edit of the vendor", owner, [vendor]) as act:
        vendor.name = "Mistral"
        vendor.save()
    line = act.revision.changes.get()
    assert (line.field, line.before, line.after) == ("name", "Mistral AI", "Mistral")
    undo(act.revision)
    assert Vendor.objects.get().name == "Mistral AI"
