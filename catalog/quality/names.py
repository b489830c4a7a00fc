"""Checks on names: aliases that moved from one model to another, and names that mean two models at once. Pure."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import combinations, pairwise

from catalog.quality.findings import Finding
from catalog.quality.records import AliasRow, Catalog


def moved_aliases(catalog: Catalog) -> Iterator[Finding]:
    """The same name on two models, one after the other: who asks for it gets another model than before."""
    for name, rows in _by_name(catalog).items():
        in_order = sorted(rows, key=lambda row: row.from_day or date.min)
        for before, after in pairwise(in_order):
            if before.model != after.model and not _overlap(before, after):
                yield Finding(
                    catalog.models[after.model], name, _held(catalog, before), _held(catalog, after), after.from_day
                )


def ambiguous_names(catalog: Catalog) -> Iterator[Finding]:
    """A name that means two models on the same day: two aliases, or an alias that is another model's own id."""
    for name, rows in _by_name(catalog).items():
        for one, other in combinations(rows, 2):
            if one.model != other.model and _overlap(one, other):
                yield Finding(
                    catalog.models[one.model], name, _held(catalog, one), _held(catalog, other), other.from_day
                )
    owners = _own_names(catalog)
    for alias in catalog.aliases:
        for owner, words in owners.get(alias.name.lower(), ()):
            if owner != alias.model and _holds(alias, catalog.today):
                yield Finding(
                    catalog.models[alias.model], alias.name, _held(catalog, alias),
                    f"{catalog.models[owner].name}, {words}", alias.from_day,
                )  # fmt: skip


def _by_name(catalog: Catalog) -> dict[str, list[AliasRow]]:
    """The names that stand on more than one model."""
    found: dict[str, list[AliasRow]] = defaultdict(list)
    for alias in catalog.aliases:
        found[alias.name.lower()].append(alias)
    return {rows[0].name: rows for rows in found.values() if len({row.model for row in rows}) > 1}


def _own_names(catalog: Catalog) -> dict[str, list[tuple[int, str]]]:
    """What models are called without their vendor: by their own id, and at the markets."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for model in catalog.models.values():
        found[model.slug.lower()].append((model.pk, "by its own id"))
    for listing in catalog.listings.values():
        bare = listing.upstream_id.rpartition("/")[2].lower()
        if not any(owner == listing.model for owner, _ in found[bare]):
            found[bare].append((listing.model, f"at {listing.market}"))
    return found


def _overlap(one: AliasRow, other: AliasRow) -> bool:
    return _starts_before_end(one, other) and _starts_before_end(other, one)


def _starts_before_end(one: AliasRow, other: AliasRow) -> bool:
    return one.from_day is None or other.to_day is None or one.from_day < other.to_day


def _holds(alias: AliasRow, day: date) -> bool:
    return (alias.from_day is None or alias.from_day <= day) and (alias.to_day is None or alias.to_day > day)


def _held(catalog: Catalog, alias: AliasRow) -> str:
    """Mistral Large 3, from Dec 2, 2025."""
    days = [
        f"{word} {day:%b} {day.day}, {day.year}"
        for word, day in (("from", alias.from_day), ("to", alias.to_day))
        if day
    ]
    return ", ".join([catalog.models[alias.model].name, " ".join(days) or "no days on record"])
