"""An act of an admin: one transaction that is recorded as a revision, and that pins the prices and limits it changed."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.db.models import Q

from catalog import freshness
from catalog.admin import pins
from catalog.history import rows
from catalog.history.recording import Recording, recorded
from catalog.models import LanguageModel, Modality, Revision


@contextmanager
def acting(
    title: str,
    user: Any,
    subjects: Sequence[models.Model],
    reason: str = "",
    kind: str = Revision.Kind.EDIT,
    is_deletion: bool = False,
) -> Iterator[Recording]:
    """Record what happens within to these rows; a row that belongs to a model stands for the whole of that model. With
    `is_deletion` also what happens to the models that point to them.

    What is pinned without a reason of its own has the act's title for one. Of two acts at once the second waits here
    until the first is through, so that what it then reads is the last word.
    """
    with freshness.alone():
        whole = in_full(subjects, is_deletion)
        owners = [row.pk for row in whole if isinstance(row, LanguageModel)]
        with (
            recorded(kind, title, user, whole, reason) as recording,
            pins.pinning(owners, user, reason or title) as recording.pinning,
        ):
            yield recording


def in_full(subjects: Iterable[models.Model], is_deletion: bool = False) -> list[models.Model]:
    """The models that the rows belong to, and the rows that belong to none."""
    owners: set[int] = set()
    alone: list[models.Model] = []
    for row in subjects:
        owner = rows.model_id_of(row)
        if owner is None:
            alone.append(row)
        else:
            owners.add(owner)
    if is_deletion:
        modalities = [row.pk for row in alone if isinstance(row, Modality)]
        pointing = Q(replacement__in=owners) | Q(input_modalities__in=modalities) | Q(output_modalities__in=modalities)
        owners |= set(LanguageModel.objects.filter(pointing).values_list("pk", flat=True))
    return [*LanguageModel.objects.filter(pk__in=owners), *alone]
