"""The price of a model's main listing on a day, as subqueries of the models' own query."""

from datetime import date

from django.db.models import OuterRef, Q, Subquery

from catalog.pricing import Component


def period_on(day: date) -> Subquery:
    """The primary key of the USD period that speaks for a model's main listing on `day`: the one in force, or of what is
    delisted the last one."""
    from catalog.models.listings import Listing
    from catalog.models.prices import PricePeriod

    # Each step asks for one row by its index, and no step joins: PostgreSQL, before it has looked at how many rows there
    # are, takes every table for an empty one, and would go through all periods for each model.
    main = Listing.objects.filter(model=OuterRef(OuterRef("pk")), is_main=True)
    holds = Q(ends_on__isnull=True) | Q(ends_on__gt=day) | Q(listing__delisted_on__lte=day)
    periods = PricePeriod.objects.filter(holds, listing=Subquery(main.values("pk")), currency="USD", starts_on__lte=day)
    return Subquery(periods.order_by("-starts_on").values("pk")[:1])


def amount_of(component: Component, column: str = "amount") -> Subquery:
    """The unconditional rate of the period that the models' query calls `period_on_day`, as exact text or as the sortable
    copy."""
    from catalog.models.rates import Rate

    rates = Rate.objects.filter(period=OuterRef("period_on_day"), component=component, is_conditional=False)
    return Subquery(rates.order_by("-position").values(column)[:1])


def discount() -> Subquery:
    """The discount of that period, as text; blank for none."""
    from catalog.models.prices import PricePeriod

    return Subquery(PricePeriod.objects.filter(pk=OuterRef("period_on_day")).values("discount"))
