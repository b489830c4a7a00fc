"""Runs every check over the catalog, and keeps what they found until something in the catalog changes."""

from dataclasses import dataclass
from datetime import date

from catalog import freshness
from catalog.quality import reading
from catalog.quality.findings import Finding
from catalog.quality.kinds import KINDS
from catalog.quality.records import SourceRow


@dataclass(frozen=True)
class Found:
    """What looks wrong on a day, kind by kind, and what a page of it needs besides."""

    by_kind: dict[str, list[Finding]]
    sources: dict[int, SourceRow]
    vendors: list[tuple[str, str]]
    families: list[tuple[str, str]]


# The last answer, with the catalog's version and the day that it is true for. Each process has its own; a change of the
# catalog raises the version in its own transaction, so that an old answer is never taken for a new one.
_kept: dict[tuple[int, date], Found] = {}


def found_on(today: date) -> Found:
    """Every finding of every kind. One query while nothing has changed, ten after a change."""
    key = (freshness.version(), today)
    kept = _kept.get(key)
    if kept is None:
        kept = _find(today)
        forget()
        _kept[key] = kept
    return kept


def forget() -> None:
    """Makes the next answer a new one."""
    _kept.clear()


def _find(today: date) -> Found:
    catalog = reading.read(today)
    models = catalog.models.values()
    return Found(
        {kind.slug: list(kind.check(catalog)) for kind in KINDS},
        catalog.sources,
        sorted({(model.vendor, model.vendor_name) for model in models}, key=lambda row: (row[1].lower(), row[0])),
        sorted({(model.vendor, model.family) for model in models if model.family}, key=lambda row: row[1].lower()),
    )
