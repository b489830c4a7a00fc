"""The seeded facts as files: reads `fixtures/*.json` into records and knows each table's natural key.

A record is one row in Django's serialisation format with natural keys: `{"model": "catalog.alias", "fields": {...}}`.
Files are read in the order of their names, records in the order of the file. Nothing here writes to the database.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from catalog.models import (
    Absence,
    Alias,
    LanguageModel,
    Listing,
    Market,
    Modality,
    Observation,
    Parameter,
    PricePeriod,
    Rate,
    Source,
    Vendor,
)

Key = tuple[str, ...]
LONGEST_KEY = 400  # the width of LastWritten.key


class BrokenFixture(Exception):
    """A fixture that cannot be used; the message is one sentence that names the file and the record."""


@dataclass(frozen=True)
class Table:
    """A seeded table: the fields of its natural key, and how to fetch the rows of many keys in one query."""

    model: type[models.Model]
    key: tuple[str, ...]
    narrow: str  # a lookup that leaves few rows for each key
    narrow_at: int  # which part of the key it takes
    related: tuple[str, ...] = ()  # what natural_key() reads

    @property
    def name(self) -> str:
        return str(self.model._meta.model_name)


TABLES = {
    table.name: table
    for table in (
        Table(Vendor, ("slug",), "slug", 0),
        Table(Market, ("slug",), "slug", 0),
        Table(Modality, ("slug",), "slug", 0),
        Table(Source, ("slug",), "slug", 0),
        Table(LanguageModel, ("vendor", "slug"), "slug", 1, ("vendor",)),
        Table(Alias, ("name", "model"), "model__slug", 2, ("model__vendor",)),
        Table(Listing, ("market", "upstream_id"), "upstream_id", 1, ("market",)),
        Table(Absence, ("listing", "from_day"), "listing__upstream_id", 1, ("listing__market",)),
        Table(
            Parameter, ("listing", "source", "name"), "listing__upstream_id", 1, ("listing__market", "source", "model")
        ),
        Table(PricePeriod, ("listing", "currency", "starts_on"), "listing__upstream_id", 1, ("listing__market",)),
        Table(Rate, ("period", "position"), "period__listing__upstream_id", 1, ("period__listing__market",)),
        Table(Observation, ("model", "field", "source", "value"), "model__slug", 1, ("model__vendor", "source")),
    )
}


@dataclass(frozen=True)
class Record:
    """One row as a fixture states it. `values` are the fields outside its natural key, in the fixture's own form."""

    table: Table
    key: Key
    fields: dict[str, Any] = field(repr=False)
    place: str

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.fields.items() if name not in self.table.key}

    def __str__(self) -> str:
        label = " ".join(part if len(part) <= 60 else part[:57] + "..." for part in self.key)
        return f"{self.table.model._meta.verbose_name} {label}"

    def broken(self, why: str) -> BrokenFixture:
        return BrokenFixture(f"{self.place} ({self}): {why}")


def flat(value: Any) -> Key:
    """A natural key, or one part of it, as text: ["openrouter", "a/b"] and a position of 0 alike."""
    return tuple(str(part) for part in value) if isinstance(value, list | tuple) else (str(value),)


def row_key(key: Key) -> str:
    """The key as LastWritten keeps it: JSON, and where that is too long, with a digest in place of the last part."""
    text = json.dumps(key, ensure_ascii=False)
    if len(text) <= LONGEST_KEY:
        return text
    digest = "sha256:" + hashlib.sha256(key[-1].encode()).hexdigest()
    return json.dumps((*key[:-1], digest), ensure_ascii=False)


def read_records(folder: Path) -> list[Record]:
    """All records of the folder's fixtures, checked in form but not against the database."""
    records: list[Record] = []
    places: dict[tuple[str, Key], str] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            rows = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise BrokenFixture(f"{path.name} cannot be read as JSON: {error}.") from error
        if not isinstance(rows, list):
            raise BrokenFixture(f"{path.name} does not hold a list of records.")
        for number, row in enumerate(rows, 1):
            record = _record(row, f"{path.name}, record {number}")
            first = places.setdefault((record.table.name, record.key), record.place)
            if first != record.place:
                raise record.broken(f"the same row stands in {first} already.")
            records.append(record)
    return records


def _record(row: Any, place: str) -> Record:
    if not isinstance(row, dict) or not isinstance(row.get("fields"), dict):
        raise BrokenFixture(f"{place}: a record needs a “model” and “fields”.")
    app, _, name = str(row.get("model", "")).partition(".")
    table = TABLES.get(name)
    if app != "catalog" or table is None:
        raise BrokenFixture(f"{place}: the seed knows no table “{row.get('model', '')}”.")
    fields = row["fields"]
    parts: list[str] = []
    for key_field in table.key:
        if key_field in fields:
            parts += flat(fields[key_field])
            continue
        default = table.model._meta.get_field(key_field)
        if not default.has_default():
            raise BrokenFixture(f"{place}: a {table.model._meta.verbose_name} needs “{key_field}”.")
        parts += flat(default.get_default())
    record = Record(table, tuple(parts), fields, place)
    for field_name in fields:
        try:
            if not table.model._meta.get_field(field_name).concrete:
                raise FieldDoesNotExist
        except FieldDoesNotExist as error:
            raise record.broken(f"there is no field “{field_name}”.") from error
    return record
