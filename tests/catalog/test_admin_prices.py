"""Prices in the admin: written per million, kept per token, one for each day; those that a run used are read-only."""

from datetime import date

import pytest
from django.test import Client

from catalog.models import PricePeriod, Rate
from tests.catalog.admin_pages import (
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
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


def use(period: PricePeriod) -> PricePeriod:
    PricePeriod.objects.filter(pk=period.pk).update(is_used=True)
    return PricePeriod.objects.get(pk=period.pk)


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ("-1", "A price cannot be negative (-1)."),
        ("-0.5", "A price cannot be negative (-0.5)."),
        ("cheap", "“cheap” is not a price. Write a plain number, such as 0.50."),
        ("0,5", "“0,5” is not a price."),
        ("NaN", "“NaN” is not a price."),
        ("1e400", "absurd"),
        ("20000", "20000 per million tokens is absurd: the most that is accepted is 10000."),
        ("0.0000005", "absurdly low. Was this the price of one token? That would be 0.50 per million."),
    ],
)
def test_slips_of_a_price_are_refused(editor: Client, price: str, words: str) -> None:
    data = open_form(editor, change_url(large_3()))
    number = row_number(data, "periods", open_period())
    data[f"periods-{number}-input_price"] = price
    assert words in errors(editor.post(change_url(large_3()), data))
    assert open_period().rates.get(component="input").amount == "0.0000005"


def test_prices_are_written_per_million_and_kept_per_token(editor: Client) -> None:
    data = open_form(editor, change_url(large_3()))
    number = row_number(data, "periods", open_period())
    data |= {f"periods-{number}-input_price": "$0.55", f"periods-{number}-cache_write_price": "0.625"}
    data |= {f"periods-{number}-cache_read_price": ""}
    accepted(editor.post(change_url(large_3()), data))
    rates = {rate.component: rate.amount for rate in open_period().rates.all()}
    assert rates == {"input": "0.00000055", "output": "0.0000015", "cache_write": "0.000000625"}


def test_a_common_price_goes_below_the_conditional_ones(editor: Client) -> None:
    period = open_period()
    period.rates.filter(component="input").delete()
    Rate.objects.create(period=period, position=7, component="input", amount="0.000001", over_prompt_tokens=200_000)
    data = open_form(editor, change_url(large_3()))
    data[f"periods-{row_number(data, 'periods', period)}-input_price"] = "0.5"
    accepted(editor.post(change_url(large_3()), data))
    inputs = [(rate.amount, rate.over_prompt_tokens) for rate in period.rates.filter(component="input")]
    assert inputs == [("0.0000005", None), ("0.000001", 200_000)]


def test_overlapping_periods_are_refused(editor: Client) -> None:
    data = open_form(editor, change_url(large_3()))
    add_row(data, "periods", **new_period(open_period().listing, "2026-06-01", input_price="1"))
    assert "Overlaps the period from 2026-03-18 on, without an end." in errors(editor.post(change_url(large_3()), data))
    assert PricePeriod.objects.filter(starts_on="2026-06-01").count() == 0


def test_two_new_rows_of_one_form_may_not_overlap(editor: Client) -> None:
    data = open_form(editor, change_url(large_3()))
    listing = open_period().listing
    add_row(data, "periods", **new_period(listing, "2024-01-01", ends_on="2024-06-01"))
    add_row(data, "periods", **new_period(listing, "2024-05-01", ends_on="2024-07-01"))
    assert "Overlaps the period from 2024-01-01 to 2024-06-01." in errors(editor.post(change_url(large_3()), data))


def test_ending_one_period_and_beginning_the_next_in_one_go(editor: Client) -> None:
    data = open_form(editor, change_url(large_3()))
    data[f"periods-{row_number(data, 'periods', open_period())}-ends_on"] = "2026-06-01"
    add_row(data, "periods", **new_period(open_period().listing, "2026-06-01", input_price="0.6", output_price="2"))
    accepted(editor.post(change_url(large_3()), data))
    assert (open_period().starts_on, str(open_period().amount("input"))) == (date(2026, 6, 1), "6E-7")


def test_two_periods_may_change_places(editor: Client) -> None:
    data = open_form(editor, change_url(large_3()))
    first, second = PricePeriod.objects.filter(listing=open_period().listing).order_by("starts_on")
    one, two = row_number(data, "periods", first), row_number(data, "periods", second)
    data |= {f"periods-{one}-starts_on": "2026-03-18", f"periods-{one}-ends_on": ""}
    data |= {f"periods-{two}-starts_on": "2025-12-01", f"periods-{two}-ends_on": "2026-03-18"}
    accepted(editor.post(change_url(large_3()), data))
    assert open_period().pk == first.pk


def test_a_used_period_is_read_only_on_the_models_page(editor: Client) -> None:
    used = use(open_period())
    assert "Used by a run: read-only." in editor.get(change_url(large_3())).content.decode()
    PricePeriod.objects.filter(pk=used.pk).update(is_used=False)
    forged = open_form(editor, change_url(large_3()))
    number = row_number(forged, "periods", used)
    forged |= {f"periods-{number}-input_price": "9", f"periods-{number}-note": "x", f"periods-{number}-DELETE": "on"}
    use(used)
    accepted(editor.post(change_url(large_3()), forged))
    assert (open_period().pk, open_period().note) == (used.pk, used.note)
    assert open_period().rates.get(component="input").amount == "0.0000005"


def test_a_used_period_is_followed_by_another(editor: Client) -> None:
    used = use(open_period())
    data = open_form(editor, change_url(large_3()))
    add_row(data, "periods", **new_period(used.listing, "2026-12-01", input_price="0.4"))
    accepted(editor.post(change_url(large_3()), data))
    assert PricePeriod.objects.get(pk=used.pk).ends_on == date(2026, 12, 1)
    assert open_period().starts_on == date(2026, 12, 1)


def test_a_used_period_is_read_only_on_its_own_page(editor: Client) -> None:
    used = use(open_period())
    page = editor.get(change_url(used)).content.decode()
    assert "A run was priced with it, so it is read-only." in page
    assert 'name="_save"' not in page
    assert editor.post(change_url(used), {"note": "x"}).status_code == 403
    assert editor.post(change_url(used).replace("change", "delete"), {"post": "yes"}).status_code == 403
    editor.post(
        "/admin/catalog/priceperiod/", {"action": "delete_selected", "_selected_action": [used.pk], "post": "yes"}
    )
    editor.post(change_url(large_3()).replace("change", "delete"), {"post": "yes"})
    assert PricePeriod.objects.filter(pk=used.pk).exists(), "nor does it go with its model"


def test_rates_of_a_period_on_its_own_page(editor: Client) -> None:
    url = change_url(open_period())
    data = open_form(editor, url)
    data |= {"rates-0-position": "1", "rates-1-position": "0"}
    add_row(data, "rates", component="request", amount="0.01", position="")
    accepted(editor.post(url, data))
    assert [rate.component for rate in open_period().rates.all()] == ["cache_read", "input", "output", "request"]
    assert "not a price" in errors(save(editor, url, **{"rates-0-amount": "x"}))
    assert "Was a price per million written as a price per token?" in errors(
        save(editor, url, **{"rates-0-amount": "0.5"})
    )
    assert "Overlaps the period" in errors(save(editor, url, starts_on="2026-01-01"))
