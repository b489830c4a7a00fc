"""What an admin sets beside prices: an endpoint's discount, a display currency, a model's tokenizer."""

import pytest
from django.test import Client

from catalog.models import DisplayCurrency, PricePeriod
from tests.catalog.admin_pages import accepted, change_url, errors, large_3, open_form, open_period, save
from tests.factories import make_listing, make_model, make_period

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


def test_a_discount_is_set_on_the_periods_page_and_leaves_the_rates_as_the_source_wrote_them(editor: Client) -> None:
    period = open_period()
    accepted(save(editor, change_url(period), discount="0.2"))
    period = PricePeriod.objects.get(pk=period.pk)
    assert period.rates.get(component="input").amount == "0.0000005"
    assert str(period.rates.get(component="input").amount_sort.normalize()) == "4E-7"
    assert "0.40" in editor.get(large_3().get_absolute_url()).content.decode()
    on_the_models_page = editor.get(change_url(large_3())).content.decode()
    assert "20% off." in on_the_models_page
    accepted(save(editor, change_url(large_3())))
    assert period.rates.get(component="input").amount == "0.0000005"


@pytest.mark.parametrize("discount", ["20", "a lot", "-0.1", "1.01"])
def test_a_discount_that_is_none_is_refused_in_words(editor: Client, discount: str) -> None:
    sentence = f"“{discount}” is not a discount. Write a part of one, such as 0.25 for a quarter off."
    assert sentence in errors(save(editor, change_url(open_period()), discount=discount))


def test_a_display_currency_is_offered_once_it_has_a_rate(editor: Client, client: Client) -> None:
    assert editor.get("/admin/catalog/displaycurrency/").status_code == 200
    rate = {"code": "EUR", "per_usd": "0.92", "rate_on": "2026-11-20", "source": "The central bank’s page"}
    accepted(editor.post("/admin/catalog/displaycurrency/add/", rate))
    assert DisplayCurrency.objects.get().display().per_usd.as_tuple().exponent == -2
    assert '<option value="EUR">EUR</option>' in client.get("/costs/").content.decode()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"per_usd": "0"}, "A rate is a number above zero, such as 0.92."),
        ({"per_usd": "-1"}, "A rate is a number above zero, such as 0.92."),
        ({"per_usd": "0.00000000001"}, "A rate has at most 10 decimals."),
        ({"per_usd": "a lot"}, "“a lot” is not a rate. Write a plain number, such as 0.92."),
        ({"per_usd": "10000000"}, "No dollar buys more than 1,000,000 of a currency. Is this a slip?"),
        ({"code": "euro"}, "at most 3 characters"),
        ({"code": "eur"}, "Write a currency code, such as EUR."),
        ({"code": "USD"}, "US dollars are what prices are kept in; they need no rate."),
        ({"source": ""}, "This field is required."),
    ],
)
def test_a_rate_that_cannot_be_is_refused_in_words(editor: Client, changed: dict[str, str], sentence: str) -> None:
    rate = {"code": "EUR", "per_usd": "0.92", "rate_on": "2026-11-20", "source": "The central bank’s page"}
    assert sentence in errors(editor.post("/admin/catalog/displaycurrency/add/", rate | changed))
    assert not DisplayCurrency.objects.exists()


def test_the_tokenizer_is_a_field_of_the_model(editor: Client) -> None:
    accepted(save(editor, change_url(large_3()), tokenizer="v7", reason="Read in its release notes"))
    assert large_3().tokenizer == "v7"
    assert "Mistral v7" in editor.get(large_3().get_absolute_url()).content.decode()


@pytest.mark.parametrize("amount", ["1e-300", "0.0000000000000000000000000000001"])
def test_an_amount_with_more_decimals_than_can_be_multiplied_is_refused(editor: Client, amount: str) -> None:
    period = open_period()
    data = open_form(editor, change_url(period))
    data["rates-0-amount"] = amount
    assert "more decimals than any source has. The most is 30." in errors(editor.post(change_url(period), data))


def test_a_discount_with_too_many_decimals_is_refused(editor: Client) -> None:
    assert "A discount has at most 6 decimals" in errors(save(editor, change_url(open_period()), discount="1e-100"))


def test_a_discount_counts_where_no_input_price_is_known(client: Client) -> None:
    period = make_period(make_listing(make_model("output-only")), output="2.00")
    period.discount = "0.25"
    period.save()
    table = client.get("/", {"q": "output-only"}).context["rows"]
    assert [row.prices["output"].text for row in table] == ["1.50"]
