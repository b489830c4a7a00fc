"""What the checks read: the catalog as plain rows, loaded once. Pure; no Django."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from catalog import figures, measures
from catalog.pricing import Component


def money(amount: Decimal | None) -> str:
    return figures.UNKNOWN if amount is None else f"${figures.per_million(amount)} per million"


class ModelRow(NamedTuple):
    pk: int
    vendor: str
    vendor_name: str
    slug: str
    name: str
    family: str
    context_length: int | None = None
    announced_on: date | None = None
    released_on: date | None = None
    deprecated_on: date | None = None
    retires_on: date | None = None
    knowledge_cutoff: date | None = None

    @property
    def public_id(self) -> str:
        return f"{self.vendor}/{self.slug}"


class ListingRow(NamedTuple):
    pk: int
    model: int
    market: str
    upstream_id: str
    is_main: bool = True
    listed_on: date | None = None
    last_seen_on: date | None = None
    delisted_on: date | None = None
    context_length: int | None = None
    is_over: bool = False  # its vendor has retired the model, and nobody saw it there since

    def is_on_sale(self, day: date) -> bool:
        has_begun = self.listed_on is None or self.listed_on <= day
        return has_begun and not self.is_over and (self.delisted_on is None or self.delisted_on > day)


class PeriodRow(NamedTuple):
    """A price period with its unconditional input, output and audio input in its currency per token, after the discount; None
    where no rate says. `is_unknown` where the source says that it does not know, `is_empty` where no rate at all is on record.
    `by_unit` are the prices of what is billed by the page, the minute or the character."""

    listing: int
    currency: str
    starts_on: date
    ends_on: date | None = None
    source: int | None = None
    input: Decimal | None = None
    output: Decimal | None = None
    is_unknown: bool = False
    audio: Decimal | None = None
    by_unit: tuple[tuple[Component, Decimal], ...] = ()
    is_empty: bool = False

    @property
    def words(self) -> str:
        """The price in words, in US dollars."""
        if self.by_unit and self.input is self.output is None:
            return measures.told(dict(self.by_unit))
        return f"{money(self.input)} in, {money(self.output)} out"

    def amounts(self) -> tuple[tuple[str, Decimal | None], ...]:
        return (("Input", self.input), ("Output", self.output))


class SaidRow(NamedTuple):
    """One source's word that differs from the value shown."""

    pk: int
    model: int
    field: str
    value: str
    source: int
    observed_on: date
    note: str = ""


class AliasRow(NamedTuple):
    model: int
    name: str
    from_day: date | None = None
    to_day: date | None = None
    note: str = ""


class PinRow(NamedTuple):
    model: int
    field: str
    value: str
    standing: str
    upstream_value: str
    upstream_on: date | None = None
    upstream_source: int | None = None
    market: str | None = None


class SourceRow(NamedTuple):
    pk: int
    title: str
    url: str = ""


@dataclass
class Catalog:
    """Everything the checks look at, as of one day. Periods are in the order of listing, currency and start."""

    today: date
    models: dict[int, ModelRow] = field(default_factory=dict)
    listings: dict[int, ListingRow] = field(default_factory=dict)
    periods: list[PeriodRow] = field(default_factory=list)
    said: list[SaidRow] = field(default_factory=list)
    aliases: list[AliasRow] = field(default_factory=list)
    pins: list[PinRow] = field(default_factory=list)
    sources: dict[int, SourceRow] = field(default_factory=dict)
    writes_text: set[int] = field(default_factory=set)

    @cached_property
    def current(self) -> dict[int, PeriodRow]:
        """For each listing the US dollar period that speaks for today: the one in force, or else the last one before it."""
        found: dict[int, PeriodRow] = {}
        for period in self.periods:
            if period.currency == "USD" and period.starts_on <= self.today:
                found[period.listing] = period
        return found

    @cached_property
    def of_model(self) -> dict[int, list[ListingRow]]:
        found: dict[int, list[ListingRow]] = defaultdict(list)
        for listing in self.listings.values():
            found[listing.model].append(listing)
        return found

    @cached_property
    def of_listing(self) -> dict[int, list[PeriodRow]]:
        """The US dollar periods of each listing, oldest first."""
        found: dict[int, list[PeriodRow]] = defaultdict(list)
        for period in self.periods:
            if period.currency == "USD":
                found[period.listing].append(period)
        return found

    def main_period(self, model: int, day: date | None = None) -> PeriodRow | None:
        """The period of a model's main listing that speaks for `day`: today, if none is given."""
        main = next((listing.pk for listing in self.of_model.get(model, ()) if listing.is_main), 0)
        if day is None:
            return self.current.get(main)
        begun = [period for period in self.of_listing.get(main, ()) if period.starts_on <= day]
        return begun[-1] if begun else None
