"""What imports note in passing (when something was last seen, how often it was missed), and what an undo leaves of it."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from catalog.imports.applying import apply
from catalog.models import Endpoint, Listing, Modality, Pin, Revision, Source, Vendor
from tests.catalog.imports.lists import DAY, differences, imported, lines, model, previewed, undo, written
from tests.catalog.imports.test_providers import answer, endpoint
from tests.factories import make_priced

pytestmark = pytest.mark.django_db

AUGUST = date(2026, 8, 22)
LATER = DAY + timedelta(days=1)


def seen(upstream_id: str = "mistralai/anvil") -> date | None:
    return Listing.objects.get(upstream_id=upstream_id).last_seen_on


def missed(upstream_id: str = "acme/anvil-9") -> tuple[int, date | None]:
    listing = Listing.objects.get(upstream_id=upstream_id)
    return listing.misses, listing.missed_on


class TestLastSeen:
    def test_it_goes_back_and_a_later_file_of_an_earlier_day_is_read(self) -> None:
        make_priced("anvil", "0.30", "0.90")
        Listing.objects.update(last_seen_on=date(2026, 8, 1), delisted_on=date(2026, 10, 8))
        undo(imported(model("mistralai/anvil", "0.30", "0.90"), day=DAY))
        listing = Listing.objects.get()
        assert (listing.last_seen_on, listing.delisted_on) == (date(2026, 8, 1), date(2026, 10, 8))
        earlier = previewed(written(model("mistralai/anvil", "0.40", "0.90")), date(2026, 11, 10))
        assert any("$0.30" in line and "$0.40" in line for line in lines(earlier, "price"))

    @pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
    def test_in_whatever_order_it_is_what_the_acts_that_stand_say(self, order: tuple[int, ...]) -> None:
        make_priced("anvil")
        days = [DAY, AUGUST, LATER]
        acts = [imported(model("mistralai/anvil"), day=day, is_extract=True) for day in days]
        standing = set(days)
        for number in order:
            undo(acts[number])
            standing.remove(days[number])
            assert seen() == max(standing, default=None)

    def test_what_a_person_wrote_in_between_stays(self) -> None:
        make_priced("anvil")
        first = imported(model("mistralai/anvil"), day=AUGUST)
        Listing.objects.update(last_seen_on=date(2026, 9, 1))
        second = imported(model("mistralai/anvil"), day=DAY)
        undo(first)
        assert seen() == DAY
        undo(second)
        assert seen() == date(2026, 9, 1)

    def test_the_day_of_the_source_goes_back_too(self) -> None:
        make_priced("anvil")
        imported(model("mistralai/anvil"), day=AUGUST)
        undo(imported(model("mistralai/anvil", "0.30", "0.90"), day=DAY))
        assert Source.objects.get(slug="openrouter-models").read_on == AUGUST

    def test_providers_were_last_seen_when_the_acts_that_stand_saw_them(self) -> None:
        make_priced("anvil")

        def told(day: date, price: str, uptime: int) -> Revision:
            entry = endpoint(pricing={"prompt": price, "completion": "0.000002"}, uptime_last_1d=uptime)
            return apply(previewed(answer(entry), day, "openrouter-endpoints"))

        told(AUGUST, "0.0000004", 90)
        second = told(DAY, "0.0000005", 80)
        third = told(LATER, "0.0000005", 70)
        assert undo(second).kept == []
        found = Endpoint.objects.get()
        assert (found.seen_on, found.uptime, found.rates[0]["amount"]) == (LATER, "70.00", "0.0000004")
        undo(third)
        found.refresh_from_db()
        assert (found.seen_on, found.uptime) == (AUGUST, "90.00")


class TestMisses:
    GOOD = [model(f"acme/anvil-{number}") for number in range(10)]

    def test_an_undone_absence_is_not_counted_and_the_next_one_goes_on_from_what_stands(self) -> None:
        imported(*self.GOOD)
        first, second = (imported(*self.GOOD[:9], day=DAY + timedelta(days=number)) for number in (1, 2))
        assert missed() == (2, LATER)
        undo(first)
        assert missed() == (1, DAY + timedelta(days=2))
        imported(*self.GOOD[:9], day=DAY + timedelta(days=3))
        assert Listing.objects.get(upstream_id="acme/anvil-9").delisted_on is None
        assert missed()[0] == 2
        undo(second)
        assert missed() == (1, DAY + timedelta(days=3))

    def test_a_sight_that_is_undone_ends_no_absence(self) -> None:
        imported(*self.GOOD)
        imported(*self.GOOD[:9], day=LATER)
        back = imported(*self.GOOD, day=DAY + timedelta(days=2))
        assert missed() == (0, None)
        undo(back)
        assert missed() == (1, LATER)
        assert seen("acme/anvil-9") == DAY


class TestOldNews:
    def test_it_is_told_in_words_and_never_as_no_difference(self, tmp_path: Path, capsys: Any) -> None:
        make_priced("anvil", "0.30", "0.90")
        imported(model("mistralai/anvil", "0.30", "0.90"), day=DAY)
        path = tmp_path / "one.json"
        path.write_text(json.dumps({"data": [model("mistralai/anvil", "0.40", "0.90")]}))
        call_command("sync", "openrouter", file=str(path), extract=True, day=date(2026, 11, 10), dry_run=True)
        said = capsys.readouterr().out
        assert "1 entry says what was so before 2026-11-21, when the catalog last heard of it: nothing is taken" in said
        assert "(mistralai/anvil)" in said
        assert "no difference" not in said

    def test_many_are_one_line_with_the_first_few_names(self) -> None:
        entries = [model(f"acme/anvil-{number}") for number in range(7)]
        imported(*entries, day=DAY)
        revision = previewed(written(*entries), AUGUST)
        [line] = revision.changes.all()
        assert line.sentence.startswith(
            "7 entries say what was so before 2026-11-21, when the catalog last heard of them"
        )
        assert "acme/anvil-4 and others)" in line.sentence
        assert (revision.refusals, line.outcome, line.plan) == ([], "noted", {})

    def test_providers_of_an_earlier_day_change_nothing(self) -> None:
        make_priced("anvil")
        apply(previewed(answer(endpoint("one")), DAY, "openrouter-endpoints"))
        revision = previewed(answer(endpoint("two")), AUGUST, "openrouter-endpoints")
        assert differences(revision) == []
        assert "nothing is taken from it (mistralai/anvil)" in lines(revision, "bad")[0]


def test_pins_and_memory_follow_the_acts_that_stand(owner: Any) -> None:
    anvil = make_priced("anvil", context_length=100_000)
    Pin.objects.set(anvil, "context_length", "100000", "131072", "Measured", owner)
    acts = [
        imported(model("mistralai/anvil", context_length=count), day=DAY + timedelta(days=number))
        for number, count in enumerate((200_000, 300_000))
    ]
    assert Pin.objects.get().upstream_value == "300,000"
    undo(acts[0])
    assert Pin.objects.get().upstream_value == "300,000"
    undo(acts[1])
    pin = Pin.objects.get()
    assert (pin.standing, pin.upstream_value, pin.upstream_on) == ("holds", "", None)


def test_a_vendor_of_another_act_s_model_stays() -> None:
    first = imported(model("acme/anvil", name="Acme: Anvil"), model("acme/saw", name="Saw"), is_extract=True)
    assert Vendor.objects.get(slug="acme").name == "Acme", "the entry that names the vendor is believed"
    second = imported(model("acme/hammer"), day=LATER, is_extract=True)
    undo(first)
    assert Vendor.objects.filter(slug="acme").exists(), "another act’s model is of it"
    undo(second)
    assert Vendor.objects.filter(slug="acme").exists(), "the second one had found it here"


def test_a_vendor_that_nobody_needs_any_more_is_gone() -> None:
    undo(imported(model("acme/anvil", name="Acme: Anvil"), model("acme/saw", name="Acme: Saw")))
    assert not Vendor.objects.exists()
    assert Modality.objects.exists(), "what models read is the catalog’s own"


def test_the_market_s_own_models_have_the_market_s_name_for_a_vendor() -> None:
    imported(model("openrouter/auto", name="Auto Router"))
    assert Vendor.objects.get().name == "OpenRouter"
