"""Aliases: the other names that models go by, and on which days."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet

from catalog.models.variants import LanguageModel


class AliasQuerySet(models.QuerySet["Alias"]):
    def get_by_natural_key(self, name: str, *model: str) -> "Alias":
        """The first of the spans in which the model had this name. Raises DoesNotExist."""
        found = self.filter(name=name, model__vendor__slug=model[0], model__slug=model[1])
        return found.order_by("from_day", "pk")[:1].get()

    def named(self, name: str, day: date) -> "QuerySet[Alias]":
        """Aliases called `name` that hold on `day`."""
        return (
            self.filter(name=name)
            .filter(Q(from_day__isnull=True) | Q(from_day__lte=day))
            .filter(Q(to_day__isnull=True) | Q(to_day__gt=day))
            .select_related("model__vendor")
        )


class Alias(models.Model):
    """Another name of a model, from a day (inclusive) to a day (exclusive) where the days are known."""

    model = models.ForeignKey(LanguageModel, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=120, db_index=True)
    note = models.CharField(max_length=200, blank=True, help_text="Who uses this name.")
    from_day = models.DateField("from", null=True, blank=True)
    to_day = models.DateField("to", null=True, blank=True, help_text="The first day on which it no longer holds.")

    objects = AliasQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "aliases"
        constraints = [
            models.UniqueConstraint(fields=["model", "name", "from_day"], name="one_alias_per_model_name_and_start"),
            models.UniqueConstraint(
                fields=["model", "name"], condition=Q(from_day__isnull=True), name="one_alias_without_a_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, ...]:
        return (self.name, *self.model.natural_key())

    natural_key.dependencies = ["catalog.languagemodel"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        if self.from_day and self.to_day and self.to_day <= self.from_day:
            raise ValidationError({"to_day": "An alias must end after it begins."})
