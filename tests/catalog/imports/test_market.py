"""Imports of the market's list: what is new, changed, gone and back, and that the same list twice changes nothing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from catalog.imports.applying import Refused, apply
from catalog.models import (
    Absence,
    LanguageModel,
    Listing,
    Observation,
    Pin,
    PricePeriod,
    RawEntry,
)
from catalog.pricing import Component
from tests.catalog.imports.lists import DAY, differences, imported, lines, model, previewed, undo, written
from tests.factories import make_listing, make_model, make_parameter, make_period, make_priced, make_source

pytestmark = pytest.mark.django_db

LATER = DAY + timedelta(days=1)


def price(upstream_id: str, day: date = DAY) -> tuple[Decimal | None, Decimal | None]:
    period = Listing.objects.with_prices().get(upstream_id=upstream_id).period_on(day)
    assert period is not None
    return period.amount(Component.INPUT), period.amount(Component.OUTPUT)


def test_a_new_model_comes_whole() -> None:
    revision = imported(
        model(
            "acme/anvil-2",
            "0.40",
            "2",
            name="Acme: Anvil 2",
            hugging_face_id="acme/Anvil-2",
            knowledge_cutoff="2025-06-30",
        )
    )
    assert lines(revision) == ["acme/anvil-2: A new model, Anvil 2: input $0.40, output $2.00 per million tokens."]
    anvil = LanguageModel.objects.get()
    assert (anvil.public_id, anvil.name, anvil.vendor.name) == ("acme/anvil-2", "Anvil 2", "Acme")
    assert (anvil.context_length, anvil.knowledge_cutoff) == (131072, date(2025, 6, 30))
    assert anvil.weights_url == "https://huggingface.co/acme/Anvil-2"
    assert [modality.slug for modality in anvil.input_modalities.all()] == ["text"]
    listing = anvil.main_listing()
    assert (listing.listed_on, listing.last_seen_on, listing.max_completion_tokens) == (date(2025, 12, 2), DAY, 8192)
    assert price("acme/anvil-2") == (Decimal("0.0000004"), Decimal("0.000002"))
    assert set(listing.effective_parameters()) == {"max_tokens", "temperature"}
    assert set(Observation.objects.values_list("field", "value")) >= {("context_length", "131,072")}
    assert RawEntry.objects.get().raw["canonical_slug"] == "acme/anvil-2"
    assert revision.changes.get().model == anvil


def test_the_same_list_twice_gives_a_difference_and_then_none() -> None:
    entries = [
        model("acme/anvil-2"),
        model("acme/anvil-2:free", "0", "0"),
        model("~acme/anvil-latest", alias_target={"name": "Anvil 2", "slug": "acme/anvil-2"}),
        model("acme/auto", pricing={"prompt": "-1", "completion": "-1"}),
    ]
    assert len(differences(imported(*entries))) == 4
    for day in (DAY, LATER):
        assert differences(imported(*entries, day=day)) == []
    assert Listing.objects.get(upstream_id="acme/anvil-2").last_seen_on == LATER


def test_a_new_price_follows_the_old_one() -> None:
    make_priced("anvil", "0.40", "2.00")
    revision = imported(model("mistralai/anvil", "0.30", "1.50"))
    assert "price" in revision.counts
    assert lines(revision, "price") == [
        "mistralai/anvil: input $0.40, output $2.00 per million tokens becomes input $0.30, output $1.50 per million "
        "tokens (input −25%, output −25%)."
    ]
    old, new = PricePeriod.objects.order_by("starts_on")
    assert (old.ends_on, new.starts_on, new.ends_on) == (DAY, DAY, None)
    assert price("mistralai/anvil", DAY - timedelta(days=1)) == (Decimal("0.0000004"), Decimal("0.000002"))
    assert price("mistralai/anvil") == (Decimal("0.0000003"), Decimal("0.0000015"))


def test_a_price_that_a_run_was_priced_with_is_only_followed() -> None:
    make_priced("anvil", "0.40", "2.00")
    PricePeriod.objects.update(is_used=True)
    imported(model("mistralai/anvil", "0.30", "1.50"))
    old, new = PricePeriod.objects.order_by("starts_on")
    assert (old.ends_on, new.starts_on) == (DAY, DAY)
    assert old.amount("input") == Decimal("0.0000004")


def test_two_prices_on_one_day_leave_the_second() -> None:
    make_priced("anvil", "0.40", "2.00")
    imported(model("mistralai/anvil", "0.30", "1.50"))
    second = imported(model("mistralai/anvil", "0.35", "1.50"))
    assert PricePeriod.objects.count() == 2
    assert price("mistralai/anvil")[0] == Decimal("0.00000035")
    undo(second)
    assert price("mistralai/anvil")[0] == Decimal("0.0000003")


def test_a_price_announced_for_later_stays() -> None:
    listing = make_priced("anvil", "0.40", "2.00").main_listing()
    first = PricePeriod.objects.get()
    first.ends_on = DAY + timedelta(days=10)
    first.save()
    make_period(listing, "1", "4", starts_on=DAY + timedelta(days=10))
    imported(model("mistralai/anvil", "0.30", "1.50"))
    assert price("mistralai/anvil", DAY + timedelta(days=9))[0] == Decimal("0.0000003")
    assert price("mistralai/anvil", DAY + timedelta(days=10))[0] == Decimal("0.000001")


def test_parameters_gained_and_lost() -> None:
    imported(model("acme/anvil", supported_parameters=["max_tokens", "seed"]))
    revision = imported(model("acme/anvil", supported_parameters=["max_tokens", "tools"]), day=LATER)
    assert lines(revision) == ["acme/anvil: Parameters: gained tools; lost seed."]
    listing = Listing.objects.get()
    supported = {name for name, row in listing.effective_parameters().items() if not row.is_unsupported}
    assert supported == {"max_tokens", "tools"}
    again = imported(model("acme/anvil", supported_parameters=["max_tokens", "seed"]), day=LATER + timedelta(days=1))
    assert lines(again) == ["acme/anvil: Parameters: gained seed; lost tools."]


def test_the_first_list_beside_a_page_is_no_gain() -> None:
    listing = make_priced("anvil").main_listing()
    make_parameter(listing, "temperature", source=make_source("page", authority=30))
    entry = model("mistralai/anvil", supported_parameters=["temperature", "seed"])
    assert "mistralai/anvil: The list names 2 parameters. Beside what the catalog shows: gained seed." in lines(
        imported(entry)
    )
    assert differences(imported(entry)) == []


class TestWhatIsKept:
    def test_a_fact_of_the_vendor_stays_and_the_other_word_is_noted(self) -> None:
        make_priced("anvil", context_length=262_144)
        revision = imported(model("mistralai/anvil", context_length=1_000_000))
        assert "mistralai/anvil: Says 1,000,000 for the context; the catalog shows 262,144, and keeps both." in lines(
            revision, "conflict"
        )
        assert LanguageModel.objects.get().context_length == 262_144
        assert Observation.objects.get(field="context_length").differs
        assert Listing.objects.get().context_length == 1_000_000

    def test_a_blank_fact_is_filled_and_then_follows(self) -> None:
        make_priced("anvil", context_length=None)
        imported(model("mistralai/anvil", context_length=100_000))
        imported(model("mistralai/anvil", context_length=200_000), day=LATER)
        assert LanguageModel.objects.get().context_length == 200_000

    def test_what_was_changed_by_hand_stays_and_is_said_once(self) -> None:
        imported(model("acme/anvil", context_length=100_000))
        Listing.objects.update(context_length=90_000)
        entry = model("acme/anvil", context_length=200_000)
        revision = imported(entry, day=LATER)
        assert "acme/anvil: The context was set to 90,000 here and stays; the market says 200,000." in lines(
            revision, "conflict"
        )
        assert Listing.objects.get().context_length == 90_000
        assert differences(imported(entry, day=LATER)) == []

    def test_a_pinned_field_stays_and_its_alarms_ring(self, owner: object) -> None:
        imported(model("acme/anvil", context_length=100_000))
        anvil = LanguageModel.objects.get()
        anvil.context_length = 90_000
        anvil.save()
        Pin.objects.set(anvil, "context_length", "90000", "100000", "Measured", owner)
        assert differences(imported(model("acme/anvil", context_length=100_000), day=LATER)) == []
        moved = imported(model("acme/anvil", context_length=80_000), day=LATER)
        assert "acme/anvil: The pinned context stays 90000; the source has moved on to 80,000." in lines(
            moved, "conflict"
        )
        assert Pin.objects.get().standing == Pin.Standing.MOVED
        agreed = imported(model("acme/anvil", context_length=90_000), day=LATER)
        assert "acme/anvil: The pinned context (90000) is what the source says now: the pin can go." in lines(
            agreed, "conflict"
        )
        assert LanguageModel.objects.get().context_length == 90_000
        assert differences(imported(model("acme/anvil", context_length=90_000), day=LATER)) == []
        undo(agreed)
        assert Pin.objects.get().standing == Pin.Standing.MOVED

    def test_a_pinned_price_stays(self, owner: object) -> None:
        listing = make_priced("anvil", "0.40", "2.00").main_listing()
        told = "input $0.40, output $2.00 per million tokens"
        Pin.objects.set(listing.model, "price", told, told, "Our contract", owner, listing)
        revision = imported(model("mistralai/anvil", "0.30", "1.50"))
        assert any("The pinned price stays input $0.40" in line for line in lines(revision, "conflict"))
        assert PricePeriod.objects.count() == 1
        assert Pin.objects.to_look_at().get().upstream_value == "input $0.30, output $1.50 per million tokens"

    def test_a_cut_description_never_takes_the_place_of_a_longer_one(self) -> None:
        whole = "A model with a description that goes on for quite a while, to its end."
        imported(model("acme/anvil", description=whole))
        imported(model("acme/anvil", description="A model with a description that goes on..."), day=LATER)
        assert LanguageModel.objects.get().description == whole
        longer = whole + " And then some more."
        imported(model("acme/anvil", description=longer), day=LATER)
        assert LanguageModel.objects.get().description == longer


class TestComingAndGoing:
    def entries(self, count: int = 10) -> list[dict]:
        return [model(f"acme/anvil-{number}") for number in range(count)]

    def test_three_days_of_absence_delist_and_nothing_is_deleted(self) -> None:
        imported(*self.entries())
        told = []
        for number in range(1, 5):
            day = DAY + timedelta(days=number)
            told += lines(imported(*self.entries(9), day=day), "gone")
            assert differences(imported(*self.entries(9), day=day)) == []
        assert told == [
            "acme/anvil-9: Missing for the first day, not seen since 2026-11-21; after 3 it counts as delisted.",
            "acme/anvil-9: Missing for the second day, not seen since 2026-11-21; after 3 it counts as delisted.",
            "acme/anvil-9: Missing for the third day: delisted as of 2026-11-22, not seen since 2026-11-21.",
        ]
        gone = Listing.objects.get(upstream_id="acme/anvil-9")
        assert gone.delisted_on == LATER
        assert gone.periods.count() == 1
        assert LanguageModel.objects.count() == 10

    def test_coming_back_reopens_it_and_keeps_the_gap(self) -> None:
        imported(*self.entries())
        for number in range(1, 4):
            imported(*self.entries(9), day=DAY + timedelta(days=number))
        back = imported(*self.entries(), day=DAY + timedelta(days=30))
        assert lines(back, "back") == ["acme/anvil-9: Listed again; it was away from 2026-11-22."]
        listing = Listing.objects.get(upstream_id="acme/anvil-9")
        assert (listing.delisted_on, listing.misses) == (None, 0)
        assert Absence.objects.values_list("from_day", "to_day").get() == (LATER, DAY + timedelta(days=30))
        undo(back)
        assert Listing.objects.get(upstream_id="acme/anvil-9").delisted_on == LATER
        assert not Absence.objects.exists()

    def test_a_miss_is_forgotten_when_it_is_seen_again(self) -> None:
        imported(*self.entries())
        imported(*self.entries(9), day=LATER)
        imported(*self.entries(), day=LATER + timedelta(days=1))
        assert Listing.objects.filter(misses__gt=0).count() == 0

    def test_many_that_vanish_are_refused_without_force(self) -> None:
        imported(*self.entries())
        revision = previewed(written(*self.entries(8)), LATER)
        assert revision.refusals == ["2 of 10 models would vanish (20%, more than 15%): acme/anvil-8, acme/anvil-9."]
        with pytest.raises(Refused, match="2 of 10 models would vanish"):
            apply(revision)
        assert Listing.objects.filter(misses__gt=0).count() == 0
        assert apply(revision, is_forced=True).is_forced

    def test_an_older_list_is_no_news(self) -> None:
        imported(*self.entries())
        old = [model("acme/anvil-0", "5", "5"), model("acme/new")]
        revision = previewed(written(*old), DAY - timedelta(days=60))
        assert [line.partition(":")[0] for line in lines(revision) if "new" in line] == ["acme/new"]
        assert revision.refusals == []

    def test_an_extract_says_nothing_of_the_others(self) -> None:
        imported(*self.entries())
        assert differences(previewed(written(*self.entries(1)), LATER, is_extract=True)) == []


def test_a_family_of_listings_takes_the_same_number_of_queries(django_assert_max_num_queries: object) -> None:
    for number in range(3):
        make_listing(make_model(f"anvil-{number}"))
    few = [model(f"mistralai/anvil-{number}") for number in range(3)]
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        previewed(written(*few))
    for number in range(3, 40):
        make_listing(make_model(f"anvil-{number}"))
    many = [model(f"mistralai/anvil-{number}") for number in range(40)]
    with django_assert_max_num_queries(60):  # type: ignore[operator]
        previewed(written(*many))
