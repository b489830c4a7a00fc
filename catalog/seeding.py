"""Brings the fixtures' facts into the catalog without undoing anything a person did there.

For every row the seed remembers what it last wrote (`LastWritten`). A record that says the same as last time is passed
over unread, so that a second run reads two tables and no more. Otherwise, field by field: a current value that is what
the seed last wrote follows the fixture; any other value is a person's and stays, and so does a pinned field. A row that
is gone was deleted by a person and is not made again. A price period that a run was priced with, and its rates, are left
alone.

While a listing's price is pinned, none of its price periods and rates is written; while one of its fields is pinned,
that field is not. Neither is remembered as written, so that both come with the first seeding after the pin is gone.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from catalog import freshness
from catalog.models import LanguageModel, LastWritten, Listing, Pin, PricePeriod, Rate
from catalog.named_rows import MISSING, NamedRows
from catalog.records import TABLES, Key, Record, flat, read_records, row_key

PRICE = "price"  # the field under which what a listing costs is pinned
PRICED = ("priceperiod", "rate")


@dataclass
class Summary:
    """What a seeding did, or would do. `changes` and `kept_values` are sentences, one for each row or value."""

    counts: Counter[str] = field(default_factory=Counter)
    changes: list[str] = field(default_factory=list)
    kept_values: list[str] = field(default_factory=list)

    @property
    def created(self) -> int:
        return self.counts["created"]

    @property
    def updated(self) -> int:
        return self.counts["updated"]

    @property
    def unchanged(self) -> int:
        return self.counts["unchanged"]

    @property
    def kept(self) -> int:
        return len(self.kept_values)

    def __str__(self) -> str:
        return f"{self.created} created, {self.updated} updated, {self.kept} kept, {self.unchanged} unchanged"


def seed(folder: Path | None = None, dry_run: bool = False) -> Summary:
    """Write the folder's facts in one transaction; with `dry_run` nothing stays. Raises records.BrokenFixture."""
    records = read_records(folder or settings.FIXTURES_DIR)
    with freshness.alone():
        seeding = _Seeding(records)
        for record in records:
            seeding.write(record)
        seeding.finish()
        if dry_run:
            transaction.set_rollback(True)
    return seeding.summary


def restore(model: LanguageModel, name: str) -> bool:
    """Put one field back to what the fixtures say and save it; False where they say nothing of it."""
    table = TABLES["languagemodel"]
    row = LastWritten.objects.filter(table=table.name, key=row_key(flat(model.natural_key()))).first()
    if row is None or name not in row.values:
        return False
    value = NamedRows([]).value(table, name, row.values[name])
    if value is MISSING:
        return False
    if isinstance(value, set):
        getattr(model, name).set(value)
    else:
        setattr(model, name, value)
        model.save(update_fields=[name])
    return True


class _Seeding:
    """One run: the rows it works on, what was last written, and what it has done so far."""

    def __init__(self, records: list[Record]) -> None:
        self.summary = Summary()
        self.rows = NamedRows(records)
        self.last: dict[tuple[str, str], dict[str, Any]] = {
            (table, key): values for table, key, values in LastWritten.objects.values_list("table", "key", "values")
        }
        self.made: set[tuple[str, Key]] = set()
        self.fresh: list[LastWritten] = []
        self.awaited: list[tuple[Record, models.Model, str, Key]] = []
        self._pins: _Pins | None = None

    def write(self, record: Record) -> None:
        last = self.last.get((record.table.name, row_key(record.key)))
        if last == record.values:
            self.summary.counts["unchanged"] += 1
            return
        if record.table.name in PRICED and record.key[:2] in self.pins.priced:
            self._keep(f"Did not write {record}: what it costs at {record.key[0]} is pinned.")
            return
        row = self.rows.find(record.table, record.key)
        held: list[str] = []
        if row is None and last is None:
            self._create(record)
        elif row is None:
            self._keep(f"Did not make {record} again: it was deleted here.")
        elif last is None:
            self._keep(f"Left {record} as it is: it was here before the fixtures named it.")
        else:
            held = self._update(record, row, last)
        self._remember(record, last, held)

    def finish(self) -> None:
        """Fill in the rows that were named before they were made, and note what was written."""
        for record, row, name, key in self.awaited:
            target = self.rows.find(self.rows.target(record.table, name), key)
            if target is not None:
                setattr(row, name, target)
                row.save(update_fields=[name])
        LastWritten.objects.bulk_create(
            self.fresh, update_conflicts=True, unique_fields=["table", "key"], update_fields=["values"]
        )

    def _create(self, record: Record) -> None:
        row = record.table.model()
        many: dict[str, set[models.Model]] = {}
        for name, raw in record.fields.items():
            value = self._read(record, name, raw)
            if isinstance(value, set):
                many[name] = value
            elif value is not MISSING:
                setattr(row, name, value)
            elif not self._may_wait(record, row, name, flat(raw)):
                return
        if isinstance(row, Rate) and row.period.is_used:
            self._keep(f"Did not add {record}: a run was priced with its period.")
            return
        if not self._gives_way(record, row):
            self._save(record, row)
            for name, targets in many.items():
                getattr(row, name).set(targets)
            self.rows.made(record, row)
            self.made.add((record.table.name, record.key))
            self._changed("created", f"Created {record}.")

    def _update(self, record: Record, row: models.Model, last: dict[str, Any]) -> list[str]:
        """Write what has changed. Returns the fields that are held back until a pin of the listing is gone."""
        period = row.period if isinstance(row, Rate) else row
        if isinstance(period, PricePeriod) and period.is_used:
            self._keep(f"Left {record} as it is: a run was priced with it.")
            return []
        changed: list[str] = []
        held: list[str] = []
        many: dict[str, set[models.Model]] = {}
        for name, raw in record.values.items():
            if name in last and last[name] == raw:
                continue
            new, current = self._read(record, name, raw), self._current(row, name)
            before = row._meta.get_field(name).get_default() if name not in last else last[name]
            is_pinned = (record.table.name, row.pk, name) in self.pins.fields
            if is_pinned and isinstance(row, Listing):  # a model's field goes back by `restore`, to what is remembered
                held.append(name)
            if current == new:
                continue
            if is_pinned:
                self._keep(f"Kept the pinned {name} of {record}; the fixtures say {raw}.")
            elif current != (
                set() if before is None and isinstance(current, set) else self._read(record, name, before)
            ):
                self._keep(f"Kept the {name} of {record}, which was changed here; the fixtures say {raw}.")
            elif isinstance(new, set):
                many[name] = new
            elif new is not MISSING or self._may_wait(record, row, name, flat(raw)):
                setattr(row, name, None if new is MISSING else new)
                changed.append(name)
        if changed and self._gives_way(record, row):
            return held
        if changed:
            self._save(record, row)
        for name, targets in many.items():
            getattr(row, name).set(targets)
        if changed or many:
            self._changed("updated", f"Updated {record}: {', '.join([*changed, *many])}.")
        else:
            self.summary.counts["unchanged"] += 1
        return held

    def _read(self, record: Record, name: str, raw: Any) -> Any:
        try:
            return self.rows.value(record.table, name, raw)
        except (ValidationError, TypeError, ValueError) as error:
            raise record.broken(f"{name}: {_sentence(error)}") from error

    def _current(self, row: models.Model, name: str) -> Any:
        value = getattr(row, name)
        return set(value.all()) if row._meta.get_field(name).many_to_many else value

    def _may_wait(self, record: Record, row: models.Model, name: str, key: Key) -> bool:
        """Whether the record can do without the row it names: for now, as a later record makes it, or for good."""
        target = self.rows.target(record.table, name)
        column = record.table.model._meta.get_field(name)
        if (target.name, row_key(key)) in self.last:
            self._keep(f"Left out {name} of {record}: {' '.join(key)} is not in the catalog any more.")
            return column.null
        if (target.name, key) not in self.rows.stated:
            raise record.broken(f"{name} names {'/'.join(key)}, which neither the fixtures nor the catalog have.")
        if not column.null:
            raise record.broken(f"{name} names {'/'.join(key)}, which comes later.")
        self.awaited.append((record, row, name, key))
        return True

    @property
    def pins(self) -> "_Pins":
        """Read when first asked for: most seedings have nothing new to hold against them."""
        if self._pins is None:
            self._pins = _Pins()
        return self._pins

    def _gives_way(self, record: Record, row: models.Model) -> bool:
        """Where a person's row already holds the place that only one can hold, the fixture's one stands back."""
        if isinstance(row, Listing) and row.is_main:
            others = Listing.objects.main().filter(model=row.model).exclude(pk=row.pk)
            if any(("listing", flat(other.natural_key())) not in self.made for other in others):
                row.is_main = False
                self._keep(f"{record} does not stand for its model: another listing was chosen here.")
        if isinstance(row, PricePeriod):
            others = PricePeriod.objects.overlapping(row).select_related("listing__market")
            if any(("priceperiod", flat(other.natural_key())) not in self.made for other in others):
                self._keep(f"Left out {record}: the catalog has another price for these days.")
                return True
            if others:
                raise record.broken(f"starts_on: {row.overlap_with(others[0])}")
        return False

    def _save(self, record: Record, row: models.Model) -> None:
        loose = {column.name for column in row._meta.fields if column.is_relation or column.name not in record.fields}
        try:
            row.clean_fields(exclude=loose)
            row.clean()
            row.save()
        except (ValidationError, IntegrityError, ValueError) as error:
            raise record.broken(_sentence(error)) from error

    def _changed(self, what: str, sentence: str) -> None:
        self.summary.counts[what] += 1
        self.summary.changes.append(sentence)

    def _keep(self, sentence: str) -> None:
        self.summary.kept_values.append(sentence)

    def _remember(self, record: Record, last: dict[str, Any] | None, held: list[str]) -> None:
        """Note the record as written, but for the fields that are held back: those as they were last time."""
        key = row_key(record.key)
        values = {name: value for name, value in record.values.items() if name not in held}
        values |= {name: last[name] for name in held if last and name in last}
        self.last[record.table.name, key] = values
        if values != last:
            self.fresh.append(LastWritten(table=record.table.name, key=key, values=values))


class _Pins:
    """All pins: the fields by table and key of the row, and the natural keys of the listings whose price is pinned."""

    def __init__(self) -> None:
        self.fields: set[tuple[str, int, str]] = set()
        self.priced: set[Key] = set()
        columns = ("model", "listing", "listing__market__slug", "listing__upstream_id", "field")
        for model, listing, market, upstream_id, name in Pin.objects.order_by().values_list(*columns):
            self.fields.add(("languagemodel", model, name) if listing is None else ("listing", listing, name))
            if listing is not None and name == PRICE:
                self.priced.add((market, upstream_id))


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        named = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return " ".join(f"{name}: {' '.join(texts)}" if name else " ".join(texts) for name, texts in named.items())
    return str(error)
