"""What a name in an address means when no model has it as its id, for the page that says so: every model that bears it,
once, with the reasons. Which of several is taken for it elsewhere is decided in `catalog.names`."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from catalog import pricelist
from catalog.models import Alias, LanguageModel, Listing
from catalog.models.listings import PLAYED_AT
from catalog.names import LONGEST_NAME, VARIANTS, Named, Names, Rows, Sold
from catalog.search import find
from catalog.spans import ensure_fresh

MOST_NEAR = 5
MOST_SEARCHES = 5


@dataclass
class Bearer:
    """A model that bears the name: as its own id, by aliases that hold on the day or on others, by listings."""

    model: LanguageModel
    is_own: bool = False
    current: list[Alias] = field(default_factory=list)
    former: list[Alias] = field(default_factory=list)
    listings: list[tuple[Listing, list[Any]]] = field(default_factory=list)  # each with its prices

    @property
    def is_of_today(self) -> bool:
        return bool(self.is_own or self.current or self.listings)


@dataclass(frozen=True)
class Meaning:
    """`chosen` is the one that forms and the API take the name for, if they take it for any; `base` is the model whose
    `variant` was asked for, where no listing has that id."""

    name: str
    bearers: list[Bearer] = field(default_factory=list)
    chosen: LanguageModel | None = None
    base: LanguageModel | None = None
    variant: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.bearers or self.base)

    @property
    def today(self) -> list[Bearer]:
        return [bearer for bearer in self.bearers if bearer.is_of_today]

    @property
    def before(self) -> list[Bearer]:
        return [bearer for bearer in self.bearers if not bearer.is_of_today]

    @property
    def only(self) -> LanguageModel | None:
        """The one model that it means today; None where it means several or none."""
        return self.today[0].model if len(self.today) == 1 else None

    @property
    def own(self) -> LanguageModel | None:
        """The model whose own id it is, written in other capitals."""
        return next((bearer.model for bearer in self.bearers if bearer.is_own and bearer.model == self.chosen), None)

    @property
    def variant_words(self) -> str:
        return VARIANTS.get(self.variant, "")


def meaning(name: str, day: date) -> Meaning:
    """What `name`, with its vendor or without, means on `day`. A fixed number of queries."""
    if "\0" in name or len(name) > LONGEST_NAME:
        return Meaning(name)
    found = _meaning(Names([name]), name, day)
    return found if found.is_known else _meaning(Names([name], is_folded=True), name, day)


def _meaning(names: Names, name: str, day: date) -> Meaning:
    own = {model.public_id: model for model in names.models().select_related("vendor")}
    listings = {_sold(row): row for row in names.listings().with_prices().prefetch_related("absences").order_by("pk")}
    aliases = [(_named(row), row) for row in names.aliases().select_related("model__vendor")]
    sense = names.sense(name, Rows(sorted(own), list(listings), [named for named, _ in aliases]), day)
    key = names.key(name)
    bearers = {model.pk: Bearer(model, is_own=True) for model in own.values() if names.is_own(model.public_id, key)}
    for named, alias in aliases:
        if names.calls(named, key):
            bearer = bearers.setdefault(alias.model_id, Bearer(alias.model))
            _add(bearer.current if named.holds(day) else bearer.former, alias)
    for sold, listing in listings.items():
        if names.sells(sold, key):
            prices = pricelist.current_prices([listing], day)
            bearers.setdefault(listing.model_id, Bearer(listing.model)).listings.append((listing, prices))
    if not bearers and ":" in name:
        return _variant(name, sense.id or sense.base)
    chosen = next((bearer.model for bearer in bearers.values() if bearer.model.public_id == sense.id), None)
    ordered = sorted(bearers.values(), key=lambda bearer: (bearer.model != chosen, bearer.model.name, bearer.model.pk))
    return Meaning(name, ordered, chosen)


def _add(aliases: list[Alias], alias: Alias) -> None:
    """An alias that is on record with its vendor and without is told once."""
    said = [(each.note, each.from_day, each.to_day) for each in aliases]
    if (alias.note, alias.from_day, alias.to_day) not in said:
        aliases.append(alias)


def _variant(name: str, public_id: str) -> Meaning:
    vendor, _, slug = public_id.partition("/")
    base = LanguageModel.objects.select_related("vendor").filter(vendor__slug=vendor, slug=slug).first()
    return Meaning(name, base=base, variant=name.partition(":")[2])


def near(name: str) -> list[LanguageModel]:
    """The models that a name which is none may have meant, the best first: those that its words find, or else those that
    fewer and fewer of its last part's words find. At most five searches."""
    parts = re.findall(r"[^/:_~-]+", name.rpartition("/")[2].partition(":")[0])
    attempts = [re.findall(r"[^/:_~-]+", name), *(parts[:count] for count in range(len(parts), 0, -1))]
    ensure_fresh()
    for words in attempts[:MOST_SEARCHES]:
        found = find(words) if words else None
        if found and found.ids:
            models = LanguageModel.objects.select_related("vendor").filter(found.condition("pk"))
            return list(models.order_by(found.order("pk"), "name", "pk")[:MOST_NEAR])
    return []


def _sold(row: Listing) -> Sold:
    model, is_played = row.model.public_id, row.market.slug == PLAYED_AT
    return Sold(row.upstream_id, row.canonical_slug, model, row.pk, row.is_main, is_played, row.delisted_on)


def _named(row: Alias) -> Named:
    return Named(row.name, row.model.public_id, row.from_day, row.to_day)
