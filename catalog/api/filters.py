"""Which models a query of the API asks for, and in which order.

The parameters are OpenRouter's, where this catalog has the facts to honour them. A parameter that it cannot honour is
refused in a sentence and not passed over: a list that looks filtered and is not would be a wrong answer.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.http import QueryDict
from ninja import Field, Schema
from pydantic import ConfigDict, ValidationInfo, field_validator

from catalog.api import rows
from catalog.api.described import without_null
from catalog.api.errors import Refused
from catalog.api.patterns import DOLLARS, LINE, NAMES, PHRASES, SOME_STATUSES
from catalog.models import Absence, Endpoint, LanguageModel, Listing, Parameter
from catalog.models.variant_reads import over
from catalog.models.variants import LARGEST_CONTEXT

PAGE = 500
MOST_ROWS = 1000
MOST_WORDS = 8
NOT_KEPT = frozenset(  # OpenRouter's, on facts that nobody here measures or keeps
    {
        *("category", "distillable", "zdr", "region", "use_rss", "use_rss_chat_links"),
        *(f"{end}_{what}_index" for end in ("min", "max") for what in ("intelligence", "coding", "agentic")),
        *("min_tool_success_rate", "max_tool_success_rate"),
    }
)
Dollars = Annotated[str, Field(pattern=DOLLARS)]
NameList = Annotated[str, Field(pattern=NAMES)]
Sort = Literal["newest", "pricing-low-to-high", "pricing-high-to-low", "context-high-to-low", "top-weekly"]


class Filters(Schema):
    """Which models to list."""

    model_config = ConfigDict(json_schema_extra=without_null)

    q: str | None = Field(
        None, min_length=1, max_length=100, pattern=LINE, description="Words that a name, id or description has."
    )
    supported_parameters: NameList | None = Field(None, description="Comma-separated; a model takes all of them.")
    input_modalities: NameList | None = Field(None, description="Comma-separated; a model reads all of them.")
    output_modalities: NameList | None = Field(
        None,
        description="Comma-separated; a model writes one of them. `all` for every model. When absent: text, with the "
        "models of which no source says what they write.",
    )
    context: int | None = Field(None, ge=0, le=LARGEST_CONTEXT, description="The least context length, in tokens.")
    min_price: Dollars | None = Field(None, description="The least input price, in USD per million tokens.")
    max_price: Dollars | None = Field(None, description="The highest input price, in USD per million tokens.")
    min_output_price: Dollars | None = Field(None, description="The least output price, in USD per million tokens.")
    max_output_price: Dollars | None = Field(None, description="The highest output price, in USD per million tokens.")
    min_age_days: int | None = Field(None, ge=0, le=40_000, description="Days since `created`, at least.")
    max_age_days: int | None = Field(None, ge=0, le=40_000, description="Days since `created`, at most.")
    arch: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        pattern=LINE,
        description="A family of models or its first words, such as Devstral or Mistral Large.",
    )
    model_authors: NameList | None = Field(None, description="Comma-separated vendors, such as mistralai.")
    providers: str | None = Field(
        None, pattern=PHRASES, description="Comma-separated provider names, as the endpoints call writes them."
    )
    status: str | None = Field(
        None,
        pattern=SOME_STATUSES,
        description="Windrose’s own: comma-separated words out of announced, active, deprecated, retiring, retired and "
        "delisted, or `all`. When absent: what a market lists today.",
    )

    @field_validator("*", mode="before")
    @classmethod
    def take_blank_for_absent(cls, value: Any, field: ValidationInfo) -> Any:
        """Forms send the fields that were left blank, too, and people write a space after a comma."""
        if not isinstance(value, str) or field.field_name == "q":
            return None if value == "" else value
        return ",".join(part.strip() for part in value.split(",")) or None

    @classmethod
    def check_names(cls, query: QueryDict) -> None:
        """Refuse parameters that nobody reads. Raises Refused."""
        for name in query:
            if name in NOT_KEPT:
                raise Refused(400, f"{name}: this catalog keeps no such fact of its models and cannot choose by it.")
            if name not in cls.model_fields:
                known = ", ".join(cls.model_fields)
                raise Refused(400, f"There is no parameter “{name[:60]}”. There are {known}.")


class ModelsQuery(Filters):
    """Which models to list, in which order, and which part of the list."""

    sort: Sort | None = Field(
        None,
        description="Newest first when absent. Prices are the mean of input and output; models without the figure that "
        "is sorted by come last.",
    )
    offset: int | None = Field(None, ge=0, le=10**9, description="How many to pass over.")
    limit: int | None = Field(
        None, ge=1, le=MOST_ROWS, description="How many to list; 500 when only `offset` is given, all when neither is."
    )

    @property
    def is_paged(self) -> bool:
        return self.offset is not None or self.limit is not None

    def page(self) -> slice:
        first = self.offset or 0
        return slice(first, first + (self.limit or PAGE)) if self.is_paged else slice(None)


def found_by(query: Filters, day: date) -> QuerySet[LanguageModel]:
    """The models that a query finds, each joined with its main listing; in no order."""
    models = rows.sold()
    if query.status is None:
        models = models.filter(on_sale(day))
    elif query.status != "all":
        models = models.with_status(day).filter(status__in=query.status.split(","))
    if query.q:
        models = models.matching(query.q.split()[:MOST_WORDS])
    for number, name in enumerate(split(query.supported_parameters)):
        models = models.alias(**{f"lacks_{number}": lacking(name)}).filter(**{f"lacks_{number}": False})
    for slug in split(query.input_modalities):
        models = models.reading(slug)
    models = models.filter(writing(query.output_modalities or "text"))
    if query.context is not None:
        models = models.annotate(room=Coalesce("sold__context_length", "context_length"))
        models = models.filter(room__gte=query.context)
    models = models.filter(aged(query, day))
    if query.arch:
        models = models.filter(Q(family__iexact=query.arch) | Q(family__istartswith=f"{query.arch} "))
    if query.model_authors:
        models = models.filter(vendor__slug__in=split(query.model_authors))
    if query.providers:
        models = models.filter(served_by(split(query.providers), day))
    return costing(models, query, day)


def ordered(models: QuerySet[LanguageModel], sort: str | None, day: date) -> QuerySet[LanguageModel]:
    """In the order asked for; what has no figure to sort by comes last."""
    created = Coalesce("sold__listed_on", "released_on")
    if sort and sort.startswith("pricing"):
        mean = F("input_sort") + F("output_sort")  # twice the mean, which sorts alike
        first = mean.asc(nulls_last=True) if sort == "pricing-low-to-high" else mean.desc(nulls_last=True)
        models = models.with_prices(day)
    elif sort == "context-high-to-low":
        first = Coalesce("sold__context_length", "context_length").desc(nulls_last=True)
    elif sort == "top-weekly":
        first = F("sold__weekly_tokens").desc(nulls_last=True)
    else:
        first = created.desc(nulls_last=True)
    return models.order_by(first, created.desc(nulls_last=True), "vendor__slug", "slug")


def on_sale(day: date) -> Q:
    """Listed by a market on `day` and neither delisted nor only announced: the statuses of `lifecycle.status_of` but two,
    in words of the join, which read ten thousand models faster. What ended with its retirement, as far as anybody knows, is
    none of them."""
    there = Q(sold__listed_on__isnull=True) & (
        Q(released_on__lte=day) | Q(released_on__isnull=True, announced_on__isnull=True)
    )
    is_absent = Exists(Absence.objects.filter(listing=OuterRef("sold__pk"), from_day__lte=day, to_day__gt=day))
    return (
        Q(sold__isnull=False)
        & (Q(sold__listed_on__lte=day) | there)
        & (Q(sold__delisted_on__isnull=True) | Q(sold__delisted_on__gt=day))
        & ~is_absent
        & Q(Exact(over(day, "sold__"), False))
    )


def lacking(parameter: str) -> Subquery:
    """Whether the source that speaks for it says that a model's main listing does not take the parameter; NULL where no
    source names it."""
    said = Parameter.objects.filter(listing__model=OuterRef("pk"), listing__is_main=True, name=parameter)
    return Subquery(said.order_by("-source__authority", "-pk").values("is_unsupported")[:1])


def writing(slugs: str) -> Q:
    """Models that write one of these modalities; for `text` also those of which it is not known what they write."""
    if slugs == "all":
        return Q()
    through = LanguageModel.output_modalities.through.objects.filter(languagemodel=OuterRef("pk"))
    asked = Q(Exists(through.filter(modality__slug__in=split(slugs))))
    return asked | ~Exists(through) if "text" in split(slugs) else asked


def aged(query: Filters, day: date) -> Q:
    """Since when a model is listed, or else released."""
    found = Q()
    for days, lookup in ((query.min_age_days, "lte"), (query.max_age_days, "gte")):
        if days is not None:
            since = day - timedelta(days=days)
            unlisted = Q(**{"sold__listed_on__isnull": True, f"released_on__{lookup}": since})
            found &= Q(**{f"sold__listed_on__{lookup}": since}) | unlisted
    return found


def served_by(providers: list[str], day: date) -> Q:
    """A provider behind a listing has this name or routing name; where a market names none, it is itself the provider."""
    listed = Q(delisted_on__isnull=True) | Q(delisted_on__gt=day)
    listings = Listing.objects.filter(listed, model=OuterRef("pk"))
    there = Endpoint.objects.filter(listing=OuterRef("pk"), gone_on__isnull=True)
    by_endpoint, by_market = Q(pk__in=[]), Q(pk__in=[])
    for name in providers:
        by_endpoint |= Q(provider__iexact=name) | Q(tag__iexact=name) | Q(tag__istartswith=f"{name}/")
        by_market |= Q(market__name__iexact=name) | Q(market__slug__iexact=name)
    return Q(Exists(listings.filter(Exists(there.filter(by_endpoint)) | Q(by_market, ~Exists(there)))))


def costing(models: QuerySet[LanguageModel], query: Filters, day: date) -> QuerySet[LanguageModel]:
    """Within the prices asked for; models whose price in force is not known are left out then."""
    bounds = (
        ("input_sort__gte", query.min_price),
        ("input_sort__lte", query.max_price),
        ("output_sort__gte", query.min_output_price),
        ("output_sort__lte", query.max_output_price),
    )
    asked = {lookup: Decimal(dollars).scaleb(-6) for lookup, dollars in bounds if dollars is not None}
    return models.with_prices(day).filter(**asked) if asked else models


def split(names: str | None) -> list[str]:
    return names.split(",") if names else []
