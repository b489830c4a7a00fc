"""The price of a model's main listing on a day, as subqueries of the models' own query."""

from datetime import date

from django.db.models import OuterRef, Subquery

from catalog.pricing import Component


def amount_of(component: Component, day: date, column: str = "amount") -> Subquery:
    """The unconditional USD rate of a model's main listing on `day`, as exact text or as the sortable copy."""
    from catalog.models.rates import Rate

    rates = Rate.objects.filter(
        period__listing__model=OuterRef("pk"),
        period__listing__is_main=True,
        period__currency="USD",
        component=component,
        is_conditional=False,
    )
    return Subquery(rates.in_force_on(day).order_by("-position").values(column)[:1])


def discount_on(day: date) -> Subquery:
    """The discount of a model's main listing on `day`, as text; blank for none."""
    from catalog.models.prices import PricePeriod

    periods = PricePeriod.objects.filter(listing__model=OuterRef("pk"), listing__is_main=True, currency="USD")
    return Subquery(periods.covering(day).values("discount")[:1])
