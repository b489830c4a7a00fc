"""Events from the history: what an import or an edit changed that has no day of its own in the tables.

A line of the history carries the steps that were done, row by row; they are read, not its words. Lines of one revision
about one model and of one kind are one event.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from catalog.changes.events import Event, Kind
from catalog.changes.reads import AddedRow, ChangeRow
from catalog.facts import day_text
from catalog.figures import short, tokens
from catalog.models import Revision

Write = Callable[[Any], str]


def _day(value: Any) -> str:
    return day_text(date.fromisoformat(value)) if value else ""


def _tokens(value: Any) -> str:
    return f"{tokens(int(value))} tokens" if value else ""


def _count(value: Any) -> str:
    return short(int(value)) if value else ""


def _text(value: Any) -> str:
    return str(value) if value not in (None, "") else ""


# (table, column): the kind of event, what it is called, and how a value is written
TOLD: dict[tuple[str, str], tuple[Kind, str, Write]] = {
    ("languagemodel", "context_length"): (Kind.LIMIT, "context", _tokens),
    ("listing", "context_length"): (Kind.LIMIT, "context", _tokens),
    ("listing", "max_completion_tokens"): (Kind.LIMIT, "longest answer", _tokens),
    ("languagemodel", "deprecated_on"): (Kind.RETIREMENT, "day of deprecation", _day),
    ("languagemodel", "retires_on"): (Kind.RETIREMENT, "day of retirement", _day),
    ("listing", "expires_on"): (Kind.RETIREMENT, "end at the market", _day),
    ("languagemodel", "replacement_name"): (Kind.RETIREMENT, "replacement", _text),
    ("languagemodel", "name"): (Kind.NAME, "name", _text),
    ("languagemodel", "slug"): (Kind.NAME, "id", _text),
    ("listing", "upstream_id"): (Kind.NAME, "id at the market", _text),
    ("languagemodel", "family"): (Kind.FACT, "family", _text),
    ("languagemodel", "licence"): (Kind.FACT, "licence", _text),
    ("languagemodel", "weights_url"): (Kind.FACT, "weights", _text),
    ("languagemodel", "architecture"): (Kind.FACT, "architecture", _text),
    ("languagemodel", "parameters_total"): (Kind.FACT, "size", _count),
    ("languagemodel", "parameters_active"): (Kind.FACT, "active size", _count),
    ("languagemodel", "knowledge_cutoff"): (Kind.FACT, "knowledge until", _day),
    ("languagemodel", "announced_on"): (Kind.FACT, "day of the announcement", _day),
    ("languagemodel", "released_on"): (Kind.FACT, "day of the release", _day),
}
WORDS = {"input_modalities": "reads", "output_modalities": "writes"}
# A line without steps names a column or what it is about; so much of it can be told.
COLUMNS = {column: told for (_, column), told in TOLD.items()}


@dataclass
class _Told:
    """What one revision changed about one model, of one kind."""

    row: ChangeRow
    sentences: list[str] = field(default_factory=list)
    gained: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)

    def add(self, sentence: str) -> None:
        if sentence and sentence not in self.sentences:
            self.sentences.append(sentence)

    def say(self, today: date) -> str:
        both = self.gained & self.lost  # the row was written anew
        parts = [
            f"{verb} {', '.join(sorted(names - both))}"
            for verb, names in (("gained", self.gained), ("lost", self.lost))
            if names - both
        ]
        text = "; ".join([*parts, *self.sentences])
        return f"{text[0].upper()}{text[1:]}." if text else ""

    @property
    def is_something(self) -> bool:
        return bool(self.sentences or self.gained ^ self.lost)


@dataclass(frozen=True)
class Words:
    """What rows are called that steps name by their key only."""

    modalities: Mapping[int, str]
    parameters: Mapping[int, str]


def of_history(
    rows: Iterable[ChangeRow],
    added: Iterable[AddedRow],
    models: Collection[int],
    dated: set[int],
    words: Words,
    known: Collection[int],
) -> Iterator[Event]:
    """`models` are those to tell of. `known` are parameters that another source had told before: none of them is gained.
    `dated` are the models with a first day in the tables; any other is told of where the history added it. What an act
    filled in of a model that it added is no change."""
    found: dict[tuple[int, int, Kind], _Told] = {}
    new: set[tuple[int, int]] = set()
    for row in added:
        if row.model_id in models and (row.revision_id, row.model_id) not in new:
            new.add((row.revision_id, row.model_id))
            if row.model_id not in dated:
                dated = dated | {row.model_id}
                key, is_edit = f"added:{row.revision_id}", row.revision_kind != Revision.Kind.IMPORT
                yield Event(row.day, Kind.NEW, key, row.model_id, _added, source_id=row.source_id, is_edit=is_edit)
    for row in rows:
        if row.model_id in models and (row.revision_id, row.model_id) not in new:
            for kind, put in _read(row, words, known):
                put(found.setdefault((row.revision_id, row.model_id, kind), _Told(row)))
    for (revision_id, model_id, kind), told in found.items():
        if told.is_something:
            is_edit = told.row.revision_kind != Revision.Kind.IMPORT
            key = f"revision:{revision_id}:{kind.value}"
            source_id = told.row.source_id
            yield Event(told.row.day, kind, key, model_id, told.say, source_id=source_id, is_edit=is_edit)


def _added(today: date) -> str:
    return "Added to the catalog. Neither its release nor a listing has a day on record."


Put = Callable[[_Told], None]


def _read(row: ChangeRow, words: Words, known: Collection[int]) -> Iterator[tuple[Kind, Put]]:
    for step in row.steps:
        if step["table"] == "parameter" and step["before"] is None and step["pk"] in known:
            continue
        if step["table"] == "parameter":
            yield Kind.PARAMETER, _parameter(step, words)
        elif step["before"] and step["after"]:
            for column, after in step["after"].items():
                if column in WORDS:
                    kind, told = Kind.FACT, _words(WORDS[column], step["before"][column], after, words.modalities)
                elif (step["table"], column) in TOLD:
                    kind, label, write = TOLD[step["table"], column]
                    told = _became(label, write(step["before"][column]), write(after))
                else:
                    continue
                yield kind, lambda found, told=told: found.add(told)
    if not row.steps and row.field == "parameters":
        before, after = (set(text.replace(",", " ").split()) for text in (row.before, row.after))
        yield Kind.PARAMETER, _names(after - before, before - after)
    elif not row.steps and row.field in COLUMNS:
        kind, label, _ = COLUMNS[row.field]
        told = _became(label, row.before, row.after)
        yield kind, lambda found: found.add(told)


def _became(label: str, before: str, after: str) -> str:
    if before == after:
        return ""
    if not before:
        return f"{label} now known: {after}"
    return f"{label} from {before} to {after}" if after else f"{label} no longer known, was {before}"


def _words(verb: str, before: Iterable[int], after: Iterable[int], modalities: Mapping[int, str]) -> str:
    was, now = set(before), set(after)
    gained, lost = (", ".join(sorted(modalities.get(pk, "?") for pk in pks)) for pks in (now - was, was - now))
    parts = [f"{verb} {gained} now" if gained else "", f"no longer {verb} {lost}" if lost else ""]
    return ", ".join(part for part in parts if part)


def _names(gained: set[str], lost: set[str]) -> Put:
    def put(told: _Told) -> None:
        told.gained |= gained
        told.lost |= lost

    return put


def _parameter(step: dict[str, Any], words: Words) -> Put:
    """A row that was made or removed is a parameter gained or lost, and so is one that came to be (un)supported."""
    before, after = step["before"], step["after"]
    if before is None or after is None:
        row = after or before or {}
        names = set() if row.get("is_unsupported") else {str(row.get("name", "")) or "a parameter"}
        return _names(names, set()) if before is None else _names(set(), names)
    name = words.parameters.get(step["pk"], "a parameter")
    if "is_unsupported" in after:
        return _names(set(), {name}) if after["is_unsupported"] else _names({name}, set())

    def put(told: _Told) -> None:
        for column in ("default", "minimum", "maximum"):
            if column in after:
                told.add(f"{column} of {name} from {before[column] or 'none'} to {after[column] or 'none'}")
        if "is_deprecated" in after:
            told.add(f"{name} is {'deprecated' if after['is_deprecated'] else 'no longer deprecated'}")

    return put


def changed_parameters(rows: Iterable[ChangeRow]) -> set[int]:
    """The keys of the parameters that steps name by nothing else."""
    return {
        step["pk"]
        for row in rows
        for step in row.steps
        if step["table"] == "parameter" and step["before"] and step["after"]
    }
