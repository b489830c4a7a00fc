"""Writing one line's rows and noting each as a step, so that the line can be undone."""

from datetime import date
from typing import Any

from django.db import models

from catalog.history import rows
from catalog.history.putting_back import WRITTEN
from catalog.imports.known import WRITTEN_BY
from catalog.models import LastWritten, Source


class MovedOn(Exception):
    """The catalog is not any more what the preview saw; the message is a sentence."""


class Writer:
    """Writes for one import. `steps` are those of the line at hand; `begin` starts the next line."""

    def __init__(self, kind_slug: str, source: Source, day: date) -> None:
        self.kind_slug, self.source, self.day = kind_slug, source, day
        self.steps: list[dict[str, Any]] = []
        self.aside: set[str] = set()  # variants that spoke for their model until its plain listing came in this import

    def begin(self) -> None:
        self.steps = []

    def make(self, row: models.Model) -> Any:
        """Save a new row."""
        row.save(force_insert=True)
        self.made(row)
        return row

    def made(self, row: models.Model) -> None:
        self.steps.append({"table": rows.name_of(row), "pk": row.pk, "before": None, "after": rows.values_of(row)})

    def change(self, row: models.Model, **values: Any) -> None:
        """Save some columns of a row."""
        before = {name: rows.plain(getattr(row, name)) for name in values}
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        after = {name: rows.plain(getattr(row, name)) for name in values}
        self.steps.append({"table": rows.name_of(row), "pk": row.pk, "before": before, "after": after})

    def set_many(self, row: models.Model, name: str, keys: list[int]) -> None:
        before = sorted(related.pk for related in getattr(row, name).all())
        getattr(row, name).set(keys)
        step = {"table": rows.name_of(row), "pk": row.pk, "before": {name: before}, "after": {name: sorted(keys)}}
        self.steps.append(step)

    def remove(self, row: models.Model) -> None:
        self.steps.append({"table": rows.name_of(row), "pk": row.pk, "before": rows.values_of(row), "after": None})
        row.delete()

    def remember(self, subject: str, values: dict[str, Any]) -> None:
        """Note what this import wrote of an entry: such a value may follow the source next time."""
        if not values:
            return
        row, made = LastWritten.objects.get_or_create(
            table=WRITTEN_BY.format(self.kind_slug), key=subject, defaults={"values": values}
        )
        if made:
            self.steps.append({"table": WRITTEN, "pk": row.pk, "before": None, "after": values})
            return
        before = {name: row.values[name] for name in values if name in row.values}
        row.values = row.values | values
        row.save(update_fields=["values"])
        self.steps.append({"table": WRITTEN, "pk": row.pk, "before": before, "after": values})
