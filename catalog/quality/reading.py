"""Reads what the checks look at: plain rows of the whole catalog, in nine queries; and the words shown, in three more."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import starmap
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from catalog.agreement.words import is_unknown
from catalog.exact import EXACT, parse_amount, parse_share
from catalog.models import Alias, LanguageModel, Listing, Observation, Pin, PricePeriod, Rate, Source
from catalog.models.variant_reads import over
from catalog.pricing import BY_UNIT, Component
from catalog.quality.findings import Finding
from catalog.quality.records import AliasRow, Catalog, ListingRow, ModelRow, PeriodRow, PinRow, SaidRow, SourceRow

Row = TypeVar("Row")
READ = (Component.INPUT, Component.OUTPUT, Component.INPUT_AUDIO)
UNITS = tuple(component for component in Component if component in BY_UNIT)
MANY = 500  # beyond so many models it is cheaper to read a field of all of them than to name each


def read(today: date) -> Catalog:
    """The whole catalog as of `today`. Nine queries."""
    by_model = ("model__vendor__name", "model__name")
    models = _rows(
        ModelRow, LanguageModel.objects.order_by("vendor__name", "name"),
        "pk", "vendor__slug", "vendor__name", "slug", "name", "family", "context_length", "announced_on", "released_on",
        "deprecated_on", "retires_on", "knowledge_cutoff",
    )  # fmt: skip
    listings = _rows(
        ListingRow, Listing.objects.order_by(*by_model, "-is_main", "pk"),
        "pk", "model_id", "market__name", "upstream_id", "is_main", "listed_on", "last_seen_on", "delisted_on",
        "context_length", over(today, "", "model__"),
    )  # fmt: skip
    writes = LanguageModel.output_modalities.through.objects.filter(modality__slug="text")
    return Catalog(
        today,
        {row.pk: row for row in models},
        {row.pk: row for row in listings},
        list(_periods()),
        _rows(
            SaidRow, Observation.objects.filter(differs=True).order_by(*by_model, "field", "pk"),
            "pk", "model_id", "field", "value", "source_id", "observed_on", "note",
        ),
        _rows(AliasRow, Alias.objects.order_by("name", "pk"), "model_id", "name", "from_day", "to_day", "note"),
        _rows(
            PinRow, Pin.objects.to_look_at().order_by(*by_model, "field"),
            "model_id", "field", "value", "standing", "upstream_value", "upstream_on", "upstream_source_id",
            "listing__market__name",
        ),
        {row.pk: row for row in _rows(SourceRow, Source.objects.order_by(), "pk", "title", "url")},
        set(writes.values_list("languagemodel_id", flat=True)),
    )  # fmt: skip


def _rows(kind: Callable[..., Row], rows: QuerySet[Any], *columns: Any) -> list[Row]:
    """One row of `kind` for each row found, from these columns in their order. One query."""
    return list(starmap(kind, rows.values_list(*columns)))


def _periods() -> Iterable[PeriodRow]:
    """Every period with its unconditional input, output and audio input after the discount. Two queries."""
    rates = Rate.objects.filter(component__in=(*READ, *UNITS), is_conditional=False)
    amounts: dict[tuple[int, str], Decimal | None] = {}
    parsed: dict[str, Decimal | None] = {}  # the same few amounts come back many times
    for period, component, text in rates.order_by("period_id", "position").values_list(
        "period_id", "component", "amount"
    ):
        if text not in parsed:
            parsed[text] = parse_amount(text)
        amounts[period, component] = parsed[text]
    has_rates = Exists(Rate.objects.filter(period=OuterRef("pk")))
    periods = PricePeriod.objects.annotate(has_rates=has_rates).order_by("listing_id", "currency", "starts_on")
    for pk, listing, currency, starts_on, ends_on, source, discount, is_told in periods.values_list(
        "pk", "listing_id", "currency", "starts_on", "ends_on", "source_id", "discount", "has_rates"
    ):
        found = [amounts.get((pk, component.value)) for component in (*READ, *UNITS)]
        if discount:
            found = [amount and EXACT.multiply(amount, 1 - parse_share(discount)) for amount in found]
        given, taken, audio, *of_units = found
        by_unit = tuple((unit, amount) for unit, amount in zip(UNITS, of_units, strict=True) if amount is not None)
        is_unknown = given is taken is None and not by_unit and ((pk, "input") in amounts or (pk, "output") in amounts)
        yield PeriodRow(
            listing, currency, starts_on, ends_on, source, given, taken, is_unknown, audio, by_unit, not is_told
        )


def shown_words(findings: Iterable[Finding]) -> dict[tuple[int, str], str]:
    """For findings that come from a source's word: what is shown for that field of that model, in the words of the source
    that says it, or else as the model or its main listing has it. Three queries."""
    asked = {(finding.model.pk, finding.what) for finding in findings if finding.said is not None}
    if not asked:
        return {}
    models, fields = {model for model, _ in asked}, {name for _, name in asked}
    agreeing = Observation.objects.filter(_of("model_id", models), field__in=fields, differs=False)
    rows = agreeing.order_by("source__authority", "observed_on").values_list("model_id", "field", "value")
    found: dict[tuple[int, str], str] = {
        (model, name): value for model, name, value in rows if (model, name) in asked and not is_unknown(value)
    }
    own = _columns(LanguageModel.objects.all(), "pk", models, fields)
    for model, name, value in (*own, *_columns(Listing.objects.main(), "model_id", models, fields)):
        if (model, name) in asked and value not in (None, ""):
            found.setdefault((model, name), str(value))
    return found


def _columns(rows: QuerySet[Any], key: str, models: set[int], fields: set[str]) -> Iterator[tuple[int, str, Any]]:
    names = sorted({column.name for column in rows.model._meta.concrete_fields if not column.is_relation} & fields)
    for model, *values in rows.filter(_of(key, models)).values_list(key, *names):
        yield from ((model, name, value) for name, value in zip(names, values, strict=True))


def _of(key: str, models: set[int]) -> Q:
    return Q() if len(models) > MANY else Q((f"{key}__in", models))
