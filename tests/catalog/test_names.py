"""The names that lead to a model: old ids, ids at markets, dated ids, moving aliases, variants; with and without the vendor."""

import re
from datetime import date

import pytest

from catalog.names import resolve
from tests.factories import make_alias, make_listing, make_market, make_model, make_period

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 21)


def words_of(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_a_delisted_model_answers_its_old_id_with_its_last_price(client):
    model = make_model("large-2411", name="Large 2411", retires_on=date(2026, 5, 31))
    listing = make_listing(model, upstream_id="mistralai/old-id", delisted_on=date(2026, 5, 31))
    make_period(listing, "2.00", "6.00", ends_on=date(2026, 5, 31))
    words = words_of(client.get("/models/mistralai/old-id/"))
    assert "mistralai/old-id is the id under which OpenRouter listed Large 2411." in words
    assert "OpenRouter sold it as mistralai/old-id since Dec 1, 2025, until May 31, 2026" in words
    assert "The last price, USD per million tokens: Input 2.00, Output 6.00." in words
    assert client.get("/models/mistralai/large-2411/").status_code == 200


@pytest.mark.parametrize("name", ["mistralai/large-20251202", "mistralai/a:free"])
def test_a_markets_other_ids_lead_to_the_model(client, name):
    model = make_model("a", name="Alpha")
    make_listing(model, canonical_slug="mistralai/large-20251202")
    make_listing(model, upstream_id="mistralai/a:free", is_main=False)
    response = client.get(f"/models/{name}/")
    assert response.status_code == 200
    assert f"{name} is the id under which OpenRouter lists Alpha." in words_of(response)


def test_a_variant_that_no_market_lists_leads_to_its_model(client):
    make_listing(make_model("a", name="Alpha"))
    words = words_of(client.get("/models/mistralai/a:free/"))
    assert (
        "mistralai/a:free asks for Alpha free of charge. No market is on record that lists it under this id." in words
    )
    assert "in a variant called “odd”" in words_of(client.get("/models/mistralai/a:odd/"))
    assert client.get("/models/mistralai/none:free/").status_code == 404


def test_a_variant_of_an_alias_leads_to_the_model_it_means_today(client):
    make_alias(make_model("a", name="Alpha"), "latest")
    assert "mistralai/latest:free asks for Alpha free of charge." in words_of(
        client.get("/models/mistralai/latest:free/")
    )


@pytest.mark.parametrize("path", ["/models/mistralai/latest/", "/models/~mistralai/latest/"])
def test_an_alias_without_its_vendor_is_found_with_it(client, path):
    make_alias(make_model("a", name="Alpha"), "latest")
    assert "is another name of Alpha." in words_of(client.get(path))
    assert client.get(path.replace("mistralai", "acme")).status_code == 404


def test_a_markets_bare_id_leads_straight_to_the_model(client):
    own = make_market("mistral", "Mistral")
    make_listing(make_model("a"), market=own, upstream_id="mistral-a-2512")
    assert client.get("/models/mistral-a-2512/").headers["Location"] == "/models/mistralai/a/"


def test_a_name_of_one_model_that_is_anothers_id_leads_to_neither_of_them_alone(client):
    make_alias(make_model("a", name="Alpha"), "medium")
    make_listing(make_model("b", name="Beta"), market=make_market("mistral", "Mistral"), upstream_id="medium")
    response = client.get("/models/medium/")
    assert response.status_code == 200
    words = words_of(response)
    assert "medium is a name of 2 models. Choose the one you mean. Alpha mistralai/a Beta mistralai/b" in words
    assert "Mistral sells it as medium" in words


def test_the_queries_are_few_however_many_bear_the_name(client, django_assert_max_num_queries):
    counts = []
    for start in (0, 5):
        for number in range(start, start + 5):
            model = make_model(f"model-{number}")
            make_alias(model, "common")
            make_period(make_listing(model, upstream_id=f"id-{number}", canonical_slug="mistralai/common"), "1", "2")
        with django_assert_max_num_queries(12) as queries:
            assert client.get("/models/mistralai/common/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_page_says_which_of_several_is_taken_for_a_name_elsewhere(client):
    make_listing(make_model("medium-2505", name="Medium 3"), upstream_id="mistralai/medium-3")
    make_alias(make_model("a", name="Alpha"), "medium-3")
    words = words_of(client.get("/models/mistralai/medium-3/"))
    assert "is a name of 2 models. Choose the one you mean. Compare, Costs and the API take it for Medium 3." in words
    assert words.index("Medium 3 mistralai/medium-2505") < words.index("Alpha mistralai/a")


def test_a_model_that_bears_a_name_twice_is_there_once(client):
    model = make_model("small-2507", name="Small 1.1")
    make_listing(model, upstream_id="mistralai/small")
    for name in ("small", "mistralai/small"):
        make_alias(model, name, from_day=date(2025, 7, 11))
    page = client.get("/models/mistralai/small/").content.decode()
    assert page.count('href="/models/mistralai/small-2507/"') == 1
    assert "from Jul 11, 2025 OpenRouter sells it as mistralai/small since" in words_of(
        client.get("/models/mistralai/small/")
    )


@pytest.mark.parametrize("name", ["MISTRALAI/Alpha", "ALPHA", "alphA"])
def test_capitals_lead_to_the_model(client, name):
    make_model("alpha")
    assert client.get(f"/models/{name}/").headers["Location"] == "/models/mistralai/alpha/"


def test_a_bare_name_finds_what_the_full_one_finds(client):
    make_listing(make_model("large-2402"), upstream_id="mistralai/large", is_main=False)
    assert client.get("/models/large/").headers["Location"] == "/models/mistralai/large-2402/"
    assert client.get("/models/mistralai/large/").status_code == 200


def test_a_name_that_is_none_suggests_the_nearest_first(client):
    for slug in ("large-2512", "large-2411", "tiny"):
        make_model(slug, name=slug.replace("-", " ").title(), description="Not as large as 2411." * (slug == "tiny"))
    words = words_of(client.get("/models/mistralai/lrage-2411/"))
    assert "No model is called mistralai/lrage-2411. Did you mean Large 2411 mistralai/large-2411" in words
    words = words_of(client.get("/models/mistralai/large-9999/"))
    assert words.index("Large 2411") < words.index("Large 2512") < words.index("Tiny")


class TestTheRule:
    """What each name means, by hand; on November 21, 2026."""

    @pytest.fixture
    def catalog(self, db):
        own = make_market("mistral", "Mistral")
        medium = make_model("medium-2505")
        make_listing(medium, upstream_id="mistralai/medium-3", canonical_slug="mistralai/medium-3-dated")
        make_listing(medium, upstream_id="medium-2505", market=own, is_main=False)
        make_listing(medium, upstream_id="mistralai/medium-3:free", is_main=False)
        newer = make_model("medium-2604")
        make_listing(newer, upstream_id="medium-latest-id", market=own)
        make_listing(make_model("large-2402"), upstream_id="mistralai/large", delisted_on=date(2026, 1, 1))
        make_alias(newer, "medium-3")
        make_alias(newer, "mistralai/large")
        make_alias(newer, "latest", from_day=date(2026, 6, 1))
        make_alias(medium, "latest", to_day=date(2026, 6, 1))
        make_alias(medium, "once", to_day=date(2026, 6, 1))

    @pytest.mark.parametrize(
        ("name", "means"),
        [
            ("mistralai/medium-3", "medium-2505"),  # its id at OpenRouter, before the alias of another model
            ("mistralai/medium-2505", "medium-2505"),
            ("mistralai/medium-3-dated", "medium-2505"),
            ("mistralai/medium-3:free", "medium-2505"),
            ("mistralai/medium-3:nitro", "medium-2505"),
            ("mistralai/large", "large-2402"),  # an id that is no longer sold, before an alias
            ("mistralai/latest", "medium-2604"),
            ("~mistralai/latest", "medium-2604"),
            ("latest", "medium-2604"),
            ("medium-2505", "medium-2505"),
            ("medium-latest-id", "medium-2604"),
            ("medium-3-dated", "medium-2505"),
            ("mistralai/MEDIUM-3", "medium-2505"),
            ("MistralAI/Latest", "medium-2604"),
        ],
    )
    def test_one_model(self, catalog, name, means):
        assert resolve([name], DAY)[name].id == f"mistralai/{means}"

    @pytest.mark.parametrize(
        "name", ["mistralai/once", "once", "acme/latest", "mistralai/none", "%", "", "a\0b", "x" * 999]
    )
    def test_none(self, catalog, name):
        sense = resolve([name], DAY).get(name)
        assert sense is None or not sense.ids

    def test_several(self, catalog):
        sense = resolve(["medium-3"], DAY)["medium-3"]
        assert (sense.id, sense.ids) == ("", ("mistralai/medium-2505", "mistralai/medium-2604"))
        assert sense.several == (
            "medium-3 is a name of several models: mistralai/medium-2505, mistralai/medium-2604. Ask for one of them."
        )

    def test_an_alias_is_read_on_the_day_that_is_asked_for(self, catalog):
        assert resolve(["latest"], date(2026, 5, 31))["latest"].id == "mistralai/medium-2505"
        assert resolve(["once"], date(2026, 5, 31))["once"].id == "mistralai/medium-2505"

    def test_an_own_id_comes_before_one_that_another_model_no_longer_has(self, catalog):
        make_model("large")
        assert resolve(["mistralai/large"], DAY)["mistralai/large"].id == "mistralai/large"

    def test_the_number_of_queries_is_the_same_for_one_name_and_for_a_hundred(
        self, catalog, django_assert_max_num_queries
    ):
        for names in (["mistralai/none"], [f"mistralai/none-{number}" for number in range(99)] + ["medium-3"]):
            with django_assert_max_num_queries(6) as queries:
                resolve(names, DAY)
            assert len(queries) == 6

    @pytest.mark.parametrize(
        "path", ["/costs/", "/costs/over-time/", "/costs/map/", "/costs/break-even/", "/costs/text/"]
    )
    def test_the_rooms_of_the_costs_take_any_name(self, client, catalog, path):
        response = client.get(path, {"model": "mistralai/medium-3"})
        assert response.status_code == 200
        assert "mistralai/medium-2505" in response.content.decode()
        assert "No model called" not in words_of(response)
        response = client.get(path, {"model": "medium-3"})
        assert response.status_code == 400
        assert "medium-3 is a name of several models" in words_of(response)

    def test_the_costs_of_the_api_take_any_name(self, client, catalog):
        query = {"model": ["mistralai/medium-3", "latest"], "prompt_tokens": 1000}
        found = client.get("/api/v1/costs", query).json()["data"]
        assert sorted(each["model"] for each in found) == ["mistralai/medium-2505", "mistralai/medium-2604"]
        response = client.get("/api/v1/costs", {"model": "medium-3"})
        assert response.status_code == 404
        assert response.json()["error"]["metadata"] == {"models": ["mistralai/medium-2505", "mistralai/medium-2604"]}

    def test_a_comparison_takes_any_name_each_model_once(self, client, catalog):
        names = ["mistralai/medium-3", "mistralai/MEDIUM-2505", "latest", "nobody"]
        words = words_of(client.get("/compare/", {"model": names}))
        assert "2 models. Rows that differ" in words
        assert "No model is called nobody." in words

    def test_the_changes_take_any_name(self, client, catalog):
        words = words_of(client.get("/changes/", {"model": "mistralai/medium-3"}))
        assert "medium-2505" in words
        assert "No model is called" not in words
