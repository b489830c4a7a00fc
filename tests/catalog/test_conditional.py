"""Conditional requests: 304 with one query until the catalog or the day changes, and nothing kept of a signed-in visit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import conditional
from catalog.models import PricePeriod
from tests.factories import make_alias, make_listing, make_model, make_parameter, make_period, make_priced, make_rate

pytestmark = pytest.mark.django_db
ADDRESSES = (
    "/api/v1/models",
    "/api/v1/models/count",
    "/api/v1/model/mistralai/a",
    "/api/v1/models/mistralai/a/endpoints",
    "/api/v1/costs?prompt_tokens=1",
    "/llms.txt",
    "/models/mistralai/a.md",
)


@pytest.fixture(autouse=True)
def one(db: None) -> None:
    make_priced("a")


def again(client: Any, address: str, tag: str) -> HttpResponse:
    return client.get(address, headers={"if-none-match": tag})


@pytest.mark.parametrize("address", ADDRESSES)
def test_not_modified_costs_one_query(client, address):
    first = client.get(address)
    assert first.status_code == 200
    assert first["Cache-Control"] == "public, max-age=60"
    with CaptureQueriesContext(connection) as captured:
        second = again(client, address, first["ETag"])
    assert (second.status_code, second.content, len(captured)) == (304, b"", 1)
    assert (second["ETag"], second["Cache-Control"]) == (first["ETag"], first["Cache-Control"])
    assert again(client, address, f'"other", W/{first["ETag"]}').status_code == 304
    assert again(client, address, '"other"').status_code == 200
    assert client.head(address, headers={"if-none-match": first["ETag"]}).status_code == 304


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_kind_of_change_is_told(client, address):
    tag = client.get(address)["ETag"]

    def rename() -> None:
        model.name = "Another"
        model.save()

    model, period = PricePeriod.objects.get().model, PricePeriod.objects.get()
    for change in (
        rename,
        lambda: make_rate(period, "image", "1"),
        lambda: make_parameter(model.main_listing()),
        lambda: make_alias(model, "b"),
        lambda: make_period(make_listing(make_model("c")), "1.00"),
        period.delete,
    ):
        change()
        answer = again(client, address, tag)
        assert answer.status_code == 200
        assert answer["ETag"] != tag
        tag = answer["ETag"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_next_day_is_another_answer(client, address, monkeypatch):
    tag = client.get(address)["ETag"]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert again(client, address, tag).status_code == 200


def test_another_address_host_or_part_of_a_page_is_another_answer(client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    tags = {
        client.get("/api/v1/models")["ETag"],
        client.get("/api/v1/models?limit=5")["ETag"],
        client.get("/api/v1/models", headers={"host": "other.example"})["ETag"],
        client.get("/api/v1/models", headers={"hx-request": "true"})["ETag"],
        client.get("/llms.txt")["ETag"],
    }
    assert len(tags) == 5


def test_a_new_release_is_another_answer(client, monkeypatch):
    tag = client.get("/llms.txt")["ETag"]
    monkeypatch.setattr(conditional, "_release", lambda: b"another")
    assert again(client, "/llms.txt", tag).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_somebody_who_is_signed_in_gets_a_fresh_answer_that_no_cache_keeps(client, signed_in, address):
    response = signed_in.get(address)
    assert response["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers


@pytest.mark.parametrize(
    "address", ["/api/v1/model/no/body", "/api/v1/models?limit=0", "/api/v1/costs?model=no/body", "/models/no/body.md"]
)
def test_a_refusal_has_no_tag(client, address):
    response = client.get(address)
    assert response.status_code in (400, 404)
    assert "ETag" not in response.headers
    assert "public" not in response.headers.get("Cache-Control", "")


def test_a_precondition_that_does_not_hold_is_refused(client):
    """RFC 9110, 13.1.1: If-Match with another tag than the present one."""
    assert client.get("/llms.txt", headers={"if-match": '"another"'}).status_code == 412


def test_any_view_can_use_it():
    view = conditional.conditional(lambda request: HttpResponse("read"))
    request = RequestFactory().get("/somewhere/", {"a": "b"})
    first = view(request)
    assert (first.content, first.status_code) == (b"read", 200)
    again = RequestFactory().get("/somewhere/", {"a": "b"}, headers={"if-none-match": first["ETag"]})
    assert view(again).status_code == 304
