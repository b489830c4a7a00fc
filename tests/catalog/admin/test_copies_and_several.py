"""A model duplicated, and one fact set for several models: each one act, refused in words, undone as one."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import LanguageModel, Listing, Pin, Revision
from tests.catalog.admin.test_history import everything, undo
from tests.catalog.admin_pages import change_url
from tests.factories import make_alias, make_listing, make_market, make_parameter, make_period, make_priced

pytestmark = pytest.mark.django_db
SEVERAL = "/admin/catalog/languagemodel/several"


def original() -> LanguageModel:
    model = make_priced("large", reads="text,image", family="Large", cached="0.05")
    free = make_listing(model, upstream_id="mistralai/large:free", is_main=False, weekly_tokens=5)
    own = make_listing(model, market=make_market("mistral", "Mistral"), upstream_id="large", is_main=False)
    make_parameter(model.listings.get(is_main=True), "temperature", default="0.7")
    make_alias(model, "large-latest")
    make_period(own, "9", starts_on=timezone.now().date().replace(year=2020), ends_on=timezone.now().date())
    Pin.objects.set(model, "name", "large", "", "Because", None)
    assert free.weekly_tokens
    return model


def duplicate(client: Client, model: LanguageModel, slug: str, name: str = "Copy") -> Any:
    return client.post(f"/admin/catalog/languagemodel/{model.pk}/duplicate/", {"slug": slug, "name": name})


def test_a_copy_has_the_facts_the_listings_and_the_present_prices(editor: Client) -> None:
    model = original()
    assert "Duplicate" in editor.get(change_url(model)).content.decode()
    asked = editor.get(f"/admin/catalog/languagemodel/{model.pk}/duplicate/").content.decode()
    assert 'value="large"' in asked
    before = everything()
    response = duplicate(editor, model, "large-2")
    copy = LanguageModel.objects.get(slug="large-2")
    assert response["Location"] == change_url(copy)
    assert "This is the copy of large." in editor.get(response["Location"]).content.decode()
    assert (copy.name, copy.family, copy.context_length) == ("Copy", "Large", model.context_length)
    assert [modality.slug for modality in copy.input_modalities.all()] == ["text", "image"]
    assert sorted(
        copy.listings.values_list("market__slug", "upstream_id", "is_main", "listed_on", "weekly_tokens")
    ) == [
        ("mistral", "large-2", False, None, None),
        ("openrouter", "mistralai/large-2", True, None, None),
        ("openrouter", "mistralai/large-2:free", False, None, None),
    ]
    assert [(row.name, row.default) for row in copy.parameters.all()] == [("temperature", "0.7")]
    period = copy.periods.get()
    assert (period.starts_on, str(period.amount("input")), str(period.amount("output"))) == (
        timezone.now().date(), "5E-7", "0.0000015",
    )  # fmt: skip
    assert not copy.aliases.exists()
    assert not copy.pins.exists()
    revision = Revision.objects.get()
    assert (revision.kind, revision.title) == ("copy", "Copy of large: Copy")
    undo(editor, revision)
    assert everything() == before


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("large", "There is a model mistralai/large already."),
        ("LARGE", "There is a model mistralai/LARGE already."),
        ("taken", "OpenRouter sells something as mistralai/taken already."),
        ("not an id", "An id is made of letters"),
        ("", "This field is required."),
        ("x" * 101, "at most 100 characters"),
    ],
)
def test_an_id_that_cannot_be_is_refused_in_words(editor: Client, slug: str, words: str) -> None:
    model = original()
    make_listing(make_priced("other"), upstream_id="mistralai/taken", is_main=False)
    before = everything()
    response = duplicate(editor, model, slug)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert everything() == before


def test_a_copy_of_nothing_is_no_page(editor: Client) -> None:
    assert editor.get("/admin/catalog/languagemodel/999999/duplicate/").status_code == 404


@pytest.mark.parametrize(
    ("action", "name", "value", "now", "then"),
    [
        ("mark_deprecated", "deprecated_on", "2026-11-01", "—", "2026-11-01"),
        ("set_replacement", "replacement", "TARGET", "—", "target"),
        ("set_family", "family", "Larger", "—", "Larger"),
    ],
)
def test_one_fact_is_set_for_several_models(
    editor: Client, action: str, name: str, value: str, now: str, then: str
) -> None:
    one, two, target = make_priced("one"), make_priced("two"), make_priced("target")
    before = everything()
    chosen = {"action": action, "_selected_action": [one.pk, two.pk]}
    address = editor.post("/admin/catalog/languagemodel/", chosen)["Location"]
    assert address.startswith(f"{SEVERAL}/{name}/?model=")
    fields = {"value": str(target.pk) if value == "TARGET" else value, "reason": "Told by the vendor"}
    shown = editor.post(address, fields | {"preview": "x"})
    assert [(model.slug, was, will) for model, was, will in shown.context["changes"]] == [
        ("one", "" if now == "—" else now, then), ("two", "" if now == "—" else now, then),
    ]  # fmt: skip
    assert everything() == before
    editor.post(address, fields | {"apply": "x"})
    one.refresh_from_db()
    assert str(getattr(one, name)) == then
    assert sorted((pin.model.slug, pin.field, pin.reason) for pin in Pin.objects.all()) == [
        ("one", name, "Told by the vendor"), ("two", name, "Told by the vendor"),
    ]  # fmt: skip
    undo(editor, Revision.objects.get())
    assert everything() == before


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("deprecated_on", {"value": "soon", "reason": "x"}, "Enter a valid date."),
        (
            "deprecated_on",
            {"value": "2020-01-01", "reason": "x"},
            "one: A model cannot be deprecated before its release.",
        ),
        ("deprecated_on", {"value": "2026-11-01", "reason": ""}, "This field is required."),
        ("replacement", {"value": "SELF", "reason": "x"}, "one: A model cannot replace itself."),
        ("family", {"value": "Same", "reason": "x"}, "Nothing would change: they all say so already."),
        ("family", {"value": "x" * 61, "reason": "x"}, "at most 60 characters"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_in_words(
    editor: Client, name: str, fields: dict[str, str], words: str
) -> None:
    one = make_priced("one", family="Same")
    before = everything()
    sent = {key: str(one.pk) if value == "SELF" else value for key, value in fields.items()}
    response = editor.post(f"{SEVERAL}/{name}/?model={one.pk}", sent | {"apply": "x"})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert everything() == before


def test_only_the_named_facts_are_set_for_several(editor: Client) -> None:
    assert editor.get(f"{SEVERAL}/slug/?model=1").status_code == 404
    assert "No model was selected." in editor.get(f"{SEVERAL}/family/").content.decode()
    assert Listing.objects.count() == 0
