"""Prompts: what one person asked, of how many models it may be."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.urls import reverse


class PromptQuerySet(models.QuerySet["Prompt"]):
    def of(self, user: Any) -> Self:
        """The prompts that `user` may see: his own."""
        return self.filter(user=user)

    def for_board(self) -> Self:
        """With the runs of the board in their order and their holds: three queries."""
        return self.prefetch_related("runs__hold", "runs__listing__model__vendor")

    def for_history(self) -> Self:
        return self.prefetch_related("runs").order_by("-created_at")


class Prompt(models.Model):
    """What was asked: messages and parameters, under one idempotency key, so that a second click is the same prompt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="prompts")
    key = models.CharField("idempotency key", max_length=64)
    system = models.TextField("system prompt", blank=True)
    text = models.TextField("prompt")
    parameters = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = PromptQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_prompt_per_user_and_key")]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return reverse("playground:board", args=[self.pk])

    def is_live(self) -> bool:
        """Whether any of its runs has not reached its end; reads loaded runs."""
        return any(not run.is_over for run in self.runs.all())
