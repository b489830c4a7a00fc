"""The facets: counts that say what a click finds, links that choose and take back, and no query more for more values."""

import pytest

from tests.catalog.table.reading import counts, facet, link, names, text_of
from tests.factories import make_model, make_parameter, make_priced, make_vendor

pytestmark = pytest.mark.django_db


def test_counts_without_any_filter(client, four):
    response = client.get("/")
    assert counts(response, "status") == {"Active": 3, "Retired": 1}
    assert counts(response, "modality") == {"Text": 3, "Image": 1}
    assert counts(response, "parameter") == {"seed": 2, "tools": 1}
    assert counts(response, "family") == {"Large": 1, "Open": 1, "Small": 1}
    assert counts(response, "vendor") == {"Mistral AI": 3, "Other Labs": 1}
    assert counts(response, "licence") == {"Apache 2.0": 2, "MRL": 1}


def test_counts_follow_the_other_filters_but_not_their_own(client, four):
    response = client.get("/?licence=%22Apache 2.0%22&status=active")
    assert counts(response, "licence") == {"Apache 2.0": 2, "MRL": 1}
    assert counts(response, "status") == {"Active": 2}
    assert counts(response, "family") == {"Open": 1, "Small": 1}
    assert counts(response, "parameter") == {"seed": 1}


@pytest.mark.parametrize(
    "query", ["", "?status=active", "?parameter=seed", "?family=%22Small%22&modality=text", "?q=mistral"]
)
def test_every_count_is_what_a_click_finds(client, four, query):
    """A choice in a facet whose values exclude one another adds its models to those that its other choices find."""
    response = client.get(f"/{query}")
    for each in response.context["facets"]:
        chosen = [choice for choice in each.first if choice.is_chosen]
        for choice in each.first:
            if choice.is_chosen:
                continue
            found = len(names(client.get(f"/{choice.url}")))
            already = len(names(response)) if chosen and each.name not in ("modality", "parameter") else 0
            assert found == already + choice.count, (each.name, choice.label)


def test_several_values_are_chosen_and_taken_back(client, four):
    one = link(client.get("/?sort=name"), "Large")
    assert names(client.get(f"/{one}")) == ["large-2"]
    both = link(client.get(f"/{one}"), "Small")
    response = client.get(f"/{both}")
    assert names(response) == ["large-2", "small-3"]
    assert [label for label, choice in facet(response, "family").items() if choice.is_chosen] == ["Large", "Small"]
    assert text_of(response).count('aria-current="true" title="Take this choice back"') == 2
    assert names(client.get(f"/{link(response, 'Large')}")) == ["small-3"]


def test_parameters_narrow_with_every_choice(client, four):
    one = link(client.get("/?sort=name"), "seed")
    both = link(client.get(f"/{one}"), "tools")
    assert both == "?sort=name&parameter=seed&parameter=tools"
    assert names(client.get(f"/{both}")) == ["large-2"]
    assert link(client.get(f"/{both}"), "seed") == "?sort=name&parameter=tools"


def test_a_choice_that_finds_nothing_can_be_taken_back(client, four):
    response = client.get("/?status=announced&family=%22Gone%22&parameter=none")
    assert names(response) == []
    assert counts(response, "status") == {"Announced": 0}
    assert counts(response, "family") == {"Gone": 0}
    assert link(response, "Gone") == "?status=announced&parameter=none"


def test_a_family_with_signs_of_the_language_in_its_name_can_be_chosen(client):
    for n, family in enumerate(('The "Large", one', "a, b", "!no", "unknown", "100% <i>")):
        make_model(f"m{n}", family=family)
    for label, choice in facet(client.get("/"), "family").items():
        response = client.get(f"/{choice.url}")
        assert [row.values["family"] for row in response.context["rows"]] == [label]


def test_the_first_eight_are_shown_and_the_rest_folded(client):
    for n in range(11):
        make_model(f"m{n}", family=f"Family {n:02}")
    response = client.get("/?family=%22Family 10%22")
    family = next(each for each in response.context["facets"] if each.name == "family")
    assert [choice.label for choice in family.first] == ["Family 10", *(f"Family {n:02}" for n in range(7))]
    assert [choice.label for choice in family.more] == ["Family 07", "Family 08", "Family 09"]
    assert '<details id="more-family">' in text_of(response)
    assert "<summary>3 more</summary>" in text_of(response)


def test_the_fields_of_the_form_keep_what_links_have_set(client, four):
    page = text_of(
        client.get("/?status=active&parameter=seed&parameter=tools&columns=input&price=5&family=%22Large%22")
    )
    for name, value in (
        ("status", "active"),
        ("parameter", "seed"),
        ("parameter", "tools"),
        ("columns", "input"),
        ("price", "5"),
    ):
        assert f'<input type="hidden" name="{name}" value="{value}" form="filters">' in page
    assert 'name="family" id="family" form="filters" value="&quot;Large&quot;"' in page


def test_the_number_of_queries_does_not_depend_on_how_much_there_is(client, django_assert_max_num_queries):
    """Every facet chosen and every column shown: eight queries, two for each counting, and at most four of those more."""
    address = (
        "/?q=mistral&context=!unknown&status=active&family=%22F%22,f&vendor=%22mistralai%22&licence=MIT&modality=text"
        "&parameter=seed&unit=request&columns=cost,reads,writes,parameters,family,vendor,licence,size&sort=cost"
    )

    def add(count: int, start: int) -> None:
        for n in range(start, start + count):
            model = make_priced(
                f"m{n}", family=f"F{n}", licence="MIT", vendor=make_vendor() if n % 2 else make_vendor(f"v{n}", f"V{n}")
            )
            for name in ("seed", f"p{n}"):
                make_parameter(model.main_listing(), name)

    add(5, 0)
    client.get(address)
    with django_assert_max_num_queries(26) as five:
        client.get(address)
    add(15, 5)
    client.get(address)
    with django_assert_max_num_queries(26) as twenty:
        client.get(address)
    assert len(five) == len(twenty)
