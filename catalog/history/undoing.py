"""Taking a revision back: its steps are walked backwards, and whatever was changed since stays as it is, with a sentence.

Nothing is ever lost by it: a row that the revision did not make is never removed, a price period that a run was priced
with stays, and so does a value that was pinned since. What stays is still applied, and the revision with it, as one that
is undone in part: once what stood in the way is gone, the rest can be taken back too.
"""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from catalog import freshness
from catalog.history import passing, rows
from catalog.history.putting_back import NOTED, WRITTEN, Kept, put_back, row_of, step_aside
from catalog.models import Change, LanguageModel, Listing, Pin, PricePeriod, Rate, Revision


class CannotUndo(Exception):
    """The whole revision cannot be taken back; the message is a sentence for a person."""


@dataclass
class Undone:
    """What came of it: how many lines were taken back, and a sentence for each that was kept."""

    lines: int = 0
    kept: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        text = f"{self.lines} change{'' if self.lines == 1 else 's'} undone"
        they = "it is" if len(self.kept) == 1 else "they are"
        return f"{text}, {len(self.kept)} kept as {they} now." if self.kept else f"{text}."


def undo(revision: Revision, user: Any = None) -> Undone:
    """Take a revision back, in one transaction. Lines of an import stand each for itself; those of an edit go together
    for each model. Raises CannotUndo where nothing of it can be taken back."""
    with freshness.alone():
        revision = Revision.objects.select_for_update().get(pk=revision.pk)
        if revision.state != Revision.State.APPLIED:
            raise CannotUndo(f"“{revision}” is {revision.get_state_display()}: there is nothing to undo.")
        result, gone = Undone(), passing.Gone()
        for group in _groups(revision):
            try:
                with transaction.atomic():
                    _take_back(revision, group)
            except (Kept, IntegrityError, ProtectedError, ValidationError) as error:
                why = str(error) if isinstance(error, Kept) else "Something else depends on it now."
                result.kept.append(f"{group[0].subject}: {why}")
                gone.stays |= {line.model_id for line in group}
                _mark(group, Change.Outcome.APPLIED, why)
            else:
                result.lines += len(group)
                gone.add(group)
                _mark(group, Change.Outcome.UNDONE)
        if result.kept and not result.lines:
            raise CannotUndo(" ".join(["Nothing of it can be undone.", *result.kept[:5]]))
        passing.take_back(revision, gone)
        if not result.kept:
            revision.state = Revision.State.UNDONE
        revision.undone_at = timezone.now()
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
    """What became of the lines; the reason of an earlier attempt goes."""
    for line in group:
        line.outcome = outcome
        line.plan = {name: value for name, value in line.plan.items() if name != "kept"} | (
            {"kept": why} if why else {}
        )
    Change.objects.bulk_update(group, ["outcome", "plan"])


def _take_back(revision: Revision, group: list[Change]) -> None:
    steps = deepcopy([step for line in group for step in reversed(line.steps)])
    own_pins = {step["pk"] for step in steps if step["table"] == "pin"}
    later = _later(revision, group)
    _check_later(later, steps)
    made = {(step["table"], step["pk"]) for step in steps if step["before"] is None}
    fetched = [(step, row_of(step)) for step in steps if step["table"] != WRITTEN]
    owners = {rows.model_id_of(row) for _, row in fetched if row is not None}
    for step, row in fetched:
        if row is not None and step["after"] is not None:
            _check(step, row, own_pins)
    step_aside(fetched)
    for step in steps:
        put_back(revision, step, made)
    _hand_on(later, [step for line in group for step in reversed(line.steps)])
    freshness.touched(pk for pk in owners if pk)


def _later(revision: Revision, group: list[Change]) -> list[Change]:
    """The lines of later acts about the same models that still hold, earliest first."""
    about = Q(model__in={line.model_id for line in group if line.model_id})
    about |= Q(model=None, subject__in={line.subject for line in group})
    later = Change.objects.filter(
        about, outcome=Change.Outcome.APPLIED, revision__state=Revision.State.APPLIED,
        revision__applied_at__gt=revision.applied_at,
    ).exclude(revision=revision)  # fmt: skip
    return list(later.select_related("revision").order_by("revision__applied_at", "position"))


def _check_later(later: list[Change], steps: list[dict[str, Any]]) -> None:
    """Refuse where a later act wrote the same: the value may look like ours and still be its."""
    ours = {(step["table"], step["pk"]): step for step in steps if step["table"] != WRITTEN}
    for line in later:
        for step in line.steps:
            own = ours.get((step["table"], step["pk"]))
            if own is not None and _columns_of(own) & _columns_of(step) - NOTED.get(step["table"], set()):
                raise Kept(f"It was changed since, by “{line.revision}”.")


def _hand_on(later: list[Change], steps: list[dict[str, Any]]) -> None:
    """What a later act noted over ours goes back, when that act is undone too, to what was there before ours."""
    for own in steps:
        names = set(own["after"] or ())
        if own["table"] != WRITTEN:
            names &= NOTED.get(own["table"], set()) if own["before"] is not None else set()
        for line in later if names else ():
            for step in line.steps:
                if (step["table"], step["pk"]) == (own["table"], own["pk"]) and step["after"]:
                    names -= _inherit(line, step, own, names)


def _inherit(line: Change, step: dict[str, Any], own: dict[str, Any], names: set[str]) -> set[str]:
    """Of these columns, those that the later step wrote over; it begins now with what was there before our own."""
    found = names & set(step["after"])
    begins, before = dict(step["before"] or {}), own["before"] or {}
    for name in found:
        if name in begins and begins[name] == own["after"][name]:
            begins.pop(name)
            begins |= {name: before[name]} if name in before else {}
    if step["before"] is not None and begins != step["before"]:
        step["before"] = begins
        line.save(update_fields=["steps"])
    return found


def _columns_of(step: dict[str, Any]) -> set[str]:
    return {*(step["before"] or {}), *(step["after"] or {})}


def _check(step: dict[str, Any], row: models.Model, own_pins: set[int]) -> None:
    """Refuse, with Kept, where the row does not hold any more what the revision wrote, or is pinned by another act."""
    label = row._meta.verbose_name
    current = rows.values_of(row)
    passing = rows.PASSING.get(step["table"], set())
    changed = [name for name, value in step["after"].items() if name not in passing and current.get(name) != value]
    noted = NOTED.get(step["table"], set())
    if noted & set(changed):  # they were noted together, and stay together
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
