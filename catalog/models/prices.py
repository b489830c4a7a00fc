"""Price periods: what a listing cost from a day (inclusive) to a day (exclusive). Their lines are rates."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, OuterRef, Q, Subquery, Window
from django.db.models.functions import RowNumber

from catalog import exact, pricing
from catalog.models.listings import Listing
from catalog.models.sources import Source
from catalog.models.variants import LanguageModel


class PricePeriodQuerySet(models.QuerySet["PricePeriod"]):
    def get_by_natural_key(self, market: str, upstream_id: str, currency: str, starts_on: str) -> "PricePeriod":
        return self.get(
            listing__market__slug=market, listing__upstream_id=upstream_id, currency=currency, starts_on=starts_on
        )

    def covering(self, day: date) -> Self:
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))

    def latest_on(self, day: date) -> Self:
        """For each listing and currency the period in force on `day`, or else the last one before it."""
        # Ranked and not asked for by absence of a later one: PostgreSQL would look at every pair of periods.
        place = Window(
            RowNumber(), partition_by=[F("listing"), F("currency")], order_by=[F("starts_on").desc(), F("pk").desc()]
        )
        return self.filter(starts_on__lte=day).annotate(place=place).filter(place=1)

    def in_other_currencies(self, day: date, main_listings: list[int]) -> Self:
        """Of the models of these main listings: the periods in other currencies than USD that speak for `day`, at any
        market, annotated with `main_listing_id`. Two queries."""
        main = Listing.objects.filter(model=OuterRef("listing__model"), is_main=True, pk__in=main_listings)
        found = self.latest_on(day).exclude(currency="USD").annotate(main_listing_id=Subquery(main.values("pk")[:1]))
        found = found.filter(main_listing_id__isnull=False)
        return found.select_related("listing__market", "listing__model").prefetch_related("rates")

    def for_courses(self, main_listings: list[int], day: date) -> Self:
        """Every USD period of these listings that began by `day`, oldest first, with its listing, that one's absences, and its
        rates. Three queries."""
        found = self.filter(listing__in=main_listings, currency="USD", starts_on__lte=day)
        found = found.select_related("listing__market", "listing__model").order_by("listing", "starts_on")
        return found.prefetch_related("rates", "listing__absences")

    def overlapping(self, period: "PricePeriod") -> Self:
        """Other periods of the same listing and currency that share a day with `period`. One that `period` follows
        is none of them: it ends where `period` starts."""
        others = self.filter(listing=period.listing_id, currency=period.currency).exclude(pk=period.pk)
        others = others.exclude(pk__in=self.followed_by(period))
        if period.ends_on:
            others = others.filter(starts_on__lt=period.ends_on)
        return others.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=period.starts_on))

    def followed_by(self, period: "PricePeriod") -> Self:
        """The used, open period that began before `period`: nobody can edit it, so `period` ends it by following."""
        earlier = self.filter(listing=period.listing_id, currency=period.currency, starts_on__lt=period.starts_on)
        return earlier.filter(is_used=True, ends_on__isnull=True).exclude(pk=period.pk)


class PricePeriod(models.Model):
    """What a listing cost between two days. Never edited once a run was priced with it, only followed by another."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="periods")
    model = models.ForeignKey(LanguageModel, on_delete=models.CASCADE, related_name="periods", editable=False)
    currency = models.CharField(
        max_length=3, default="USD", validators=[RegexValidator(r"^[A-Z]{3}$", "Write a currency code, such as USD.")]
    )
    starts_on = models.DateField("from")
    ends_on = models.DateField(
        "to", null=True, blank=True, help_text="The first day it no longer holds; blank while it does."
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="periods")
    discount = models.CharField(
        max_length=20,
        blank=True,
        help_text="The part that the market takes off every rate: 0.25 for a quarter off. Blank: none.",
    )
    note = models.CharField(max_length=200, blank=True)
    is_used = models.BooleanField("used by a run", default=False, editable=False)

    objects = PricePeriodQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "currency", "starts_on"], name="one_period_per_listing_and_start"
            ),
            models.UniqueConstraint(
                fields=["listing", "currency"], condition=Q(ends_on__isnull=True), name="one_open_period_per_listing"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=models.F("starts_on")),
                name="period_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing.upstream_id} from {self.starts_on}"

    def natural_key(self) -> tuple[str, ...]:
        return (*self.listing.natural_key(), self.currency, str(self.starts_on))

    natural_key.dependencies = ["catalog.listing", "catalog.source"]  # type: ignore[attr-defined]

    def covers(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)

    def pricing_rates(self) -> list[pricing.Rate]:
        """The rates after the discount, in the order in which later ones win, ready for `pricing.bill()`."""
        return pricing.discounted([rate.as_pricing() for rate in self.rates.all()], self.discount_share())

    def discount_share(self) -> Decimal:
        """The discount as a part of one; 0 when there is none."""
        return exact.parse_share(self.discount)

    def amount(self, component: str, is_net: bool = True) -> Decimal | None:
        """The unconditional amount per unit, or None when it is unknown or absent; `is_net`: after the discount."""
        rates = self.pricing_rates() if is_net else [rate.as_pricing() for rate in self.rates.all()]
        found = None
        for rate in rates:
            if rate.component == component and rate.condition == pricing.Condition():
                found = rate.amount
        return found

    def clean(self) -> None:
        try:
            self.discount_share()
        except exact.PricingError as error:
            raise ValidationError({"discount": str(error)}) from error
        if not self.starts_on:
            return
        if self.ends_on and self.ends_on <= self.starts_on:
            raise ValidationError({"ends_on": f"The period must end after it starts ({self.starts_on})."})

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """No two periods share a day. Here and not in clean(), as a form that holds all periods checks its own rows."""
        if self.listing_id and self.starts_on and not {"starts_on", "ends_on", "currency"} & set(exclude or ()):
            other = PricePeriod.objects.overlapping(self).first()
            if other is not None:
                raise ValidationError({"starts_on": self.overlap_with(other)})
        super().validate_constraints(exclude)

    def overlap_with(self, other: "PricePeriod") -> str:
        until = f"to {other.ends_on}" if other.ends_on else "on, without an end"
        return f"Overlaps the period from {other.starts_on} {until}. End that one first: a day has one price."

    def save(self, *args: object, **kwargs: object) -> None:
        self.model_id = self.listing.model_id
        with transaction.atomic():
            PricePeriod.objects.followed_by(self).update(ends_on=self.starts_on)
            is_new = self._state.adding
            super().save(*args, **kwargs)
            for rate in [] if is_new else self.rates.all():
                rate.period = self
                rate.save()  # its copy for sorting follows the discount
