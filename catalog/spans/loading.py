"""What spans and search words are made of, read for many models at once: nine queries however many there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from catalog.models import Absence, Alias, LanguageModel, Listing, Parameter, PricePeriod, Rate
from catalog.models.lifecycle import Dates
from catalog.pricing import Component
from catalog.spans.building import Amounts, Period, amount

PRICED = {Component.INPUT: "input", Component.OUTPUT: "output", Component.CACHE_READ: "cache"}


@dataclass(slots=True)
class Facts:
    """One model as the table and the search need it. `names` are all names and ids that it goes by."""

    id: int
    vendor: str
    vendor_name: str
    slug: str
    name: str
    family: str
    licence: str
    prose: str
    context_length: int | None
    max_completion_tokens: int | None
    parameters_total: int | None
    dates: Dates
    periods: list[Period] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)

    @property
    def public_id(self) -> str:
        return f"{self.vendor}/{self.slug}"


def facts_of(ids: Collection[int]) -> list[Facts]:
    """The models with these ids, in the order of their ids; those that are gone are left out."""
    main: dict[int, dict[str, Any]] = {}
    names: dict[int, list[str]] = defaultdict(list)
    for row in Listing.objects.filter(model__in=ids).order_by("pk").values(*LISTING):
        names[row["model_id"]] += [row["upstream_id"], row["name"], row["canonical_slug"]]
        if row["is_main"]:
            main[row["model_id"]] = row
    for model, name in Alias.objects.filter(model__in=ids).order_by("pk").values_list("model", "name"):
        names[model].append(name)
    listings = {row["pk"]: model for model, row in main.items()}
    absences = _grouped(
        (listings[listing], (start, end))
        for listing, start, end in Absence.objects.filter(listing__in=listings)
        .order_by("from_day")
        .values_list("listing", "from_day", "to_day")
    )
    periods, parameters = _periods(listings), _parameters(listings)
    reads = _modalities(LanguageModel.input_modalities.through, ids)
    writes = _modalities(LanguageModel.output_modalities.through, ids)
    found = []
    for row in LanguageModel.objects.filter(pk__in=ids).order_by("pk").values(*MODEL):
        listing = main.get(row["pk"], {})
        found.append(
            Facts(
                id=row["pk"],
                vendor=row["vendor__slug"],
                vendor_name=row["vendor__name"],
                slug=row["slug"],
                name=row["name"],
                family=row["family"],
                licence=row["licence"],
                prose=f"{row['summary']} {row['description']}",
                context_length=row["context_length"],
                max_completion_tokens=listing.get("max_completion_tokens"),
                parameters_total=row["parameters_total"],
                dates=Dates(
                    announced_on=row["announced_on"],
                    released_on=row["released_on"],
                    deprecated_on=row["deprecated_on"],
                    retires_on=row["retires_on"],
                    listed_on=listing.get("listed_on"),
                    delisted_on=listing.get("delisted_on"),
                    absences=tuple(absences.get(row["pk"], ())),
                    called_retired_on=row["called_retired_on"],
                    last_seen_on=listing.get("last_seen_on"),
                    is_vendors_own=listing.get("market__vendor") == row["vendor"],
                ),
                periods=periods.get(row["pk"], []),
                names=names.get(row["pk"], []),
                reads=reads.get(row["pk"], []),
                writes=writes.get(row["pk"], []),
                parameters=parameters.get(row["pk"], []),
            )
        )
    return found


MODEL = (
    "pk", "vendor", "vendor__slug", "vendor__name", "slug", "name", "family", "licence", "summary", "description",
    "context_length", "parameters_total", "announced_on", "released_on", "deprecated_on", "retires_on",
    "called_retired_on",
)  # fmt: skip
LISTING = (
    "pk", "model_id", "is_main", "upstream_id", "name", "canonical_slug", "listed_on", "delisted_on",
    "last_seen_on", "market__vendor", "max_completion_tokens",
)  # fmt: skip


def _periods(listings: dict[int, int]) -> dict[int, list[Period]]:
    """By model, the USD price periods of these main listings with their unconditional rates."""
    rows = PricePeriod.objects.filter(listing__in=listings, currency="USD").order_by("starts_on")
    spoken = list(rows.values_list("pk", "listing", "starts_on", "ends_on", "discount"))
    rates = Rate.objects.filter(
        period__listing__in=listings, period__currency="USD", component__in=PRICED, is_conditional=False
    )
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    for period, component, text in rates.order_by("position").values_list("period", "component", "amount"):
        texts[period][PRICED[Component(component)]] = text  # the highest position wins, as everywhere
    return _grouped(
        (listings[listing], Period(start, end, _amounts(texts.get(pk, {}), discount)))
        for pk, listing, start, end, discount in spoken
    )


def _amounts(texts: dict[str, str], discount: str) -> Amounts:
    return Amounts(**{name: amount(text, discount) for name, text in texts.items()})


def _parameters(listings: dict[int, int]) -> dict[int, list[str]]:
    """By model, the names of the parameters that its main listing takes, as the source of the highest authority says."""
    supported: dict[int, dict[str, bool]] = defaultdict(dict)
    rows = Parameter.objects.filter(listing__in=listings).order_by("source__authority", "pk")
    for listing, name, is_unsupported in rows.values_list("listing", "name", "is_unsupported"):
        supported[listings[listing]][name] = not is_unsupported
    return {
        model: sorted(name for name, is_supported in said.items() if is_supported) for model, said in supported.items()
    }


def _modalities(through: Any, ids: Collection[int]) -> dict[int, list[str]]:
    rows = through.objects.filter(languagemodel__in=ids).order_by("modality__slug")
    return _grouped(rows.values_list("languagemodel", "modality__slug"))


def _grouped(pairs: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return dict(found)
