"""Putting rows back: one step of a revision undone, in the tables. What may not be undone is judged in `undoing` before."""

from datetime import date, timedelta
from typing import Any

from django.db import models

from catalog.history import rows
from catalog.models import Change, LanguageModel, LastWritten, Listing, Parameter, PricePeriod, Rate, Revision

# What imports go on noting in a row by themselves; a later note is no reason to keep the row as it is.
NOTED = {
    "listing": {"misses", "missed_on"},
    "endpoint": {"seen_on", "uptime"},
    "pin": {"standing", "upstream_value", "upstream_on", "upstream_source_id"},
}
WRITTEN = "lastwritten"  # steps on what an import remembers of its own writing; merged key by key, never checked


class Kept(Exception):
    """One line cannot be taken back, since something else was built on it; the message says what."""


def row_of(step: dict[str, Any]) -> models.Model | None:
    return rows.TABLES[step["table"]]._default_manager.filter(pk=step["pk"]).first()


def put_back(revision: Revision, step: dict[str, Any], made: set[tuple[str, int]]) -> None:
    """Undo one step. `made` are the rows that the same act made. Raises Kept."""
    if step["table"] == WRITTEN:
        _unwrite(step)
    elif step["before"] is None:
        _remove(revision, step, made)
    elif step["after"] is None:
        _make_again(step)
    else:
        _write(step)


def step_aside(fetched: list[tuple[dict[str, Any], models.Model | None]]) -> None:
    """Rows that will be written free the places that only one can hold, so that the order of writing does not matter."""
    for number, (step, row) in enumerate(fetched, 1):
        if row is None or step["before"] is None or step["after"] is None:
            continue
        table = type(row)._default_manager.filter(pk=row.pk)
        if isinstance(row, Listing) and "is_main" in step["before"]:
            table.update(is_main=False)
        elif isinstance(row, Rate) and "position" in step["before"]:
            table.update(position=30_000 + number)
        elif isinstance(row, PricePeriod):
            away: dict[str, date] = {}
            if "starts_on" in step["before"]:
                away["starts_on"] = date.min + timedelta(days=2 * number)
            if "ends_on" in step["before"]:
                away["ends_on"] = away.get("starts_on", row.starts_on) + timedelta(days=1)
            if away:
                table.update(**away)


def _remove(revision: Revision, step: dict[str, Any], made: set[tuple[str, int]]) -> None:
    row = row_of(step)
    if row is None:
        return
    if isinstance(row, LanguageModel) and not step["after"]:
        _check_untouched(revision, row, step.get("made", {}))
    else:
        for relation in row._meta.related_objects:
            table = relation.related_model
            name = str(table._meta.model_name)
            if name in rows.TABLES and relation.on_delete is models.CASCADE:
                others = table._default_manager.filter(**{relation.field.name: row}).values_list("pk", flat=True)
                if any((name, pk) not in made for pk in others):
                    raise Kept(f"A {table._meta.verbose_name} was added to it since.")
    row.delete()


def _check_untouched(revision: Revision, model: LanguageModel, made: dict[str, list[int]]) -> None:
    """A model that an import made goes again only where nobody has built on it."""
    later = Change.objects.filter(model=model, outcome=Change.Outcome.APPLIED, revision__state=Revision.State.APPLIED)
    if later.exclude(revision=revision).exists() or model.pins.exists():
        raise Kept("It was changed since.")
    if model.periods.filter(is_used=True).exists():
        raise Kept("A run was priced with it.")
    for table, pk in rows.tree([model.pk]):
        if table != "languagemodel" and pk not in made.get(table, []):
            raise Kept(f"It has a {rows.TABLES[table]._meta.verbose_name} that the import did not make.")


def _make_again(step: dict[str, Any]) -> None:
    if row_of(step) is not None:
        return
    row = rows.TABLES[step["table"]](pk=step["pk"])
    many = rows.assign(row, step["before"])
    row.save(force_insert=True)
    for name, keys in many.items():
        getattr(row, name).set(keys)


def _write(step: dict[str, Any]) -> None:
    row = row_of(step)
    if row is None:
        if set(step["after"]) <= NOTED.get(step["table"], set()):
            return  # a note on a row that is gone
        raise Kept("It was removed since.")
    many = rows.assign(row, step["before"])
    columns = {name for name in step["before"] if name not in many}
    if columns:
        row.save(update_fields=columns | _following(row, columns))
    for name, keys in many.items():
        getattr(row, name).set(keys)


def _following(row: models.Model, columns: set[str]) -> set[str]:
    """Columns that saving computes from these."""
    if isinstance(row, Rate):
        return {"amount_sort", "is_conditional"}
    return {"model_id"} if "listing_id" in columns and isinstance(row, PricePeriod | Parameter) else set()


def _unwrite(step: dict[str, Any]) -> None:
    """What the import remembers of this entry is again what it was before, where no later import wrote over it."""
    row = LastWritten.objects.filter(pk=step["pk"]).first()
    if row is None:
        return
    before, values = step["before"] or {}, dict(row.values)
    for name, value in (step["after"] or {}).items():
        if values.get(name) == value:
            values.pop(name)
            values |= {name: before[name]} if name in before else {}
    if values or step["before"] is not None:
        row.values = values
        row.save(update_fields=["values"])
    else:
        row.delete()
