"""What the tests of changes share: a record of the test's own rows, as plain lines, and lines of the history."""

from datetime import date
from typing import Any

from catalog.changes.record import Wanted, record_of
from catalog.models import Change, LanguageModel, Revision, Source

TODAY = date(2026, 6, 15)


def lines(today: date = TODAY, **wanted: Any) -> list[tuple[str, str, str, str]]:
    """Every past event: day, kind, the model's slug, the sentence; newest first."""
    record = record_of(Wanted(**wanted), today)
    return [
        (str(told.day), told.kind.value, told.public_id.partition("/")[2], told.sentence)
        for told in record.told(record.past)
    ]


def coming(today: date = TODAY, **wanted: Any) -> list[tuple[str, str, str]]:
    """Every event to come: day, how far away, the sentence; soonest first."""
    record = record_of(Wanted(**wanted), today)
    return [(str(told.day), told.when, told.sentence) for told in record.told(record.coming)]


def make_revision(day: date = TODAY, source: Source | None = None, **fields: Any) -> Revision:
    fields = {"kind": Revision.Kind.IMPORT, "state": Revision.State.APPLIED, "title": "An import"} | fields
    return Revision.objects.create(day=day, source=source, **fields)


def make_change(revision: Revision, model: LanguageModel, *steps: dict[str, Any], **fields: Any) -> Change:
    fields = {"kind": Change.Kind.CHANGED, "outcome": Change.Outcome.APPLIED} | fields
    return Change.objects.create(
        revision=revision,
        position=revision.changes.count(),
        model=model,
        subject=model.public_id,
        steps=list(steps),
        **fields,
    )


def step(table: str, before: dict[str, Any] | None, after: dict[str, Any] | None, pk: int = 1) -> dict[str, Any]:
    return {"table": table, "pk": pk, "before": before, "after": after}
