"""What the API and the plain-text pages read from the database: flat tuples, in a fixed number of queries.

An answer may hold ten thousand models, and building a Django object for each of their rows would take most of its time.
`ids` narrows a read to some rows; None reads them all, because a list of more than a few hundred ids in the query costs
more than it saves.
"""

from collections.abc import Collection, Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Case, F, FilteredRelation, Q, QuerySet, When

from catalog import pricing
from catalog.exact import parse_amount, parse_share
from catalog.models import Absence, LanguageModel, Parameter, PricePeriod, Rate, Source
from catalog.models.lifecycle import Status, first_retired, is_over, status_of
from catalog.models.listings import PLAYED_AT
from catalog.pricing import Component, Condition

MOST_IDS = 1000
ALWAYS = Condition()

Ids = Collection[int] | None


class Facts(NamedTuple):
    """One model, with the listing that speaks for it; what belongs to the listing is None where there is none."""

    pk: int
    vendor: str
    vendor_name: str
    slug: str
    name: str
    summary: str
    description: str
    own_context: int | None
    announced_on: date | None
    released_on: date | None
    deprecated_on: date | None
    retires_on: date | None
    called_retired_on: date | None
    replacement_vendor: str | None
    replacement_slug: str | None
    replacement_name: str
    knowledge_cutoff: date | None
    licence: str
    weights_url: str
    tokenizer: str
    listing: int | None
    market: str | None
    upstream_id: str | None
    canonical_slug: str | None
    listed_on: date | None
    last_seen_on: date | None
    delisted_on: date | None
    expires_on: date | None
    is_vendors_own: bool
    context: int | None
    longest_answer: int | None

    @property
    def own_id(self) -> str:
        return f"{self.vendor}/{self.slug}"

    @property
    def id(self) -> str:
        """What a client can send to OpenRouter, where the listing is there; otherwise the model's own id."""
        return self.upstream_id if self.market == PLAYED_AT and self.upstream_id else self.own_id

    @property
    def created_on(self) -> date | None:
        """The day on which it was listed, or else released."""
        return self.listed_on or self.released_on

    @property
    def replacement(self) -> str | None:
        """The id of the model that takes its place, or the vendor's name for it."""
        if self.replacement_slug:
            return f"{self.replacement_vendor}/{self.replacement_slug}"
        return self.replacement_name or None

    def status(self, day: date, is_absent: bool) -> Status:
        return status_of(
            day,
            announced_on=self.announced_on,
            released_on=self.released_on,
            deprecated_on=self.deprecated_on,
            retires_on=self.retires_on,
            listed_on=self.listed_on,
            delisted_on=self.delisted_on,
            is_absent=is_absent,
            called_retired_on=self.called_retired_on,
        )

    def is_over(self, day: date) -> bool:
        """Whether its listing counts as ended because its vendor has retired it."""
        return is_over(
            day, first_retired(self.retires_on, self.called_retired_on), self.last_seen_on, self.is_vendors_own
        )


IS_OWN = Case(When(sold__market__vendor=F("vendor"), then=True), default=False)
COLUMNS = (
    *("pk", "vendor__slug", "vendor__name", "slug", "name", "summary", "description", "context_length"),
    *("announced_on", "released_on", "deprecated_on", "retires_on", "called_retired_on"),
    *("replacement__vendor__slug", "replacement__slug", "replacement_name", "knowledge_cutoff"),
    *("licence", "weights_url", "tokenizer"),
    *("sold__pk", "sold__market__slug", "sold__upstream_id", "sold__canonical_slug", "sold__listed_on"),
    *("sold__last_seen_on", "sold__delisted_on", "sold__expires_on", IS_OWN),
    *("sold__context_length", "sold__max_completion_tokens"),
)


def sold() -> QuerySet[LanguageModel]:
    """All models, each joined with its main listing as `sold`, or with nothing where no market sells it."""
    return LanguageModel.objects.annotate(sold=FilteredRelation("listings", condition=Q(listings__is_main=True)))


def sold_as(listing_id: int) -> QuerySet[LanguageModel]:
    """The one model of this listing, joined with it whether it is the main one or not."""
    joined = LanguageModel.objects.annotate(sold=FilteredRelation("listings", condition=Q(listings__pk=listing_id)))
    return joined.filter(sold__isnull=False)


def facts(models: QuerySet[LanguageModel]) -> list[Facts]:
    """The facts of models from `sold` or `sold_as`, in their order. One query."""
    return [Facts._make(row) for row in models.values_list(*COLUMNS)]


class Price(NamedTuple):
    """The USD price period that speaks for a day. `rates` are before the discount, later ones win."""

    starts_on: date
    ends_on: date | None
    discount: Decimal
    source: int
    rates: list[pricing.Rate]

    def net(self) -> list[pricing.Rate]:
        return pricing.discounted(self.rates, self.discount)


def prices(listings: Ids, day: date) -> dict[int, Price]:
    """By listing, the USD price in force on `day` or else the last one before it; main listings only where `listings`
    is None. One query."""
    periods = PricePeriod.objects.latest_on(day).filter(currency="USD")
    periods = periods.filter(listing__is_main=True) if listings is None else periods.filter(listing__in=listings)
    found: dict[int, Price] = {}
    rows = Rate.objects.filter(period__in=periods.values("pk")).order_by("period", "position")
    for (
        listing,
        starts_on,
        ends_on,
        discount,
        source,
        component,
        amount,
        is_conditional,
        *condition,
    ) in rows.values_list(
        *("period__listing_id", "period__starts_on", "period__ends_on", "period__discount", "period__source_id"),
        *("component", "amount", "is_conditional"),
        *("over_prompt_tokens", "utc_start", "utc_end", "is_batch", "unknown_condition"),
    ):
        price = found.get(listing)
        if price is None:
            price = found[listing] = Price(starts_on, ends_on, parse_share(discount), source, [])
        applies = Condition(*condition) if is_conditional else ALWAYS
        price.rates.append(pricing.Rate(Component(component), parse_amount(amount), applies))
    return found


class Taken(NamedTuple):
    """The request parameters that a listing takes, and the defaults that are told for them, as the source writes them."""

    names: tuple[str, ...] = ()
    defaults: tuple[tuple[str, str], ...] = ()


def parameters(listings: Ids, sources: "dict[int, Read]") -> dict[int, Taken]:
    """By listing, what the source with the most authority says of each parameter. One query."""
    rows = Parameter.objects.order_by("pk")
    if listings is not None:
        rows = rows.filter(listing__in=listings)
    spoken: dict[int, dict[str, tuple[int, bool, str]]] = {}
    for listing, name, source, is_unsupported, default in rows.values_list(
        "listing_id", "name", "source_id", "is_unsupported", "default"
    ).iterator(5000):
        said = spoken.setdefault(listing, {})
        authority, known = sources[source].authority, said.get(name)
        if known is None or authority >= known[0]:
            said[name] = (authority, is_unsupported, default)
    shared: dict[Taken, Taken] = {}  # thousands of models take the same ones
    found = {}
    for listing, said in spoken.items():
        names = tuple(sorted(name for name, (_, is_unsupported, _) in said.items() if not is_unsupported))
        taken = Taken(names, tuple((name, said[name][2]) for name in names if said[name][2]))
        found[listing] = shared.setdefault(taken, taken)
    return found


class Modalities(NamedTuple):
    """What a model reads and writes, each in the catalog's order; empty where no source says."""

    reads: dict[int, list[str]]
    writes: dict[int, list[str]]


def modalities(models: Ids) -> Modalities:
    """Two queries."""
    many = (LanguageModel.input_modalities.through, LanguageModel.output_modalities.through)
    return Modalities(*(_by_model(through.objects.all(), models) for through in many))


def _by_model(rows: QuerySet, models: Ids) -> dict[int, list[str]]:
    if models is not None:
        rows = rows.filter(languagemodel__in=models)
    found: dict[int, list[str]] = {}
    for model, slug in rows.order_by("modality_id").values_list("languagemodel_id", "modality__slug"):
        found.setdefault(model, []).append(slug)
    return found


def absent(day: date) -> set[int]:
    """The listings that were not there on `day`, between two times at which they were. One query."""
    return set(
        Absence.objects.filter(from_day__lte=day, to_day__gt=day).order_by().values_list("listing_id", flat=True)
    )


class Read(NamedTuple):
    """Where a fact was read."""

    title: str
    url: str
    read_on: date
    authority: int


def sources() -> dict[int, Read]:
    """Every source by its key; there are few. One query."""
    rows = Source.objects.order_by().values_list("pk", "title", "url", "read_on", "authority")
    return {pk: Read(*said) for pk, *said in rows}


def narrow(ids: Iterable[int]) -> Ids:
    """These ids, or None for all where there are too many to name."""
    known = list(ids)
    return known if len(known) <= MOST_IDS else None
