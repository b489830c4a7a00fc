"""Events from the days of models and listings: announced, released, listed, deprecated, retired, delisted, back again."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from catalog.changes.events import Event, Kind
from catalog.changes.reads import AbsenceRow, ListingRow, ModelRow
from catalog.facts import day_text
from catalog.figures import counted

NO_SOURCES = (None, None)
Price = Callable[[ListingRow], str]  # what a listing cost at first, as the end of a phrase; blank where nobody knows


def of_models(
    own: Iterable[ModelRow], listings: Iterable[ListingRow], models: Mapping[int, ModelRow]
) -> Iterator[Event]:
    """What the vendors said of their `own` models; `models` names others. A release on the day of the main listing is told
    there, once."""
    together = {(row.model_id, row.listed_on) for row in listings if row.is_main}
    for model in own:
        if model.announced_on and model.announced_on != model.released_on:
            yield _of(
                model, model.announced_on, Kind.NEW, "announced_on", _past(model, "Announced by", "will announce it")
            )
        if model.released_on and (model.pk, model.released_on) not in together:
            yield _of(model, model.released_on, Kind.NEW, "released_on", _past(model, "Released by", "will release it"))
        if model.deprecated_on and model.deprecated_on != model.retires_on:
            yield _of(model, model.deprecated_on, Kind.RETIREMENT, "deprecated_on", _deprecated(model))
        if model.retires_on:
            yield _of(model, model.retires_on, Kind.RETIREMENT, "retires_on", _retired(model, models))


def _of(model: ModelRow, day: date, kind: Kind, field: str, say: Callable[[date], str]) -> Event:
    return Event(day, kind, field, model.pk, say, (field,))


def _past(model: ModelRow, done: str, will: str) -> Callable[[date], str]:
    day = model.announced_on if done.startswith("Announced") else model.released_on
    return lambda today: f"{done} {model.vendor_name}." if day <= today else f"{model.vendor_name} {will}."


def _deprecated(model: ModelRow) -> Callable[[date], str]:
    def say(today: date) -> str:
        is_past = model.deprecated_on <= today
        done = f"Deprecated by {model.vendor_name}" if is_past else f"{model.vendor_name} will deprecate it"
        if not model.retires_on:
            return f"{done}."
        return f"{done}; {'retired' if model.retires_on <= today else 'it retires'} on {day_text(model.retires_on)}."

    return say


def _retired(model: ModelRow, models: Mapping[int, ModelRow]) -> Callable[[date], str]:
    def say(today: date) -> str:
        done = f"Retired by {model.vendor_name}." if model.retires_on <= today else f"{model.vendor_name} retires it."
        heir = models.get(model.replacement_id or 0)
        name = heir.name if heir else model.replacement_name
        return f"{done} The replacement is {name}." if name else done

    return say


def of_listings(
    listings: Mapping[int, ListingRow],
    models: Mapping[int, ModelRow],
    absences: Iterable[AbsenceRow],
    price: Price,
    sources: Mapping[int, tuple[int, int]],
) -> Iterator[Event]:
    """What the markets did: first days, ends, announced ends, and the gaps between. Markets that did the same on the same
    day are told of together. `sources` are those of each listing's first and last price."""
    gaps = list(absences)
    in_a_gap = {(gap.listing_id, gap.from_day) for gap in gaps}
    listed: dict[tuple[int, date], list[ListingRow]] = {}
    gone: dict[tuple[int, date], list[ListingRow]] = {}
    for row in listings.values():
        if row.listed_on:
            listed.setdefault((row.model_id, row.listed_on), []).append(row)
        if row.delisted_on and (row.pk, row.delisted_on) not in in_a_gap:
            gone.setdefault((row.model_id, row.delisted_on), []).append(row)
        elif row.expires_on and row.expires_on != models[row.model_id].retires_on:
            yield Event(row.expires_on, Kind.ENDING, _key("expires", row), row.model_id, _expires(row), ("expires_on",))
    for (model_id, day), rows in listed.items():
        rows.sort(key=main_first)
        yield _listed(day, rows, models[model_id], price, sources.get(rows[0].pk, NO_SOURCES)[0])
    for (model_id, day), rows in gone.items():
        rows.sort(key=main_first)
        yield _gone(day, rows, model_id, sources.get(rows[0].pk, NO_SOURCES)[1])
    for gap in gaps:
        row = listings[gap.listing_id]
        yield Event(gap.from_day, Kind.GONE, _key("absent", row), row.model_id, _absent(row, gap), note=gap.note)
        yield Event(gap.to_day, Kind.BACK, _key("back", row), row.model_id, _back(row, gap), note=gap.note)


def main_first(row: ListingRow) -> tuple[bool, str]:
    return not row.is_main, row.place


def _key(what: str, row: ListingRow) -> str:
    return f"{what}:{row.market}:{row.upstream_id}"


def _listed(day: date, rows: list[ListingRow], model: ModelRow, price: Price, source_id: int | None) -> Event:
    has_main = rows[0].is_main
    with_release = has_main and model.released_on == day

    def say(today: date) -> str:
        places = listed_words(f"at {row.place}{price(row)}" for row in rows)
        if day > today:
            by_vendor = f"{model.vendor_name} will release it. " if with_release else ""
            return f"{by_vendor}To be listed {places}."
        return f"Released by {model.vendor_name} and listed {places}." if with_release else f"Listed {places}."

    fields = ("listed_on", "released_on") if with_release else ("listed_on",)
    return Event(day, Kind.NEW, "listed", model.pk, say, fields, source_id, is_by_day=not has_main)


def _gone(day: date, rows: list[ListingRow], model_id: int, source_id: int | None) -> Event:
    places = listed_words(row.place for row in rows)

    def say(today: date) -> str:
        return f"No longer listed at {places}." if day <= today else f"To be delisted at {places}."

    is_by_day = not rows[0].is_main
    return Event(day, Kind.GONE, "delisted", model_id, say, ("delisted_on",), source_id, is_by_day=is_by_day)


def listed_words(parts: Iterable[str]) -> str:
    """One, two and three."""
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def _expires(row: ListingRow) -> Callable[[date], str]:
    def say(today: date) -> str:
        if row.expires_on <= today:
            return f"{row.place} had said that it ends there on this day; it is still listed."
        return f"{row.place} says that it ends there."

    return say


def _absent(row: ListingRow, gap: AbsenceRow) -> Callable[[date], str]:
    return lambda today: f"Not listed at {row.place} until {day_text(gap.to_day)}."


def _back(row: ListingRow, gap: AbsenceRow) -> Callable[[date], str]:
    away = counted((gap.to_day - gap.from_day).days, "day")
    return lambda today: f"Listed at {row.place} again, after {away}."
