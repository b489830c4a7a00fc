"""Two admins on one page: the second sees what the first did, loses nothing of what was typed, and decides."""

from typing import Any

import pytest
from django.test import Client

from catalog.admin.conflicts import SEEN, THEIRS
from catalog.models import Listing, Revision, Vendor
from tests.catalog.admin_pages import accepted, change_url, open_form, save
from tests.factories import make_alias, make_model, make_priced

pytestmark = pytest.mark.django_db


def overtaken(client: Client, row: Any, mine: dict[str, str], theirs: dict[str, str]) -> tuple[Any, dict[str, Any]]:
    """Open the page, let somebody else save it, save mine; the answer and what I had sent."""
    typed = open_form(client, change_url(row)) | mine
    accepted(save(client, change_url(row), **theirs))
    return client.post(change_url(row), typed), typed


def resend(response: Any, typed: dict[str, Any], *kept: str) -> dict[str, Any]:
    """What the button of the conflict page sends."""
    sent: dict[str, Any] = {}
    for name, value in response.context["typed"]:
        sent.setdefault(name, []).append(value)
    assert {name: value for name, value in typed.items() if name != SEEN and value != []} == {
        name: values if isinstance(typed[name], list) else values[0] for name, values in sent.items()
    }, "nothing that was typed is lost"
    return sent | {SEEN: response.context["seen"], THEIRS: list(kept)}


def test_the_second_admin_sees_both_sides_and_who_was_faster(editor: Client) -> None:
    model = make_priced("large", context_length=1000, summary="Old")
    response, _ = overtaken(editor, model, {"summary": "Mine", "family": "F"}, {"summary": "Theirs", "reason": "News"})
    assert response.status_code == 409
    page = response.content.decode()
    for words in ("was changed after you opened this page", "Edit of large", "by editor", "News", "Mine", "Theirs"):
        assert words in page
    differences = {each.name: (each.yours, each.theirs, each.is_theirs) for each in response.context["differences"]}
    assert differences == {"summary": ("Mine", "Theirs", True), "family": ("F", "", False)}
    model.refresh_from_db()
    assert (model.summary, model.family) == ("Theirs", "")
    assert Revision.objects.count() == 1


def test_mine_over_theirs(editor: Client) -> None:
    model = make_priced("large", summary="Old")
    response, typed = overtaken(editor, model, {"summary": "Mine"}, {"summary": "Theirs"})
    accepted(editor.post(change_url(model), resend(response, typed)))
    model.refresh_from_db()
    assert model.summary == "Mine"


def test_a_field_that_only_they_changed_is_offered_as_theirs(editor: Client) -> None:
    model = make_priced("large", summary="Old", context_length=1000, reads="text,image")
    text = str(model.input_modalities.get(slug="text").pk)
    response, typed = overtaken(
        editor, model, {"summary": "Mine"}, {"context_length": "2000", "input_modalities": [text], "licence": "MIT"}
    )
    kept = [each.name for each in response.context["differences"] if each.is_kept]
    assert sorted(kept) == ["context_length", "input_modalities", "licence"]
    accepted(editor.post(change_url(model), resend(response, typed, *kept)))
    model.refresh_from_db()
    assert (model.summary, model.context_length, model.licence) == ("Mine", 2000, "MIT")
    assert [modality.slug for modality in model.input_modalities.all()] == ["text"]


def test_a_third_admin_in_between_is_noticed_too(editor: Client) -> None:
    model = make_priced("large", summary="Old")
    response, typed = overtaken(editor, model, {"summary": "Mine"}, {"summary": "Theirs"})
    again = resend(response, typed)
    accepted(save(editor, change_url(model), summary="A third"))
    assert editor.post(change_url(model), again).status_code == 409


def test_the_rows_below_are_part_of_the_page(editor: Client) -> None:
    model = make_priced("large")
    make_alias(model, "old")
    typed = open_form(editor, change_url(model)) | {"aliases-0-note": "Mine"}
    accepted(save(editor, change_url(model.listings.get()), context_length="5000"))
    response = editor.post(change_url(model), typed)
    assert response.status_code == 409
    labels = {each.label: each.yours for each in response.context["differences"]}
    assert labels["alias old: Note"] == "Mine"
    assert any(label.endswith("Context length") for label in labels)


def test_a_price_that_somebody_else_moved(editor: Client) -> None:
    model = make_priced("large", input="0.50")
    typed = open_form(editor, change_url(model)) | {"summary": "Mine"}
    accepted(save(editor, change_url(model), **{"periods-0-input_price": "0.60"}))
    response = editor.post(change_url(model), typed)
    found = {each.name: (each.yours, each.theirs) for each in response.context["differences"] if each.is_kept}
    assert found == {"periods-0-input_price": ("0.50", "0.60")}
    accepted(editor.post(change_url(model), resend(response, typed, *found)))
    assert model.periods.get().rates.get(component="input").amount == "0.0000006"


@pytest.mark.parametrize(
    ("kind", "field"), [("listing", "name"), ("period", "note"), ("vendor", "name"), ("alias", "note")]
)
def test_the_other_pages_know_conflicts_too(editor: Client, kind: str, field: str) -> None:
    model = make_priced("large")
    row = {
        "listing": model.listings.get(),
        "period": model.periods.get(),
        "vendor": model.vendor,
        "alias": make_alias(model, "latest"),
    }[kind]
    response, typed = overtaken(editor, row, {field: "Mine"}, {field: "Theirs"})
    assert response.status_code == 409
    accepted(editor.post(change_url(row), resend(response, typed)))
    row.refresh_from_db()
    assert getattr(row, field) == "Mine"


def test_a_change_elsewhere_is_no_conflict(editor: Client) -> None:
    model, other = make_priced("large"), make_priced("small")
    typed = open_form(editor, change_url(model)) | {"summary": "Mine"}
    accepted(save(editor, change_url(other), summary="Theirs"))
    Listing.objects.filter(model=model).update(misses=1, last_seen_on="2026-11-20")
    accepted(editor.post(change_url(model), typed))


def test_a_form_without_its_token_or_with_a_made_up_one_saves_nothing(editor: Client) -> None:
    model = make_model("large", summary="Old")
    for token in ("", "x", "1.x", f"{10**30}.x"):
        data = open_form(editor, change_url(model)) | {"summary": "Mine", SEEN: token}
        assert editor.post(change_url(model), data).status_code == 409, token
    model.refresh_from_db()
    assert model.summary == "Old"


def test_a_refused_form_still_notices_what_came_between(editor: Client) -> None:
    vendor = make_model("large").vendor
    typed = open_form(editor, change_url(vendor)) | {"name": "", "slug": "fine"}
    refused = editor.post(change_url(vendor), typed)
    assert refused.context["seen"] == typed[SEEN]
    accepted(save(editor, change_url(vendor), name="Theirs"))
    assert editor.post(change_url(vendor), typed | {"name": "Mine"}).status_code == 409
    assert Vendor.objects.get().slug != "fine"
