"""Workload profiles that people keep: the fields of the costs page under a name of their own."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction

MOST_KEPT = 50


class TooManyProfiles(Exception):
    """Nobody keeps more than `MOST_KEPT` profiles; the message is a sentence for a person."""


class WorkloadProfileQuerySet(models.QuerySet["WorkloadProfile"]):
    def of(self, user: Any) -> Self:
        return self.filter(user=user) if user.is_authenticated else self.none()

    def keep(self, user: Any, name: str, fields: dict[str, Any]) -> tuple["WorkloadProfile", bool]:
        """Save a profile under this name; one of the same name takes the new figures. Returns it, and whether it is new.

        Raises TooManyProfiles.
        """
        with transaction.atomic():
            # Of two saves at once the second waits here, so that neither passes the limit unseen.
            get_user_model().objects.select_for_update().get(pk=user.pk)
            kept = self.filter(user=user)
            if not kept.filter(name=name).exists() and kept.count() >= MOST_KEPT:
                raise TooManyProfiles(f"You keep {MOST_KEPT} profiles already. Remove one to keep another.")
            return self.update_or_create(user=user, name=name, defaults=fields)


class WorkloadProfile(models.Model):
    """One person's named workload. `cached` is as it was written: a count of tokens or a share such as 40%."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="workload_profiles")
    name = models.CharField(max_length=60)
    prompt_tokens = models.PositiveBigIntegerField()
    cached = models.CharField(max_length=20, blank=True)
    completion_tokens = models.PositiveBigIntegerField()
    requests = models.PositiveBigIntegerField()
    per = models.CharField(max_length=5, choices=[("day", "day"), ("month", "month")], default="day")
    is_batch = models.BooleanField("as a batch", default=False)

    objects = WorkloadProfileQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_profile_per_user_and_name")]

    def __str__(self) -> str:
        return self.name
