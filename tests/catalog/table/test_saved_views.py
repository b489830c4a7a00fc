"""Saved views: an address under a name of one's own."""

import re

import pytest

from catalog.models import SavedView
from tests.catalog.table.reading import names, text_of, words_of
from tests.conftest import BACKEND

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("four")]
QUERY = "input=%3C1&sort=name&columns=input,size&unit=thousand"


def test_a_view_is_saved_shown_changed_and_removed(signed_in):
    page = text_of(signed_in.get(f"/?{QUERY}&page=2&utm_source=x"))
    form = page.split('action="/views/"')[1].split("</form>")[0]
    query = re.search(r'name="query" value="([^"]*)"', form)[1].replace("&amp;", "&")
    assert query == QUERY
    response = signed_in.post("/views/", {"name": "Cheap", "query": query, "next": f"/?{QUERY}"}, follow=True)
    assert response.redirect_chain == [(f"/?{QUERY}", 302)]
    assert "Saved the view Cheap." in words_of(response)
    page = text_of(signed_in.get(f"/?{QUERY}"))
    address = re.search(r'<a href="(\?[^"]*)" aria-current="true">Cheap</a>', page)[1].replace("&amp;", "&")
    assert names(signed_in.get(f"/{address}")) == ["open-1", "small-3"]
    assert 'aria-current="true">Cheap' not in text_of(signed_in.get("/"))
    assert "Changed the view Cheap." in words_of(
        signed_in.post("/views/", {"name": "Cheap", "query": "q=x"}, follow=True)
    )
    view = SavedView.objects.get()
    assert view.query == "q=x"
    assert "Removed the view Cheap." in words_of(signed_in.post(f"/views/{view.pk}/forget/", follow=True))
    assert not SavedView.objects.exists()


def test_the_plain_table_can_be_saved_too(signed_in):
    signed_in.post("/views/", {"name": "All", "query": ""})
    assert '<a href="?" aria-current="true">All</a>' in text_of(signed_in.get("/"))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"query": "q=x"}, "Give the view a name."),
        ({"name": "n" * 61, "query": "q=x"}, "at most 60 characters"),
        ({"name": "x", "query": "input=cheap"}, "A view can be saved once it can be read. Input $/M: “cheap”"),
        (
            {"name": "x", "query": "&".join(f"family={'f' * 28}{n}" for n in range(9)) + "&columns=" + "name," * 300},
            "more than a view keeps",
        ),
        ({"name": "x", "query": "q=%00"}, "Null characters"),
    ],
)
def test_what_cannot_be_saved_is_refused_in_a_sentence(signed_in, fields, sentence):
    assert sentence in words_of(signed_in.post("/views/", fields, follow=True))
    assert not SavedView.objects.exists()


def test_nobody_keeps_more_than_fifty(signed_in, owner):
    SavedView.objects.bulk_create(SavedView(user=owner, name=f"v{n}") for n in range(50))
    response = signed_in.post("/views/", {"name": "one more", "query": ""}, follow=True)
    assert "You keep 50 views already. Remove one to keep another." in words_of(response)
    assert SavedView.objects.count() == 50


def test_somebody_elses_views_are_not_there(signed_in, owner, stranger, client):
    view, _ = SavedView.objects.keep(owner, "Mine", "q=x")
    client.force_login(stranger, backend=BACKEND)
    assert "Mine" not in text_of(client.get("/"))
    assert client.post(f"/views/{view.pk}/forget/").status_code == 404
    assert SavedView.objects.count() == 1


def test_who_is_signed_out_is_told_how_to_keep_one(client):
    page = text_of(client.get("/?sort=name"))
    assert '<a href="/accounts/login/?next=/%3Fsort%3Dname">Sign in</a> to keep it under a name.' in page
    assert 'action="/views/"' not in page
    assert not client.get("/").cookies


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_no_form_leads_elsewhere(signed_in, address):
    response = signed_in.post("/views/", {"name": "x", "query": "", "next": address})
    assert response["Location"] == "/"
