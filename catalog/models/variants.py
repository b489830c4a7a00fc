"""Models: one row is one variant of a vendor's models, and the names it goes by."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from catalog.models.lifecycle import Dates, Status
from catalog.models.sources import BySlug, Vendor
from catalog.models.variant_reads import LanguageModelQuerySet
from catalog.tokenizers.kinds import Kind

LARGEST_CONTEXT = 100_000_000
ID_PART = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._:@+-]*\Z", "An id is made of letters, digits and the signs . _ : @ + and -."
)


class Modality(models.Model):
    """One kind of content a model reads or writes: text, image, file, audio."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=40)

    objects = BySlug()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "modalities"

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class LanguageModel(models.Model):
    """One variant of a vendor's models, such as mistralai/mistral-large-2512, with the vendor's facts about it.

    What a market says of it (price, parameters, limits) belongs to its listings. Where sources disagree the value
    here is the one we show first; each source's own word is an observation.
    """

    class Architecture(models.TextChoices):
        DENSE = "dense", "Dense"
        MIXTURE = "moe", "Mixture of experts"

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="models")
    slug = models.CharField(
        max_length=100, validators=[ID_PART], help_text="The id after the vendor’s name: mistral-large-2512"
    )
    name = models.CharField(max_length=100)
    family = models.CharField(max_length=60, blank=True, db_index=True)
    summary = models.CharField(max_length=300, blank=True, help_text="One sentence for lists and page heads.")
    description = models.TextField(blank=True, help_text="Markdown. Links such as /mistralai/… lead to this catalog.")
    context_length = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Tokens of prompt and answer together.",
        validators=[
            MinValueValidator(
                1, "A context length of zero leaves no room for a prompt. Leave it blank if it is unknown."
            ),
            MaxValueValidator(LARGEST_CONTEXT, f"No model reads more than {LARGEST_CONTEXT:,} tokens. Is this a slip?"),
        ],
    )
    announced_on = models.DateField(
        "announced by vendor", null=True, blank=True, help_text="When the vendor first spoke of it."
    )
    released_on = models.DateField("released by vendor", null=True, blank=True)
    deprecated_on = models.DateField("deprecated by vendor", null=True, blank=True)
    retires_on = models.DateField("retired by vendor", null=True, blank=True)
    called_retired_on = models.DateField(
        "called retired, without a day",
        null=True,
        blank=True,
        help_text="Only where the vendor calls it retired and names no day: the day on which that was read.",
    )
    replacement = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces")
    replacement_name = models.CharField(
        max_length=100,
        blank=True,
        help_text="The vendor’s word for the replacement, kept also when it has no page here.",
    )
    knowledge_cutoff = models.DateField(null=True, blank=True)
    architecture = models.CharField(max_length=10, choices=Architecture.choices, blank=True)
    parameters_total = models.PositiveBigIntegerField(
        "parameters", null=True, blank=True, help_text="675000000000 for 675B"
    )
    parameters_active = models.PositiveBigIntegerField("active parameters", null=True, blank=True)
    licence = models.CharField(max_length=60, blank=True)
    licence_url = models.URLField("licence address", blank=True)
    weights_url = models.URLField("weights address", blank=True)
    tokenizer = models.CharField(
        max_length=20,
        choices=[(kind.value, kind.label) for kind in Kind],
        blank=True,
        help_text="What the vendor’s own tokenizer is; blank where no source says so, and counts are then estimates.",
    )
    input_modalities = models.ManyToManyField(Modality, blank=True, related_name="read_by")
    output_modalities = models.ManyToManyField(Modality, blank=True, related_name="written_by")

    objects = LanguageModelQuerySet.as_manager()

    class Meta:
        verbose_name = "model"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["vendor", "slug"], name="one_model_per_vendor_and_slug"),
            models.CheckConstraint(
                condition=Q(context_length__isnull=True)
                | Q(context_length__gte=1, context_length__lte=LARGEST_CONTEXT),
                name="context_length_is_sane",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, str]:
        return (*self.vendor.natural_key(), self.slug)

    natural_key.dependencies = ["catalog.vendor"]  # type: ignore[attr-defined]

    def get_absolute_url(self) -> str:
        return reverse("catalog:model", args=[self.vendor.slug, self.slug])

    @property
    def public_id(self) -> str:
        return f"{self.vendor.slug}/{self.slug}"

    def main_listing(self) -> Any:
        """The listing whose price and parameters stand for the model, or None; uses prefetched listings."""
        return next((listing for listing in self.listings.all() if listing.is_main), None)

    def dates(self) -> Dates:
        """The days that decide where it stands; uses prefetched listings and absences."""
        listing = self.main_listing()
        return Dates(
            announced_on=self.announced_on,
            released_on=self.released_on,
            deprecated_on=self.deprecated_on,
            retires_on=self.retires_on,
            listed_on=listing.listed_on if listing else None,
            delisted_on=listing.delisted_on if listing else None,
            absences=tuple((gap.from_day, gap.to_day) for gap in listing.absences.all()) if listing else (),
            called_retired_on=self.called_retired_on,
            last_seen_on=listing.last_seen_on if listing else None,
            is_vendors_own=listing.market.vendor_id == self.vendor_id if listing else False,
        )

    def status_on(self, day: date) -> Status:
        """The same rule as `with_status`, for a model whose listings, with their markets, and absences are loaded."""
        return self.dates().status(day)

    def clean(self) -> None:
        errors = {}
        if self.parameters_active and not self.parameters_total:
            errors["parameters_total"] = "Active parameters are part of all parameters: fill in both."
        elif self.parameters_active and self.parameters_total and self.parameters_active > self.parameters_total:
            errors["parameters_active"] = (
                f"Active parameters ({self.parameters_active:,}) cannot exceed all parameters ({self.parameters_total:,})."
            )
        if self.released_on and self.deprecated_on and self.deprecated_on < self.released_on:
            errors["deprecated_on"] = "A model cannot be deprecated before its release."
        if self.released_on and self.retires_on and self.retires_on < self.released_on:
            errors["retires_on"] = "A model cannot retire before its release."
        if errors:
            raise ValidationError(errors)
