"""What holds for every page of the catalog's admin: no script or style in the page, and hostile words are only words."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from catalog.admin.conflicts import SEEN
from catalog.models import LanguageModel, Pin, Revision
from tests.catalog.admin.test_imports import page, previewed, ticks
from tests.catalog.admin_pages import accepted, change_url, open_form, save
from tests.catalog.imports.files import listing, model
from tests.conftest import BACKEND
from tests.factories import make_priced

pytestmark = pytest.mark.django_db
HOSTILE = "<img src=x onerror=alert(1)>"
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE
)


@pytest.fixture
def owner(client: Client) -> Client:
    user = get_user_model().objects.create_user("anna", is_staff=True, is_superuser=True)
    client.force_login(user, backend=BACKEND)
    return client


def test_no_page_holds_a_script_a_style_or_markup_of_a_name(owner: Client) -> None:
    known: LanguageModel = make_priced("large", name=HOSTILE, family=HOSTILE, context_length=1000)
    typed = open_form(owner, change_url(known))
    accepted(save(owner, change_url(known), context_length="2000", summary=HOSTILE, reason=HOSTILE))
    edit = Revision.objects.get()
    preview = previewed(owner, listing(model(name=f"Mistral: {HOSTILE}", id="mistralai/other")))
    ticks(owner, preview)
    models = "/admin/catalog/languagemodel"
    told = {
        address: owner.get(address).content.decode()
        for address in (
            "/admin/",
            f"{models}/",
            change_url(known),
            f"{models}/{known.pk}/history/",
            f"{models}/{known.pk}/duplicate/",
            f"{models}/prices/?model={known.pk}",
            f"{models}/several/family/?model={known.pk}",
            "/admin/catalog/pin/",
            f"/admin/catalog/pin/{Pin.objects.first().pk}/change/",
            "/admin/catalog/revision/",
            "/admin/catalog/revision/import/",
            page(edit),
            page(edit, "undo"),
            page(preview),
            f"/admin/catalog/revision/{edit.pk}/lines/{edit.changes.first().pk}/",
        )
    }
    told["conflict"] = owner.post(change_url(known), typed | {"summary": HOSTILE, SEEN: "1.x"}).content.decode()
    for address, text in told.items():
        assert not INLINE.findall(text), address
        assert HOSTILE not in text, address
    assert sum("&lt;img src=x" in text for text in told.values()) > 8, "or nothing of it was shown"
