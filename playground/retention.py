"""Retention: the texts of prompts are removed, at once when somebody asks for it or after so many days; bills stay.

What goes is in `forgetting.py`, and with it the recordings of what came, and images that no prompt uses any more; shares
of what is gone are revoked. What stays beside the bill is the person's own: his note, his labels and his verdicts.
Favourites are kept until somebody removes their texts. Copies elsewhere, such as backups, are not reached.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone

from playground import forgetting, messages, wiping
from playground.models import House, Image, Prompt, Recording, Run, Share

BATCH = 50  # prompts in one transaction, so that nobody else waits long for the database
DRAFT = timedelta(days=1)  # an image that no prompt uses may be in a form that somebody is still filling in


@dataclass
class Removed:
    """What one purge came to: how many prompts and runs lost their texts, and what went with them."""

    prompts: int = 0
    runs: int = 0
    recordings: int = 0
    images: int = 0
    shares: int = 0

    def add(self, other: "Removed") -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


def purge_due(now: datetime | None = None, batches: int | None = None) -> Removed:
    """Remove the texts that are older than the retention setting allows; nothing where none is set.

    With `batches`, at most so many short transactions: whoever shares a thread with others calls it again until nothing
    is removed any more.
    """
    days = House.now().retention_days
    return Removed() if days is None else purge_older(days, now, batches)


def purge_older(days: int, now: datetime | None = None, batches: int | None = None) -> Removed:
    """Remove the texts of prompts that were asked more than `days` days ago. Doing it again removes nothing more."""
    now = now or timezone.now()
    before = now - timedelta(days=days)
    total = Removed()
    done = 0
    while batches is None or done < batches:
        ids = list(Prompt.objects.purgeable(before).order_by("created_at").values_list("pk", flat=True)[:BATCH])
        if not ids:
            total.images += _remove_unsent(min(before, now - DRAFT))
            break
        removed = purge(ids, now, spares_favourites=True)
        total.add(removed)
        done += 1
        if not removed.prompts:
            break  # somebody else was quicker
    return total


def due(days: int, now: datetime | None = None) -> Removed:
    """What `purge_older` would remove, as far as it can be counted beforehand: prompts, runs, recordings and shares."""
    before = (now or timezone.now()) - timedelta(days=days)
    prompts = Prompt.objects.purgeable(before)
    return Removed(
        prompts.count(),
        Run.objects.filter(prompt__in=prompts).count(),
        Recording.objects.filter(run__prompt__in=prompts).count(),
        0,
        Share.objects.filter(prompt__in=prompts, revoked_at=None).count(),
    )


def purge(prompt_ids: Collection[UUID], now: datetime | None = None, *, spares_favourites: bool = False) -> Removed:
    """Remove the texts of these prompts and of their runs, in one transaction. Prompts with a run on the way are left
    as they are, and so are those whose texts are gone; with `spares_favourites` also those that have a star by now."""
    now = now or timezone.now()
    if connection.vendor == "sqlite":
        # Removed text is overwritten in the file, also where SQLite was built to leave it in its free pages.
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")
    with transaction.atomic():
        live = Run.objects.live().order_by().values("prompt")
        # Locked in one order, so that two purges of the same prompts wait for each other and not in a circle.
        chosen = Prompt.objects.select_for_update().filter(pk__in=prompt_ids, purged_at=None).order_by("pk")
        if spares_favourites:
            chosen = chosen.filter(is_favourite=False)
        prompts = list(chosen.exclude(pk__in=live))
        ids = [prompt.pk for prompt in prompts]
        used = {prompt.user_id: set[int]() for prompt in prompts}
        for prompt in prompts:
            used[prompt.user_id] |= _images(prompt.messages)
            forgetting.forget(prompt, now)
        runs = _forget_runs(ids)
        recordings, _ = Recording.objects.filter(run__prompt__in=ids).delete()
        shares = Share.objects.filter(prompt__in=ids, revoked_at=None).update(revoked_at=now)
        images = sum(remove_images(user_id, numbers) for user_id, numbers in used.items() if numbers)
        if prompts:
            wiping.wipe_after_commit()
    return Removed(len(prompts), runs, recordings, images, shares)


def _forget_runs(prompt_ids: Collection[UUID]) -> int:
    runs = Run.objects.filter(prompt__in=prompt_ids)
    for pk, validation in list(runs.exclude(validation=None).values_list("pk", "validation")):
        Run.objects.filter(pk=pk).update(validation=forgetting.without_texts({"validation": validation})["validation"])
    return runs.update(**forgetting.RUN)


def _images(stored: Iterable[object]) -> set[int]:
    """The numbers of the images in the stored messages of a prompt."""
    return {number for message in messages.read(stored) for number in message.images}


def remove_images(user_id: int, numbers: Iterable[int]) -> int:
    """Delete those of the user's images that none of his prompts uses any more; how many were. Call it in a transaction."""
    # Only prompts with images are read: the word is a name in the stored JSON, on every database.
    showing = Prompt.objects.annotate(stored=Cast("messages", TextField())).filter(stored__contains='"images"')
    in_use: set[int] = set()
    for stored in showing.filter(user=user_id).values_list("messages", flat=True).iterator():
        in_use |= _images(stored)
    unused = Image.objects.filter(user=user_id, pk__in=set(numbers) - in_use)
    removed, _ = unused.delete()
    if removed:
        wiping.wipe_after_commit()
    return removed


def _remove_unsent(before: datetime) -> int:
    """Delete images that were uploaded before that moment and that no prompt uses: those of forms that were never sent."""
    old = Image.objects.filter(created_at__lt=before)
    removed = 0
    for user_id in list(old.order_by().values_list("user", flat=True).distinct()):
        with transaction.atomic():
            removed += remove_images(user_id, list(old.filter(user=user_id).values_list("pk", flat=True)))
    return removed
