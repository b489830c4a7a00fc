"""Passing marks: what an import notes of everything on its list (when it was last seen), and what is left of it when the
import is taken back; and the vendors that came with its models.

A mark is no line of the import, as it is set whatever comes of the differences. The import keeps in `seen` what each mark
was before it, so that an undo finds what the acts that still stand say, in whatever order acts are taken back:

    {"sources": [[key, day before]], "listings": [[key, day before]...],
     "endpoints": [[key, uptime now, day before, uptime before]...]}

Before it is applied, an import's `seen` is a plain list of keys, or of keys with uptimes. Days are text, as JSON has them.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from catalog import freshness
from catalog.models import Change, Endpoint, Listing, Revision, Source, Vendor

CHUNK = 500
COLUMNS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "sources": (Source, ("read_on",)),
    "listings": (Listing, ("last_seen_on",)),
    "endpoints": (Endpoint, ("seen_on", "uptime")),
}
Values = tuple[Any, ...]
Marks = dict[int, tuple[Values, Values]]  # by key: what the act that goes left behind, and what stands without it


class Gone:
    """What is to be known here of the lines that were taken back, and of those that had to stay: the lines themselves may
    be too many to hold."""

    def __init__(self) -> None:
        self.stays: set[int | None] = set()  # models of which a line stands, and with it that the import saw them
        self.missed: set[int] = set()
        self.endpoints: Marks = {}
        self.vendors: dict[int, str] = {}

    def add(self, lines: Iterable[Change]) -> None:
        for line in lines:
            if line.plan.get("op") == "miss":
                self.missed.add(line.plan["listing"])
            for step in line.steps:
                self._add(step)

    def _add(self, step: dict[str, Any]) -> None:
        columns = COLUMNS["endpoints"][1]
        if "vendor" in step:
            self.vendors[step["vendor"]["pk"]] = step["vendor"]["name"]
        if step["table"] == "endpoint" and step["before"] and set(columns) <= set(step["after"] or ()):
            left, stands = (tuple(step[side][column] for column in columns) for side in ("after", "before"))
            self.endpoints[step["pk"]] = left, stands


def note_listings(revision: Revision) -> None:
    """Everything on the list was seen on the import's day, and is missed no more."""
    day, before = revision.day, []
    for keys in _chunks(_keys(revision)):
        found = Listing.objects.filter(pk__in=keys)
        before += [[pk, _text(seen_on)] for pk, seen_on in found.order_by("pk").values_list("pk", "last_seen_on")]
        found.filter(misses__gt=0, missed_on__lte=day).update(misses=0, missed_on=None)
        _touch_retired(found.exclude(last_seen_on__gte=day))
        found.exclude(last_seen_on__gt=day).update(last_seen_on=day)
    _keep(revision, listings=before)


def _touch_retired(listings: QuerySet[Listing]) -> None:
    """Of what its vendor retires, the day on which it was last seen decides whether it is sold still, and so do the rows of
    the table."""
    found = listings.exclude(model__retires_on=None, model__called_retired_on=None)
    freshness.touched(found.values_list("model_id", flat=True))


def note_endpoints(revision: Revision) -> None:
    """The providers that were told of are there on the import's day, with this uptime."""
    before = []
    for key, uptime in revision.seen:
        endpoint = Endpoint.objects.filter(pk=key).first()
        if endpoint is not None:
            before.append([key, uptime, _text(endpoint.seen_on), endpoint.uptime])
            Endpoint.objects.filter(pk=key).update(seen_on=revision.day, uptime=uptime)
    _keep(revision, endpoints=before)


def _keep(revision: Revision, **before: list[list[Any]]) -> None:
    source = revision.source
    revision.seen = {"sources": [[source.pk, _text(source.read_on)]], **before}
    revision.save(update_fields=["seen"])
    if source.read_on < revision.day:
        source.read_on = revision.day
        source.save(update_fields=["read_on"])
    freshness.touched()


def take_back(revision: Revision, gone: Gone) -> None:
    """Put back the marks of an import that is undone, and those that its undone lines wrote."""
    if revision.kind != Revision.Kind.IMPORT:
        return
    held: dict[str, list[list[Any]]] = revision.seen if isinstance(revision.seen, dict) else {}
    stays = {name: _of_models(name, gone.stays) for name in COLUMNS}
    concerned = {*_keys(revision), *gone.missed} - stays["listings"]
    marks: dict[str, Marks] = {name: {} for name in COLUMNS}
    for name, rows in held.items():
        for row in (row for row in rows if row[0] not in stays[name]):
            before = _before(name, row)
            marks[name][row[0]] = _after(name, row, before, revision), before
    marks["endpoints"] |= gone.endpoints
    revision.seen = {name: [row for row in rows if row[0] in stays[name]] for name, rows in held.items()}
    revision.save(update_fields=["seen"])
    for name, found in marks.items():
        _put_back(name, _through(revision, name, found))
    _count_misses(revision, concerned)
    for pk, name in gone.vendors.items():
        Vendor.objects.filter(pk=pk, name=name, url="", models=None).delete()
    freshness.touched()


def _of_models(name: str, models: Collection[int | None]) -> set[int]:
    """The keys of the rows whose marks stay with the lines about these models; of sources all, while there is any."""
    table = COLUMNS[name][0]
    if table is Source:
        return set(Source.objects.values_list("pk", flat=True)) if models else set()
    path = "model__in" if table is Listing else "listing__model__in"
    found: set[int] = set()
    for keys in _chunks(key for key in models if key):
        found |= set(table._default_manager.filter(**{path: keys}).values_list("pk", flat=True))
    return found


def _before(name: str, row: list[Any]) -> Values:
    return tuple(row[-len(COLUMNS[name][1]) :])


def _after(name: str, row: list[Any], before: Values, revision: Revision) -> Values:
    """What an import makes of a mark: of a provider what it was told, of all else the later of two days."""
    day = revision.day.isoformat()
    return (day, row[1]) if name == "endpoints" else (max(before[0] or day, day),)


def _through(revision: Revision, name: str, marks: Marks) -> Marks:
    """Carry the marks through the later imports that stand: each begins now with what stands without the one that goes.
    What somebody else wrote in between ends the chain."""
    going_on = {key: (left, stands) for key, (left, stands) in marks.items() if left != stands}
    later = _standing(revision).filter(applied_at__gt=revision.applied_at).order_by("applied_at")
    for pk in later.values_list("pk", flat=True) if going_on else ():
        other = Revision.objects.only("day", "seen").get(pk=pk)
        rows = other.seen.get(name, []) if isinstance(other.seen, dict) else []
        is_changed = False
        for row in rows:
            if row[0] not in going_on:
                continue
            left, stands = going_on.pop(row[0])
            if _before(name, row) == left:
                row[-len(stands) :] = stands
                is_changed = True
                left, stands = (_after(name, row, values, other) for values in (left, stands))
                if left != stands:
                    going_on[row[0]] = left, stands
        if is_changed:
            other.save(update_fields=["seen"])
        if not going_on:
            break
    return going_on


def _put_back(name: str, marks: Marks) -> None:
    """Write what stands, where the row still holds what the act left behind."""
    table, columns = COLUMNS[name]
    for keys in _chunks(marks):
        for row in table._default_manager.filter(pk__in=keys):
            left, stands = marks[row.pk]
            if tuple(_text(getattr(row, column)) for column in columns) == left:
                table._default_manager.filter(pk=row.pk).update(**dict(zip(columns, stands, strict=True)))
        if table is Listing:
            _touch_retired(Listing.objects.filter(pk__in=keys))


def _count_misses(revision: Revision, concerned: Collection[int]) -> None:
    """On how many days in a row the lists that still stand did not have these listings: counted anew since their last
    sight."""
    missed: dict[int, list[tuple[Any, date]]] = {}
    lines = Change.objects.filter(
        kind=Change.Kind.GONE, field="delisted_on", outcome=Change.Outcome.APPLIED, revision__in=_standing(revision)
    )
    for plan, at, day in lines.values_list("plan", "revision__applied_at", "revision__day"):
        if plan.get("op") == "miss" and plan["listing"] in concerned:
            missed.setdefault(plan["listing"], []).append((at, day))
    for pk, seen_at, seen_on in _standing(revision).order_by("-applied_at").values_list("pk", "applied_at", "day"):
        if any(at <= seen_at for days in missed.values() for at, _ in days):
            for key in missed.keys() & set(_keys(Revision.objects.only("seen").get(pk=pk))):
                missed[key] = [(at, on) for at, on in missed[key] if at > seen_at or on > seen_on]
    for key, days in missed.items():
        values = {"misses": len(days), "missed_on": min(day for _, day in days)} if days else {}
        Listing.objects.filter(pk=key).update(**(values or {"misses": 0, "missed_on": None}))
    marked = set(Listing.objects.filter(misses__gt=0).values_list("pk", flat=True))
    for keys in _chunks(marked.intersection(concerned) - missed.keys()):
        Listing.objects.filter(pk__in=keys).update(misses=0, missed_on=None)


def _standing(revision: Revision) -> Any:
    """The other imports of the same source that are applied, also those of which a part was undone."""
    found = Revision.objects.applied().filter(kind=Revision.Kind.IMPORT, source=revision.source_id)
    return found.exclude(pk=revision.pk)


def _keys(revision: Revision) -> list[int]:
    """The listings that an import saw, before and after it is applied."""
    seen = revision.seen
    return [row[0] for row in seen.get("listings", [])] if isinstance(seen, dict) else [
        key for key in seen if isinstance(key, int)
    ]  # fmt: skip


def _chunks(keys: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(keys)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
