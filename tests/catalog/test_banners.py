"""What a model's page says first: what happened, what comes, what takes its place and what that costs."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from catalog.banners import price_against
from catalog.exact import per_token
from catalog.facts import day_text
from catalog.models import Absence, LanguageModel
from tests.factories import make_listing, make_market, make_model, make_period, make_priced, make_vendor


def ago(days: int) -> date:
    return timezone.now().date() - timedelta(days=days)


def words(days: int) -> str:
    return day_text(ago(days))


def notices(client, model: LanguageModel) -> list[str]:
    """The banners as a person reads them, in their order."""
    page = client.get(model.get_absolute_url()).content.decode()
    found = re.findall(r'<p class="notice[^"]*">(.*?)</p>', page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", text).split()).replace(" .", ".") for text in found]


def status(client, model: LanguageModel) -> str:
    page = client.get(model.get_absolute_url()).content.decode()
    return re.search(r'<span class="status [a-z]+">([^<]+)</span>', page)[1]


def amounts(input_price: str | None, output_price: str | None) -> dict[str, Decimal | None]:
    return {
        name: None if price is None else per_token(Decimal(price))
        for name, price in (("input", input_price), ("output", output_price))
    }


@pytest.mark.parametrize(
    ("theirs", "own", "sentence"),
    [
        # 1.50 / 0.40 = 3.75 and 7.50 / 2.00 = 3.75
        (("1.50", "7.50"), ("0.40", "2.00"), "$1.50 / $7.50|3.8 times as much for input and output"),
        # 1.50 / 2.00 = 0.75 and 7.50 / 6.00 = 1.25
        (("1.50", "7.50"), ("2.00", "6.00"), "$1.50 / $7.50|25% less for input and 25% more for output"),
        (("1", "2"), ("1", "2.00"), "$1.00 / $2.00|the same for input and output"),
        (("1", "4"), ("1", "2"), "$1.00 / $4.00|the same for input and 2 times as much for output"),
        (("0", "0"), ("1", "2"), "$0.00 / $0.00|nothing for input and output"),
        (("1", "2"), ("0", "0"), "$1.00 / $2.00|where this one is free for input and output"),
    ],
)
def test_the_replacements_price_beside_ones_own(theirs, own, sentence):
    shown, compared = sentence.split("|")
    assert price_against(amounts(*theirs), amounts(*own)) == (
        f"It costs {shown} per million tokens of input / output, {compared}."
    )


@pytest.mark.parametrize(("theirs", "own"), [((None, "1"), ("1", "1")), (("1", "1"), ("1", None))])
def test_nothing_is_said_where_a_price_is_missing(theirs, own):
    assert price_against(amounts(*theirs), amounts(*own)) == ""


@pytest.mark.django_db
class TestBanners:
    def test_a_model_on_sale_has_none(self, client):
        model = make_priced("a", released_on=ago(9))
        assert notices(client, model) == []
        assert status(client, model) == "Active"

    def test_only_announced(self, client):
        model = make_model("a", announced_on=ago(9), released_on=None)
        assert notices(client, model) == [
            f"Not released yet. Mistral AI announced it on {words(9)}. No day of release is known."
        ]
        assert status(client, model) == "Announced"

    def test_announced_with_its_days(self, client):
        model = make_model("a", released_on=ago(-5))
        make_listing(model, listed_on=ago(-6))
        assert notices(client, model) == [
            f"Not released yet. Its release is to be on {words(-5)}. It is to be listed on {words(-6)}."
        ]

    def test_a_market_may_list_it_before_its_release(self, client):
        model = make_model("a", released_on=ago(-5))
        make_listing(model, listed_on=ago(1))
        assert notices(client, model) == [
            f"Listed before its release. OpenRouter lists it since {words(1)}; "
            f"by Mistral AI’s own word it is released on {words(-5)}."
        ]

    def test_retiring_says_how_long_and_what_takes_its_place_at_which_price(self, client):
        heir = make_priced("heir", "1.50", "7.50", name="The Heir", released_on=ago(20))
        model = make_priced(
            "a", "0.40", "2.00", released_on=ago(90), deprecated_on=ago(30), retires_on=ago(-12), replacement=heir
        )
        assert notices(client, model) == [
            f"Retires in 12 days. Mistral AI retires it on {words(-12)}, deprecated since {words(30)}. "
            "The replacement is The Heir. It costs $1.50 / $7.50 per million tokens of input / output, "
            "3.8 times as much for input and output."
        ]
        assert status(client, model) == "Retires in 12 days"
        assert '<a href="/models/mistralai/heir/">The Heir</a>' in client.get(model.get_absolute_url()).content.decode()

    def test_deprecated_without_a_day_of_retirement(self, client):
        model = make_priced("a", released_on=ago(90), deprecated_on=ago(30), replacement_name="Elsewhere 2")
        assert notices(client, model) == [
            f"Deprecated by Mistral AI since {words(30)}. Mistral AI names Elsewhere 2 as its replacement."
        ]

    def test_a_placeholder_year_is_no_news(self, client):
        model = make_priced("a", released_on=ago(90), retires_on=date(2098, 12, 31))
        model.listings.update(expires_on=date(2098, 12, 31))
        assert notices(client, model) == []

    def test_a_deprecation_to_come(self, client):
        model = make_priced("a", released_on=ago(90), deprecated_on=ago(-3), retires_on=ago(-300))
        assert notices(client, model) == [
            f"Still active. Mistral AI will deprecate it on {words(-3)} and retire it on {words(-300)}."
        ]
        assert status(client, model) == "Active"
        model.retires_on = None
        model.save()
        assert notices(client, model) == [f"Still active. Mistral AI will deprecate it on {words(-3)}."]

    def test_retired_by_its_vendor_and_still_listed(self, client):
        model = make_priced("a", released_on=ago(90), retires_on=ago(3))
        assert notices(client, model) == [f"Retired by Mistral AI on {words(3)}. It is still listed at OpenRouter."]
        own = make_market("mistral", "Mistral")
        make_listing(model, market=own, upstream_id="a", is_main=False, listed_on=ago(90))
        assert notices(client, model) == [
            f"Retired by Mistral AI on {words(3)}. It is still listed at OpenRouter and Mistral."
        ]

    def test_each_market_has_its_own_day_and_keeps_it_after_an_import(self, client):
        model = make_priced("a", released_on=ago(200), retires_on=ago(100))
        model.listings.update(last_seen_on=ago(0))
        other = make_market("other", "Other")
        make_listing(model, market=other, upstream_id="a", is_main=False, listed_on=ago(90), last_seen_on=ago(60))
        third = make_market("third", "Third")
        make_listing(model, market=third, upstream_id="a", is_main=False, listed_on=ago(190), last_seen_on=ago(150))
        assert notices(client, model) == [
            f"Retired by Mistral AI on {words(100)}. It is still listed at OpenRouter (last seen on {words(0)}) and "
            f"Other (last seen on {words(60)})."
        ]

    def test_a_vendors_own_listing_ends_with_the_retirement(self, client):
        own = make_market("mistral", "Mistral", vendor=make_vendor())
        model = make_model("a", released_on=ago(90), retires_on=ago(3))
        listing = make_listing(model, market=own, upstream_id="a", listed_on=ago(90), last_seen_on=ago(40))
        make_period(listing, "1.00", "2.00", starts_on=ago(90))
        assert notices(client, model) == [
            f"Retired by Mistral AI on {words(3)}. It is taken to have ended at Mistral with that, last seen there on "
            f"{words(40)}; prices below are the last ones."
        ]
        page = client.get(model.get_absolute_url()).content.decode()
        assert f"Last price: its vendor retired it on {words(3)}." in page
        assert "<td>last price</td>" in page
        assert "Not seen since its vendor retired it" in page
        assert "Try in the playground" not in page
        listing.last_seen_on = ago(1)
        listing.save()
        assert notices(client, model) == [
            f"Retired by Mistral AI on {words(3)}. It is still listed at Mistral (last seen on {words(1)})."
        ]

    def test_a_market_that_was_last_seen_before_the_retirement(self, client):
        model = make_priced("a", released_on=ago(90), retires_on=ago(3))
        model.listings.update(last_seen_on=ago(20))
        assert notices(client, model) == [
            f"Retired by Mistral AI on {words(3)}. It was not seen at OpenRouter since {words(20)}; prices below are "
            "the last ones."
        ]

    def test_delisted_keeps_its_last_price_and_names_where_it_is_still_sold(self, client):
        model = make_priced("a", "2.00", "6.00", released_on=ago(90))
        model.listings.update(listed_on=ago(90), delisted_on=ago(3))
        assert notices(client, model) == [
            f"Delisted. OpenRouter sold it until {words(3)}; prices below are the last ones."
        ]
        page = client.get(model.get_absolute_url()).content.decode()
        assert "<dd>2.00</dd>" in page
        own = make_market("mistral", "Mistral")
        make_listing(model, market=own, upstream_id="a", is_main=False, listed_on=ago(90))
        assert notices(client, model)[0].endswith("It is still listed at Mistral.")

    def test_delisted_and_retired_names_the_replacement_once(self, client):
        heir = make_model("heir", name="The Heir", released_on=ago(20), retires_on=ago(1))
        model = make_priced("a", released_on=ago(90), retires_on=ago(3), replacement=heir)
        model.listings.update(delisted_on=ago(3))
        first, second = notices(client, model)
        assert first.endswith("The replacement is The Heir, which is itself retired.")
        assert second == f"Retired by Mistral AI on {words(3)}."

    def test_back_after_an_absence(self, client):
        model = make_priced("a", released_on=ago(90))
        listing = model.listings.get()
        Absence.objects.create(listing=listing, from_day=ago(50), to_day=ago(40))
        Absence.objects.create(listing=listing, from_day=ago(30), to_day=ago(20))
        assert notices(client, model) == [
            f"Back at OpenRouter. It was not listed from {words(50)} to {words(40)} and from {words(30)} to {words(20)}."
        ]

    def test_within_a_gap_that_ends(self, client):
        model = make_priced("a", released_on=ago(90))
        Absence.objects.create(listing=model.listings.get(), from_day=ago(5), to_day=ago(-5))
        assert notices(client, model) == [
            f"Delisted. OpenRouter does not list it from {words(5)} to {words(-5)}; prices below are the last ones."
        ]
        assert status(client, model) == "Delisted"

    def test_the_markets_own_end_beside_the_vendors(self, client):
        model = make_priced("a", released_on=ago(90), retires_on=ago(-30))
        model.listings.update(expires_on=ago(-12))
        assert notices(client, model) == [
            f"Retires in 30 days. Mistral AI retires it on {words(-30)}.",
            f"Ends in 12 days at OpenRouter. OpenRouter says that it ends there on {words(-12)}; "
            f"Mistral AI retires it on {words(-30)}.",
        ]
        model.listings.update(expires_on=ago(-30))
        assert len(notices(client, model)) == 1  # one day, told once

    def test_an_end_that_has_passed_and_did_not_come(self, client):
        model = make_priced("a", released_on=ago(90))
        model.listings.update(expires_on=ago(2))
        assert notices(client, model) == [
            f"Still listed. OpenRouter had said that it would end there on {words(2)}, and still lists it."
        ]


@pytest.mark.django_db
class TestHistory:
    def test_a_models_own_events_lead_to_the_record(self, client):
        model = make_priced("a", released_on=ago(90), retires_on=ago(-12))
        page = client.get(model.get_absolute_url()).content.decode()
        section = page[page.index('<section id="history"') :]
        text = " ".join(re.sub(r"<[^>]+>", " ", section).split())
        assert f"History {words(-12)} in 12 days Retirement Mistral AI retires it." in text
        assert f"{words(90)} New Released by Mistral AI." in text
        assert '<a href="/changes/?model=mistralai/a">' in section

    def test_only_the_latest_stand_there_and_the_rest_is_counted(self, client):
        model = make_model("a", released_on=ago(400))
        listing = make_listing(model, listed_on=ago(400))
        for number in range(10):
            start = ago(300 - 10 * number)
            make_period(listing, str(number + 1), "1", starts_on=start, ends_on=ago(290 - 10 * number))
        page = client.get(model.get_absolute_url()).content.decode()
        text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
        # Nine changes of price, one end of a price and one release with the listing: eleven, of which eight are shown.
        assert "3 more in the record of changes" in text

    def test_a_model_without_a_day_says_what_will_be_there(self, client):
        page = client.get(make_model("a", released_on=None).get_absolute_url()).content.decode()
        assert "No change is on record." in page
