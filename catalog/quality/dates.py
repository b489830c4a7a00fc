"""Checks on days: a model that ends before it begins, is sold long before its release, or is older than its family. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

from catalog.agreement.days import last_day
from catalog.quality.findings import Finding
from catalog.quality.records import Catalog, ListingRow, ModelRow

# A market lists some models on the eve of their release, none a month before; and a cutoff told as a month's last day may
# lie some days after a release in that month.
HEAD_START = timedelta(days=30)
NO_TIME = timedelta(0)
FAMILY_GAP = timedelta(days=3 * 365)  # no family rested for three years between its first two models
BEGINNINGS = {"released_on", "announced_on"}


def impossible_dates(catalog: Catalog) -> Iterator[Finding]:
    first_days = _first_days(catalog)
    for model in catalog.models.values():
        yield from _of_model(model)
        yield from _too_old(model, first_days.get((model.vendor, model.family), []))
    for listing in catalog.listings.values():
        yield from _of_listing(catalog, listing, catalog.models[listing.model], first_days)
    yield from _price_before_listing(catalog)
    yield from _said_too_early(catalog, first_days)


def _first_days(catalog: Catalog) -> dict[tuple[str, str], list[tuple[date, int]]]:
    """For each vendor and family the first day of each model that has one, earliest first."""
    found: dict[tuple[str, str], list[tuple[date, int]]] = defaultdict(list)
    for model in catalog.models.values():
        days = [day for day in (model.announced_on, model.released_on) if day]
        if days and model.family:
            found[model.vendor, model.family].append((min(days), model.pk))
    return {family: sorted(days) for family, days in found.items()}


def _of_model(model: ModelRow) -> Iterator[Finding]:
    pairs = (
        ("Deprecated before its release", model.deprecated_on, model.released_on, NO_TIME),
        ("Retired before its release", model.retires_on, model.released_on, NO_TIME),
        ("Retired before it was deprecated", model.retires_on, model.deprecated_on, NO_TIME),
        ("Released before it was announced", model.released_on, model.announced_on, NO_TIME),
        ("Released long before its knowledge ends", model.released_on, model.knowledge_cutoff, HEAD_START),
    )
    for what, early, late, allowed in pairs:
        if early and late and early + allowed < late:
            yield Finding(model, what, _text(early), _text(late), early)


def _too_old(model: ModelRow, family: list[tuple[date, int]]) -> Iterator[Finding]:
    """The first of its family, years before the second one."""
    if len(family) > 1 and family[0][1] == model.pk and family[1][0] - family[0][0] > FAMILY_GAP:
        yield Finding(
            model, f"Years before the rest of {model.family}", _text(family[0][0]), _text(family[1][0]), family[0][0]
        )


def _of_listing(
    catalog: Catalog, listing: ListingRow, model: ModelRow, first_days: dict[tuple[str, str], list[tuple[date, int]]]
) -> Iterator[Finding]:
    listed, family = listing.listed_on, first_days.get((model.vendor, model.family))
    pairs = [
        (f"Delisted at {listing.market} before it was listed", listing.delisted_on, listed, NO_TIME),
        (f"Last seen at {listing.market} before it was listed", listing.last_seen_on, listed, NO_TIME),
        (f"Seen at {listing.market} on a day that is yet to come", catalog.today, listing.last_seen_on, NO_TIME),
    ]
    if model.released_on:
        pairs.append((f"Listed at {listing.market} long before its release", listed, model.released_on, HEAD_START))
    elif family:
        pairs.append((f"Listed at {listing.market} before {model.family} existed", listed, family[0][0], HEAD_START))
    for what, early, late, allowed in pairs:
        if early and late and early + allowed < late:
            yield Finding(model, what, _text(early), _text(late), early, anchor="providers")


def _price_before_listing(catalog: Catalog) -> Iterator[Finding]:
    seen: set[int] = set()
    for period in catalog.periods:  # the first of a listing and currency is its earliest
        listing = catalog.listings[period.listing]
        if listing.pk in seen or not listing.listed_on or period.starts_on + HEAD_START >= listing.listed_on:
            continue
        seen.add(listing.pk)
        yield Finding(
            catalog.models[listing.model], f"Priced at {listing.market} long before it was listed",
            _text(period.starts_on), _text(listing.listed_on), period.starts_on, "", period.source, anchor="pricing",
        )  # fmt: skip


def _said_too_early(catalog: Catalog, first_days: dict[tuple[str, str], list[tuple[date, int]]]) -> Iterator[Finding]:
    """A source's day for the release of a model, a month or more before the first model of its family."""
    for said in catalog.said:
        if said.field not in BEGINNINGS:
            continue
        model, day = catalog.models[said.model], last_day(said.value)
        family = first_days.get((model.vendor, model.family))
        if day and family and day + HEAD_START < family[0][0]:
            yield Finding(
                model, f"A source’s day, before {model.family} existed", f"“{said.value[:60]}”", _text(family[0][0]),
                said.observed_on, "", said.source,
            )  # fmt: skip


def _text(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"
