"""Which model an address names: its id, its id at a market, a variant, an alias; and what is said of a name that is none."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.api.shapes import OneModel
from tests.catalog.api.reading import data, error
from tests.factories import make_alias, make_listing, make_market, make_model, make_period, make_priced, make_vendor

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def one(client, name):
    return data(client, f"/api/v1/model/{name}")


def test_by_its_id(client):
    make_priced("a")
    assert one(client, "mistralai/a") == data(client)[0]


def test_by_its_id_at_a_market(client):
    make_period(make_listing(make_model("large-2402"), upstream_id="mistralai/mistral-large"), "8.00", "24.00")
    entry = one(client, "mistralai/mistral-large")
    assert (entry["id"], entry["windrose"]["id"]) == ("mistralai/mistral-large", "mistralai/large-2402")


def test_a_delisted_model_answers_with_its_last_price(client):
    make_period(make_listing(make_model("a"), delisted_on=YESTERDAY), "8.00", "24.00")
    entry = one(client, "mistralai/a")
    assert (entry["windrose"]["status"], entry["windrose"]["price"]["is_last"]) == ("delisted", True)
    assert entry["pricing"]["prompt"] == "0.000008"


def test_a_listing_that_is_there_answers_before_one_that_is_gone(client):
    gone, there = make_model("gone"), make_model("there")
    make_listing(gone, upstream_id="mistralai/x", delisted_on=YESTERDAY)
    make_listing(there, upstream_id="mistralai/x", market=make_market("other", "Other"))
    assert one(client, "mistralai/x")["id"] == "mistralai/there"


class TestVariants:
    def test_one_with_a_listing_of_its_own_has_its_own_price(self, client):
        model = make_priced("a", "1.00", "2.00")
        make_period(make_listing(model, upstream_id="mistralai/a:free", is_main=False), "0", "0")
        assert one(client, "mistralai/a:free")["pricing"] == {"prompt": "0", "completion": "0"}
        assert one(client, "mistralai/a:free")["windrose"]["upstream_id"] == "mistralai/a:free"
        assert one(client, "mistralai/a")["pricing"]["prompt"] == "0.000001"

    def test_one_that_only_chooses_a_provider_is_the_model_itself(self, client):
        make_priced("a")
        assert one(client, "mistralai/a:nitro") == one(client, "mistralai/a")

    def test_another_is_not_answered_with_the_model_s_price(self, client):
        make_priced("a")
        said = error(client, "/api/v1/model/mistralai/a:free", 404)
        assert said["message"] == "mistralai/a is not listed as :free, as far as is known."
        assert said["metadata"] == {"models": ["mistralai/a"]}


class TestAliases:
    @pytest.mark.parametrize("name", ["large-latest", "mistralai/large-latest"])
    def test_one_that_holds_today(self, client, name):
        make_alias(make_priced("new"), name, from_day=TODAY)
        make_alias(make_priced("old"), name, to_day=TODAY)
        assert one(client, "mistralai/large-latest")["id"] == "mistralai/new"
        assert data(client, "/api/v1/models/mistralai/large-latest/endpoints")["id"] == "mistralai/new"

    def test_a_moving_one_as_openrouter_writes_it(self, client):
        make_alias(make_priced("new"), "~mistralai/large-latest")
        assert one(client, "~mistralai/large-latest")["id"] == "mistralai/new"

    @pytest.mark.parametrize("address", ["/api/v1/model/mistralai/large", "/api/v1/models/mistralai/large/endpoints"])
    def test_one_that_has_ended_says_whose_it_was(self, client, address):
        make_alias(make_priced("old"), "large", to_day=date(2026, 3, 1))
        said = error(client, address, 404)
        assert said["message"] == "mistralai/large names no model today; it stands for mistralai/old until 2026-03-01."
        assert said["metadata"] == {"models": ["mistralai/old"]}

    def test_one_of_several_models_lists_them(self, client):
        for slug in ("b", "a"):
            make_alias(make_priced(slug), "tiny")
        said = error(client, "/api/v1/model/mistralai/tiny", 404)
        assert said["message"] == (
            "mistralai/tiny is a name of several models: mistralai/a, mistralai/b. Ask for one of them."
        )
        assert said["metadata"] == {"models": ["mistralai/a", "mistralai/b"]}

    def test_one_of_another_vendor_is_none(self, client):
        make_alias(make_priced("a", vendor=make_vendor("acme", "Acme")), "tiny")
        error(client, "/api/v1/model/mistralai/tiny", 404)
        assert one(client, "acme/tiny")["id"] == "acme/a"


@pytest.mark.parametrize(
    "name", ["mistralai/nobody", "a/b:c", "%20/%20", "a%00/b", "x/" + "y" * 300, "%F0%9F%8C%80/%22", "~/~", "../.."]
)
def test_a_name_that_is_none_is_a_sentence(client, name):
    make_priced("a")
    for address in (f"/api/v1/model/{name}", f"/api/v1/models/{name}/endpoints"):
        assert error(client, address, 404)["message"].endswith(".")


def test_the_number_of_queries_is_bounded(client):
    make_alias(make_priced("a"), "b")
    for name, most in (("a", 10), ("b", 11)):
        with CaptureQueriesContext(connection) as captured:
            one(client, f"mistralai/{name}")
        assert len(captured) <= most


def test_the_seeded_models_answer_to_every_listing_s_id(client, seeded):
    from catalog.models import Listing

    for listing in Listing.objects.filter(upstream_id__contains="/").select_related("model__vendor"):
        response = client.get(f"/api/v1/model/{listing.upstream_id}")
        assert response.status_code == 200, listing
        OneModel.model_validate_json(response.content)
