"""Reads of models: which rows a page finds, and what it learns of each, in a number of queries that does not grow."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from catalog.models.lifecycle import RETIRING_DAYS, Status
from catalog.models.main_prices import amount_of, discount, period_on
from catalog.pricing import Component

if TYPE_CHECKING:
    from catalog.models.variants import LanguageModel


def retired_by(day: date, model: str = "") -> Q:
    """That a model's vendor had retired it by `day`, or had called it retired without a day. `model` leads to the model's
    columns."""
    undated = Q(**{f"{model}retires_on__isnull": True, f"{model}called_retired_on__lte": day})
    return Q(**{f"{model}retires_on__lte": day}) | undated


def over(day: date, listing: str, model: str = "") -> Case:
    """Whether a listing is over on `day`, by the same rule as `lifecycle.is_over`; never NULL. `listing` and `model` lead to
    their columns."""
    retired_on = Coalesce(F(f"{model}retires_on"), F(f"{model}called_retired_on"))
    is_own = Q(**{f"{listing}market__vendor": F(f"{model}vendor")})
    unseen = (
        is_own & (Q(**{f"{listing}last_seen_on__isnull": True}) | Q(**{f"{listing}last_seen_on__lte": retired_on}))
    ) | Q(**{f"{listing}last_seen_on__lt": retired_on})
    return Case(When(retired_by(day, model) & unseen, then=Value(True)), default=Value(False))


class LanguageModelQuerySet(models.QuerySet["LanguageModel"]):
    def get_by_natural_key(self, vendor: str, slug: str) -> "LanguageModel":
        return self.get(vendor__slug=vendor, slug=slug)

    def with_status(self, day: date) -> Self:
        """Annotate `status` on `day`, by the same rule as `lifecycle.status_of`."""
        from catalog.models.absences import Absence
        from catalog.models.listings import Listing

        main = Listing.objects.filter(model=OuterRef("pk"), is_main=True)
        absent = Absence.objects.filter(listing__model=OuterRef("pk"), listing__is_main=True)
        return self.annotate(
            is_delisted=Exists(main.filter(delisted_on__lte=day))
            | Exists(absent.filter(from_day__lte=day, to_day__gt=day)),
            status=Case(
                When(is_delisted=True, then=Value(Status.DELISTED)),
                When(retired_by(day), then=Value(Status.RETIRED)),
                When(
                    Q(deprecated_on__isnull=True) | Q(deprecated_on__lte=day),
                    retires_on__lte=day + timedelta(days=RETIRING_DAYS),
                    then=Value(Status.RETIRING),
                ),
                When(deprecated_on__lte=day, then=Value(Status.DEPRECATED)),
                When(
                    ~Exists(main.filter(listed_on__lte=day))
                    & (
                        Q(released_on__gt=day)
                        | Q(released_on__isnull=True)
                        & (Q(announced_on__isnull=False) | Exists(main.filter(listed_on__gt=day)))
                    ),
                    then=Value(Status.ANNOUNCED),
                ),
                default=Value(Status.ACTIVE),
                output_field=models.CharField(),
            ),
        )

    def with_prices(self, day: date) -> Self:
        """Annotate the main listing's prices on `day`: `input_amount`, `cache_amount`, `output_amount` as exact text
        in USD per token, `price_discount`, and `input_sort`, `output_sort`, `cache_sort` after the discount, for ordering
        and filtering only."""
        return self.alias(period_on_day=period_on(day)).annotate(
            input_amount=amount_of(Component.INPUT),
            cache_amount=amount_of(Component.CACHE_READ),
            output_amount=amount_of(Component.OUTPUT),
            price_discount=discount(),
            input_sort=amount_of(Component.INPUT, "amount_sort"),
            cache_sort=amount_of(Component.CACHE_READ, "amount_sort"),
            output_sort=amount_of(Component.OUTPUT, "amount_sort"),
        )

    def known_by(self, day: date) -> Self:
        """The models that were there on a past day: announced, released, listed or priced by then, or without any such
        day."""
        from catalog.models.listings import Listing
        from catalog.models.prices import PricePeriod

        main = Listing.objects.filter(model=OuterRef("pk"), is_main=True)
        priced = PricePeriod.objects.filter(listing__model=OuterRef("pk"), listing__is_main=True, currency="USD")
        return self.filter(
            Q(announced_on__lte=day)
            | Q(released_on__lte=day)
            | Exists(main.filter(listed_on__lte=day))
            | Exists(priced.filter(starts_on__lte=day))
            | Q(announced_on__isnull=True, released_on__isnull=True)
            & ~Exists(main.filter(listed_on__isnull=False))
            & ~Exists(priced)
        )

    def matching(self, words: list[str]) -> Self:
        """Rows in which every word occurs in a name, an id (with its vendor or without), an alias, the family or a
        description."""
        from catalog.models.aliases import Alias
        from catalog.models.listings import Listing

        found = self
        for word in words:
            vendor, slash, slug = word.partition("/")
            own_id = Q(vendor__slug__iendswith=vendor, slug__istartswith=slug) if slash else Q(slug__icontains=word)
            found = found.filter(
                own_id
                | Q(name__icontains=word)
                | Q(family__icontains=word)
                | Q(description__icontains=word)
                | Q(vendor__name__icontains=word)
                | Exists(Alias.objects.filter(model=OuterRef("pk"), name__icontains=word))
                | Exists(Listing.objects.filter(model=OuterRef("pk"), upstream_id__icontains=word))
            )
        return found

    def reading(self, modality: str) -> Self:
        return self.filter(
            Exists(
                self.model.input_modalities.through.objects.filter(
                    languagemodel=OuterRef("pk"), modality__slug=modality
                )
            )
        )

    def supporting(self, parameter: str) -> Self:
        from catalog.models.listings import Parameter

        return self.filter(
            Exists(
                Parameter.objects.filter(
                    listing__model=OuterRef("pk"), listing__is_main=True, name=parameter, is_unsupported=False
                )
            )
        )

    def for_table(self, day: date) -> Self:
        """Rows of the table on `day`: status, prices, main listing's day, modalities. Three queries however many rows."""
        from catalog.models.listings import Listing

        main = Listing.objects.filter(model=OuterRef("pk"), is_main=True)
        return (
            self.select_related("vendor")
            .prefetch_related("input_modalities")
            .with_status(day)
            .with_prices(day)
            .annotate(listed_on=Subquery(main.values("listed_on")[:1]))
        )

    def for_page(self) -> Self:
        """Everything a model's own page or a comparison shows of its models, in a fixed number of queries."""
        from catalog.models.provenance import Pin

        return self.select_related("vendor", "replacement__vendor").prefetch_related(
            "input_modalities",
            "output_modalities",
            "aliases",
            "listings__market",
            "listings__absences",
            "listings__periods__rates",
            "listings__periods__source",
            "listings__parameters__source",
            "observations__source",
            Prefetch("pins", Pin.objects.select_related("user", "upstream_source", "listing__market")),
        )

    def by_ids(self, ids: list[str]) -> list["LanguageModel"]:
        """The models with these `vendor/slug` ids, in the order of the list; unknown ids are left out."""
        wanted = Q(pk__in=[])
        for model_id in ids:
            vendor, _, slug = model_id.partition("/")
            wanted |= Q(vendor__slug=vendor, slug=slug)
        found = {model.public_id: model for model in self.filter(wanted)}
        return [found[model_id] for model_id in dict.fromkeys(ids) if model_id in found]
