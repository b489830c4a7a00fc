"""Recording: what an admin's act changed becomes a revision, one line for each row, so that it can be read and undone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.utils import timezone

from catalog import freshness
from catalog.history import rows, wording
from catalog.history.names import Names
from catalog.models import Change, Revision


class Recording:
    """What a recorded act may still tell: further rows that it made, and afterwards the revision, if anything changed."""

    def __init__(self) -> None:
        self.also: list[models.Model] = []
        self.revision: Revision | None = None
        self.pinning: Any = None  # of an act in the admin: what it is about to pin


@contextmanager
def recorded(
    kind: str, title: str, user: Any, subjects: Sequence[models.Model], reason: str = ""
) -> Iterator[Recording]:
    """Record what happens within to the models of `subjects` (and of rows added to `also`), in one transaction.

    An act that changes nothing leaves no revision.
    """
    recording = Recording()
    with freshness.alone():
        before = rows.snapshot([row for row in subjects if row.pk])
        yield recording
        after = rows.snapshot([row for row in [*subjects, *recording.also] if row.pk])
        steps = rows.steps_between(before, after)
        if steps:
            recording.revision = keep(kind, title, user, steps, reason)


def keep(kind: str, title: str, user: Any, steps: list[dict[str, Any]], reason: str = "") -> Revision:
    """An applied revision with one line for each row that was touched."""
    now = timezone.now()
    revision = Revision.objects.create(
        kind=kind,
        state=Revision.State.APPLIED,
        title=title[:200],
        reason=reason[:300],
        user=user if user is not None and user.is_authenticated else None,
        day=now.date(),
        applied_at=now,
        entries=len(steps),
    )
    names = Names(steps)
    told = [wording.tell(step, names) for step in steps]
    Change.objects.bulk_create(
        Change(
            revision=revision,
            position=position,
            kind=_kind(step),
            subject=names.subject(step)[:200],
            model_id=names.model_id(step),
            field=_field(step),
            before=told[position].before,
            after=told[position].after,
            sentence=told[position].sentence,
            steps=[step],
            outcome=Change.Outcome.APPLIED,
        )
        for position, step in enumerate(steps)
    )
    return revision


def _kind(step: dict[str, Any]) -> str:
    if step["before"] is None:
        return Change.Kind.ADDED
    if step["after"] is None:
        return Change.Kind.REMOVED
    return Change.Kind.PRICE if step["table"] in ("priceperiod", "rate") else Change.Kind.CHANGED


def _field(step: dict[str, Any]) -> str:
    """The one column that changed, or the table where more did."""
    changed = step["after"] or {}
    return next(iter(changed)) if step["before"] is not None and len(changed) == 1 else step["table"]
