"""Each field that an import wrote shows which source said it and when, also on the page of changes."""

from datetime import date, timedelta

import pytest
from django.test import Client

from catalog.facts import facts
from catalog.models import LanguageModel, Listing, Observation, PricePeriod
from tests.catalog.imports.lists import DAY, imported, lines, model
from tests.factories import make_period, make_priced

pytestmark = pytest.mark.django_db

LATER = DAY + timedelta(days=1)


def fields_of(slug: str) -> dict[str, tuple[str, list[tuple[str, date]]]]:
    found = LanguageModel.objects.for_page().get(slug=slug)
    rows = facts(found, found.main_listing())
    return {row.field: (row.text, [(said.source.title, said.observed_on) for said in row.read_in]) for row in rows}


def test_every_field_of_a_new_model_names_its_source(client: Client) -> None:
    imported(model("acme/anvil-1", name="Acme: Anvil 1", hugging_face_id="acme/anvil"), day=DAY)
    found = fields_of("anvil-1")
    for name in ("name", "listed_on", "max_completion_tokens", "context_length", "input_modalities", "weights_url"):
        text, said = found[name]
        assert text, name
        assert said == [("OpenRouter’s model list", DAY)], name
    assert found["name"][0] == "Anvil 1"
    page = client.get("/models/acme/anvil-1/").content.decode()
    assert "no source on record" not in page


def test_a_day_that_the_list_does_not_name_is_told_as_the_first_one_read() -> None:
    imported(model("acme/anvil", created=None), day=DAY)
    said = Observation.objects.get(field="listed_on")
    assert (said.value, said.note[:23]) == (str(DAY), "The list names no day: ")


def test_a_limit_that_the_list_changes_is_on_record_as_its_word() -> None:
    imported(model("acme/anvil"), day=DAY)
    longer = {"context_length": 131072, "max_completion_tokens": 16384, "is_moderated": False}
    imported(model("acme/anvil", top_provider=longer), day=LATER)
    assert fields_of("anvil")["max_completion_tokens"] == (
        "16,384 tokens",
        [("OpenRouter’s model list", LATER), ("OpenRouter’s model list", DAY)],
    )


def test_a_variant_in_another_piece_of_the_list_says_nothing_twice() -> None:
    """A plain listing that takes its variant's place as the one that stands for the model."""
    imported(model("acme/anvil:free", "0", "0"), is_extract=True)
    imported(model("acme/anvil"), day=LATER, is_extract=True)
    assert Listing.objects.main().get().upstream_id == "acme/anvil"
    assert list(Observation.objects.filter(field="max_completion_tokens").values_list("value", flat=True)) == ["8,192"]


def test_a_model_that_is_listed_again_names_who_says_so(client: Client) -> None:
    good = [model(f"acme/anvil-{number}") for number in range(10)]
    imported(*good, day=DAY - timedelta(days=9))
    for number in range(8, 4, -1):
        imported(*good[:9], day=DAY - timedelta(days=number))
    imported(*good, day=DAY)
    page = client.get("/changes/?kind=back").content.decode()
    assert "Listed at OpenRouter again" in page
    assert "OpenRouter’s model list, Nov 21, 2026" in page
    assert "No source on record" not in page


def test_a_price_after_a_pause_is_no_first_price() -> None:
    anvil = make_priced("anvil", "0.10", "0.10")
    PricePeriod.objects.update(ends_on=date(2026, 3, 1))
    revision = imported(model("mistralai/anvil", "0.15", "0.15"))
    assert lines(revision, "price") == [
        "mistralai/anvil: Sold again at OpenRouter: input $0.15, output $0.15 per million tokens. "
        "It last cost input $0.10, output $0.10 per million tokens, until 2026-03-01."
    ]
    assert anvil.periods.count() == 2


def test_a_first_price_is_told_as_one() -> None:
    make_priced("anvil").periods.all().delete()
    listing = Listing.objects.get()
    make_period(listing, "9", "9", starts_on=LATER)
    revision = imported(model("mistralai/anvil", "0.15", "0.15"))
    assert lines(revision, "price") == [
        "mistralai/anvil: A first price at OpenRouter: input $0.15, output $0.15 per million tokens."
    ]
