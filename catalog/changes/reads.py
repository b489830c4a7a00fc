"""What the changes are computed from: one query for each table, as plain rows.

Plain rows and not models, because every day of every model is read to find the newest hundred events. They stand
together here and not on the querysets, as each is of use to nothing else. `ids` narrows a read to these models.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet

from catalog.models import (
    Absence,
    Alias,
    Change,
    LanguageModel,
    Listing,
    Modality,
    Observation,
    Parameter,
    PricePeriod,
    Rate,
    Revision,
    Source,
)

QUIET = (
    "description", "summary", "weekly_tokens", "last_seen_on", "misses", "missed_on", "canonical_slug", "tokenizer",
    "delisted_on", "listed_on", "rate", "priceperiod", "observation", "pin", "alias", "absence", "endpoint",
    "sources",
)  # fmt: skip  # fields and tables of the history that are no news, or whose rows have days of their own


class ModelRow(NamedTuple):
    pk: int
    vendor: str
    vendor_name: str
    slug: str
    name: str
    family: str
    announced_on: date | None
    released_on: date | None
    deprecated_on: date | None
    retires_on: date | None
    replacement_id: int | None
    replacement_name: str

    @property
    def public_id(self) -> str:
        return f"{self.vendor}/{self.slug}"


class ListingRow(NamedTuple):
    pk: int
    model_id: int
    market: str
    market_name: str
    upstream_id: str
    is_main: bool
    listed_on: date | None
    delisted_on: date | None
    expires_on: date | None
    place: str  # the market; with the id there where it lists the model under several


class AbsenceRow(NamedTuple):
    listing_id: int
    from_day: date
    to_day: date
    note: str


class PeriodRow(NamedTuple):
    pk: int
    listing_id: int
    currency: str
    starts_on: date
    ends_on: date | None
    discount: str
    source_id: int
    note: str


class RateRow(NamedTuple):
    """`terms` are the columns of its condition; blank and False where it always applies."""

    component: str
    amount: str
    terms: tuple[Any, ...]


class AliasRow(NamedTuple):
    name: str
    model_id: int
    from_day: date | None
    to_day: date | None
    note: str


class AddedRow(NamedTuple):
    revision_id: int
    day: date
    revision_kind: str
    source_id: int | None
    model_id: int


class ChangeRow(NamedTuple):
    revision_id: int
    day: date
    revision_kind: str
    source_id: int | None
    model_id: int
    kind: str
    field: str
    before: str
    after: str
    steps: list[dict[str, Any]]


def _of(rows: QuerySet[Any], column: str, ids: Iterable[int] | None) -> QuerySet[Any]:
    return rows if ids is None else rows.filter(**{f"{column}__in": list(ids)})


def models(ids: Iterable[int] | None) -> dict[int, ModelRow]:
    columns = ("pk", "vendor__slug", "vendor__name", *ModelRow._fields[3:])
    rows = _of(LanguageModel.objects.order_by(), "pk", ids).values_list(*columns)
    return {row[0]: ModelRow._make(row) for row in rows.iterator(2000)}


def listings(ids: Iterable[int] | None) -> dict[int, ListingRow]:
    columns = ("pk", "model_id", "market__slug", "market__name", *ListingRow._fields[4:-1])
    rows = list(_of(Listing.objects.order_by(), "model", ids).values_list(*columns))
    at_market = Counter((row[1], row[2]) for row in rows)

    def place(row: tuple[Any, ...]) -> str:
        is_plain = row[5] or at_market[row[1], row[2]] == 1
        return row[3] if is_plain else f"{row[3]} as {row[4]}"

    return {row[0]: ListingRow(*row, place(row)) for row in rows}


def absences(ids: Iterable[int] | None) -> list[AbsenceRow]:
    rows = _of(Absence.objects.order_by(), "listing__model", ids).values_list(*AbsenceRow._fields)
    return [AbsenceRow._make(row) for row in rows]


def periods(ids: Iterable[int] | None) -> list[PeriodRow]:
    """Of each listing and currency the periods, oldest first."""
    rows = _of(PricePeriod.objects.order_by("listing", "currency", "starts_on"), "model", ids)
    return [PeriodRow._make(row) for row in rows.values_list(*PeriodRow._fields).iterator(2000)]


def rates(ids: Iterable[int] | None) -> dict[int, list[RateRow]]:
    """The rates of each period, in the order in which later ones win."""
    columns = ("period_id", "component", "amount")
    terms = ("over_prompt_tokens", "utc_start", "utc_end", "is_batch", "unknown_condition")
    found: dict[int, list[RateRow]] = {}
    rows = _of(Rate.objects.order_by("period", "position"), "period__model", ids).values_list(*columns, *terms)
    for row in rows.iterator(2000):
        found.setdefault(row[0], []).append(RateRow(row[1], row[2], row[3:]))
    return found


def aliases(ids: Iterable[int] | None) -> list[AliasRow]:
    """Names with a day, and with them every other bearer of the same name."""
    rows = Alias.objects.filter(Q(from_day__isnull=False) | Q(to_day__isnull=False)).order_by("name")
    if ids is not None:
        rows = rows.filter(name__in=Alias.objects.filter(model__in=list(ids)).values("name"))
    return [AliasRow._make(row) for row in rows.values_list(*AliasRow._fields)]


def changes(ids: Iterable[int] | None) -> list[ChangeRow]:
    """Lines of the history that hold today and have no day of their own in the tables."""
    news = Q(kind=Change.Kind.CHANGED) | Q(kind__in=[Change.Kind.ADDED, Change.Kind.REMOVED], field="parameter")
    rows = _applied(ids).filter(news).exclude(field__in=QUIET)
    columns = (*OF_REVISION, *ChangeRow._fields[4:])
    return [ChangeRow._make(row) for row in rows.values_list(*columns)]


def added(ids: Iterable[int] | None) -> list[AddedRow]:
    """Lines of the history that added a model, or a listing of one."""
    rows = _applied(ids).filter(kind=Change.Kind.ADDED).exclude(field__in=(*QUIET, "parameter"))
    return [AddedRow._make(row) for row in rows.values_list(*OF_REVISION, "model_id")]


OF_REVISION = ("revision_id", "revision__day", "revision__kind", "revision__source_id")


def _applied(ids: Iterable[int] | None) -> QuerySet[Change]:
    rows = Change.objects.filter(
        outcome=Change.Outcome.APPLIED, revision__state=Revision.State.APPLIED, model__isnull=False
    )
    return _of(rows, "model", ids).order_by("revision", "position")


def parameter_names(ids: Iterable[int]) -> dict[int, str]:
    return dict(Parameter.objects.filter(pk__in=list(ids)).values_list("pk", "name"))


def parameter_rows(listings: Iterable[int]) -> list[tuple[int, int, str]]:
    """The parameters that these listings take, as rows from any source: key, listing, name."""
    rows = Parameter.objects.filter(listing__in=list(listings), is_unsupported=False).order_by("pk")
    return list(rows.values_list("pk", "listing_id", "name"))


def modality_names() -> dict[int, str]:
    return {pk: name.lower() for pk, name in Modality.objects.values_list("pk", "name")}


def observations(ids: Iterable[int], fields: Iterable[str]) -> QuerySet[Observation]:
    """What the sources said of these fields, the highest authority first."""
    found = Observation.objects.filter(model__in=list(ids), field__in=list(fields), differs=False)
    return found.select_related("source").order_by("-source__authority", "-observed_on", "pk")


def sources(ids: Iterable[int]) -> dict[int, Source]:
    return Source.objects.in_bulk(list(ids))


def history_state() -> tuple[Any, ...]:
    """Which acts hold: the last of them, how many, and when one of them was last undone in part. It is another one after
    each act and each undoing."""
    held = Revision.objects.applied().aggregate(last=Max("pk"), count=Count("pk"), undone_at=Max("undone_at"))
    return held["last"], held["count"], held["undone_at"]


def first_days() -> tuple[date | None, date | None]:
    """The first day on which a market or a price was on record, and the first day of the history. Three queries."""
    listed = Listing.objects.aggregate(day=Min("listed_on"))["day"]
    priced = PricePeriod.objects.aggregate(day=Min("starts_on"))["day"]
    recorded = Revision.objects.applied().aggregate(day=Min("day"))["day"]
    return min((day for day in (listed, priced) if day), default=None), recorded
