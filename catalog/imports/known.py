"""What the catalog holds of the entries at hand: loaded for some hundred entries at a time, in a fixed number of queries."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from catalog.imports.kinds import MARKET, Kind
from catalog.models import Alias, Endpoint, LanguageModel, LastWritten, Listing, Observation, PricePeriod
from catalog.records import flat, row_key

WRITTEN_BY = "import:{}"  # LastWritten.table of what an import wrote


def parts(id: str) -> tuple[str, str, str]:
    """Of `vendor/slug:variant`: the vendor, the slug, and both without the variant."""
    vendor, _, name = id.partition("/")
    slug = name.partition(":")[0]
    return vendor, slug, f"{vendor}/{slug}"


class Known:
    """Listings, models, aliases, observations and what was last written, for the ids of one chunk."""

    def __init__(self, kind: Kind, day: date, ids: Iterable[str], names: Iterable[str] = ()) -> None:
        self.kind, self.day = kind, day
        wanted = set(ids) | set(names)
        self.listings = {
            listing.upstream_id: listing
            for listing in Listing.objects.filter(market__slug=MARKET, upstream_id__in=wanted)
            .select_related("model__vendor", "market")
            .prefetch_related("periods__rates", "parameters__source", "pins", "endpoints")
        }
        self.models = self._models(wanted)
        self.aliases = self._aliases(wanted) if names else {}
        self._prefetch_models()
        self.last: dict[str, dict[str, Any]] = dict(
            LastWritten.objects.filter(table=WRITTEN_BY.format(kind.slug), key__in=wanted).values_list("key", "values")
        )
        keys = {row_key(flat(listing.natural_key())): name for name, listing in self.listings.items()}
        self.seeded: dict[str, dict[str, Any]] = {
            keys[key]: values
            for key, values in LastWritten.objects.filter(table="listing", key__in=keys).values_list("key", "values")
        }
        self.said, self.latest = self._observations()

    def _models(self, ids: set[str]) -> dict[str, LanguageModel]:
        """Models by their own id, also the base of a variant's id."""
        bases = {parts(name)[2] for name in ids if "/" in name}
        slugs = {name.partition("/")[2] for name in bases}
        found = LanguageModel.objects.filter(slug__in=slugs).select_related("vendor")
        return {model.public_id: model for model in found if model.public_id in bases}

    def _aliases(self, names: set[str]) -> dict[str, LanguageModel]:
        """Models by another name that holds on this day; a name of two models is none."""
        holds = Q(from_day__isnull=True) | Q(from_day__lte=self.day)
        holds &= Q(to_day__isnull=True) | Q(to_day__gt=self.day)
        found: dict[str, list[LanguageModel]] = {}
        for alias in Alias.objects.filter(holds, name__in=names).select_related("model__vendor"):
            found.setdefault(alias.name, []).append(alias.model)
        return {name: models[0] for name, models in found.items() if len({model.pk for model in models}) == 1}

    def _prefetch_models(self) -> None:
        """Load each model once, with its pins and modalities, however many names lead to it."""
        rows = [*self.models.values(), *self.aliases.values(), *(listing.model for listing in self.listings.values())]
        ids = {model.pk for model in rows}
        full = {
            model.pk: model
            for model in LanguageModel.objects.filter(pk__in=ids)
            .select_related("vendor")
            .prefetch_related("input_modalities", "output_modalities", "pins")
        }
        self.models = {name: full[model.pk] for name, model in self.models.items()}
        self.aliases = {name: full[model.pk] for name, model in self.aliases.items()}
        for listing in self.listings.values():
            listing.model = full[listing.model_id]
        self.model_rows = full

    def _observations(self) -> tuple[set[tuple[int, str, str]], dict[tuple[int, str], str]]:
        """All that this source has said of these models, and what it said last of each field."""
        rows = Observation.objects.filter(model__in=self.model_rows, source__slug=self.kind.source_slug)
        said: set[tuple[int, str, str]] = set()
        latest: dict[tuple[int, str], str] = {}
        for model_id, field, value in rows.order_by("observed_on", "pk").values_list("model_id", "field", "value"):
            said.add((model_id, field, value))
            latest[model_id, field] = value
        return said, latest

    def model_named(self, names: Iterable[str]) -> LanguageModel | None:
        """The model that the first fitting name leads to: a listing's id, a model's own, an alias of the same vendor."""
        names = list(names)
        vendors = {name.partition("/")[0] for name in names if "/" in name}
        for name in names:
            if name in self.listings:
                return self.listings[name].model
            if name in self.models:
                return self.models[name]
            if name in self.aliases and (not vendors or self.aliases[name].vendor.slug in vendors):
                return self.aliases[name]
        return None

    def period(self, listing: Listing) -> PricePeriod | None:
        """The USD price in force on the day."""
        return listing.period_on(self.day)

    def endpoints(self, listing: Listing) -> dict[str, Endpoint]:
        return {endpoint.tag: endpoint for endpoint in listing.endpoints.all()}
