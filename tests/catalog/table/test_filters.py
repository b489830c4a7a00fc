"""The filters on the page: every column by its own parameter, errors beside their field, chips that take them away."""

from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.table.forms import TableForm
from tests.catalog.table.reading import link, names, text_of, words_of, words_of_text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("four")]
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("context=128k", ["large-2", "open-1", "small-3"]),
        ("context=%3D128k", ["large-2"]),
        ("context=256k", ["open-1", "small-3"]),
        ("context=unknown", ["silent"]),
        ("max_output=32k", ["open-1"]),
        ("price=0.1", ["open-1", "small-3"]),
        ("input=0.1", ["small-3"]),
        ("input=free", ["open-1"]),
        ("input=!free", ["large-2", "small-3"]),
        ("input=%3C0.2,%20%3E1.5", ["large-2", "open-1", "small-3"]),
        ("input=0.1..2&output=0.3", ["small-3"]),
        ("cached=!unknown", ["small-3"]),
        ("released=2025", ["open-1", "small-3"]),
        ("released=..2025-03", ["large-2", "open-1"]),
        ("listed=unknown", ["silent"]),
        ("announced=!unknown", []),
        ("size=24b", ["small-3"]),
        ("name=large,%20silent", ["large-2", "silent"]),
        ("name=other/", ["open-1"]),
        ("name=!open", ["large-2", "silent", "small-3"]),
        ("family=Large", ["large-2"]),
        ("family=large&family=small", ["large-2", "small-3"]),
        ("licence=apache", ["open-1", "small-3"]),
        ("licence=unknown", ["silent"]),
        ("vendor=labs", ["open-1"]),
        ("vendor=%22mistralai%22", ["large-2", "silent", "small-3"]),
        ("status=retired", ["silent"]),
        ("status=retired,active&price=5", ["large-2", "open-1", "small-3"]),
        ("status=retired&status=active", ["large-2", "open-1", "silent", "small-3"]),
        ("modality=image", ["small-3"]),
        ("parameter=seed", ["large-2", "small-3"]),
        ("parameter=seed&parameter=tools", ["large-2"]),
        ("parameter=tools,nothing", ["large-2"]),
        ("parameter=see", []),
    ],
)
def test_every_column_has_its_filter(client, query, found):
    assert names(client.get(f"/?sort=name&{query}")) == found


def test_an_error_stands_beside_its_field_and_the_other_filters_still_work(client):
    response = client.get("/?input=cheap&context=128k&sort=name&max_output=x")
    page = text_of(response)
    assert response.status_code == 400
    assert names(response) == ["large-2", "open-1", "small-3"]
    assert page.count("cannot be read") == 2  # each error stands once
    assert [chip.label for chip in response.context["chips"]] == ["Context"]
    assert "3 models; the filters “Input $/M”, “Max. output” were not applied Take them away" in words_of(response)
    assert link(response, "Take them away") == "?context=128k&sort=name"
    for field, word in (("input", "cheap"), ("max_output", "x")):
        beside = page.split(f'id="{field}-error">')[1].split("</span>")[0]
        assert beside.startswith(f"“{word}” at character 1 cannot be read. Write a ")
    assert page.count('aria-invalid="true"') == 2
    assert '<span class="error" id="context-error"></span>' in page
    assert 'id="filters-further" open' in page
    assert 'id="filters-fold" open' in page  # on a phone the fields are folded away
    assert 'id="filters-fold">' in text_of(client.get("/?context=128k"))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("status=alive", "Status: A status is announced, active, deprecated, retiring, retired or delisted."),
        ("price=dear", "Input up to, $/M: “dear” at character 1 cannot be read."),
        ("q=a+b+c+d+e+f+g+h+i", "Search: Search for at most 8 words; these are 9."),
    ],
)
def test_an_error_without_a_field_stands_above_the_rows(client, query, sentence):
    response = client.get(f"/?sort=name&{query}")
    notice = text_of(response).split('role="alert">')[1].split("</div>")[0]
    assert sentence in words_of_text(notice)
    label = sentence.partition(":")[0]
    assert f"4 models; the filter “{label}” was not applied Take it away" in words_of(response)
    assert link(response, "Take it away") == "?sort=name"


def test_an_error_of_a_facet_stands_beside_its_field(client):
    response = client.get("/?family=%22large")
    page = text_of(response)
    assert page.count("has no other end") == 1
    assert '<p class="error" id="family-error">The quote at character 1 has no other end.' in page
    assert 'aria-describedby="family-error"' in page
    assert response.context["chips"] == []


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("modality=foo", "No model reads foo."),
        ("modality=foo&modality=text", "No model reads foo."),
        ("parameter=foo", "No model takes the parameter foo."),
        ("parameter=foo,bar", "No model takes the parameter foo. No model takes the parameter bar."),
        ("modality=image&context=%3C1k", "No model fits all of these filters."),
    ],
)
def test_a_name_that_no_model_has_is_told(client, query, sentence):
    response = client.get(f"/?{query}")
    assert response.status_code == 200
    assert names(response) == []
    assert f"{sentence} Take one away" in words_of(response)


@pytest.mark.parametrize("written", ["Active", "ACTIVE", " active "])
def test_a_status_is_read_in_capitals_too(client, written):
    response = client.get("/", {"status": written, "sort": "name"})
    assert names(response) == ["large-2", "open-1", "small-3"]
    assert [chip.text for chip in response.context["chips"]] == ["Active"]


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("retires", "retiring"),
        ("Retires in 12 days", "retiring"),
        ("Retires tomorrow", "retiring"),
        ("Not released yet", "announced"),
        ("Retired", "retired"),
    ],
)
def test_a_status_is_read_as_the_table_writes_it(written, status):
    form = TableForm(QueryDict(urlencode({"status": written})))
    assert form.is_valid()
    assert form.value("status") == ((status,),)


def test_a_modality_is_read_as_the_facet_writes_it(client):
    assert names(client.get("/?modality=Image")) == ["small-3"]


def test_the_fragment_brings_the_errors_and_the_number_of_filters_to_their_places(client):
    response = client.get("/?input=cheap&context=128k", headers=HTMX)
    part = text_of(response)
    assert response.status_code == 422
    assert '<span class="error" id="input-error" hx-swap-oob="true">“cheap” at character 1' in part
    assert '<span class="error" id="context-error" hx-swap-oob="true"></span>' in part
    assert 'id="filter-count" hx-swap-oob="true"> (1<' in part  # what could not be read is not in use
    assert "hx-swap-oob" not in text_of(client.get("/?input=cheap"))


def test_chips_show_what_is_in_use_and_take_it_away(client):
    address = "/?q=mistral&context=128k&status=active,retired&family=%22Large%22,%20small&sort=-input&unit=thousand"
    response = client.get(address)
    chips = [(chip.label, chip.text) for chip in response.context["chips"]]
    assert chips == [
        ("Search", "mistral"),
        ("Context", "128k"),
        ("Status", "Active"),
        ("Status", "Retired"),
        ("Family", "Large"),
        ("Family", "small"),
    ]
    without = {chip.text: chip.url for chip in response.context["chips"]}
    assert "context" not in without["128k"]
    assert without["Retired"].endswith("&status=active")
    assert "family=small" in without["Large"]
    assert "family=%22Large%22" in without["small"]
    assert link(response, "Clear all filters") == "?sort=-input&unit=thousand"
    assert names(client.get(f"/{without['128k']}")) == names(
        client.get("/?q=mistral&status=active,retired&family=large,small&sort=-input")
    )


def test_a_link_of_the_page_keeps_all_the_rest_and_forgets_the_page(client):
    response = client.get("/?input=%3C5&currency=&page=3&columns=name,input&utm_source=x&sort=name")
    assert link(response, "Model") == "?input=%3C5&columns=name,input&sort=-name"


def test_a_search_says_what_it_looked_for_when_a_word_was_mistyped(client):
    response = client.get("/?q=smal")
    assert names(response) == ["small-3"]
    response = client.get("/?q=slient")
    assert names(response) == ["silent"]
    assert "silent" in response.context["corrected"]
    assert response.context["corrected"] in words_of(response)


def test_hits_of_a_search_stand_in_their_own_order_until_another_is_asked_for(client):
    assert "aria-sort" not in text_of(client.get("/?q=mistral"))
    assert text_of(client.get("/?q=mistral&sort=input")).count("aria-sort") == 1


@pytest.mark.parametrize(
    "query",
    [
        {"input": "\0"},
        {"family": ['"', "\0", "'; DROP TABLE catalog_span; --"]},
        {"parameter": ",".join(f"p{n}" for n in range(21))},
        {"status": ["active", "x"]},
        {"columns": "\0"},
        {"columns": "vendor__password"},
        {"unit": "carat"},
        {"rows": "some"},
        {"prompt_tokens": "many"},
        {"cached_tokens": "5", "prompt_tokens": "1"},
        {"sort": "model__vendor"},
        {"size": "9" * 301},
        {"modality": "x" * 61},
    ],
)
def test_junk_is_refused_in_sentences(client, query):
    response = client.get("/", query)
    assert response.status_code == 400
    assert response.context["form"].sentences()
    assert all(sentence.endswith(".") for sentence in response.context["form"].sentences())
    assert len(names(response)) == 4


def test_markup_in_filters_is_text(client):
    page = text_of(client.get("/", {"name": "<b>x</b>", "family": '"<i>y</i>"', "parameter": "<u>z</u>", "q": "<s>"}))
    for tag in ("<b>x", "<i>y", "<u>z", "<s>"):
        assert tag not in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


SAMPLES = [
    "",
    "128k",
    "!free",
    "unknown",
    '"',
    "a, b",
    "2025..",
    "\0",
    "9" * 30,
    "\ud800",
    "request",
    "-cost",
    "all",
    "%",
]
WRITTEN = st.one_of(st.text(max_size=40), st.sampled_from(SAMPLES))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from([*TableForm.base_fields, "nonsense"]), WRITTEN), max_size=8))
def test_any_address_is_answered(client, pairs):
    fields = [(name, value.encode("utf-8", "surrogatepass")) for name, value in pairs]
    response = client.get(f"/?{urlencode(fields)}")
    assert response.status_code in (200, 400), pairs
