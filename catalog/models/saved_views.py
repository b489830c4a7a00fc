"""Saved views of the table: an address under a name of one's own."""

from typing import Any, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models, transaction

MOST_SAVED = 50


class TooManyViews(Exception):
    """Nobody keeps more than `MOST_SAVED` views; the message is a sentence for a person."""


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def of(self, user: Any) -> Self:
        return self.filter(user=user) if user.is_authenticated else self.none()

    def keep(self, user: Any, name: str, query: str) -> tuple["SavedView", bool]:
        """Save a view under this name; one of the same name takes the new address. Raises TooManyViews."""
        with transaction.atomic():
            # Of two saves at once the second waits here, so that neither passes the limit unseen.
            get_user_model().objects.select_for_update().get(pk=user.pk)
            kept = self.filter(user=user)
            if not kept.filter(name=name).exists() and kept.count() >= MOST_SAVED:
                raise TooManyViews(f"You keep {MOST_SAVED} views already. Remove one to keep another.")
            return self.update_or_create(user=user, name=name, defaults={"query": query})


class SavedView(models.Model):
    """One person's view of the table: its query string, without the page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1500, blank=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="one_view_per_user_and_name")]

    def __str__(self) -> str:
        return self.name
