"""The record of changes: every event of the catalog or of some models, narrowed, put in order, and told.

All events are found before any is put into words: only those of a page are told. They are kept until the catalog
changes, and the number of queries is fixed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from catalog import freshness
from catalog.changes import reads
from catalog.changes.days import of_listings, of_models
from catalog.changes.events import COMING_DAYS, ORDER, Event, Said, Told, urn
from catalog.changes.history import Words, changed_parameters, of_history
from catalog.changes.names import of_names
from catalog.changes.parameters import known_before, listings_of_parameters
from catalog.changes.prices import first_prices, of_prices, price_sources
from catalog.changes.reads import ModelRow
from catalog.kept import Kept
from catalog.models import LanguageModel, Observation

DAY = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
MOST_KEPT = 60_000  # events; what some 15,000 models have


@dataclass(frozen=True)
class Wanted:
    """Which events are asked for. `words` all occur in a name, an id or an alias of the model."""

    kind: str = ""
    vendor: str = ""
    family: str = ""
    model: str = ""
    words: tuple[str, ...] = ()

    def model_ids(self) -> set[int] | None:
        """The models that these events are about; None for all of them. At most one query."""
        found = LanguageModel.objects.order_by()
        if self.model:
            vendor, _, slug = self.model.partition("/")
            found = found.filter(vendor__slug=vendor, slug=slug)
        if self.vendor:
            found = found.filter(vendor__slug=self.vendor)
        if self.family:
            found = found.filter(family=self.family)
        for word in self.words:
            found = found.filter(
                Q(pk__in=LanguageModel.objects.filter(Q(name__icontains=word) | Q(slug__icontains=word)))
                | Q(pk__in=LanguageModel.objects.filter(aliases__name__icontains=word))
                | Q(pk__in=LanguageModel.objects.filter(listings__upstream_id__icontains=word))
                | Q(vendor__slug__icontains=word)
                | Q(vendor__name__icontains=word)
            )
        is_narrowed = self.model or self.vendor or self.family or self.words
        return set(found.values_list("pk", flat=True)) if is_narrowed else None


@dataclass
class Record:
    """Events as of `today`: `past` newest first, `coming` soonest first."""

    today: date
    past: list[Event]
    coming: list[Event]
    models: dict[int, ModelRow]

    def told(self, events: Sequence[Event]) -> list[Told]:
        """These events in words, in their order. Two or three queries however many."""
        self._name_others(events)
        said = _said(events)
        return [self._told(event, said) for event in events]

    def _name_others(self, events: Iterable[Event]) -> None:
        """What the sentences name besides their own model: where a name moved from, the replacement."""
        wanted = {other for event in events for other in event.others}
        wanted |= {row.replacement_id for event in events if (row := self.models[event.model_id]).replacement_id}
        missing = wanted - self.models.keys()
        if missing:  # only where the events of one model were read
            self.models.update(reads.models(missing))

    def _told(self, event: Event, said: dict[tuple[int, str], Said]) -> Told:
        model = self.models[event.model_id]
        sources = [_speaking(event, field, said) for field in event.fields]
        if event.source_id and not (sources and sources[0]):
            sources.insert(0, said.get((event.source_id, "")))
        return Told(
            event.day,
            event.kind,
            model.name,
            model.public_id,
            reverse("catalog:model", args=[model.vendor, model.slug]),
            model.vendor_name,
            model.family,
            event.say(self.today),
            tuple(dict.fromkeys(each for each in sources if each)),
            event.is_edit,
            event.note,
            (event.day - self.today).days,
            urn(model.public_id, event.key, event.day),
        )


@dataclass(frozen=True)
class Events:
    """Every event of all models, or of some; newest first, and those of one day in the order of their kinds and names."""

    models: dict[int, ModelRow]
    events: list[Event]


def record_of(wanted: Wanted, today: date) -> Record:
    """Every event that is wanted, of the days up to today and of those to come."""
    ids = wanted.model_ids()
    found = _read(ids) if wanted.model and ids is not None else _everything()
    events = [
        event
        for event in found.events
        if (not wanted.kind or event.kind == wanted.kind)
        and (ids is None or event.model_id in ids or not ids.isdisjoint(event.others))
    ]
    last = today + timedelta(days=COMING_DAYS)
    coming = [event for event in events if today < event.day <= last]
    coming.sort(key=lambda event: event.day)
    return Record(today, [event for event in events if event.day <= today], coming, found.models)


_kept: Kept[Events] = Kept(most=1)


def _everything() -> Events:
    """All events, computed once for each state of the catalog and of its history. Two queries where they are kept."""
    version, history = freshness.version(), reads.history_state()
    found = _kept.get(version, history)
    if found is None:
        found = _read(None)
        if len(found.events) <= MOST_KEPT:
            _kept.put(version, history, found)
    return found


def _read(ids: set[int] | None) -> Events:
    models = reads.models(ids)
    listings = reads.listings(ids)
    periods, rates = reads.periods(ids), reads.rates(ids)
    aliases = reads.aliases(ids)
    own = list(models.values())
    if ids is not None:
        models |= reads.models({row.model_id for row in aliases} - models.keys())
    changes, added = reads.changes(ids), reads.added(ids)
    words = Words(reads.modality_names(), reads.parameter_names(changed_parameters(changes)))
    known = known_before(changes, reads.parameter_rows(listings_of_parameters(changes)))
    dated = {row.model_id for row in listings.values() if row.listed_on}
    dated |= {row.pk for row in own if row.announced_on or row.released_on}
    events = [
        *of_models(own, listings.values(), models),
        *of_listings(listings, models, reads.absences(ids), first_prices(periods, rates), price_sources(periods)),
        *of_prices(listings, periods, rates),
        *of_names(aliases, models, listings.values()),
        *of_history(changes, added, {row.pk for row in own}, dated, words, known),
    ]
    events.sort(key=lambda event: (ORDER[event.kind], models[event.model_id].name.lower(), event.key))
    events.sort(key=lambda event: event.day, reverse=True)
    return Events(models, events)


def _said(events: Sequence[Event]) -> dict[tuple[int, str], Said]:
    """Who says so: by model and field, by these and a day that the words name, and by the key of a source that a row
    names itself. Two queries."""
    found: dict[tuple[int, str], Said] = {}
    fields = {field for event in events for field in event.fields}
    for row in reads.observations({event.model_id for event in events if event.fields}, fields):
        found.setdefault((row.model_id, row.field), _of_observation(row))
        for day in DAY.findall(row.value):
            found.setdefault((row.model_id, f"{row.field} {day}"), _of_observation(row))
    for pk, source in reads.sources({event.source_id for event in events if event.source_id}).items():
        found[pk, ""] = Said(source.title, source.url, source.read_on)
    return found


def _speaking(event: Event, field: str, said: dict[tuple[int, str], Said]) -> Said | None:
    """Who names the day of the event; else, for the main listing and the model itself, who speaks of the field."""
    found = said.get((event.model_id, f"{field} {event.day.isoformat()}"))
    return found or (None if event.is_by_day else said.get((event.model_id, field)))


def _of_observation(row: Observation) -> Said:
    return Said(row.source.title, row.source.url, row.observed_on)


@dataclass(frozen=True)
class History:
    """The latest events of one model, what is to come first, and how many more there are."""

    events: list[Told]
    more: int


def of_model(model: Any, today: date, most: int) -> History:
    record = record_of(Wanted(model=model.public_id), today)
    events = [*reversed(record.coming), *record.past]
    return History(record.told(events[:most]), max(0, len(events) - most))
