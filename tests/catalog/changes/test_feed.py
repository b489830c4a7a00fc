"""The feed of changes: valid Atom, lasting ids, the same filters as the page, nothing that is still to come."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from catalog.changes.events import urn
from catalog.models import LanguageModel
from tests.factories import make_listing, make_model, make_period, make_vendor

pytestmark = pytest.mark.django_db
PATH = "/changes.atom"
LASTING = "urn:uuid:b3927710-50f9-5517-9fa6-124d2cfb0cdc"
ATOM = "{http://www.w3.org/2005/Atom}"


def ago(days: int) -> date:
    return timezone.now().date() - timedelta(days=days)


def read(response) -> ElementTree.Element:
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(response.content)  # noqa: S314  our own answer


def entries(response) -> list[dict[str, str]]:
    return [
        {child.tag.removeprefix(ATOM): child.text or child.get("href", "") for child in entry}
        for entry in read(response).iter(f"{ATOM}entry")
    ]


def make_priced_twice() -> LanguageModel:
    model = make_model("a", name="Alpha", released_on=ago(20), retires_on=ago(-9))
    listing = make_listing(model, listed_on=ago(20))
    make_period(listing, "0.4", "2", starts_on=ago(20), ends_on=ago(10))
    make_period(listing, "0.3", "1.5", starts_on=ago(10))
    return model


def test_an_entry_says_what_when_and_of_which_model(client):
    make_priced_twice()
    feed = read(client.get(PATH))
    assert [feed.findtext(f"{ATOM}{name}") for name in ("title", "updated", "id")] == [
        "Windrose: changes",
        f"{ago(10)}T00:00:00+00:00",
        "http://testserver/changes/",
    ]
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Windrose"
    price, new = entries(client.get(PATH))
    assert price["title"] == "Alpha: At OpenRouter: input −25% ($0.40 to $0.30), output −25% ($2.00 to $1.50)"
    assert price["link"] == "http://testserver/models/mistralai/a/"
    assert price["updated"] == f"{ago(10)}T00:00:00+00:00"
    assert price["summary"].endswith("output −25% ($2.00 to $1.50). Source: The page, Dec 1, 2025.")
    assert new["title"] == "Alpha: Released by Mistral AI and listed at OpenRouter for $0.40 / $2.00 per million tokens"


def test_what_is_to_come_is_not_in_it(client):
    make_model("a", released_on=None, retires_on=ago(-9))
    assert entries(client.get(PATH)) == []


def test_ids_last_and_differ_from_one_another(client):
    model = make_priced_twice()
    ids = [entry["id"] for entry in entries(client.get(PATH))]
    assert len(set(ids)) == 2
    assert all(each.startswith("urn:uuid:") for each in ids)
    make_model("new", released_on=ago(1))
    model.family = "Another"
    model.save()
    assert [entry["id"] for entry in entries(client.get(PATH))][1:] == ids


def test_the_id_of_an_event_is_that_of_every_release_before():
    """A reader would show all entries as new ones if it changed."""
    assert urn("mistralai/devstral-2512", "retires_on", date(2026, 7, 31)) == LASTING


def test_it_is_narrowed_as_the_page_is(client):
    make_priced_twice()
    make_model("b", name="Beta", vendor=make_vendor("acme", "Acme"), released_on=ago(5))
    assert [entry["title"] for entry in entries(client.get(PATH, {"vendor": "acme"}))] == ["Beta: Released by Acme"]
    assert len(entries(client.get(PATH, {"kind": "price"}))) == 1
    assert len(entries(client.get(PATH, {"model": "mistralai/a"}))) == 2
    feed = read(client.get(PATH, {"vendor": "acme", "kind": "new"}))
    assert feed.findtext(f"{ATOM}title") == "Windrose: changes (new, acme)"
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {
        "alternate": "http://testserver/changes/?kind=new&vendor=acme",
        "self": "http://testserver/changes.atom?kind=new&vendor=acme",
    }


def test_it_holds_the_newest_hundred(client):
    for number in range(101):
        make_model(f"model-{number:03}", released_on=ago(number))
    titles = [entry["title"] for entry in entries(client.get(PATH))]
    assert len(titles) == 100
    assert titles[0].startswith("model-000")
    assert titles[-1].startswith("model-099")


def test_text_is_escaped_and_signs_that_xml_cannot_hold_are_left_out(client):
    make_model(
        "a", name="A & <b>\x0bB</b>\ufffe", released_on=ago(2), retires_on=ago(1), replacement_name="<i>\x08x</i>"
    )
    retired, released = entries(client.get(PATH))
    assert retired["title"] == "A & <b>B</b>: Retired by Mistral AI"
    assert "&lt;i&gt;x&lt;/i&gt;" in retired["summary"]  # as readers take a summary for HTML
    assert released["title"] == "A & <b>B</b>: Released by Mistral AI"


def test_bad_filters_are_refused_in_a_sentence(client):
    response = client.get(PATH, {"kind": "nonsense"})
    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "A change is one of new, back, price" in response.content.decode()


def test_who_has_it_already_is_told_so_until_something_changes(client):
    make_priced_twice()
    tag = client.get(PATH)["ETag"]
    again = client.get(PATH, HTTP_IF_NONE_MATCH=tag)
    assert (again.status_code, again.content) == (304, b"")
    make_model("b", released_on=ago(1))
    assert client.get(PATH, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_it_is_read_and_never_written(client):
    assert client.post(PATH).status_code == 405
    assert client.head(PATH).status_code == 200


def test_it_takes_the_same_queries_however_much_there_is(client, django_assert_max_num_queries):
    counts = []
    for start in (0, 10):
        for number in range(start, start + 10):
            make_listing(make_model(f"model-{number}", released_on=ago(number)), listed_on=ago(1))
        with django_assert_max_num_queries(20) as queries:
            client.get(PATH)
        counts.append(len(queries))
    assert counts[0] == counts[1]
