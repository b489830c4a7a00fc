"""Many rows into one table by one prepared statement, where building objects for the ORM would take most of the time."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def insert(table: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values in the order of `columns` (names of database columns). Days and decimals as the ORM would
    write them; no signal is sent."""
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    places = ", ".join(["%s"] * len(columns))
    fields = {field.column: field for field in table._meta.concrete_fields}
    days = [place for place, name in enumerate(columns) if isinstance(fields[name], models.DateField)]
    prepared = []
    for row in rows:
        values = list(row)
        for place in days:
            values[place] = connection.ops.adapt_datefield_value(values[place])
        prepared.append(values)
    if prepared:
        with connection.cursor() as cursor:
            statement = f"INSERT INTO {quote(table._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608  names of ours
            cursor.executemany(statement, prepared)
