"""Which models GET /api/v1/models lists, part by part, how many it counts, and that many cost no more queries than few."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Absence, LanguageModel, Modality
from tests.catalog.api.reading import data, error, ids
from tests.factories import (
    make_alias,
    make_listing,
    make_model,
    make_parameter,
    make_period,
    make_priced,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def writes(model: LanguageModel, *slugs: str) -> None:
    for slug in slugs:
        model.output_modalities.add(Modality.objects.get_or_create(slug=slug, defaults={"name": slug})[0])


@pytest.mark.parametrize(
    ("dates", "listed", "status"),
    [
        ({}, {}, "active"),
        ({"deprecated_on": YESTERDAY}, {}, "deprecated"),
        ({"retires_on": TOMORROW}, {}, "retiring"),
        ({"retires_on": YESTERDAY}, {}, "retired"),
        ({}, {"delisted_on": TODAY}, "delisted"),
        ({}, {"delisted_on": TOMORROW}, "active"),
        ({"released_on": TOMORROW}, {"listed_on": None}, "announced"),
        ({"released_on": None}, {"listed_on": TOMORROW}, "announced"),
        ({"released_on": None, "announced_on": YESTERDAY}, {"listed_on": None}, "announced"),
        ({"released_on": None}, {"listed_on": None}, "active"),
        ({"released_on": TOMORROW}, {"listed_on": TODAY}, "active"),
    ],
)
def test_what_is_listed_is_what_a_market_sells_today(client, dates, listed, status):
    make_listing(make_model("a", **dates), **listed)
    [entry] = data(client, status="all")
    assert entry["windrose"]["status"] == status
    assert ids(client) == ([] if status in ("delisted", "announced") else ["a"])
    assert ids(client, status=status) == ids(client, status=f"{status},{status}") == ["a"]
    others = {"announced", "active", "deprecated", "retiring", "retired", "delisted"} - {status}
    assert ids(client, status=",".join(sorted(others))) == []


def test_a_model_that_is_absent_for_a_while_is_not_listed(client):
    listing = make_priced("a").main_listing()
    Absence.objects.create(listing=listing, from_day=YESTERDAY, to_day=TOMORROW)
    assert ids(client) == []
    [entry] = data(client, status="delisted")
    assert entry["windrose"]["price"]["is_last"] is True
    Absence.objects.update(to_day=TODAY)
    assert ids(client) == ["a"]


def test_a_model_that_no_market_sells_is_only_among_all(client):
    make_model("a")
    assert ids(client) == []
    [entry] = data(client, status="all")
    assert (entry["windrose"]["market"], entry["windrose"]["upstream_id"], entry["supported_parameters"]) == (
        None,
        None,
        [],
    )


class TestPages:
    def test_all_at_once_unless_asked_otherwise(self, client):
        for number in range(7):
            make_priced(f"m{number}", released_on=date(2025, 1, 1))
        body = client.get("/api/v1/models").json()
        assert (len(body["data"]), body["total_count"], body["links"]) == (7, 7, {"next": None})

    def test_following_the_links_gives_every_model_once(self, client):
        for number in range(7):
            make_priced(f"m{number}", "1.00" if number else "3.00")
        address, found = "/api/v1/models?limit=3&max_price=2&sort=pricing-low-to-high", []
        while address:
            body = client.get(address).json()
            assert body["total_count"] == 6
            found += [entry["id"] for entry in body["data"]]
            address = body["links"]["next"]
        assert sorted(found) == [f"mistralai/m{number}" for number in range(1, 7)]
        assert (
            "sort=pricing-low-to-high"
            in client.get("/api/v1/models?limit=3&sort=pricing-low-to-high").json()["links"]["next"]
        )

    @pytest.mark.parametrize(
        ("query", "names", "following"),
        [
            ({"offset": 1}, ["m1", "m0"], None),
            ({"limit": 2}, ["m2", "m1"], "/api/v1/models?limit=2&offset=2"),
            ({"limit": 2, "offset": 2}, ["m0"], None),
            ({"limit": 3}, ["m2", "m1", "m0"], None),
            ({"limit": 1000, "offset": 99}, [], None),
            ({"limit": "", "offset": ""}, ["m2", "m1", "m0"], None),
        ],
    )
    def test_parts(self, client, query, names, following):
        for number in range(3):
            make_listing(make_model(f"m{number}"), listed_on=date(2025, 1, 1 + number))
        body = client.get("/api/v1/models", query).json()
        assert [entry["id"] for entry in body["data"]] == [f"mistralai/{name}" for name in names]
        assert (body["total_count"], body["links"]["next"]) == (3, following)


class TestCount:
    def test_it_counts_what_is_listed(self, client):
        make_priced("a", "1.00")
        make_priced("b", "3.00")
        make_listing(make_model("gone"), delisted_on=YESTERDAY)
        for query, count in (({}, 2), ({"max_price": "2"}, 1), ({"status": "all"}, 3), ({"q": "nothing"}, 0)):
            assert (
                data(client, "/api/v1/models/count", **query)
                == {"count": count}
                == {"count": len(ids(client, **query))}
            )

    def test_it_takes_no_order(self, client):
        assert "There is no parameter “sort”." in error(client, "/api/v1/models/count", 400, sort="newest")["message"]


def test_the_number_of_queries_does_not_grow(client):
    counts = []
    for numbers in (range(3), range(3, 30)):
        for number in numbers:
            model = make_priced(f"m{number}", reads="text,image")
            writes(model, "text")
            make_parameter(model.main_listing())
            make_alias(model, f"alias-{number}")
        for query in ({}, {"limit": 1000, "sort": "pricing-low-to-high", "q": "m"}):
            with CaptureQueriesContext(connection) as captured:
                assert len(data(client, **query)) == numbers.stop
            counts.append(len(captured))
    # the version, the models, sources, prices, parameters, two of modalities, absences; a part is counted, too
    assert counts == [8, 9, 8, 9]


def test_many_models_are_read_without_naming_each(client, monkeypatch):
    monkeypatch.setattr("catalog.api.rows.MOST_IDS", 2)
    for number in range(4):
        make_parameter(make_priced(f"m{number}", f"{number}.00").main_listing(), "seed")
    make_period(make_listing(make_model("gone"), delisted_on=YESTERDAY), "9.00", "9.00")
    found = {entry["id"]: entry for entry in data(client)}
    assert len(found) == 4
    assert {found[f"mistralai/m{number}"]["pricing"]["prompt"] for number in range(4)} == {
        "0", "0.000001", "0.000002", "0.000003",
    }  # fmt: skip
    assert all(entry["supported_parameters"] == ["seed"] for entry in found.values())
    assert all(entry["architecture"]["input_modalities"] == ["text"] for entry in found.values())
