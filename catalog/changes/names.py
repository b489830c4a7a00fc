"""Events from aliases: names that moved from one model to another, were given or were taken away."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby

from catalog.changes.events import Event, Kind
from catalog.changes.reads import AliasRow, ListingRow, ModelRow


def of_names(
    aliases: Iterable[AliasRow], models: Mapping[int, ModelRow], listings: Iterable[ListingRow]
) -> Iterator[Event]:
    """One event for each day on which a name came to mean something else, told of the model that it means from then on.
    A name that a model has had since its first day is no event."""
    first_days = {(row.model_id, row.listed_on) for row in listings}
    first_days |= {(row.pk, row.released_on) for row in models.values()}
    for name, group in groupby(aliases, key=lambda row: row.name):
        bearers = list(group)
        left: set[tuple[int, date]] = set()
        for row in bearers:
            if row.from_day is None:
                continue
            before = _before(row, bearers)
            if before is not None:
                left.add((before.model_id, before.to_day))
                say = _moved(name, before, models)
                yield Event(
                    row.from_day, Kind.NAME, f"name:{name}", row.model_id, say, others=(before.model_id,), note=row.note
                )
            elif (row.model_id, row.from_day) not in first_days:
                yield Event(row.from_day, Kind.NAME, f"name:{name}", row.model_id, _given(name), note=row.note)
        for row in bearers:
            if row.to_day and (row.model_id, row.to_day) not in left:
                yield Event(row.to_day, Kind.NAME, f"unnamed:{name}", row.model_id, _taken(name), note=row.note)


def _before(row: AliasRow, bearers: Iterable[AliasRow]) -> AliasRow | None:
    """Which model the name left on the day or before; the last of several."""
    left = [
        other
        for other in bearers
        if other.model_id != row.model_id and other.to_day and row.from_day and other.to_day <= row.from_day
    ]
    return max(left, key=lambda other: other.to_day or date.min, default=None)


def _moved(name: str, before: AliasRow, models: Mapping[int, ModelRow]) -> Callable[[date], str]:
    def say(today: date) -> str:
        model = models.get(before.model_id)
        return f"“{name}” means this model from here on; before, {model.name if model else 'another one'}."

    return say


def _given(name: str) -> Callable[[date], str]:
    return lambda today: f"Also called “{name}” from here on."


def _taken(name: str) -> Callable[[date], str]:
    return lambda today: f"No longer called “{name}” from here on."
