"""What a name means on a day: an id at a market, a model's own id, or an alias. One rule for addresses, forms and the API.

A name with its vendor means, in this order, the model whose main listing at OpenRouter has it as its id on the day (what
clients send there), the model whose own id it is, the model of any listing that has or had it, and the model that an alias
names on the day, where that is exactly one. A bare name means the model with this slug, or else what listings and aliases of any
vendor call so, where all of them mean one model. What nothing is called is looked up once more without regard to capitals.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Lower, StrIndex, Substr

from catalog.models import Alias, LanguageModel, Listing
from catalog.models.listings import PLAYED_AT

LONGEST_NAME = 250
# What markets append to an id for the same model on other terms; the last three choose among its providers.
VARIANTS = {
    "free": "free of charge",
    "batch": "in batches",
    "thinking": "with its reasoning switched on",
    "online": "with web search",
    "extended": "with a longer context",
    "nitro": "from its fastest providers",
    "floor": "from its cheapest providers",
    "exacto": "from the providers that call tools best",
}
ROUTED = frozenset({"nitro", "floor", "exacto"})  # the model and its price stay


@dataclass(frozen=True, slots=True)
class Sense:
    """What one name means. `ids` are own ids of models: one where the name is clear, several where it is not.

    `listing` is the key of the listing that was asked for, where it is not the model's main one. `former` are models that
    it means on other days only. `base` is the own id of the model whose variant was asked for and is not listed.
    """

    name: str
    ids: tuple[str, ...] = ()
    listing: int | None = None
    former: tuple["Named", ...] = ()
    base: str = ""

    @property
    def id(self) -> str:
        """The own id of the one model that is meant; blank where it is none or several."""
        return self.ids[0] if len(self.ids) == 1 else ""

    @property
    def is_known(self) -> bool:
        return bool(self.ids or self.former)

    @property
    def several(self) -> str:
        """That the name means several models, in a sentence; blank where it does not."""
        if len(self.ids) < 2:
            return ""
        return f"{self.name} is a name of several models: {', '.join(self.ids)}. Ask for one of them."


class Sold(NamedTuple):
    """A listing that bears a name."""

    upstream_id: str
    canonical_slug: str
    model: str
    pk: int
    is_main: bool
    is_played: bool
    delisted_on: date | None

    def is_there(self, day: date) -> bool:
        return self.delisted_on is None or self.delisted_on > day

    def is_sent(self, day: date) -> bool:
        """Whether clients send this id to the market for the model."""
        return self.is_main and self.is_played and self.is_there(day)

    def place(self, day: date) -> tuple[bool, bool, int]:
        """For sorting: those that are still there come first, then main ones."""
        return not self.is_there(day), not self.is_main, self.pk


class Named(NamedTuple):
    """An alias that bears a name."""

    name: str
    model: str
    from_day: date | None
    to_day: date | None

    def holds(self, day: date) -> bool:
        return (self.from_day is None or self.from_day <= day) and (self.to_day is None or self.to_day > day)


@dataclass(frozen=True, slots=True)
class Rows:
    """What bears the names that were asked for, or some other name of the same last part."""

    own: list[str]
    sold: list[Sold]
    named: list[Named]


def resolve(names: Iterable[str], day: date) -> dict[str, Sense]:
    """What each of the names means on `day`. Three queries however many names, six where one is not found as written."""
    wanted = [name for name in dict.fromkeys(names) if "\0" not in name and len(name) <= LONGEST_NAME]
    senses = Names(wanted).senses(day)
    lost = [name for name, sense in senses.items() if not sense.is_known]
    if lost:
        folded = Names(lost, is_folded=True).senses(day)
        senses |= {name: sense for name, sense in folded.items() if sense.is_known or sense.base}
    return senses


class SeveralMeanings(Exception):
    """A name was given that means several models: ask for one of them. Its text is a sentence for a person."""

    def __init__(self, sense: Sense) -> None:
        super().__init__(sense.several)
        self.ids = list(sense.ids)


def own_ids(names: Iterable[str], day: date) -> list[str]:
    """The own ids that the names mean, each once and in their order; a name that means none stays as it is. Raises
    SeveralMeanings. As many queries as `resolve`."""
    asked = list(names)
    senses = resolve(asked, day)
    for sense in senses.values():
        if sense.several:
            raise SeveralMeanings(sense)
    return list(dict.fromkeys((senses[name].id if name in senses else "") or name for name in asked))


class Names:
    """Names, and the rows that may bear them; `is_folded` takes capitals and small letters for the same."""

    def __init__(self, names: Iterable[str], is_folded: bool = False) -> None:
        self.names, self.is_folded = list(names), is_folded
        keys = {self.key(each) for name in self.names for each in (name, _without_variant(name))}
        self.full = {key for key in keys if "/" in key}
        self.bare = keys - self.full
        self.last_parts = {_last_part(key) for key in keys}

    def key(self, name: str) -> str:
        """A name as it is compared: a leading ~ only marks a market's moving alias."""
        plain = name.removeprefix("~")
        return plain.lower() if self.is_folded else plain

    def listings(self) -> QuerySet[Listing]:
        wanted = [*self.full, *self.bare, *(f"~{key}" for key in self.full)]
        rows = Listing.objects.alias(called=self._column("upstream_id"), dated=self._column("canonical_slug"))
        found = Q(called__in=wanted) | Q(dated__in=wanted)
        if self.bare:
            rows = rows.alias(called_last=_after_slash("called"), dated_last=_after_slash("dated"))
            found |= Q(called_last__in=self.bare) | Q(dated_last__in=self.bare)
        return rows.filter(found)

    def models(self) -> QuerySet[LanguageModel]:
        rows = LanguageModel.objects.alias(own=self._column("slug"), by=self._column("vendor__slug"))
        rows = rows.filter(own__in=self.last_parts)
        return rows if self.bare else rows.filter(by__in={key.partition("/")[0] for key in self.full})

    def aliases(self) -> QuerySet[Alias]:
        wanted = {f"{mark}{key}" for key in self.full | self.bare | self.last_parts for mark in ("", "~")}
        rows = Alias.objects.alias(called=self._column("name"))
        found = Q(called__in=wanted)
        if self.bare:
            rows = rows.alias(called_last=_after_slash("called"))
            found |= Q(called_last__in=self.bare)
        return rows.filter(found)

    def _column(self, name: str) -> Any:
        return Lower(name) if self.is_folded else F(name)

    def senses(self, day: date) -> dict[str, Sense]:
        """What each name means. Two queries, and a third where a name may be an alias; none where there are no names."""
        if not self.names:
            return {}
        rows = Rows(self._own(), self._sold(), [])
        senses = {name: self.sense(name, rows, day) for name in self.names}
        if any("/" not in name or not sense.is_known for name, sense in senses.items()):
            rows.named.extend(self._named())
            senses = {name: self.sense(name, rows, day) for name in self.names}
        return senses

    def _own(self) -> list[str]:
        return [f"{vendor}/{slug}" for vendor, slug in self.models().order_by().values_list("vendor__slug", "slug")]

    def _sold(self) -> list[Sold]:
        columns = ("upstream_id", "canonical_slug", "model__vendor__slug", "model__slug", "pk", "is_main")
        return [
            Sold(called, dated, f"{vendor}/{slug}", pk, is_main, market == PLAYED_AT, delisted_on)
            for called, dated, vendor, slug, pk, is_main, market, delisted_on in self.listings()
            .order_by("pk")
            .values_list(*columns, "market__slug", "delisted_on")
        ]

    def _named(self) -> list[Named]:
        columns = ("name", "model__vendor__slug", "model__slug", "from_day", "to_day")
        return [
            Named(name, f"{vendor}/{slug}", *days) for name, vendor, slug, *days in self.aliases().values_list(*columns)
        ]

    def sense(self, name: str, rows: Rows, day: date) -> Sense:
        """The rule itself, on rows that were read."""
        found = self._plain_sense(name, rows, day)
        base = _without_variant(name)
        if found.is_known or base == name:
            return found
        without = self._plain_sense(base, rows, day)
        if name.rpartition(":")[2] in ROUTED:
            return replace(without, name=name, listing=None)
        return Sense(name, base=without.id)

    def _plain_sense(self, name: str, rows: Rows, day: date) -> Sense:
        key = self.key(name)
        sold = sorted((row for row in rows.sold if self.sells(row, key)), key=lambda row: row.place(day))
        named = [row for row in rows.named if self.calls(row, key)]
        current = {row.model for row in named if row.holds(day)}
        own = [model for model in rows.own if self.is_own(model, key)]
        if "/" in key:
            played = [row for row in sold if row.is_sent(day) and self.key(row.upstream_id) == key]
            if played or own:
                return Sense(name, (played[0].model if played else own[0],))
            if sold:
                return Sense(name, (sold[0].model,), None if sold[0].is_main else sold[0].pk)
            models = current
        else:
            models = set(own) or current | {row.model for row in sold}
        former = () if models else tuple(named)
        return Sense(name, tuple(sorted(models)), former=former)

    def is_own(self, model: str, key: str) -> bool:
        """Whether it is a model's own id; a bare one stands for that of any vendor."""
        return self._fits(model, key)

    def sells(self, row: Sold, key: str) -> bool:
        """Whether a listing has this id, or this permanent id."""
        return any(self._fits(text, key) for text in (row.upstream_id, row.canonical_slug) if text)

    def calls(self, row: Named, key: str) -> bool:
        """Whether an alias is this name. It may be written with its vendor or without."""
        vendor = self.key(row.model).partition("/")[0]
        return self._fits(row.name, key) or f"{vendor}/{self.key(row.name)}" == key

    def _fits(self, text: str, key: str) -> bool:
        own = self.key(text)
        return own == key or ("/" not in key and _last_part(own) == key)


def _without_variant(name: str) -> str:
    return name.partition(":")[0]


def _last_part(key: str) -> str:
    return key.partition("/")[2] or key


def _after_slash(column: str) -> Substr:
    return Substr(column, StrIndex(column, Value("/")) + 1)
