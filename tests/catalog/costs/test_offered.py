"""What is sold on a day is read once, and again as soon as the catalog says something else."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from catalog.costs.offered import priced_on
from catalog.models import LanguageModel, PricePeriod, Rate
from catalog.pricing import Component

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]
DAY = date(2026, 11, 20)
LARGE_3 = "mistralai/mistral-large-2512"


def input_price() -> Decimal:
    priced = next(each for each in priced_on(DAY, []) if each.public_id == LARGE_3)
    return next(rate.amount for rate in priced.rates if rate.component is Component.INPUT)


def test_the_second_time_costs_one_question(django_assert_num_queries):
    found = priced_on(DAY, [])
    with django_assert_num_queries(1):
        assert priced_on(DAY, []) == found
    with django_assert_num_queries(3):
        assert priced_on(DAY, [], is_past=True) != []


def test_a_new_price_and_a_new_name_are_seen_at_once():
    assert input_price() == Decimal("0.0000005")
    listing = next(each.listing_id for each in priced_on(DAY, []) if each.public_id == LARGE_3)
    rate = Rate.objects.get(period__in=PricePeriod.objects.covering(DAY), period__listing=listing, component="input")
    rate.amount = "0.0000007"
    rate.save()
    assert input_price() == Decimal("0.0000007")
    model = LanguageModel.objects.get(slug="mistral-large-2512")
    model.name = "Another name"
    model.save()
    assert "Another name" in {each.name for each in priced_on(DAY, [])}


def test_a_refused_change_leaves_no_trace():
    model = LanguageModel.objects.get(slug="mistral-large-2512")
    before = priced_on(DAY, [])
    try:
        with transaction.atomic():
            model.name = "Never committed"
            model.save()
            assert "Never committed" in {each.name for each in priced_on(DAY, [])}
            raise RuntimeError
    except RuntimeError:
        pass
    assert priced_on(DAY, []) == before
