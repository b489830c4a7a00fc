"""Listings: a model as one market sells it, with the request parameters it takes there."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from catalog.models.lifecycle import first_retired, is_over
from catalog.models.sources import Market, Source
from catalog.models.variants import LARGEST_CONTEXT, LanguageModel

PLAYED_AT = "openrouter"  # the market whose ids the playground's upstream understands


class ListingQuerySet(models.QuerySet["Listing"]):
    def get_by_natural_key(self, market: str, upstream_id: str) -> "Listing":
        return self.get(market__slug=market, upstream_id=upstream_id)

    def main(self) -> Self:
        """One listing for each model: the one whose price and parameters stand for it."""
        return self.filter(is_main=True)

    def for_playground(self, markets: Iterable[str] = (PLAYED_AT,)) -> Self:
        """Listings of `markets` that a prompt can be sent to: at the main market those that stand for their model, elsewhere
        all. With prices, parameters (also those of the model's main listing) and what the model reads: ten queries however
        many rows."""
        asked = set(markets)
        found = Q(market__slug__in=asked - {PLAYED_AT})
        if PLAYED_AT in asked:
            found |= Q(market__slug=PLAYED_AT, is_main=True)
        chatting = self.filter(found, has_chat_completions=True).with_prices()
        return chatting.prefetch_related(
            "parameters__source", "model__input_modalities", "model__listings__parameters__source"
        ).order_by("model__name", "-is_main", "market")

    def for_costs(self, model_ids: list[str], day: date) -> QuerySet["Listing", tuple[Any, ...]]:
        """Of each main listing, or of those of the models with these ids: pk, vendor, slug, name, the days that decide
        its status (announced, released, deprecated, retired, called retired, listed, delisted) and whether it was absent
        on `day`, its market, whether that is its vendor's own and when it was last seen there, its tokenizer, its context
        here and by its vendor, and whether it writes something that is no text. Plain tuples, one query."""
        from catalog.models.absences import Absence

        found = self.main()
        if model_ids:
            wanted = Q(pk__in=[])
            for model_id in model_ids:
                vendor, _, slug = model_id.partition("/")
                wanted |= Q(model__vendor__slug=vendor, model__slug=slug)
            found = found.filter(wanted)
        absences = Absence.objects.filter(listing=OuterRef("pk"), from_day__lte=day, to_day__gt=day)
        written = LanguageModel.output_modalities.through.objects.filter(languagemodel=OuterRef("model"))
        no_text = Exists(written) & ~Exists(written.filter(modality__slug="text"))
        return found.order_by().values_list(
            "pk",
            "model__vendor__slug",
            "model__slug",
            "model__name",
            "model__announced_on",
            "model__released_on",
            "model__deprecated_on",
            "model__retires_on",
            "model__called_retired_on",
            "listed_on",
            "delisted_on",
            Exists(absences),
            "market__name",
            Case(When(market__vendor=F("model__vendor"), then=True), default=False),
            "last_seen_on",
            "model__tokenizer",
            "context_length",
            "model__context_length",
            no_text,
        )

    def for_map(self, listings: list[int]) -> QuerySet["Listing", tuple[Any, ...]]:
        """Of these listings: pk, the context length here and as the vendor tells it, and the vendor's release day. Plain
        tuples, one query."""
        found = self.filter(pk__in=listings).order_by()
        return found.values_list("pk", "context_length", "model__context_length", "model__released_on")

    def writing(self, modality: str) -> set[int]:
        """The main listings of the models that write this. One query."""
        return set(self.main().filter(model__output_modalities__slug=modality).order_by().values_list("pk", flat=True))

    def taking(self, parameter: str) -> set[int]:
        """The main listings that take this request parameter, as the source of the highest authority says. One query."""
        said = Parameter.objects.filter(listing__is_main=True, name=parameter).order_by("source__authority", "pk")
        spoken = dict(said.values_list("listing", "is_unsupported"))
        return {listing for listing, is_unsupported in spoken.items() if not is_unsupported}

    def with_prices(self) -> Self:
        """With model, market, price periods and rates: four queries however many rows."""
        return self.select_related("model__vendor", "market").prefetch_related("periods__rates", "periods__source")


class Listing(models.Model):
    """A model as one market sells it: the id it has there, since when, with which limits."""

    model = models.ForeignKey(LanguageModel, on_delete=models.CASCADE, related_name="listings")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="listings")
    upstream_id = models.CharField("id at the market", max_length=150)
    name = models.CharField("name at the market", max_length=150, blank=True)
    is_main = models.BooleanField(
        "stands for the model", default=True, help_text="Lists and costs use this listing’s price and parameters."
    )
    listed_on = models.DateField("listed since", null=True, blank=True)
    last_seen_on = models.DateField("last seen", null=True, blank=True)
    delisted_on = models.DateField("delisted", null=True, blank=True)
    context_length = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1, "A context length of zero leaves no room for a prompt.")],
    )
    max_completion_tokens = models.PositiveIntegerField(
        "maximum output tokens",
        null=True,
        blank=True,
        validators=[MinValueValidator(1, "Leave it blank if it is unknown.")],
    )
    misses = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="On how many days in a row imports did not find it."
    )
    missed_on = models.DateField("first missed", null=True, blank=True, editable=False)
    expires_on = models.DateField(
        "ends at the market", null=True, blank=True, help_text="The day on which the market says that it will end."
    )
    canonical_slug = models.CharField(
        max_length=150, blank=True, help_text="The market’s permanent, dated name for it, where it has one."
    )
    weekly_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    has_chat_completions = models.BooleanField("answers chat completions", default=True)
    has_responses = models.BooleanField("answers the Responses API", default=False)
    stop_ends_billing = models.BooleanField(
        null=True, blank=True, help_text="Whether closing the connection ends billing, as far as known."
    )

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ["-is_main", "market", "upstream_id"]
        constraints = [
            models.UniqueConstraint(fields=["market", "upstream_id"], name="one_listing_per_market_and_id"),
            models.UniqueConstraint(fields=["model"], condition=Q(is_main=True), name="one_main_listing_per_model"),
            models.CheckConstraint(
                condition=Q(context_length__isnull=True)
                | Q(context_length__gte=1, context_length__lte=LARGEST_CONTEXT),
                name="listing_context_length_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.upstream_id} at {self.market}"

    def natural_key(self) -> tuple[str, ...]:
        return (*self.market.natural_key(), self.upstream_id)

    natural_key.dependencies = ["catalog.market"]  # type: ignore[attr-defined]

    def is_over_on(self, day: date) -> bool:
        """Whether it counts as ended on `day` because the model's vendor has retired it: `lifecycle.is_over`. Reads the loaded
        model and market."""
        model = self.model
        retired_on = first_retired(model.retires_on, model.called_retired_on)
        return is_over(day, retired_on, self.last_seen_on, self.is_vendors_own())

    def is_vendors_own(self) -> bool:
        """Whether its market is that of the model's own vendor."""
        return bool(self.market.vendor_id == self.model.vendor_id)

    def is_listed_on(self, day: date) -> bool:
        """Whether it is there on `day`, so far as known; one whose first day nobody noted was always there. Reads the loaded
        absences."""
        if (self.listed_on and self.listed_on > day) or (self.delisted_on and self.delisted_on <= day):
            return False
        return not self.is_over_on(day) and not self.is_absent_on(day)

    def is_absent_on(self, day: date) -> bool:
        """Whether it was away on `day`, between two times at which it was there. Reads the loaded absences."""
        return any(gap.from_day <= day < gap.to_day for gap in self.absences.all())

    def period_on(self, day: date, currency: str = "USD"):
        """The price period in force on `day`, or None; reads loaded periods and makes no query of its own."""
        return next(
            (period for period in self.periods.all() if period.currency == currency and period.covers(day)), None
        )

    def price_on(self, day: date):
        """The USD price that a request on `day` is priced with: the one in force, or where the market sells it no more the
        last one; None where neither is known. Reads loaded periods."""
        if self.delisted_on is None or self.delisted_on > day:
            return self.period_on(day)
        known = [period for period in self.periods.all() if period.currency == "USD" and period.starts_on <= day]
        return max(known, key=lambda period: period.starts_on, default=None)

    def is_played(self) -> bool:
        """Whether the playground has it on offer; `ListingQuerySet.for_playground` has the same rule for many rows."""
        return self.is_main and self.has_chat_completions and self.market.slug == PLAYED_AT

    def context_limit(self) -> int | None:
        """Tokens of prompt and answer together at this market."""
        return self.context_length or self.model.context_length

    def effective_parameters(self) -> dict[str, "Parameter"]:
        """What speaks for each parameter name: the row of the source with the highest authority. Unsupported ones are in."""
        chosen: dict[str, Parameter] = {}
        for parameter in sorted(self.parameters.all(), key=lambda row: row.source.authority):
            chosen[parameter.name] = parameter
        return {name: chosen[name] for name in sorted(chosen)}

    def clean(self) -> None:
        if self.listed_on and self.delisted_on and self.delisted_on < self.listed_on:
            raise ValidationError({"delisted_on": "A listing cannot end before it begins."})


class ParameterQuerySet(models.QuerySet["Parameter"]):
    def get_by_natural_key(self, market: str, upstream_id: str, source: str, name: str) -> "Parameter":
        return self.get(listing__market__slug=market, listing__upstream_id=upstream_id, source__slug=source, name=name)


class Parameter(models.Model):
    """What one source says of one request parameter of a listing."""

    class Kind(models.TextChoices):
        INTEGER = "integer", "integer"
        FLOAT = "float", "float"
        NUMBER = "number", "number"
        BOOLEAN = "boolean", "boolean"
        STRING = "string", "string"
        ARRAY = "array", "array"
        MAP = "map", "map"
        ONE_OF = "one of", "one of"
        STRING_OR_OBJECT = "string or object", "string or object"

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="parameters")
    model = models.ForeignKey(LanguageModel, on_delete=models.CASCADE, related_name="parameters", editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="parameters")
    name = models.SlugField(max_length=60)
    kind = models.CharField("type", max_length=20, choices=Kind.choices)
    default = models.CharField(
        max_length=60, blank=True, help_text="As the source writes it; blank where it shows none."
    )
    minimum = models.CharField(max_length=20, blank=True)
    maximum = models.CharField(max_length=20, blank=True)
    description = models.TextField(blank=True)
    is_required = models.BooleanField("required", default=False)
    is_deprecated = models.BooleanField("deprecated", default=False)
    replaced_by = models.CharField(max_length=60, blank=True)
    is_unsupported = models.BooleanField("unsupported", default=False)

    objects = ParameterQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "source", "name"], name="one_row_per_listing_source_and_parameter"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, ...]:
        return (*self.listing.natural_key(), *self.source.natural_key(), self.name)

    natural_key.dependencies = ["catalog.listing", "catalog.source"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        errors = {}
        bounds = {}
        for field in ("minimum", "maximum"):
            text = getattr(self, field)
            try:
                bounds[field] = float(text) if text else None
            except ValueError:
                errors[field] = f"“{text}” is not a number."
        if not errors and None not in bounds.values() and bounds["minimum"] > bounds["maximum"]:
            errors["maximum"] = f"The maximum ({self.maximum}) is below the minimum ({self.minimum})."
        if self.replaced_by and not self.is_deprecated:
            errors["is_deprecated"] = f"A parameter that is replaced by {self.replaced_by} is deprecated: say so."
        if errors:
            raise ValidationError(errors)

    def save(self, *args: object, **kwargs: object) -> None:
        self.model_id = self.listing.model_id
        super().save(*args, **kwargs)
