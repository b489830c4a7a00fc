"""A model's page in the admin: edits are pinned and recorded, slips are refused in words, editors stay in the catalog."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Alias, LanguageModel, Listing, Parameter, Pin, PricePeriod, Rate
from catalog.seeding import seed
from tests.catalog.admin_pages import (
    REASON,
    accepted,
    add_row,
    change_url,
    errors,
    large_3,
    new_period,
    open_form,
    open_period,
    row_number,
    save,
    unsealed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


@pytest.mark.parametrize(
    "table",
    ["languagemodel", "listing", "priceperiod", "parameter", "alias", "observation", "source", "market", "modality", "vendor"],
)  # fmt: skip
def test_every_list_and_its_pages_open(editor: Client, table: str) -> None:
    response = editor.get(f"/admin/catalog/{table}/?q=mistral")
    assert response.status_code == 200
    assert editor.get(f"/admin/catalog/{table}/add/").status_code == 200
    row = response.context["cl"].model_admin.model.objects.first()
    assert editor.get(change_url(row)).status_code == 200


def test_a_search_finds_each_model_once_and_computes_prices_once(editor: Client) -> None:
    """Not for every name and listing that a model has, and not again to count what was found: PostgreSQL took minutes."""
    for number in range(3):
        Alias.objects.create(model=large_3(), name=f"oft-named-{number}")
    with CaptureQueriesContext(connection) as captured:
        response = editor.get("/admin/catalog/languagemodel/?q=mistralai/mistral-large+oft-named")
    assert [model.pk for model in response.context["cl"].result_list] == [large_3().pk]
    assert sum("catalog_rate" in query["sql"] for query in captured) == 1
    found = editor.get("/admin/catalog/languagemodel/?q=nothing-is-named-so").context["cl"]
    assert (list(found.result_list), found.full_result_count) == ([], LanguageModel.objects.count())


def test_the_models_page_holds_all_of_it(editor: Client) -> None:
    page = editor.get(change_url(large_3())).content.decode()
    for word in ("mistralai/mistral-large-2512", "Input /M", "0.50", "0.05", "1.50", "0.0645", "mistral-large-latest"):
        assert word in page
    assert large_3().get_absolute_url() in page, "view on site"
    assert "Save the model with a listing first" in editor.get("/admin/catalog/languagemodel/add/").content.decode()


OF_EVERY_KIND = [  # with gaps, variants, two currencies, half a price, embeddings, audio, and without any listing
    "mistral-large-2512",
    "mistral-large-2407",
    "devstral-2512",
    "pixtral-large-2411",
    "ministral-8b",
    "mixtral-8x7b-instruct",
    "codestral-embed-2505",
    "voxtral-small-24b-2507",
    "mistral-ocr-4-1",
]


def test_saving_unchanged_changes_nothing(editor: Client) -> None:
    before = [
        list(table.objects.order_by("pk").values()) for table in (LanguageModel, Listing, PricePeriod, Rate, Parameter)
    ]
    for model in LanguageModel.objects.filter(slug__in=OF_EVERY_KIND):
        accepted(save(editor, change_url(model)))
    assert before == [
        list(table.objects.order_by("pk").values()) for table in (LanguageModel, Listing, PricePeriod, Rate, Parameter)
    ]
    assert not Pin.objects.exists()


def test_an_edit_makes_a_pin_and_a_line_of_history(editor: Client) -> None:
    accepted(save(editor, change_url(large_3()), context_length="200000", reason="Measured here"))
    pin = Pin.objects.get()
    assert (pin.model, pin.field, pin.value, pin.replaced) == (large_3(), "context_length", "200000", "262144")
    assert (pin.reason, pin.user.username) == ("Measured here", "editor")
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_repr) == ("editor", "Mistral Large 3 2512")
    assert entry.get_change_message() == "Changed Context length."
    assert "Changed Context length." in editor.get(change_url(large_3()).replace("change", "history")).content.decode()


def test_links_and_lists_are_pinned_as_text(editor: Client) -> None:
    other = LanguageModel.objects.get(slug="devstral-2512")
    text = str(large_3().input_modalities.get(slug="text").pk)
    accepted(save(editor, change_url(large_3()), replacement=str(other.pk), input_modalities=[text]))
    pins = {pin.field: (pin.value, pin.replaced, pin.reason) for pin in Pin.objects.all()}
    assert pins == {
        "replacement": ("mistralai/devstral-2512", "", REASON),
        "input_modalities": ("text", "text, image", REASON),
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [("context_length", "200000"), ("released_on", "2025-01-01"), ("input_modalities", []), ("licence", "")],
)
def test_taking_the_pin_away_follows_the_sources_again(editor: Client, field: str, value: Any) -> None:
    model = large_3()
    before = open_form(editor, change_url(model))
    accepted(save(editor, change_url(model), **{field: value}))
    seed()
    assert unsealed(open_form(editor, change_url(model))) != unsealed(before)
    accepted(save(editor, change_url(model), **{"pins-0-DELETE": "on"}))
    assert not Pin.objects.exists()
    assert unsealed(open_form(editor, change_url(model))) == unsealed(before)


def test_an_unpinned_field_of_an_unseeded_model_goes_back(editor: Client) -> None:
    model = LanguageModel.objects.create(vendor=large_3().vendor, slug="own", name="Own", context_length=1000)
    accepted(save(editor, change_url(model), context_length="", replacement=str(large_3().pk)))
    accepted(save(editor, change_url(model), **{"pins-0-DELETE": "on", "pins-1-DELETE": "on"}))
    model.refresh_from_db()
    assert (model.context_length, model.replacement) == (1000, None)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("context_length", "0", "A context length of zero leaves no room for a prompt."),
        ("context_length", "a lot", "Enter a whole number."),
        ("context_length", "900000000", "No model reads more than 100,000,000 tokens."),
        ("parameters_active", "999000000000", "cannot exceed all parameters"),
        ("retires_on", "2020-01-01", "A model cannot retire before its release."),
        ("licence_url", "javascript:alert(1)", "Enter a valid URL."),
    ],
)
def test_slips_of_a_model_are_refused(editor: Client, field: str, value: str, words: str) -> None:
    assert words in errors(save(editor, change_url(large_3()), **{field: value}))
    assert not Pin.objects.exists()


def test_only_one_listing_stands_for_a_model(editor: Client) -> None:
    data = open_form(editor, change_url(large_3()))
    other = Listing.objects.get(model=large_3(), is_main=False)
    data[f"listings-{row_number(data, 'listings', other)}-is_main"] = "on"
    assert "Only one listing can stand for the model." in errors(editor.post(change_url(large_3()), data))
    data.pop(f"listings-{row_number(data, 'listings', open_period().listing)}-is_main")
    accepted(editor.post(change_url(large_3()), data))
    assert Listing.objects.main().get(model=large_3()) == other
    accepted(save(editor, change_url(open_period().listing), is_main="on"))
    assert Listing.objects.main().get(model=large_3()) == open_period().listing
    assert "a slip" in errors(save(editor, change_url(other), context_length="900000000"))


def test_rows_of_another_model_cannot_be_named(editor: Client) -> None:
    data = open_form(editor, change_url(large_3()))
    add_row(data, "periods", **new_period(open_period("devstral-2512").listing, "2020-01-01", ends_on="2020-02-01"))
    assert "Select a valid choice." in errors(editor.post(change_url(large_3()), data))


def test_a_new_model_with_its_listing(editor: Client) -> None:
    data = open_form(editor, "/admin/catalog/languagemodel/add/")
    market = open_period().listing.market
    data |= {"vendor": large_3().vendor.pk, "slug": "tiny", "name": "Tiny"}
    add_row(data, "listings", market=market.pk, upstream_id="mistralai/tiny", is_main="on")
    add_row(data, "aliases", name="tiny")
    accepted(editor.post("/admin/catalog/languagemodel/add/", data))
    assert LanguageModel.objects.get(slug="tiny").main_listing().upstream_id == "mistralai/tiny"
    assert Alias.objects.filter(name="tiny").exists()
    assert not Pin.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["auth/user/", "auth/group/", "playground/run/", "playground/prompt/", "playground/budget/", "playground/hold/"],
)
def test_editors_edit_the_catalog_and_nothing_else(editor: Client, address: str) -> None:
    assert editor.get(f"/admin/{address}").status_code == 403
    assert address not in editor.get("/admin/").content.decode()


def test_queries_of_the_models_page_do_not_grow(editor: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert editor.get(change_url(large_3())).status_code == 200
        return len(captured)

    first = count()
    listing = open_period().listing
    for number in range(15):
        LanguageModel.objects.create(vendor=large_3().vendor, slug=f"m{number}", name=f"M {number}")
        Alias.objects.create(model=large_3(), name=f"alias-{number}")
        Pin.objects.set(large_3(), f"field_{number}", "1", "2", "Because", None, listing)
        Parameter.objects.create(listing=listing, source=open_period().source, name=f"p{number}", kind="integer")
        day = date(2020, 1, 1) + timedelta(number)
        PricePeriod.objects.create(
            listing=listing, source=open_period().source, starts_on=day, ends_on=day + timedelta(1)
        )
    assert count() == first


@pytest.mark.parametrize("address", ["languagemodel/", "priceperiod/", "listing/", "parameter/", "observation/"])
def test_queries_of_a_list_do_not_grow(
    editor: Client, address: str, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    def count() -> int:
        with django_assert_max_num_queries(40) as captured:
            assert editor.get(f"/admin/catalog/{address}").status_code == 200
        return len(captured)

    first = count()
    for number in range(20):
        model = LanguageModel.objects.create(vendor=large_3().vendor, slug=f"m{number}", name=f"M {number}")
        listing = Listing.objects.create(model=model, market=open_period().listing.market, upstream_id=f"m/{number}")
        period = PricePeriod.objects.create(
            listing=listing, source=open_period().source, starts_on=date.today() - timedelta(1)
        )
        Rate.objects.create(period=period, component="input", amount="0.000001")
        Parameter.objects.create(listing=listing, source=period.source, name="seed", kind="integer")
    assert count() == first
