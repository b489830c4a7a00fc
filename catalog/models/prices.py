"""Price periods and their rates: what a listing cost from a day (inclusive) to a day (exclusive).

Amounts are the exact decimal text of the source, in the period's currency per unit (per token, not per million);
blank means that the source does not know. `amount_sort` is a rounded copy for ordering and filtering in SQL only.
"""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from catalog import exact, pricing
from catalog.models.listings import Listing
from catalog.models.sources import Source
from catalog.models.variants import LanguageModel

DEAREST_TOKEN = Decimal("0.01")  # $10,000 per million: a hundred times the dearest model ever listed
DEAREST_OTHER = Decimal(100)  # per request, image or search


class PricePeriodQuerySet(models.QuerySet["PricePeriod"]):
    def get_by_natural_key(self, market: str, upstream_id: str, currency: str, starts_on: str) -> "PricePeriod":
        return self.get(
            listing__market__slug=market, listing__upstream_id=upstream_id, currency=currency, starts_on=starts_on
        )

    def covering(self, day: date) -> Self:
        return self.filter(starts_on__lte=day).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=day))

    def latest_on(self, day: date) -> Self:
        """For each listing and currency the period in force on `day`, or else the last one before it."""
        later = PricePeriod.objects.filter(
            listing=OuterRef("listing"),
            currency=OuterRef("currency"),
            starts_on__gt=OuterRef("starts_on"),
            starts_on__lte=day,
        )
        return self.filter(~Exists(later), starts_on__lte=day)

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
        """The rates in the order in which later ones win, ready for `pricing.bill()`."""
        return [rate.as_pricing() for rate in self.rates.all()]

    def amount(self, component: str) -> Decimal | None:
        """The unconditional amount per unit, or None when it is unknown or absent."""
        found = None
        for rate in self.rates.all():
            if rate.component == component and not rate.is_conditional:
                found = exact.parse_amount(rate.amount)
        return found

    def clean(self) -> None:
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
            super().save(*args, **kwargs)


class RateQuerySet(models.QuerySet["Rate"]):
    def get_by_natural_key(self, market: str, upstream_id: str, currency: str, starts_on: str, position: int) -> "Rate":
        return self.get(
            period=PricePeriod.objects.get_by_natural_key(market, upstream_id, currency, starts_on), position=position
        )

    def for_costs(self, day: date) -> "QuerySet[Rate, tuple[Any, ...]]":
        """The USD rates of main listings that speak for `day`, in the order in which later ones win, as plain tuples: the
        listing, the end of the period, component, amount, and the condition. One query."""
        periods = PricePeriod.objects.latest_on(day).filter(currency="USD", listing__is_main=True)
        return (
            self.filter(period__in=periods)
            .order_by("period", "position")
            .values_list(
                "period__listing_id",
                "period__ends_on",
                "component",
                "amount",
                "is_conditional",
                "over_prompt_tokens",
                "utc_start",
                "utc_end",
                "is_batch",
                "unknown_condition",
            )
        )

    def in_force_on(self, day: date) -> Self:
        return self.filter(period__starts_on__lte=day).filter(
            Q(period__ends_on__isnull=True) | Q(period__ends_on__gt=day)
        )


class Rate(models.Model):
    """One line of a price period: an exact amount per unit of a component, and the condition under which it applies."""

    class Component(models.TextChoices):
        INPUT = "input", "Input, per token"
        CACHE_READ = "cache_read", "Cached input, per token"
        CACHE_WRITE = "cache_write", "Cache write, per token"
        OUTPUT = "output", "Output, per token"
        REASONING = "reasoning", "Reasoning, per token"
        REQUEST = "request", "Request, each"
        IMAGE = "image", "Image, each"
        WEB_SEARCH = "web_search", "Web search, each"

    period = models.ForeignKey(PricePeriod, on_delete=models.CASCADE, related_name="rates")
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Of several that apply, the highest position wins."
    )
    component = models.CharField(max_length=12, choices=Component.choices)
    amount = models.CharField(
        "amount per unit",
        max_length=40,
        blank=True,
        help_text="Exact, in the period’s currency. Blank: not known. 0: free.",
    )
    amount_sort = models.DecimalField(max_digits=24, decimal_places=18, null=True, editable=False)
    over_prompt_tokens = models.PositiveIntegerField(
        null=True, blank=True, help_text="Applies above this many prompt tokens."
    )
    utc_start = models.TimeField("from UTC", null=True, blank=True)
    utc_end = models.TimeField("to UTC", null=True, blank=True, help_text="Exclusive; may be past midnight.")
    is_batch = models.BooleanField("batch only", default=False)
    unknown_condition = models.CharField(
        max_length=200, blank=True, help_text="A condition that Windrose cannot judge."
    )
    is_conditional = models.BooleanField(default=False, editable=False)

    objects = RateQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["period", "position"], name="one_rate_per_period_and_position"),
            models.CheckConstraint(
                condition=Q(amount_sort__isnull=True) | Q(amount_sort__gte=0, amount_sort__lte=DEAREST_OTHER),
                name="rate_amount_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_component_display()}: {self.amount or 'not known'}"

    def natural_key(self) -> tuple[str | int, ...]:
        return (*self.period.natural_key(), self.position)

    natural_key.dependencies = ["catalog.priceperiod"]  # type: ignore[attr-defined]

    def as_pricing(self) -> pricing.Rate:
        condition = pricing.Condition(
            over_prompt_tokens=self.over_prompt_tokens,
            utc_start=self.utc_start,
            utc_end=self.utc_end,
            batch=self.is_batch,
            unknown=self.unknown_condition,
        )
        return pricing.Rate(pricing.Component(self.component), exact.parse_amount(self.amount), condition)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        try:
            check_amount(self.component, exact.parse_amount(self.amount))
        except exact.PricingError as error:
            errors["amount"] = str(error)
        if (self.utc_start is None) != (self.utc_end is None):
            errors["utc_end"] = "A window of hours needs both its start and its end."
        if errors:
            raise ValidationError(errors)

    def save(self, *args: object, **kwargs: object) -> None:
        amount = exact.parse_amount(self.amount)
        check_amount(self.component, amount)
        self.amount_sort = amount
        self.is_conditional = self.as_pricing().condition != pricing.Condition()
        super().save(*args, **kwargs)


def check_amount(component: str, amount: Decimal | None) -> None:
    """Refuse, with a sentence, an amount per unit that can only be a slip of the unit."""
    if amount is None:
        return
    if component in pricing.PER_TOKEN and amount > DEAREST_TOKEN:
        raise exact.PricingError(
            f"{exact.plain(amount)} per token is ${exact.plain(exact.per_million(amount))} per million tokens. "
            "Was a price per million written as a price per token?"
        )
    if component not in pricing.PER_TOKEN and amount > DEAREST_OTHER:
        raise exact.PricingError(f"{exact.plain(amount)} each is absurd. The most that is accepted is {DEAREST_OTHER}.")
