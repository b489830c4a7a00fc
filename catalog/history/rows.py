"""Rows as plain values: what a row held before and after an act, in a form that can be kept as JSON and written back.

A snapshot maps (table, pk) to the row's values. Columns that the program computes by itself are left out.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import models

from catalog.models import (
    Absence,
    Alias,
    DisplayCurrency,
    Endpoint,
    LanguageModel,
    Listing,
    Market,
    Modality,
    Observation,
    Parameter,
    Pin,
    PricePeriod,
    Rate,
    Source,
    Vendor,
)

Values = dict[str, Any]
Snapshot = dict[tuple[str, int], Values]

# In the order in which rows can be made: what a row points to comes before it.
TABLES: dict[str, type[models.Model]] = {
    str(table._meta.model_name): table
    for table in (
        Vendor, Market, Modality, Source, DisplayCurrency, LanguageModel, Listing, Absence, Alias, Parameter, PricePeriod,
        Rate, Endpoint, Observation, Pin,
    )
}  # fmt: skip
OF_A_MODEL = {
    Listing: "model", Absence: "listing__model", Alias: "model", Parameter: "model", PricePeriod: "model",
    Rate: "period__model", Endpoint: "listing__model", Observation: "model", Pin: "model",
}  # fmt: skip
COMPUTED = {
    "priceperiod": {"model_id"},
    "rate": {"amount_sort", "is_conditional"},
    "parameter": {"model_id"},
}
PASSING = {"priceperiod": {"is_used"}, "listing": {"last_seen_on"}}  # what runs and imports mark by themselves


def name_of(row: models.Model) -> str:
    return str(row._meta.model_name)


def plain(value: Any) -> Any:
    """A column's value as JSON can hold it."""
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def values_of(row: models.Model, is_whole: bool = False) -> Values:
    """Every column of a row but its key and what is computed, and for many-to-many columns the sorted keys. With
    `is_whole` also the marks that pass: for a row that may have to be made again."""
    left_out = COMPUTED.get(name_of(row), set()) | (set() if is_whole else PASSING.get(name_of(row), set()))
    values = {
        column.attname: plain(getattr(row, column.attname))
        for column in row._meta.concrete_fields
        if not column.primary_key and column.attname not in left_out
    }
    for many in row._meta.many_to_many:
        values[many.name] = sorted(related.pk for related in getattr(row, many.name).all())
    return values


def assign(row: models.Model, values: Values) -> dict[str, list[int]]:
    """Put values back into a row that is not saved here; returns those of many-to-many columns, for after the save."""
    many = {column.name for column in row._meta.many_to_many}
    for name, value in values.items():
        if name not in many:
            column = row._meta.get_field(name)
            setattr(row, name, value if value is None or column.is_relation else column.to_python(value))
    return {name: value for name, value in values.items() if name in many}


def tree(model_ids: Iterable[int], is_whole: bool = False) -> Snapshot:
    """Everything that belongs to these models. Twelve queries however many rows."""
    ids = list(model_ids)
    found: Snapshot = {}
    models_found = LanguageModel.objects.filter(pk__in=ids).prefetch_related("input_modalities", "output_modalities")
    for row in models_found:
        found["languagemodel", row.pk] = values_of(row, is_whole)
    for table, path in OF_A_MODEL.items():
        for row in table._default_manager.filter(**{f"{path}__in": ids}):
            found[name_of(row), row.pk] = values_of(row, is_whole)
    return found


def snapshot(rows: Iterable[models.Model]) -> Snapshot:
    """The whole of the models that these rows belong to, and those rows that belong to no model by themselves."""
    owned: set[int] = set()
    found: Snapshot = {}
    for row in rows:
        owner = model_id_of(row)
        if owner is not None:
            owned.add(owner)
        elif row.pk and (fresh := type(row)._default_manager.filter(pk=row.pk).first()) is not None:
            found[name_of(fresh), fresh.pk] = values_of(fresh, is_whole=True)
    return found | (tree(owned, is_whole=True) if owned else {})


def model_id_of(row: models.Model) -> int | None:
    """The model that a row belongs to, or None for vendors, sources and the like."""
    if isinstance(row, LanguageModel):
        return row.pk
    if isinstance(row, Absence | Endpoint):
        return row.listing.model_id
    if isinstance(row, Rate):
        return row.period.listing.model_id
    if isinstance(row, PricePeriod | Parameter):
        return row.listing.model_id
    return getattr(row, "model_id", None)


def steps_between(before: Snapshot, after: Snapshot) -> list[dict[str, Any]]:
    """What happened between two snapshots, in an order in which it could be done: removed rows first, innermost first;
    then changed ones; then made ones, outermost first."""
    order = {name: place for place, name in enumerate(TABLES)}
    gone = sorted(before.keys() - after.keys(), key=lambda key: (-order[key[0]], key[1]))
    new = sorted(after.keys() - before.keys(), key=lambda key: (order[key[0]], key[1]))
    steps = [{"table": table, "pk": pk, "before": before[table, pk], "after": None} for table, pk in gone]
    for key in sorted(before.keys() & after.keys(), key=lambda key: (order[key[0]], key[1])):
        old, now = before[key], after[key]
        passing = PASSING.get(key[0], set())
        changed = [name for name in now if old.get(name) != now[name] and name not in passing]
        if changed:
            steps.append(
                {
                    "table": key[0],
                    "pk": key[1],
                    "before": {name: old.get(name) for name in changed},
                    "after": {name: now[name] for name in changed},
                }
            )
    return steps + [{"table": table, "pk": pk, "before": None, "after": after[table, pk]} for table, pk in new]
