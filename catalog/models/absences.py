"""Absences: the days between which a market did not list a model that it listed before and again afterwards."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from catalog.models.listings import Listing


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def get_by_natural_key(self, market: str, upstream_id: str, from_day: str) -> "Absence":
        return self.get(listing__market__slug=market, listing__upstream_id=upstream_id, from_day=from_day)


class Absence(models.Model):
    """A gap in a listing, from a day (inclusive) to a day (exclusive). One that still lasts is `Listing.delisted_on`."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="absences")
    from_day = models.DateField("from", help_text="The first day on which the market did not list it.")
    to_day = models.DateField("back on", help_text="The first day on which it was listed again, as far as known.")
    note = models.CharField(max_length=200, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["from_day"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "from_day"], name="one_absence_per_listing_and_start"),
            models.CheckConstraint(condition=Q(to_day__gt=F("from_day")), name="absence_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.listing.upstream_id} not listed from {self.from_day} to {self.to_day}"

    def natural_key(self) -> tuple[str, ...]:
        return (*self.listing.natural_key(), str(self.from_day))

    natural_key.dependencies = ["catalog.listing"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        if self.from_day and self.to_day and self.to_day <= self.from_day:
            raise ValidationError({"to_day": "A gap must end after it begins."})
