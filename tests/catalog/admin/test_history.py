"""Every act in the admin is recorded, told on the history page, and can be undone; what was built on it since is kept."""

from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.history.recording import recorded
from catalog.models import (
    Alias,
    LanguageModel,
    Listing,
    Modality,
    Parameter,
    Pin,
    PricePeriod,
    Rate,
    Revision,
    Vendor,
)
from tests.catalog.admin_pages import accepted, add_row, change_url, open_form, row_number, save
from tests.factories import make_alias, make_model, make_parameter, make_priced, make_source

pytestmark = pytest.mark.django_db
TABLES = (LanguageModel, Listing, PricePeriod, Rate, Parameter, Alias, Pin, Vendor, Modality)


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows that an act can change, without the days on which pins were set."""
    return {
        table.__name__: [
            {name: value for name, value in row.items() if name != "since"}
            for row in table.objects.order_by("pk").values()
        ]
        for table in TABLES
    } | {"reads": sorted(LanguageModel.input_modalities.through.objects.values_list("languagemodel", "modality"))}


def undo(client: Client, revision: Revision) -> str:
    """Press Undo and confirm; everything that the page then says."""
    address = f"/admin/catalog/revision/{revision.pk}/undo/"
    asked = client.get(address).content.decode()
    assert "would be taken back" in asked
    assert Revision.objects.get(pk=revision.pk).state == Revision.State.APPLIED, "asking changes nothing"
    return client.post(address, follow=True).content.decode()


def history(client: Client, row: Any) -> str:
    response = client.get(change_url(row).replace("/change/", "/history/"))
    assert response.status_code == 200
    return response.content.decode()


def test_an_edit_is_told_with_its_reason_and_both_values_and_undone(editor: Client) -> None:
    model = make_priced("large", context_length=1000)
    before = everything()
    accepted(save(editor, change_url(model), context_length="2000", name="Larger", reason="Measured here"))
    revision = Revision.objects.get()
    assert (revision.title, revision.reason, revision.user.username) == ("Edit of large", "Measured here", "editor")
    told = history(editor, model)
    for word in ("Edit of large", "Measured here", "by editor", "ontext length 1,000 becomes 2,000", "Undo…"):
        assert word in told, word
    assert "Changed Name and Context length." in told, "the log of Django stays"
    said = undo(editor, revision)
    assert "changes undone" in said
    assert everything() == before
    assert "Undone" in history(editor, model)
    assert LogEntry.objects.count() == 1


def test_saving_unchanged_leaves_no_revision(editor: Client) -> None:
    model = make_priced("large")
    accepted(save(editor, change_url(model), reason="No reason at all"))
    accepted(save(editor, change_url(model.listings.get())))
    accepted(save(editor, change_url(model.periods.get())))
    assert not Revision.objects.exists()
    assert "No recorded act has changed this yet." in history(editor, model)


def test_rows_of_the_models_page_come_and_go_with_one_act(editor: Client) -> None:
    model = make_priced("large")
    make_alias(model, "old-name")
    make_parameter(model.listings.get(), "temperature")
    before = everything()
    data = open_form(editor, change_url(model))
    data["aliases-0-DELETE"] = "on"
    add_row(data, "aliases", name="new-name")
    add_row(data, "periods", listing=model.listings.get().pk, currency="USD", starts_on="2026-01-01",
            source=make_source().pk, input_price="9", ends_on="2026-02-01")  # fmt: skip
    number = row_number(data, "periods", model.periods.get())
    data[f"periods-{number}-ends_on"] = "2026-01-01"
    data["parameters-0-default"] = "0.7"
    accepted(editor.post(change_url(model), data))
    assert Alias.objects.get().name == "new-name"
    assert PricePeriod.objects.count() == 2
    assert Revision.objects.count() == 1
    undo(editor, Revision.objects.get())
    assert everything() == before


def test_a_deleted_model_comes_back_whole_from_the_list_of_revisions(editor: Client) -> None:
    model = make_priced("large", reads="text,image")
    make_alias(model, "large-latest")
    make_parameter(model.listings.get(), "temperature")
    follower = make_priced("small", replacement=model)
    Pin.objects.set(model, "name", "large", "", "Because", None)
    before = everything()
    answer = editor.post(change_url(model).replace("/change/", "/delete/"), {"post": "yes"}, follow=True)
    assert "See what changed, or undo it" in answer.content.decode()
    follower.refresh_from_db()
    assert (follower.replacement, LanguageModel.objects.count()) == (None, 1)
    listed = editor.get("/admin/catalog/revision/?q=large").content.decode()
    assert "Deleted the model large" in listed
    undo(editor, Revision.objects.get())
    assert everything() == before
    assert "Deleted the model large" in history(editor, model)


def test_the_action_that_deletes_several_is_undone_at_once(editor: Client) -> None:
    models = [make_priced("one"), make_priced("two")]
    before = everything()
    editor.post(
        "/admin/catalog/languagemodel/",
        {"action": "delete_selected", "_selected_action": [model.pk for model in models], "post": "yes"},
    )
    assert not LanguageModel.objects.exists()
    assert Revision.objects.get().title == "Deleted 2 models"
    undo(editor, Revision.objects.get())
    assert everything() == before


@pytest.mark.parametrize(
    ("table", "fields"),
    [("vendor", {"name": "Another", "slug": "another"}), ("modality", {"name": "Audio", "slug": "audio"})],
)
def test_rows_that_belong_to_no_model_are_recorded_too(editor: Client, table: str, fields: dict[str, str]) -> None:
    before = everything()
    accepted(editor.post(f"/admin/catalog/{table}/add/", fields))
    revision = Revision.objects.get()
    assert revision.title == f"New {table}: {fields['name']}"
    undo(editor, revision)
    assert everything() == before


def test_a_modality_that_was_deleted_is_read_again_by_its_models(editor: Client) -> None:
    make_priced("large", reads="text,image")
    before = everything()
    image = Modality.objects.get(slug="image")
    editor.post(change_url(image).replace("/change/", "/delete/"), {"post": "yes"})
    assert not Modality.objects.filter(slug="image").exists()
    undo(editor, Revision.objects.get())
    assert everything() == before


def test_an_alias_that_moves_is_in_the_history_of_both_models(editor: Client) -> None:
    one, two = make_priced("one"), make_priced("two")
    alias = make_alias(one, "latest")
    before = everything()
    accepted(save(editor, change_url(alias), model=str(two.pk)))
    assert two.aliases.get() == alias
    assert "Edit of latest" in history(editor, alias)
    revision = Revision.objects.get()
    assert [len(line.steps) for line in revision.changes.all()] == [1]
    undo(editor, revision)
    assert everything() == before


def test_a_new_model_is_one_act_and_goes_again(editor: Client) -> None:
    vendor = make_model("other").vendor
    before = everything()
    data = open_form(editor, "/admin/catalog/languagemodel/add/") | {
        "vendor": vendor.pk,
        "slug": "tiny",
        "name": "Tiny",
    }
    add_row(data, "aliases", name="tiny-latest")
    accepted(editor.post("/admin/catalog/languagemodel/add/", data))
    assert Revision.objects.get().title == "New model: Tiny"
    undo(editor, Revision.objects.get())
    assert everything() == before


def test_what_was_changed_since_is_kept_with_a_sentence(editor: Client) -> None:
    model = make_priced("large", context_length=1000)
    accepted(save(editor, change_url(model), context_length="2000"))
    accepted(save(editor, change_url(model), context_length="3000"))
    first = Revision.objects.earliest()
    said = undo(editor, first)
    assert "Nothing of it can be undone." in said
    assert "changed since" in said
    model.refresh_from_db()
    assert model.context_length == 3000
    undo(editor, Revision.objects.latest())
    undo(editor, first)
    model.refresh_from_db()
    assert (model.context_length, Pin.objects.count()) == (1000, 0)


def test_a_period_that_a_run_was_priced_with_since_is_kept(editor: Client) -> None:
    model = make_priced("large")
    data = open_form(editor, change_url(model))
    add_row(data, "periods", listing=model.listings.get().pk, currency="USD", starts_on="2024-01-01",
            source=make_source().pk, input_price="9", ends_on="2024-02-01")  # fmt: skip
    accepted(editor.post(change_url(model), data))
    PricePeriod.objects.filter(starts_on=date(2024, 1, 1)).update(is_used=True)
    assert "A run was priced with it." in undo(editor, Revision.objects.get())
    assert PricePeriod.objects.count() == 2


def test_undoing_twice_does_nothing(editor: Client) -> None:
    model = make_priced("large", context_length=1000)
    accepted(save(editor, change_url(model), context_length="2000"))
    revision = Revision.objects.get()
    undo(editor, revision)
    again = editor.post(f"/admin/catalog/revision/{revision.pk}/undo/", follow=True).content.decode()
    assert "there is nothing to undo" in again
    assert "Undo…" not in again


def test_a_revisions_page_is_filtered_by_kind_and_paged(editor: Client) -> None:
    model = make_priced("large")
    data = open_form(editor, change_url(model))
    data["name"] = "Larger"
    for number in range(130):
        add_row(data, "aliases", name=f"alias-{number}")
    accepted(editor.post(change_url(model), data))
    address = f"/admin/catalog/revision/{Revision.objects.get().pk}/change/"
    assert editor.get(address).content.decode().count('class="line-') == 100
    assert editor.get(f"{address}?p=2").content.decode().count('class="line-') == 32
    changed = editor.get(f"{address}?kind=changed").content.decode()
    assert changed.count('class="line-') == 1
    assert "Larger" in changed
    assert editor.get(f"{address}?kind=x&outcome=x&p=x").status_code == 200


def test_a_revision_has_no_form_to_change_add_or_delete_it(editor: Client) -> None:
    model = make_priced("large", context_length=1000)
    accepted(save(editor, change_url(model), context_length="2000"))
    address = f"/admin/catalog/revision/{Revision.objects.get().pk}"
    assert editor.get("/admin/catalog/revision/add/").status_code == 403
    assert editor.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    editor.post(f"{address}/change/", {"title": "x"})
    assert Revision.objects.get().title == "Edit of large"


def test_queries_of_the_history_do_not_grow(editor: Client) -> None:
    model = make_priced("large", context_length=1000)
    address = change_url(model).replace("/change/", "/history/")
    accepted(save(editor, change_url(model), context_length="2000"))

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert editor.get(address).status_code == 200
        return len(captured)

    first = count()
    for number in range(5):
        accepted(save(editor, change_url(model), context_length=str(3000 + number)))
    assert count() == first


def test_what_an_undo_kept_is_told_and_undone_later(editor: Client) -> None:
    """An act about two models: one of them was changed since, so that the act is undone in part until that is undone."""
    one, two = make_priced("one", input="0.50"), make_priced("two", input="0.50")
    before = everything()
    with recorded("prices", "New prices", None, [one, two]):
        Rate.objects.filter(component="input").update(amount="0.0000006")
    act = Revision.objects.get()
    accepted(save(editor, change_url(two), **{"periods-0-input_price": "0.70"}))
    edit = Revision.objects.latest()
    said = undo(editor, act)
    assert "1 change undone, 1 kept as it is now." in said
    assert "Kept. mistralai/two: It was changed since, by “Edit of two”." in said
    assert "Not undone: It was changed since, by “Edit of two”." in said
    assert "Undone by editor" in said
    assert "but for what could not be." in said
    assert "Undo the rest…" in history(editor, two)
    listed = editor.get("/admin/catalog/revision/?state=partly").content.decode()
    assert "New prices" in listed
    assert "undone in part" in listed
    assert "Edit of two" not in listed
    assert "undone in part" in editor.get("/admin/").content.decode()
    undo(editor, edit)
    assert "1 change would be taken back: what an earlier undo had to keep." in " ".join(
        editor.get(f"/admin/catalog/revision/{act.pk}/undo/").content.decode().split()
    )
    undo(editor, act)
    assert everything() == before
    last = editor.get(f"/admin/catalog/revision/{act.pk}/change/").content.decode()
    assert "Not undone" not in last
    assert "Undo" not in last.replace("Undone", "")
