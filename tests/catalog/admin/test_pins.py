"""Pins of listings and prices: set by editing, told with their standing, gone by the action that follows the source."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import LanguageModel, Pin, Revision
from tests.catalog.admin_pages import accepted, add_row, change_url, open_form, save
from tests.factories import make_priced, make_source

pytestmark = pytest.mark.django_db


def pinned() -> dict[str, tuple[str, str, str]]:
    return {pin.field: (pin.value, pin.replaced, pin.reason) for pin in Pin.objects.all()}


def test_a_changed_price_is_pinned_with_the_prices_before_and_after(editor: Client) -> None:
    model = make_priced("large", input="0.50", output="1.50")
    accepted(save(editor, change_url(model), **{"periods-0-input_price": "0.60", "reason": "The vendor’s page"}))
    pin = Pin.objects.get()
    assert pin.listing == model.listings.get()
    assert pinned() == {
        "price": (
            "input $0.60, output $1.50 per million tokens",
            "input $0.50, output $1.50 per million tokens",
            "The vendor’s page",
        )
    }


def test_a_rate_changed_on_the_periods_own_page_is_pinned_too(editor: Client) -> None:
    model = make_priced("large", input="0.50", output="1.50")
    accepted(save(editor, change_url(model.periods.get()), **{"rates-0-amount": "0.0000006", "reason": "Mine"}))
    assert pinned()["price"][::2] == ("input $0.60, output $1.50 per million tokens", "Mine")


def test_a_price_that_begins_later_is_pinned_already(editor: Client) -> None:
    model = make_priced("large", input="0.50", output="1.50")
    later = timezone.now().date() + timedelta(days=10)
    data = open_form(editor, change_url(model)) | {"periods-0-ends_on": str(later)}
    add_row(data, "periods", listing=model.listings.get().pk, currency="USD", starts_on=later,
            source=make_source().pk, input_price="0.70", output_price="2")  # fmt: skip
    accepted(editor.post(change_url(model), data))
    assert pinned()["price"][0] == "input $0.70, output $2.00 per million tokens"


def test_a_corrected_old_price_pins_nothing(editor: Client) -> None:
    model = make_priced("large", input="0.50", output="1.50")
    data = open_form(editor, change_url(model))
    add_row(data, "periods", listing=model.listings.get().pk, currency="USD", starts_on="2024-01-01",
            ends_on="2024-06-01", source=make_source().pk, input_price="9")  # fmt: skip
    accepted(editor.post(change_url(model), data))
    assert pinned() == {}


@pytest.mark.parametrize("where", ["model", "listing"])
def test_what_imports_write_of_a_listing_is_pinned(editor: Client, where: str) -> None:
    model = make_priced("large")
    listing = model.listings.get()
    if where == "model":
        changed = {"listings-0-context_length": "5000", "listings-0-weekly_tokens": "7"}
        accepted(save(editor, change_url(model), **changed, reason="Mine"))
    else:
        accepted(save(editor, change_url(listing), context_length="5000", weekly_tokens="7", reason="Mine"))
    assert pinned() == {"context_length": ("5000", "", "Mine")}
    assert Pin.objects.get().listing == listing


@pytest.mark.parametrize("way", ["inline", "action", "delete"])
def test_removing_the_pin_puts_the_listings_field_back(editor: Client, way: str) -> None:
    model = make_priced("large")
    listing = model.listings.get()
    accepted(save(editor, change_url(listing), context_length="5000"))
    pin = Pin.objects.get()
    if way == "inline":
        accepted(save(editor, change_url(model), **{"pins-0-DELETE": "on"}))
    elif way == "action":
        said = editor.post(
            "/admin/catalog/pin/", {"action": "follow", "_selected_action": [pin.pk]}, follow=True
        ).content.decode()
        assert "1 pin was removed." in said
    else:
        editor.post(f"/admin/catalog/pin/{pin.pk}/delete/", {"post": "yes"})
    listing.refresh_from_db()
    assert (listing.context_length, Pin.objects.count()) == (None, 0)
    editor.post(f"/admin/catalog/revision/{Revision.objects.latest().pk}/undo/")
    listing.refresh_from_db()
    assert (listing.context_length, Pin.objects.get().value) == (5000, "5000")


def test_removing_the_pin_of_a_price_leaves_the_price_until_an_import(editor: Client) -> None:
    model = make_priced("large", input="0.50")
    accepted(save(editor, change_url(model), **{"periods-0-input_price": "0.60"}))
    editor.post("/admin/catalog/pin/", {"action": "follow", "_selected_action": [Pin.objects.get().pk]})
    assert not Pin.objects.exists()
    assert model.periods.get().rates.get(component="input").amount == "0.0000006"


def test_the_list_of_pins_says_what_the_source_says_now(editor: Client) -> None:
    model = make_priced("large", context_length=1000)
    accepted(save(editor, change_url(model), context_length="2000", name="Larger", reason="Measured here"))
    day = timezone.now().date()
    Pin.objects.filter(field="context_length").update(
        standing=Pin.Standing.MOVED, upstream_value="4,000", upstream_on=day
    )
    page = editor.get("/admin/catalog/pin/").content.decode()
    for words in (
        "context length",
        "2000",
        f"4,000 ({day})",
        "the source has moved on",
        "Measured here",
        "not heard since",
    ):
        assert words in page
    looked = editor.get("/admin/catalog/pin/?standing=look").content.decode()
    assert "4,000" in looked
    assert "not heard since" not in looked


def test_the_list_of_models_counts_pins_and_marks_those_to_look_at(editor: Client) -> None:
    model = make_priced("large", context_length=1000)
    make_priced("small")
    accepted(save(editor, change_url(model), context_length="2000", name="Larger"))
    address = "/admin/catalog/languagemodel/"

    def rows(query: str = "") -> dict[str, str]:
        found = editor.get(address + query).context["cl"]
        return {row.slug: found.model_admin.pins(row) for row in found.result_list}

    assert rows() == {"large": "2", "small": "—"}
    Pin.objects.filter(field="name").update(standing=Pin.Standing.AGREED)
    assert rows()["large"] == "2, 1 to look at"
    assert list(rows("?pins=look")) == ["large"]
    assert list(rows("?pins=none")) == ["small"]


def test_a_pin_has_no_form(editor: Client) -> None:
    model: LanguageModel = make_priced("large", context_length=1000)
    accepted(save(editor, change_url(model), context_length="2000"))
    address: Any = f"/admin/catalog/pin/{Pin.objects.get().pk}/change/"
    page = editor.get(address)
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert editor.post(address, {"value": "9"}).status_code == 403
    assert editor.get("/admin/catalog/pin/add/").status_code == 403
