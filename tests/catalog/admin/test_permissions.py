"""Which group of staff may do what: every address of the catalog's admin against every group."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from catalog.editors import EDITORS, IMPORTERS, READERS
from catalog.models import LanguageModel, Pin, Revision
from tests.catalog.admin.test_imports import page, previewed
from tests.catalog.admin_pages import accepted, change_url, save
from tests.catalog.imports.files import listing, model
from tests.conftest import BACKEND
from tests.factories import make_priced

pytestmark = pytest.mark.django_db

# What each group may open: Editors, Importers, Readers. Nobody else of the staff opens any of it.
MAY = {
    "languagemodel_changelist": "EIR",
    "languagemodel_add": "E",
    "languagemodel_change": "EIR",
    "languagemodel_delete": "E",
    "languagemodel_history": "EIR",
    "languagemodel_prices": "E",
    "languagemodel_duplicate": "E",
    "languagemodel_several": "E",
    "pin_changelist": "EIR",
    "pin_change": "EIR",
    "pin_delete": "E",
    "pin_history": "EIR",
    "revision_changelist": "EIR",
    "revision_change": "EIR",
    "revision_line": "EIR",
    "revision_import": "I",
    "revision_undo": "E",  # of an edit
    "revision_choose": "I",
    "revision_apply": "I",
    "revision_discard": "I",
}
NOBODY = {"pin_add", "revision_add", "revision_delete"}
POSTED = {"revision_choose", "revision_apply", "revision_discard"}
LETTERS = {EDITORS: "E", IMPORTERS: "I", READERS: "R", "": "-"}


@pytest.fixture
def addresses(editor: Client, importer: Client) -> dict[str, str]:
    known = make_priced("large", context_length=1000)
    accepted(save(editor, change_url(known), context_length="2000"))
    edit = Revision.objects.get()
    preview = previewed(importer, listing(model()))
    line = edit.changes.first()
    pin = f"/admin/catalog/pin/{Pin.objects.get().pk}"
    models = "/admin/catalog/languagemodel"
    return {
        "languagemodel_changelist": f"{models}/",
        "languagemodel_add": f"{models}/add/",
        "languagemodel_change": f"{models}/{known.pk}/change/",
        "languagemodel_delete": f"{models}/{known.pk}/delete/",
        "languagemodel_history": f"{models}/{known.pk}/history/",
        "languagemodel_prices": f"{models}/prices/",
        "languagemodel_duplicate": f"{models}/{known.pk}/duplicate/",
        "languagemodel_several": f"{models}/several/family/",
        "pin_changelist": "/admin/catalog/pin/",
        "pin_change": f"{pin}/change/",
        "pin_delete": f"{pin}/delete/",
        "pin_history": f"{pin}/history/",
        "pin_add": "/admin/catalog/pin/add/",
        "revision_changelist": "/admin/catalog/revision/",
        "revision_change": page(edit),
        "revision_delete": page(edit, "delete"),
        "revision_add": "/admin/catalog/revision/add/",
        "revision_line": f"/admin/catalog/revision/{edit.pk}/lines/{line.pk}/",
        "revision_import": "/admin/catalog/revision/import/",
        "revision_undo": page(edit, "undo"),
        "revision_choose": page(preview, "choose"),
        "revision_apply": page(preview, "apply"),
        "revision_discard": page(preview, "discard"),
    }


def test_the_table_holds_every_address_of_revisions_pins_and_models() -> None:
    def names(resolver: Any) -> set[str]:
        found = set()
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLResolver):
                found |= names(pattern)
            elif isinstance(pattern, URLPattern) and pattern.name:
                found.add(pattern.name)
        return found

    site = next(each for each in get_resolver().url_patterns if getattr(each, "namespace", "") == "admin")
    ours = {
        name.removeprefix("catalog_")
        for name in names(site)
        if name.startswith(("catalog_revision_", "catalog_pin_", "catalog_languagemodel_"))
    }
    assert ours - {"revision_history"} == set(MAY) | NOBODY


@pytest.mark.parametrize("group", [EDITORS, IMPORTERS, READERS, ""])
def test_who_may_open_what(
    group: str, addresses: dict[str, str], staff: Callable[[str], Client], editor: Client, importer: Client
) -> None:
    client = {EDITORS: editor, IMPORTERS: importer}.get(group) or staff(group)
    found, expected = {}, {}
    for name, address in addresses.items():
        client.raise_request_exception = True
        answer = client.post(address, {"line": "0"}) if name in POSTED else client.get(address)
        found[name] = answer.status_code != 403
        expected[name] = LETTERS[group] in MAY.get(name, "")
    assert found == expected


def test_importers_undo_imports_and_editors_edits(editor: Client, importer: Client) -> None:
    preview = previewed(importer, listing(model()))
    importer.post(page(preview, "apply"), {"line": "0"})
    assert LanguageModel.objects.count() == 1
    assert editor.post(page(preview, "undo")).status_code == 403
    assert "Undo…" not in editor.get(page(preview)).content.decode()
    assert "Undo…" in importer.get(page(preview)).content.decode()
    importer.post(page(preview, "undo"))
    assert not LanguageModel.objects.exists()


def test_readers_see_and_change_nothing(staff: Callable[[str], Client], editor: Client) -> None:
    known = make_priced("large", context_length=1000)
    accepted(save(editor, change_url(known), context_length="2000"))
    reader = staff(READERS)
    history = change_url(known).replace("/change/", "/history/")
    assert "Undo…" in editor.get(history).content.decode()
    assert "2000" in reader.get(history).content.decode()
    assert "Undo…" not in reader.get(history).content.decode()
    opened = reader.get(change_url(known)).content.decode()
    assert 'name="_save"' not in opened
    assert "Duplicate" not in opened
    assert reader.post(change_url(known), {"name": "x"}).status_code == 403
    assert "Prices of a family" not in reader.get("/admin/catalog/languagemodel/").content.decode()
    assert "Import</a>" not in reader.get("/admin/catalog/revision/").content.decode()
    chosen = {"action": "set_prices", "_selected_action": [known.pk]}
    assert "prices" not in reader.post("/admin/catalog/languagemodel/", chosen).get("Location", "")
    assert reader.get("/admin/auth/user/").status_code == 403


def test_visitors_and_users_without_staff_are_sent_to_sign_in(client: Client, addresses: dict[str, str]) -> None:
    plain = Client()
    plain.force_login(get_user_model().objects.create_user("plain"), backend=BACKEND)
    for visitor in (Client(), plain):
        for name, address in addresses.items():
            answer = visitor.post(address) if name in POSTED else visitor.get(address)
            assert answer.status_code == 302, name
            assert "login" in answer["Location"], name


def test_a_post_without_the_csrf_token_is_refused(addresses: dict[str, str], importer: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = importer.cookies
    for name in (*POSTED, "revision_import", "revision_undo"):
        assert strict.post(addresses[name]).status_code == 403, name


def test_the_front_page_says_what_waits(editor: Client, importer: Client, staff: Callable[[str], Client]) -> None:
    known = make_priced("large", context_length=1000)
    assert "Nothing waits." in editor.get("/admin/").content.decode()
    accepted(save(editor, change_url(known), context_length="2000"))
    preview = previewed(importer, listing(model()))
    Pin.objects.update(standing=Pin.Standing.MOVED)
    for client in (importer, editor):
        front = client.get("/admin/").content.decode()
        assert (preview.title in front) is ("waits for you" in front) is (client is importer), (
            "an editor can neither apply nor discard it"
        )
        for words in ("1 pin", "Edit of large"):
            assert words in front, words
    assert "To look at" not in staff("").get("/admin/").content.decode()


def test_a_key_that_cannot_be_one_is_no_page_and_a_uuid_leads_on(signed_in: Client) -> None:
    from django.contrib.contenttypes.models import ContentType

    prompt = ContentType.objects.get(app_label="playground", model="prompt")
    listing_type = ContentType.objects.get(app_label="catalog", model="listing")
    for kind, key in (
        (prompt, "1"),
        (prompt, "x"),
        (prompt, "6f1c1b9e-0000-4000-8000-000000000000"),
        (listing_type, "1"),
    ):
        assert signed_in.get(f"/admin/r/{kind.pk}/{key}/").status_code == 404, key
    assert signed_in.get("/admin/r/x/1/").status_code == 404
    assert signed_in.get(f"/admin/r/{10**30}/1/").status_code == 404
    known = make_priced("large")
    model_type = ContentType.objects.get_for_model(LanguageModel)
    assert signed_in.get(f"/admin/r/{model_type.pk}/{known.pk}/")["Location"].endswith("/models/mistralai/large/")
