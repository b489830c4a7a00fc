"""Taking a revision back: its steps are walked backwards, and whatever was changed since stays as it is, with a sentence.

Nothing is ever lost by it: a row that the revision did not make is never removed, a price period that a run was priced
with stays, and so does a value that was pinned since.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from catalog import freshness
from catalog.history import rows
from catalog.models import Change, LanguageModel, LastWritten, Listing, Parameter, Pin, PricePeriod, Rate, Revision

# What imports go on noting in a row by themselves; a later note is no reason to keep the row as it is.
NOTED = {
    "listing": {"misses", "missed_on"},
    "pin": {"standing", "upstream_value", "upstream_on", "upstream_source_id"},
}
WRITTEN = "lastwritten"  # steps on what an import remembers of its own writing; merged key by key, never checked


class CannotUndo(Exception):
    """The whole revision cannot be taken back; the message is a sentence for a person."""


class Kept(Exception):
    """One line cannot be taken back, since something else was built on it; the message says what."""


@dataclass
class Undone:
    """What came of it: how many lines were taken back, and a sentence for each that was kept."""

    lines: int = 0
    kept: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        text = f"{self.lines} change{'' if self.lines == 1 else 's'} undone"
        return f"{text}, {len(self.kept)} kept as they are now." if self.kept else f"{text}."


def undo(revision: Revision, user: Any = None) -> Undone:
    """Take a revision back, in one transaction. Lines of an import stand each for itself; those of an edit go together
    for each model. Raises CannotUndo where nothing of it can be taken back."""
    with freshness.alone():
        revision = Revision.objects.select_for_update().get(pk=revision.pk)
        if revision.state != Revision.State.APPLIED:
            raise CannotUndo(f"“{revision}” is {revision.get_state_display()}: there is nothing to undo.")
        result = Undone()
        for group in _groups(revision):
            try:
                with transaction.atomic():
                    _take_back(revision, group)
            except (Kept, IntegrityError, ProtectedError, ValidationError) as error:
                why = str(error) if isinstance(error, Kept) else "Something else depends on it now."
                result.kept.append(f"{group[0].subject}: {why}")
                _mark(group, Change.Outcome.KEPT, why)
            else:
                result.lines += len(group)
                _mark(group, Change.Outcome.UNDONE)
        if result.kept and not result.lines:
            raise CannotUndo(" ".join(["Nothing of it can be undone.", *result.kept[:5]]))
        revision.state, revision.undone_at = Revision.State.UNDONE, timezone.now()
        revision.undone_by = user if user is not None and user.is_authenticated else None
        revision.save(update_fields=["state", "undone_at", "undone_by"])
    return result


def _groups(revision: Revision) -> Iterable[list[Change]]:
    """The lines that are taken back together, last ones first."""
    lines = revision.changes.filter(outcome=Change.Outcome.APPLIED).order_by("-position")
    if revision.kind == Revision.Kind.IMPORT:
        # A model goes after the listings that other lines of the same import added to it.
        for is_maker in (False, True):
            for line in lines.iterator(chunk_size=500):
                if _makes_a_model(line) is is_maker:
                    yield [line]
        return
    found = sorted(lines, key=lambda line: (line.model_id or 0, -line.position))
    for _, together in groupby(found, key=lambda line: line.model_id or 0):
        yield list(together)


def _makes_a_model(line: Change) -> bool:
    return any(step["table"] == "languagemodel" and step["before"] is None for step in line.steps)


def _mark(group: list[Change], outcome: str, why: str = "") -> None:
    for line in group:
        line.outcome = outcome
        line.plan = line.plan | ({"kept": why} if why else {})
    Change.objects.bulk_update(group, ["outcome", "plan"])


def _take_back(revision: Revision, group: list[Change]) -> None:
    steps = [step for line in group for step in reversed(line.steps)]
    own_pins = {step["pk"] for step in steps if step["table"] == "pin"}
    _check_later(revision, group, steps)
    made = {(step["table"], step["pk"]) for step in steps if step["before"] is None}
    fetched = [(step, _row(step)) for step in steps if step["table"] != WRITTEN]
    owners = {rows.model_id_of(row) for _, row in fetched if row is not None}
    for step, row in fetched:
        if row is not None and step["after"] is not None:
            _check(step, row, own_pins)
    _step_aside(fetched)
    for step in steps:
        if step["table"] == WRITTEN:
            _unwrite(step)
        elif step["before"] is None:
            _remove(revision, step, made)
        elif step["after"] is None:
            _make_again(step)
        else:
            _put_back(step)
    freshness.touched(pk for pk in owners if pk)


def _check_later(revision: Revision, group: list[Change], steps: list[dict[str, Any]]) -> None:
    """Refuse where a later act wrote the same: the value may look like ours and still be its."""
    about = Q(model__in={line.model_id for line in group if line.model_id})
    about |= Q(model=None, subject__in={line.subject for line in group})
    later = Change.objects.filter(
        about, outcome=Change.Outcome.APPLIED, revision__state=Revision.State.APPLIED,
        revision__applied_at__gt=revision.applied_at,
    ).exclude(revision=revision)  # fmt: skip
    ours = {(step["table"], step["pk"]): step for step in steps if step["table"] != WRITTEN}
    for line in later.select_related("revision"):
        for step in line.steps:
            own = ours.get((step["table"], step["pk"]))
            if own is not None and _columns_of(own) & _columns_of(step) - NOTED.get(step["table"], set()):
                raise Kept(f"It was changed since, by “{line.revision}”.")


def _columns_of(step: dict[str, Any]) -> set[str]:
    return {*(step["before"] or {}), *(step["after"] or {})}


def _row(step: dict[str, Any]) -> models.Model | None:
    return rows.TABLES[step["table"]]._default_manager.filter(pk=step["pk"]).first()


def _check(step: dict[str, Any], row: models.Model, own_pins: set[int]) -> None:
    """Refuse, with Kept, where the row does not hold any more what the revision wrote, or is pinned by another act."""
    label = row._meta.verbose_name
    current = rows.values_of(row)
    passing = rows.PASSING.get(step["table"], set())
    changed = [name for name, value in step["after"].items() if name not in passing and current.get(name) != value]
    noted = NOTED.get(step["table"], set()) & set(changed)
    if noted:
        changed = [name for name in changed if name not in noted]
        if step["before"] is not None:
            for side in ("before", "after"):
                step[side] = {name: value for name, value in step[side].items() if name not in noted}
    if changed:
        raise Kept(f"The {label} was changed since ({', '.join(_columns(row, changed))}).")
    if isinstance(row, PricePeriod) and row.is_used and (step["before"] is None or set(step["after"]) - {"ends_on"}):
        raise Kept("A run was priced with it.")
    if isinstance(row, Rate) and row.period.is_used:
        raise Kept("A run was priced with it.")
    if step["before"] is not None and isinstance(row, LanguageModel | Listing):
        on = {"listing": row} if isinstance(row, Listing) else {"model": row, "listing": None}
        names = [name.removesuffix("_id") for name in step["after"]]
        if Pin.objects.filter(**on, field__in=names).exclude(pk__in=own_pins).exists():
            raise Kept("It was pinned since.")


def _columns(row: models.Model, names: list[str]) -> list[str]:
    return [str(row._meta.get_field(name).verbose_name) for name in names]


def _step_aside(fetched: list[tuple[dict[str, Any], models.Model | None]]) -> None:
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
    row = _row(step)
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
    if _row(step) is not None:
        return
    row = rows.TABLES[step["table"]](pk=step["pk"])
    many = rows.assign(row, step["before"])
    row.save(force_insert=True)
    for name, keys in many.items():
        getattr(row, name).set(keys)


def _put_back(step: dict[str, Any]) -> None:
    row = _row(step)
    if row is None:
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
