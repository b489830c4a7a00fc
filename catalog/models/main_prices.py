"""The price of a model's main listing on a day, as subqueries of the models' own query."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, Subquery

from catalog.pricing import Component


def amount_of(component: Component, day: date, column: str = "amount") -> Subquery:
    """The unconditional USD rate that speaks for a model's main listing on `day`, as exact text or as the sortable copy:
    the one in force, or of what is delisted the last one."""
    from catalog.models.prices import PricePeriod
    from catalog.models.rates import Rate

    later = PricePeriod.objects.filter(
        listing=OuterRef("period__listing"),
        currency="USD",
        starts_on__gt=OuterRef("period__starts_on"),
        starts_on__lte=day,
    )
    rates = Rate.objects.filter(
        period__listing__model=OuterRef("pk"),
        period__listing__is_main=True,
        period__currency="USD",
        period__starts_on__lte=day,
        component=component,
        is_conditional=False,
    )
    is_last = Q(period__listing__delisted_on__lte=day) & ~Exists(later)
    rates = rates.filter(Q(period__ends_on__isnull=True) | Q(period__ends_on__gt=day) | is_last)
    return Subquery(rates.order_by("-period__starts_on", "-position").values(column)[:1])


def discount_on(day: date) -> Subquery:
    """The discount of a model's main listing on `day`, as text; blank for none."""
    from catalog.models.prices import PricePeriod

    holds = Q(ends_on__isnull=True) | Q(ends_on__gt=day) | Q(listing__delisted_on__lte=day)
    periods = PricePeriod.objects.filter(
        holds, listing__model=OuterRef("pk"), listing__is_main=True, currency="USD", starts_on__lte=day
    )
    return Subquery(periods.order_by("-starts_on").values("discount")[:1])
