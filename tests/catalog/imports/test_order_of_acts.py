"""Acts that cross one another: previews that have grown old, undos after other acts, rows that others added meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from catalog.history.recording import recorded
from catalog.history.undoing import CannotUndo
from catalog.imports.applying import CannotApply, apply
from catalog.models import Alias, Endpoint, LanguageModel, LastWritten, Listing, Observation, Pin, PricePeriod
from tests.catalog.imports.lists import DAY, differences, imported, lines, model, previewed, undo, written
from tests.catalog.imports.test_providers import answer, endpoint
from tests.factories import make_listing, make_market, make_model, make_priced

pytestmark = pytest.mark.django_db

LATER = DAY + timedelta(days=1)


def context() -> int | None:
    return Listing.objects.get(upstream_id="acme/anvil").context_length


def test_a_preview_older_than_another_import_is_not_applied(owner: Any) -> None:
    imported(model("acme/anvil", context_length=10))
    old = previewed(written(model("acme/anvil", context_length=50)), user=owner)
    imported(model("acme/anvil", context_length=100), day=LATER)
    with pytest.raises(CannotApply, match="was applied since this preview was made"):
        apply(old)
    assert context() == 100


def test_an_older_import_is_not_undone_under_a_newer_one_that_wrote_the_same() -> None:
    imported(model("acme/anvil", context_length=100))
    second = imported(model("acme/anvil", context_length=200), day=LATER)
    imported(model("acme/anvil", context_length=100), day=LATER + timedelta(days=1))
    imported(model("acme/anvil", context_length=200), day=LATER + timedelta(days=2))
    kept = undo(second).kept
    assert kept == ["acme/anvil: It was changed since, by “Import of OpenRouter’s models”."] * 2
    assert context() == 200


def test_what_an_import_remembers_goes_back_key_by_key() -> None:
    make_priced("anvil")
    first = imported(model("mistralai/anvil", context_length=100))
    imported(model("mistralai/anvil", context_length=200), day=LATER)
    undo(first)
    assert LastWritten.objects.get(table="import:openrouter").values["context_length"] == 200
    third = imported(model("mistralai/anvil", context_length=300), day=LATER + timedelta(days=1))
    assert Listing.objects.get().context_length == 300
    assert not any("was set to" in line for line in lines(third))


def test_undoing_the_only_import_forgets_what_it_wrote() -> None:
    make_priced("anvil", context_length=None)
    undo(imported(model("mistralai/anvil", context_length=100)))
    assert not LastWritten.objects.filter(table="import:openrouter").exists()


def test_a_new_model_that_others_built_on_stays() -> None:
    revision = imported(model("acme/anvil"))
    make_listing(LanguageModel.objects.get(), market=make_market("other", "Other"), is_main=False)
    with pytest.raises(CannotUndo, match="It has a listing that the import did not make"):
        undo(revision)
    assert LanguageModel.objects.exists()


def test_an_edit_is_not_undone_under_a_pin_of_another(owner: Any) -> None:
    anvil = make_model("anvil", context_length=100_000)
    with recorded("edit", "Edit", owner, [anvil]) as first:
        anvil.context_length = 90_000
        anvil.save()
    with recorded("edit", "Pin", owner, [anvil]):
        Pin.objects.set(anvil, "context_length", "90000", "90000", "Measured", owner)
    with pytest.raises(CannotUndo, match="It was pinned since"):
        undo(first.revision)
    assert LanguageModel.objects.get().context_length == 90_000


def test_a_used_price_comes_back_used(owner: Any) -> None:
    anvil = make_priced("anvil")
    PricePeriod.objects.update(is_used=True)
    with recorded("edit", "Removal", owner, [anvil]) as act:
        anvil.delete()
    undo(act.revision)
    assert PricePeriod.objects.get().is_used


def test_a_vendor_s_fact_is_not_taken_for_the_import_s_own() -> None:
    make_model("anvil", context_length=262_144)
    imported(model("mistralai/anvil", context_length=262_144))
    imported(model("mistralai/anvil", context_length=1_000_000), day=LATER)
    assert LanguageModel.objects.get().context_length == 262_144


def test_a_source_that_comes_back_to_its_first_word() -> None:
    make_priced("anvil", context_length=262_144)
    for number, count in enumerate((100_000, 200_000, 100_000)):
        revision = imported(model("mistralai/anvil", context_length=count), day=DAY + timedelta(days=number))
        assert any(f"Says {count:,} for the context" in line for line in lines(revision, "conflict"))
    again = model("mistralai/anvil", context_length=100_000)
    assert differences(imported(again, day=DAY + timedelta(days=3))) == []


def test_a_source_that_comes_back_to_its_first_word_within_a_day() -> None:
    make_priced("anvil", context_length=262_144)
    acts = [imported(model("mistralai/anvil", context_length=count)) for count in (100_000, 200_000, 100_000)]
    assert differences(previewed(written(model("mistralai/anvil", context_length=100_000)))) == []
    for revision in reversed(acts):
        assert undo(revision).kept == []
    assert not Observation.objects.exists()


def test_a_bad_entry_counts_as_there() -> None:
    good = [model(f"acme/anvil-{number}") for number in range(10)]
    imported(*good)
    broken = model("acme/anvil-9", pricing={"prompt": "cheap", "completion": "0"})
    for number in range(1, 5):
        revision = imported(*good[:9], broken, day=DAY + timedelta(days=number))
        assert lines(revision, "gone") == []
    assert Listing.objects.get(upstream_id="acme/anvil-9").delisted_on is None


def test_providers_of_one_model_stay_together_however_many_there_are() -> None:
    from catalog.imports.kinds import KINDS
    from catalog.imports.preview import preview
    from catalog.imports.reading import open_file

    def entries() -> Any:
        import io

        for number in range(110):
            content = answer(*[endpoint(f"p{tag}") for tag in range(5)], model=f"mistralai/m{number}")
            yield from open_file(KINDS["openrouter-endpoints"], io.BytesIO(content), DAY)

    for number in range(110):
        make_priced(f"m{number}")
    apply(preview(KINDS["openrouter-endpoints"], entries(), DAY))
    assert Endpoint.objects.count() == 550
    assert differences(preview(KINDS["openrouter-endpoints"], entries(), DAY)) == []


def test_the_day_and_uptime_of_unchanged_providers_go_on() -> None:
    make_priced("anvil")
    apply(previewed(answer(endpoint()), DAY, "openrouter-endpoints"))
    apply(previewed(answer(endpoint(uptime_last_1d=80)), LATER, "openrouter-endpoints"))
    found = Endpoint.objects.get()
    assert (found.seen_on, found.uptime) == (LATER, "80.00")


def test_each_provider_has_its_own_raw_entry() -> None:
    make_priced("anvil")
    revision = apply(previewed(answer(endpoint("one"), endpoint("two")), DAY, "openrouter-endpoints"))
    assert [line.raw.raw["tag"] for line in revision.changes.order_by("position")] == ["one", "two"]


@pytest.mark.parametrize("text", ["\\u0000", "a \\ud83d b", "\\\\u0000", "“\\n”"])
def test_texts_that_look_like_escapes(text: str) -> None:
    imported(model("acme/anvil", description=text))
    assert LanguageModel.objects.get().description == text


def test_a_moving_name_that_is_too_long_is_reported_each_time_alike() -> None:
    entries = [model("acme/anvil"), model("~acme/" + "x" * 130, alias_target={"name": "", "slug": "acme/anvil"})]
    entries += [model(f"acme/hammer-{number}") for number in range(10)]
    for _ in range(2):
        assert len(lines(imported(*entries), "bad")) == 1
    assert not Alias.objects.exists()


def test_a_moving_name_that_comes_back_keeps_its_past() -> None:
    entries = [model("acme/one"), model("acme/two")]
    for number, slug in enumerate(("one", "two", "one")):
        name = model("~acme/latest", alias_target={"name": "", "slug": f"acme/{slug}"})
        imported(*entries, name, day=DAY + timedelta(days=number))
    spans = Alias.objects.order_by("from_day").values_list("model__slug", "from_day", "to_day")
    assert list(spans) == [
        ("one", DAY, LATER),
        ("two", LATER, LATER + timedelta(days=1)),
        ("one", LATER + timedelta(days=1), None),
    ]


def test_an_extract_first_in_the_day_does_not_stop_the_counting_of_misses() -> None:
    good = [model(f"acme/anvil-{number}") for number in range(10)]
    imported(*good)
    for number in range(1, 4):
        imported(good[0], day=DAY + timedelta(days=number), is_extract=True)
        imported(*good[:9], day=DAY + timedelta(days=number))
    assert Listing.objects.get(upstream_id="acme/anvil-9").delisted_on == LATER


def test_a_person_who_lists_it_again_is_not_overruled_the_next_day() -> None:
    good = [model(f"acme/anvil-{number}") for number in range(10)]
    imported(*good)
    for number in range(1, 4):
        imported(*good[:9], day=DAY + timedelta(days=number))
    Listing.objects.update(delisted_on=None)
    imported(*good[:9], day=DAY + timedelta(days=4))
    assert Listing.objects.get(upstream_id="acme/anvil-9").delisted_on is None


def test_a_variant_at_another_market_keeps_its_place() -> None:
    anvil = make_model("anvil", vendor=None)
    make_listing(anvil, market=make_market("local", "Local"), upstream_id="anvil:7b")
    imported(model("mistralai/anvil"))
    assert Listing.objects.get(is_main=True).upstream_id == "anvil:7b"


def test_a_row_that_does_not_fit_leaves_the_others_whole() -> None:
    preview = previewed(written(model("acme/anvil"), model("acme/hammer")))
    line = preview.changes.get(subject="acme/anvil")
    line.plan["rates"] = [{"component": "input", "amount": "5000"}]
    line.save()
    revision = apply(preview)
    assert [row.slug for row in LanguageModel.objects.all()] == ["hammer"]
    kept = revision.changes.get(subject="acme/anvil")
    assert kept.outcome == "kept"
    assert kept.plan["kept"].startswith("It does not fit into the catalog")
