"""Applying an import: the accepted lines of a preview are carried out in one transaction, each with the steps to undo it."""

from collections.abc import Callable, Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from catalog import freshness
from catalog.exact import PricingError
from catalog.history import passing
from catalog.imports import adding
from catalog.imports.kinds import KINDS, Kind
from catalog.imports.operations import Operations
from catalog.imports.writing import MovedOn, Writer
from catalog.models import Change, Revision

CHUNK = 500
Progress = Callable[[int], Any]


class Refused(Exception):
    """The import is not applied without force; `refusals` are sentences."""

    def __init__(self, refusals: list[str]) -> None:
        super().__init__(" ".join(refusals))
        self.refusals = refusals


class CannotApply(Exception):
    """The revision is no preview of an import; the message is a sentence."""


def apply(
    revision: Revision,
    user: Any = None,
    left_out: Collection[int] = (),
    is_forced: bool = False,
    progress: Progress = lambda lines: None,
) -> Revision:
    """Carry out a preview, without the lines whose keys are `left_out`. One transaction; raises Refused and CannotApply."""
    with freshness.alone():
        revision = Revision.objects.select_for_update(of=("self",)).select_related("source").get(pk=revision.pk)
        if revision.kind != Revision.Kind.IMPORT or revision.state != Revision.State.PREVIEW:
            raise CannotApply(f"“{revision}” is {revision.get_state_display()}: it cannot be applied.")
        _check_newest(revision)
        _leave_out(revision, left_out)
        refusals = standing_refusals(revision)
        if refusals and not is_forced:
            raise Refused(refusals)
        kind = next(kind for kind in KINDS.values() if kind.source_slug == revision.source.slug)
        _Applying(revision, kind).run(progress)
        revision.state, revision.applied_at = Revision.State.APPLIED, timezone.now()
        revision.is_forced = bool(refusals)
        if user is not None and user.is_authenticated:
            revision.user = user
        revision.save(update_fields=["state", "applied_at", "is_forced", "user"])
    return revision


def _check_newest(revision: Revision) -> None:
    """A preview that was made before another import of its source was applied speaks of a catalog that is gone."""
    newer = Revision.objects.applied().filter(
        kind=Revision.Kind.IMPORT, source=revision.source, applied_at__gt=revision.made_at
    )
    if newer.exists():
        raise CannotApply(
            f"Another import of {revision.source} was applied since this preview was made. Import it again."
        )


def standing_refusals(revision: Revision) -> list[str]:
    """What still speaks against it: not what was said of lines that are left out."""
    left = revision.changes.filter(outcome=Change.Outcome.LEFT, plan__has_key="refusal")
    dropped = {line.plan["refusal"] for line in left}
    return [sentence for sentence in revision.refusals if sentence not in dropped]


def _leave_out(revision: Revision, keys: Collection[int]) -> None:
    keys = list(keys)
    for start in range(0, len(keys), CHUNK):
        found = revision.changes.filter(pk__in=keys[start : start + CHUNK], outcome=Change.Outcome.WAITING)
        found.update(outcome=Change.Outcome.LEFT)


class _Applying:
    def __init__(self, revision: Revision, kind: Kind) -> None:
        self.revision, self.kind, self.day = revision, kind, revision.day
        self.writer = Writer(kind.slug, revision.source, revision.day)
        self.operations = Operations(self.writer)

    def run(self, progress: Progress) -> None:
        waiting = self.revision.changes.filter(outcome=Change.Outcome.WAITING).order_by("position")
        # Names that move come last: what they come to mean may be among the lines before.
        for lines in (waiting.exclude(field="alias"), waiting.filter(field="alias")):
            keys = list(lines.values_list("pk", flat=True))
            for start in range(0, len(keys), CHUNK):
                chunk = list(Change.objects.filter(pk__in=keys[start : start + CHUNK]).order_by("position"))
                self._chunk(chunk)
                progress(len(chunk))
        self._note_seen()

    def _chunk(self, lines: list[Change]) -> None:
        adding.add([line for line in lines if line.plan.get("op") == "add"], self.writer)
        touched: set[int] = set()
        for line in lines:
            if line.plan.get("op") != "add":
                self._line(line)
            if line.model_id:
                touched.add(line.model_id)
        Change.objects.bulk_update(lines, ["outcome", "steps", "plan", "model"], batch_size=100)
        freshness.touched(touched)

    def _line(self, line: Change) -> None:
        self.writer.begin()
        try:
            with transaction.atomic():
                self.operations.carry_out(line)
        except (MovedOn, LookupError) as error:
            line.outcome, line.plan = Change.Outcome.KEPT, line.plan | {"kept": str(error)}
            return
        except (IntegrityError, DataError, PricingError, ValidationError) as error:
            why = f"It does not fit into the catalog: {error}"
            line.outcome, line.plan = Change.Outcome.KEPT, line.plan | {"kept": why}
            return
        line.steps, line.outcome = self.writer.steps, Change.Outcome.APPLIED

    def _note_seen(self) -> None:
        """What was on the list was seen on this day, whatever comes of the differences."""
        (passing.note_listings if self.kind.is_list else passing.note_endpoints)(self.revision)
