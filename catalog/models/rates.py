"""Rates: the lines of a price period.

Amounts are the exact decimal text of the source, in the period's currency per unit (per token and not per million, per page
and not per thousand); blank means that the source does not know. `amount_sort` is a rounded copy for ordering and filtering in
SQL only.
"""

from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet

from catalog import exact, pricing
from catalog.models.prices import PricePeriod
from catalog.sane import DEAREST_OTHER, check_amount


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
            self.filter(period__in=periods.values("pk"))
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
                "period__discount",
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
        INPUT_AUDIO = "input_audio", "Audio input, per token"
        OUTPUT_AUDIO = "output_audio", "Audio output, per token"
        OUTPUT_IMAGE = "output_image", "Image output, per token"
        IMAGE = "image", "Image, each"
        WEB_SEARCH = "web_search", "Web search, each"
        PAGE = "page", "Page, each"
        ANNOTATED = "annotated", "Annotated page, each"
        AUDIO_MINUTE = "audio_minute", "Audio, per minute"
        CHARACTER = "character", "Text read aloud, per character"

    period = models.ForeignKey(PricePeriod, on_delete=models.CASCADE, related_name="rates")
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Of several that apply, the highest position wins."
    )
    component = models.CharField(
        max_length=12, choices=Component.choices, help_text="What is charged for, and the unit that the amount is for."
    )
    amount = models.CharField(
        "amount per unit",
        max_length=40,
        blank=True,
        help_text="Exact, in the period’s currency, for one unit: $4 per 1,000 pages is 0.004. Blank: not known. 0: free.",
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

    def compute(self) -> "Rate":
        """Fill in the columns that follow from the others. Raises exact.PricingError for an amount that is a slip."""
        amount = exact.parse_amount(self.amount)
        check_amount(self.component, amount)
        self.amount_sort = None if amount is None else amount * (1 - self.period.discount_share())
        self.is_conditional = self.as_pricing().condition != pricing.Condition()
        return self

    def save(self, *args: object, **kwargs: object) -> None:
        self.compute()
        super().save(*args, **kwargs)

    @classmethod
    def from_pricing(cls, rate: pricing.Rate, period: PricePeriod, position: int) -> "Rate":
        """An unsaved row that holds the same as `rate`."""
        condition = rate.condition
        return cls(
            period=period,
            position=position,
            component=rate.component.value,
            amount="" if rate.amount is None else exact.plain(rate.amount),
            over_prompt_tokens=condition.over_prompt_tokens,
            utc_start=condition.utc_start,
            utc_end=condition.utc_end,
            is_batch=condition.batch,
            unknown_condition=condition.unknown[:200],
        ).compute()
