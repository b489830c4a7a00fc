"""Rows as fixtures name them: found by natural key, and a record's values as the fields of a row hold them."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from catalog.records import TABLES, Key, Record, Table, flat

MISSING = object()  # a row that is named and is not there; unequal to every current value


class NamedRows:
    """The rows of a table that the records name are fetched in one query when the first is asked for, others one by one."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = list(records)
        self.stated = {(record.table.name, record.key) for record in self.records}
        self._found: dict[str, dict[Key, models.Model]] = {}

    def find(self, table: Table, key: Key) -> models.Model | None:
        if table.name not in self._found:
            narrow = {record.key[table.narrow_at] for record in self.records if record.table is table}
            found = table.model._default_manager.filter(**{f"{table.narrow}__in": narrow})
            self._found[table.name] = {flat(row.natural_key()): row for row in found.select_related(*table.related)}
        rows = self._found[table.name]
        if key not in rows and (table.name, key) not in self.stated:
            try:
                rows[key] = table.model._default_manager.get_by_natural_key(*key)
            except table.model.DoesNotExist:
                return None
        return rows.get(key)

    def made(self, record: Record, row: models.Model) -> None:
        """A row that the record had to be made of is found from now on."""
        self._found[record.table.name][record.key] = row

    def value(self, table: Table, name: str, raw: Any) -> Any:
        """The fixture's value as the field holds it: a row for a foreign key, a set of rows for many, MISSING if gone."""
        column = table.model._meta.get_field(name)
        if column.many_to_many:
            rows = [self.find(self.target(table, name), flat(part)) for part in raw]
            return {row for row in rows if row is not None}
        if not column.is_relation:
            return column.to_python(raw)
        if raw is None:
            return None
        row = self.find(self.target(table, name), flat(raw))
        return MISSING if row is None else row

    @staticmethod
    def target(table: Table, name: str) -> Table:
        """The table that a field points to."""
        related = table.model._meta.get_field(name).related_model
        return TABLES[str(related._meta.model_name)]
