"""Provenance: where each fact was read, what an admin has pinned, and what the last import wrote."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models.listings import Listing
from catalog.models.sources import Source
from catalog.models.variants import LanguageModel


class ObservationQuerySet(models.QuerySet["Observation"]):
    def get_by_natural_key(self, vendor: str, slug: str, field: str, source: str, value: str) -> "Observation":
        return self.get(model__vendor__slug=vendor, model__slug=slug, field=field, source__slug=source, value=value)


class Observation(models.Model):
    """What one source said of one field of a model on one day, in the source's own words. Never overwritten."""

    model = models.ForeignKey(LanguageModel, on_delete=models.CASCADE, related_name="observations")
    field = models.CharField(max_length=60, help_text="The field of the model or of its listing, such as released_on.")
    value = models.TextField(help_text="As the source writes it.")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="observations")
    observed_on = models.DateField()
    differs = models.BooleanField(
        "disagrees", default=False, help_text="The source says something else than the value that is shown first."
    )
    note = models.CharField(max_length=300, blank=True)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        ordering = ["field", "-source__authority", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "field", "source", "value"], name="one_observation_per_source_and_value"
            )
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.value[:60]}"

    def natural_key(self) -> tuple[str, ...]:
        return (*self.model.natural_key(), self.field, *self.source.natural_key(), self.value)

    natural_key.dependencies = ["catalog.languagemodel", "catalog.source"]  # type: ignore[attr-defined]


class PinQuerySet(models.QuerySet["Pin"]):
    def of_models(self) -> Self:
        """Pins of the models' own fields, without those of their listings."""
        return self.filter(listing__isnull=True)

    def to_look_at(self) -> Self:
        """Pins that the source has come to agree with or moved away from."""
        return self.exclude(standing=Pin.Standing.HOLDS)

    def set(
        self,
        model: LanguageModel,
        field: str,
        value: str,
        replaced: str,
        reason: str,
        user: Any,
        listing: Listing | None = None,
    ) -> "Pin":
        """Pin a field of a model, or with `listing` one of that listing; a second pin on the same field takes the first
        one's place and keeps what it replaced."""
        pin, created = self.get_or_create(
            model=model,
            listing=listing,
            field=field,
            defaults={"value": value, "replaced": replaced, "reason": reason, "user": user},
        )
        if not created:
            pin.value, pin.reason, pin.user, pin.standing = value, reason, user, Pin.Standing.HOLDS
            pin.save(update_fields=["value", "reason", "user", "standing"])
        return pin


class Pin(models.Model):
    """An admin's value of one field of a model, or of one of its listings (where `price` stands for what it costs). No
    import may overwrite it; remove it to follow the sources again.

    An import notes in `standing` when the source has come to agree with the pin, or has moved on to a third value: both
    are a reason to look at the pin again.
    """

    class Standing(models.TextChoices):
        HOLDS = "holds", "holds"
        AGREED = "agreed", "the source agrees now"
        MOVED = "moved", "the source has moved on"

    model = models.ForeignKey(LanguageModel, on_delete=models.CASCADE, related_name="pins")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, null=True, blank=True, related_name="pins")
    field = models.CharField(max_length=60)
    value = models.TextField(blank=True)
    replaced = models.TextField("value it replaced", blank=True)
    reason = models.CharField(max_length=300)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField(auto_now_add=True)
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.HOLDS, editable=False)
    upstream_value = models.TextField("what the source says now", blank=True, editable=False)
    upstream_on = models.DateField("since", null=True, blank=True, editable=False)
    upstream_source = models.ForeignKey(
        Source, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = PinQuerySet.as_manager()

    class Meta:
        ordering = ["field"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "field"], condition=Q(listing__isnull=True), name="one_pin_per_model_and_field"
            ),
            models.UniqueConstraint(
                fields=["listing", "field"], condition=Q(listing__isnull=False), name="one_pin_per_listing_and_field"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.model}"


class LastWritten(models.Model):
    """What the seed last wrote into one row, field by field: any other current value is a person's and stays."""

    table = models.CharField(max_length=60)
    key = models.CharField(max_length=400, help_text="The row’s natural key as JSON.")
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="one_last_written_per_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
