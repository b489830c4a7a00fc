"""The price of a model's main listing on a day, as subqueries of the models' own query."""

from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from catalog.pricing import Component


def amount_of(component: Component, day: date, column: str = "amount") -> Subquery:
    """The unconditional USD rate that speaks for a model's main listing on `day`, as exact text or as the sortable copy."""
    from catalog.models.rates import Rate

    periods = _speaking(day).filter(listing__model=OuterRef(OuterRef("pk")))
    rates = Rate.objects.filter(component=component, is_conditional=False, period=Subquery(periods.values("pk")[:1]))
    return Subquery(rates.order_by("-position").values(column)[:1])


def discount_on(day: date) -> Subquery:
    """The discount of a model's main listing on `day`, as text; blank for none."""
    return Subquery(_speaking(day).filter(listing__model=OuterRef("pk")).values("discount")[:1])


def _speaking(day: date) -> QuerySet[Any]:
    """The USD prices of main listings that are in force on `day`, or of what is delisted the last ones; latest first."""
    from catalog.models.prices import PricePeriod

    periods = PricePeriod.objects.filter(listing__is_main=True, currency="USD", starts_on__lte=day)
    holds = Q(ends_on__isnull=True) | Q(ends_on__gt=day) | Q(listing__delisted_on__lte=day)
    return periods.filter(holds).order_by("-starts_on")
