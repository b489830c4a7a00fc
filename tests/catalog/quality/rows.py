"""Plain rows for the checks' tables: one keyword function for each thing, prices in dollars per million tokens."""

from datetime import date
from decimal import Decimal
from typing import Any

from catalog.exact import per_token
from catalog.quality.records import AliasRow, Catalog, ListingRow, ModelRow, PeriodRow, PinRow, SaidRow

TODAY = date(2026, 11, 21)
START = date(2026, 1, 1)


def model(pk: int, family: str = "Large", name: str = "", **fields: Any) -> ModelRow:
    slug = (name or f"model-{pk}").lower().replace(" ", "-")
    return ModelRow(pk, "mistralai", "Mistral AI", slug, name or f"Model {pk}", family)._replace(**fields)


def listing(pk: int, of: int | None = None, **fields: Any) -> ListingRow:
    """A listing at OpenRouter of the model with the same number, seen yesterday."""
    row = ListingRow(pk, of or pk, "OpenRouter", f"mistralai/model-{of or pk}", last_seen_on=date(2026, 11, 20))
    return row._replace(**fields)


def period(of: int, input: str | None = "1", output: str | None = "3", **fields: Any) -> PeriodRow:
    amounts = [None if price is None else per_token(Decimal(price)) for price in (input, output)]
    row = PeriodRow(of, "USD", START, None, 1, *amounts)
    return row._replace(**fields)


def said(of: int, field: str, value: str, **fields: Any) -> SaidRow:
    return SaidRow(of * 100, of, field, value, 2, date(2026, 7, 1))._replace(**fields)


def alias(of: int, name: str, from_day: date | None = None, to_day: date | None = None) -> AliasRow:
    return AliasRow(of, name, from_day, to_day)


def pin(of: int, standing: str, **fields: Any) -> PinRow:
    return PinRow(of, "licence", "MRL", standing, "Apache 2.0", date(2026, 10, 8), 2)._replace(**fields)


def catalog(*rows: Any, writes_text: set[int] | None = None) -> Catalog:
    """A catalog of these rows as of TODAY; every model that they speak of and that is not among them is made up."""
    models = {row.pk: row for row in rows if isinstance(row, ModelRow)}
    listings = {row.pk: row for row in rows if isinstance(row, ListingRow)}
    periods = [row for row in rows if isinstance(row, PeriodRow)]
    for each in periods:
        listings.setdefault(each.listing, listing(each.listing))
    others = [row for row in rows if isinstance(row, SaidRow | AliasRow | PinRow)]
    for pk in [*(row.model for row in listings.values()), *(row.model for row in others)]:
        models.setdefault(pk, model(pk))
    return Catalog(
        TODAY,
        dict(sorted(models.items())),
        dict(sorted(listings.items())),
        sorted(periods, key=lambda row: (row.listing, row.currency, row.starts_on)),
        said=[row for row in rows if isinstance(row, SaidRow)],
        aliases=[row for row in rows if isinstance(row, AliasRow)],
        pins=[row for row in rows if isinstance(row, PinRow)],
        writes_text=writes_text or set(),
    )
