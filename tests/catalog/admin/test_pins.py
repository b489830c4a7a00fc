"""Pins of listings and prices: set by editing, told with their standing, gone by the action that follows the source."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import LanguageModel, Listing, Pin, PricePeriod, Revision
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


class TestReasons:
    """A save that pins something says why; one that pins nothing need not."""

    @pytest.mark.parametrize("reason", ["", "   "])
    @pytest.mark.parametrize(
        ("changes", "pinned"),
        [
            ({"context_length": "5000"}, "the context length"),
            ({"periods-0-input_price": "0.60"}, "the price at OpenRouter"),
            (
                {"name": "Larger", "listings-0-context_length": "5000", "listings-0-name": "Large!"},
                "the name, the name at OpenRouter and the context length at OpenRouter",
            ),
        ],
    )
    def test_a_pin_without_one_is_not_saved_and_nothing_typed_is_lost(
        self, editor: Client, changes: dict[str, str], pinned: str, reason: str
    ) -> None:
        model = make_priced("large", input="0.50", output="1.50", context_length=1000)
        response = save(editor, change_url(model), **changes, **{"listings-0-weekly_tokens": "4711"}, reason=reason)
        assert response.status_code == 200
        form = response.context["adminform"].form
        each = "each of them" if " and " in pinned else "it"
        assert form.errors == {
            "reason": [f"Say why: this pins {pinned}, and the reason stands beside {each} for everybody to read."]
        }
        page = response.content.decode()
        for typed in (*changes.values(), "4711"):
            assert f'value="{typed}"' in page, typed
        assert "was changed successfully" not in page
        model.refresh_from_db()
        assert (model.name, model.context_length, model.listings.get().weekly_tokens) == ("large", 1000, None)
        assert model.periods.get().rates.get(component="input").amount == "0.0000005"
        assert not Pin.objects.exists()
        assert not Revision.objects.exists()
        again = form.data.copy()
        again["reason"] = "Measured here"
        accepted(editor.post(change_url(model), again))
        assert {pin.reason for pin in Pin.objects.all()} == {"Measured here"}

    def test_the_pages_of_a_listing_and_of_a_price_ask_too(self, editor: Client) -> None:
        model = make_priced("large", input="0.50", output="1.50")
        listing, period = model.listings.get(), model.periods.get()
        refused = save(editor, change_url(listing), max_completion_tokens="900", reason="")
        assert "this pins the maximum output tokens at OpenRouter" in refused.content.decode()
        refused = save(editor, change_url(period), **{"rates-0-amount": "0.0000006", "reason": ""})
        assert "this pins the price at OpenRouter" in refused.content.decode()
        data = open_form(editor, "/admin/catalog/priceperiod/add/") | {"reason": ""}
        PricePeriod.objects.update(ends_on="2026-01-01")
        data |= {"listing": listing.pk, "currency": "USD", "starts_on": "2026-01-01", "source": make_source().pk}
        add_row(data, "rates", component="input", amount="0.0000006")
        refused = editor.post("/admin/catalog/priceperiod/add/", data)
        assert "this pins the price at OpenRouter" in refused.content.decode()
        assert (Listing.objects.get().max_completion_tokens, PricePeriod.objects.count()) == (None, 1)

    def test_a_pin_that_is_set_anew_needs_a_new_reason(self, editor: Client) -> None:
        model = make_priced("large", context_length=1000)
        accepted(save(editor, change_url(model), context_length="2000", reason="Measured"))
        assert save(editor, change_url(model), context_length="3000", reason="").status_code == 200
        assert pinned() == {"context_length": ("2000", "1000", "Measured")}

    def test_what_pins_nothing_needs_none(self, editor: Client) -> None:
        model = make_priced("large", context_length=1000)
        accepted(save(editor, change_url(model), reason=""))
        accepted(save(editor, change_url(model), **{"listings-0-weekly_tokens": "7"}, reason=""))
        data = open_form(editor, change_url(model)) | {"reason": ""}
        add_row(data, "aliases", name="large-latest")
        add_row(data, "periods", listing=model.listings.get().pk, currency="USD", starts_on="2024-01-01",
                ends_on="2024-06-01", source=make_source().pk, input_price="9")  # fmt: skip
        accepted(editor.post(change_url(model), data))
        accepted(save(editor, change_url(model), context_length="2000", reason="Measured"))
        accepted(save(editor, change_url(model), **{"pins-0-DELETE": "on"}, reason=""))
        assert pinned() == {}
        assert Revision.objects.count() == 4

    def test_a_price_that_was_deleted_is_pinned_with_what_was_done(self, editor: Client) -> None:
        period = make_priced("large").periods.get()
        editor.post(change_url(period).replace("/change/", "/delete/"), {"post": "yes"})
        assert Pin.objects.get().reason == "Deleted the price period mistralai/large from 2025-12-01"
