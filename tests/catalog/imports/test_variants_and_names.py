"""Variants of a model, names that move, and prices that are written in a way of their own."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from catalog.models import (
    Alias,
    LanguageModel,
    Listing,
    PricePeriod,
)
from catalog.pricing import Component
from tests.catalog.imports.lists import DAY, differences, imported, lines, model, undo

pytestmark = pytest.mark.django_db

LATER = DAY + timedelta(days=1)


def price(upstream_id: str, day: date = DAY) -> tuple[Decimal | None, Decimal | None]:
    period = Listing.objects.with_prices().get(upstream_id=upstream_id).period_on(day)
    assert period is not None
    return period.amount(Component.INPUT), period.amount(Component.OUTPUT)


class TestNames:
    def test_a_variant_is_a_listing_of_its_model(self) -> None:
        for order in (1, -1):
            LanguageModel.objects.all().delete()
            imported(*[model("acme/anvil"), model("acme/anvil:free", "0", "0")][::order])
            anvil = LanguageModel.objects.get()
            assert {(row.upstream_id, row.is_main) for row in anvil.listings.all()} == {
                ("acme/anvil", True),
                ("acme/anvil:free", False),
            }

    def test_a_variant_alone_stands_for_its_model_until_the_plain_one_comes(self) -> None:
        imported(model("acme/anvil:free", "0", "0"))
        assert Listing.objects.get(is_main=True).upstream_id == "acme/anvil:free"
        imported(model("acme/anvil:free", "0", "0"), model("acme/anvil"))
        assert Listing.objects.get(is_main=True).upstream_id == "acme/anvil"

    def test_a_moving_name_ends_and_begins(self) -> None:
        def name(target: str) -> dict:
            return model("~acme/latest", alias_target={"name": "", "slug": target})

        entries = [model("acme/anvil-1"), model("acme/anvil-2")]
        imported(*entries, name("acme/anvil-1"))
        moved = imported(*entries, name("acme/anvil-2"), day=LATER)
        assert lines(moved) == ["~acme/latest: ~acme/latest now means acme/anvil-2; it meant acme/anvil-1."]
        days = {alias.model.slug: (alias.from_day, alias.to_day) for alias in Alias.objects.select_related("model")}
        assert days == {"anvil-1": (DAY, LATER), "anvil-2": (LATER, None)}
        undo(moved)
        assert Alias.objects.get().to_day is None

    def test_a_router_has_no_known_price(self) -> None:
        imported(model("acme/auto", pricing={"prompt": "-1", "completion": "-1"}))
        assert price("acme/auto") == (None, None)

    def test_a_price_of_22_decimals_is_kept_to_the_last(self) -> None:
        imported(model("acme/anvil", pricing={"prompt": "0.0000000208333333333333", "completion": "0"}))
        assert price("acme/anvil") == (Decimal("0.0000000208333333333333"), Decimal(0))


def test_a_batch_variant_costs_that_in_batches_only() -> None:
    imported(model("acme/anvil:batch", "0.20", "1.00"))
    assert price("acme/anvil:batch") == (None, None)
    period = PricePeriod.objects.get()
    assert [(rate.component, rate.is_batch) for rate in period.rates.all()] == [("input", True), ("output", True)]
    assert differences(imported(model("acme/anvil:batch", "0.20", "1.00"))) == []
