"""Our side of the comparison: every name in the fixtures under which a market sells a model, read as the pages read it.

The facts go the whole way of a user: a database, the migrations, the seed, `Listing.objects.with_prices()`,
`Listing.period_on()` and `PricePeriod.pricing_rates()`. Nothing of the machine's own data is touched.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from bench.price_tables import Period, Table
from catalog.pricing import Rate

OWN_API = "mistral"  # the market whose API takes the models' aliases


@dataclass(frozen=True)
class Name:
    """What a caller writes to get a model from a market: the listing's own id, or an alias of it on the alias's days."""

    market: str
    id: str
    own_id: str
    listing: Any
    table: Table
    from_day: date | None = None
    to_day: date | None = None

    @property
    def is_alias(self) -> bool:
        return self.id != self.own_id

    def __str__(self) -> str:
        return f"{self.id} of {self.own_id}" if self.is_alias else self.id

    def rates_on(self, day: date) -> list[Rate] | None:
        """What our pages price with on that day, or None when the name or its price did not hold."""
        if (self.from_day and day < self.from_day) or (self.to_day and self.to_day <= day):
            return None
        period = self.listing.period_on(day)
        return None if period is None else period.pricing_rates()

    def begins_after(self, day: date) -> bool:
        starts = [period.starts_on for period in self.table.periods if period.starts_on]
        return not starts or day < max(min(starts), self.from_day or date.min)


@contextmanager
def seeded_catalog() -> Iterator[None]:
    """Django on a temporary SQLite database that holds the fixtures and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings", "ALLOWED_HOSTS": "testserver"}
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        from catalog.seeding import seed

        call_command("migrate", verbosity=0)
        seed()
        try:
            yield
        finally:
            connections.close_all()


def names() -> list[Name]:
    """All names, those of OpenRouter by their listing, those of Mistral's own API by listing and alias."""
    from catalog.models import Listing

    found = []
    listings = Listing.objects.with_prices().prefetch_related("model__aliases").order_by("market__slug", "upstream_id")
    for listing in listings:
        market, own_id, table = listing.market.slug, listing.upstream_id, _table(listing)
        found.append(Name(market, own_id, own_id, listing, table))
        for alias in listing.model.aliases.all() if market == OWN_API else ():
            if alias.name != own_id and not {" ", "/"} & set(alias.name):
                found.append(Name(market, alias.name, own_id, listing, table, alias.from_day, alias.to_day))
    return found


def _table(listing: Any) -> Table:
    periods = sorted((row for row in listing.periods.all() if row.currency == "USD"), key=lambda row: row.starts_on)
    return Table(
        listing.upstream_id,
        tuple(Period(tuple(row.pricing_rates()), row.starts_on, row.ends_on, row.source.slug) for row in periods),
    )
