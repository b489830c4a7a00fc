"""Imports of the market's list: what is refused, what is accepted in part, and what an undo brings back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalog.history.recording import recorded
from catalog.history.undoing import CannotUndo
from catalog.imports.applying import CannotApply, Refused, apply
from catalog.models import (
    Change,
    LanguageModel,
    Listing,
    Pin,
    PricePeriod,
    Revision,
)
from tests.catalog.imports.lists import DAY, differences, imported, model, previewed, undo, written
from tests.factories import make_priced

pytestmark = pytest.mark.django_db

LATER = DAY + timedelta(days=1)


class TestAccepting:
    def test_what_is_left_out_is_not_applied_and_comes_again(self) -> None:
        preview = previewed(written(model("acme/anvil-1"), model("acme/anvil-2")))
        second = preview.changes.get(subject="acme/anvil-2")
        apply(preview, left_out=[second.pk])
        assert [row.slug for row in LanguageModel.objects.all()] == ["anvil-1"]
        second.refresh_from_db()
        assert second.outcome == Change.Outcome.LEFT
        assert len(differences(previewed(written(model("acme/anvil-1"), model("acme/anvil-2"))))) == 1

    def test_what_moved_on_since_the_preview_is_kept(self) -> None:
        make_priced("anvil", "0.40", "2.00")
        preview = previewed(written(model("mistralai/anvil", "0.30", "1.50")))
        rate = PricePeriod.objects.get().rates.get(component="input")
        rate.amount = "0.0000005"
        rate.save()
        line = apply(preview).changes.get(kind="price")
        assert (line.outcome, line.plan["kept"]) == ("kept", "The price was changed between the preview and now.")
        assert PricePeriod.objects.count() == 1

    def test_a_preview_is_applied_once(self) -> None:
        preview = previewed(written(model("acme/anvil")))
        apply(preview)
        with pytest.raises(CannotApply, match="is applied"):
            apply(preview)


class TestLikelySlips:
    """A price that moves tenfold, or to or from nothing, is refused, until its line is left out or somebody insists."""

    @pytest.mark.parametrize(
        ("was", "now", "sentence"),
        [
            (("0.40", "2.00"), ("4.00", "2.00"), "The price of mistralai/anvil would move 10×"),
            (("0.40", "2.00"), ("0.40", "0.20"), "The price of mistralai/anvil would move 10×"),
            (("0.40", "2.00"), ("0", "0"), "mistralai/anvil would become free"),
            (("0", "0"), ("0.40", "2.00"), "mistralai/anvil would stop being free"),
        ],
    )
    def test_it_is_refused(self, was: tuple[str, str], now: tuple[str, str], sentence: str) -> None:
        make_priced("anvil", *was)
        revision = previewed(written(model("mistralai/anvil", *now), model("acme/hammer")))
        assert len(revision.refusals) == 1
        assert revision.refusals[0].startswith(sentence)
        with pytest.raises(Refused):
            apply(revision)
        assert PricePeriod.objects.count() == 1
        price_line = revision.changes.get(kind="price")
        assert not apply(revision, left_out=[price_line.pk]).is_forced
        assert LanguageModel.objects.filter(slug="hammer").exists()

    def test_nine_times_is_not(self) -> None:
        make_priced("anvil", "0.40", "2.00")
        assert previewed(written(model("mistralai/anvil", "3.60", "2.00"))).refusals == []


class TestUndoing:
    def test_everything_goes_back(self) -> None:
        make_priced("anvil", "0.40", "2.00", context_length=None)
        before = LanguageModel.objects.count(), Listing.objects.count()
        revision = imported(model("mistralai/anvil", "0.30", "1.50"), model("acme/hammer"))
        result = undo(revision)
        assert result.kept == []
        assert (LanguageModel.objects.count(), Listing.objects.count()) == before
        period = PricePeriod.objects.get()
        assert (period.ends_on, period.amount("input")) == (None, Decimal("0.0000004"))
        assert LanguageModel.objects.get().context_length is None
        revision.refresh_from_db()
        assert revision.state == Revision.State.UNDONE
        with pytest.raises(CannotUndo, match="there is nothing to undo"):
            undo(revision)
        assert len(differences(imported(model("mistralai/anvil", "0.30", "1.50"), model("acme/hammer")))) == len(
            differences(revision)
        )

    def test_what_was_built_on_stays(self) -> None:
        first = imported(model("acme/anvil", "0.40", "2.00"))
        imported(model("acme/anvil", "0.30", "1.50"), day=LATER)
        with pytest.raises(CannotUndo, match="It was changed since"):
            undo(first)
        assert PricePeriod.objects.count() == 2

    def test_a_price_in_use_stays(self) -> None:
        make_priced("anvil", "0.40", "2.00")
        revision = imported(model("mistralai/anvil", "0.30", "1.50"))
        PricePeriod.objects.filter(starts_on=DAY).update(is_used=True)
        result = undo(revision)
        assert any("A run was priced with it" in sentence for sentence in result.kept)
        assert PricePeriod.objects.count() == 2

    def test_a_value_pinned_since_stays(self, owner: object) -> None:
        make_priced("anvil", context_length=None)
        revision = imported(model("mistralai/anvil", context_length=100_000))
        anvil = LanguageModel.objects.get()
        Pin.objects.set(anvil, "context_length", "100000", "100000", "Measured", owner)
        undo(revision)
        assert LanguageModel.objects.get().context_length == 100_000


class TestUndoneInPart:
    """What an undo has to keep still stands, and goes with another undo once what stood in its way is gone."""

    def test_a_kept_line_is_undone_after_the_edit_that_blocked_it(self, owner: Any) -> None:
        anvil = make_priced("anvil", "0.40", "2.00")
        hammer = make_priced("hammer", "0.50", "2.00")
        revision = imported(model("mistralai/anvil", "0.30", "1.50"), model("mistralai/hammer", "0.60", "2.00"))
        with recorded("edit", "Edit of anvil", owner, [anvil]) as edit:
            rate = anvil.periods.get(starts_on=DAY).rates.get(component="input")
            rate.amount = "0.0000007"
            rate.save()
        result = undo(revision, owner)
        assert result.kept == ["mistralai/anvil: It was changed since, by “Edit of anvil”."]
        revision.refresh_from_db()
        assert (revision.state, revision.undone_by) == (Revision.State.APPLIED, owner)
        assert Listing.objects.get(model=hammer).last_seen_on is None
        assert Listing.objects.get(model=anvil).last_seen_on == DAY, "what stands of the import has seen it"
        [kept] = revision.changes.filter(outcome=Change.Outcome.APPLIED)
        assert (kept.subject, kept.kind) == ("mistralai/anvil", "price")
        assert kept.plan["kept"] == "It was changed since, by “Edit of anvil”."
        assert hammer.periods.count() == 1
        with pytest.raises(CannotUndo, match="by “Edit of anvil”"):
            undo(revision)
        assert undo(edit.revision).kept == []
        assert str(undo(revision)) == "1 change undone."
        assert Listing.objects.get(model=anvil).last_seen_on is None
        revision.refresh_from_db()
        assert revision.state == Revision.State.UNDONE
        assert not revision.changes.filter(outcome=Change.Outcome.APPLIED).exists()
        assert [(period.ends_on, period.amount("input")) for period in anvil.periods.all()] == [
            (None, Decimal("0.0000004"))
        ]

    def test_what_is_kept_still_stands_in_the_way_of_what_came_before_it(self, owner: Any) -> None:
        """A kept line is applied: an older act that wrote the same is not undone under it."""
        anvil = make_priced("anvil", context_length=None)
        first = imported(model("mistralai/anvil", context_length=100))
        second = imported(model("mistralai/anvil", context_length=200), model("acme/new"), day=LATER)
        with recorded("edit", "Edit of anvil", owner, [anvil]):
            Listing.objects.filter(model=anvil).update(context_length=300)
            anvil.refresh_from_db()
            anvil.context_length = 300
            anvil.save()
        undo(second)
        undo(first)
        assert Listing.objects.get().context_length == 300
        assert [line.field for line in first.changes.filter(outcome="applied", field="context_length")] == [
            "context_length"
        ] * 2
        assert second.changes.filter(outcome="applied").exists()

    def test_a_miss_of_an_import_that_was_undone_is_counted_again_on_the_same_day(self) -> None:
        good = [model(f"acme/anvil-{number}") for number in range(10)]
        imported(*good)
        undo(imported(*good[:9], day=LATER))
        imported(*good[:9], day=LATER)
        assert Listing.objects.get(upstream_id="acme/anvil-9").misses == 1
