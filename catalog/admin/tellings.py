"""Telling the history: which revisions touched a row, and the lines of them that are about it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import Q, QuerySet

from catalog.admin import permissions
from catalog.history import rows
from catalog.models import Change, LanguageModel, Revision

ACTS_PER_PAGE = 20
MOST_LINES = 40  # of one act in a history; its own page shows the rest
DEEPEST_STEP = 8  # of a line's steps, how many are searched for a row


@dataclass(frozen=True)
class Act:
    """One revision in the history of a row, with its lines about that row."""

    revision: Revision
    lines: list[Change]
    more: int
    may_undo: bool


def lines_about(row: models.Model) -> QuerySet[Change]:
    """The lines that changed this row; of a model also those of everything that belongs to it."""
    if isinstance(row, LanguageModel):
        deleted = Q(model=None, steps__0__table="languagemodel", steps__0__pk=row.pk)  # and since made again
        return Change.objects.filter(Q(model=row) | Q(model=None, subject=row.public_id) | deleted)
    name = rows.name_of(row)
    found = Q(pk__in=[])
    for place in range(DEEPEST_STEP):
        found |= Q(**{f"steps__{place}__table": name, f"steps__{place}__pk": row.pk})
    owner = rows.model_id_of(row)
    lines = Change.objects.filter(found)
    return lines.filter(Q(model=owner) | Q(model=None)) if owner is not None else lines


def revisions_of(row: models.Model) -> QuerySet[Revision]:
    """Applied and undone revisions that touched this row, latest first."""
    done = [Revision.State.APPLIED, Revision.State.UNDONE]
    touched = lines_about(row).exclude(outcome__in=[Change.Outcome.LEFT, Change.Outcome.WAITING])
    found = Revision.objects.filter(state__in=done, pk__in=touched.order_by().values("revision"))
    return found.select_related("user", "source", "undone_by").defer("seen").order_by("-applied_at", "-pk")


def history_of(row: models.Model, page: str, user: Any) -> Page:
    """One page of acts on a row, as this user may undo them: three queries."""
    shown: Page = Paginator(revisions_of(row), ACTS_PER_PAGE).get_page(page)
    lines: dict[Any, list[Change]] = defaultdict(list)
    for line in lines_about(row).filter(revision__in=[revision.pk for revision in shown]).order_by("position"):
        lines[line.revision_id].append(line)
    shown.object_list = [
        Act(
            revision,
            lines[revision.pk][:MOST_LINES],
            max(0, len(lines[revision.pk]) - MOST_LINES),
            revision.state == Revision.State.APPLIED and permissions.may_undo(user, revision),
        )
        for revision in shown
    ]
    return shown
