"""How many models there are of each kind: the counts beside the table's filters."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, Exists, Value, When
from django.db.models.functions import Cast

from catalog.kept import Kept
from catalog.models import CatalogVersion, Modality, StaleModel, Vendor, WordSet
from catalog.models.lifecycle import Status
from catalog.models.spans import SpanQuerySet

Count = tuple[str, str, int]  # value, label, models
COLUMNS = {
    "modality": "reads_id",
    "parameter": "parameters_id",
    "status": "status",
    "family": "family",
    "vendor": "vendor",
    "licence": "licence",
}
ROWS_AT_ONCE = 500
_kept: Kept[dict[str, Counter[Any]]] = Kept(most=64)


def facets(spans: SpanQuerySet, only: Sequence[str] = tuple(COLUMNS)) -> dict[str, list[Count]]:
    """For modality (what models read), parameter, status, family, vendor and licence, or those of them in `only`: each
    value with its label and its number of models, the most frequent first. Models without a value are not counted.

    Two queries, or one where the same was counted since the last change of the catalog.
    """
    known = _Known()
    try:
        statement = spans.order_by().values_list(*(COLUMNS[name] for name in only)).query.sql_with_params()
    except EmptyResultSet:
        return {name: [] for name in only}
    counts = _kept.get(known.version, statement)
    if counts is None:
        counts = _counted(statement, only)
        if known.is_fresh:
            _kept.put(known.version, statement, counts)
    return {name: _sorted(name, counts[name], known) for name in only}


class _Known:
    """The catalog's version and the words behind the ids: one query for all."""

    def __init__(self) -> None:
        self.version, self.is_fresh = 0, False
        self.sets: dict[int, list[str]] = {}
        self.labels: dict[tuple[str, str], str] = {("status", value): label for value, label in Status.choices}
        standing = Case(When(Exists(StaleModel.objects.all()), then=Value("stale")), default=Value("fresh"))
        version = CatalogVersion.objects.filter(pk=1)
        rows = version.values_list(Value("version"), Cast("number", CharField()), Cast(standing, CharField()))
        for kind, key, text in rows.union(
            WordSet.objects.values_list(Value("set"), Cast("pk", CharField()), "words"),
            Modality.objects.order_by().values_list(Value("modality"), "slug", "name"),
            Vendor.objects.order_by().values_list(Value("vendor"), "slug", "name"),
            all=True,
        ):
            if kind == "version":
                self.version, self.is_fresh = int(key), text == "fresh"
            elif kind == "set":
                self.sets[int(key)] = text.split()
            else:
                self.labels[kind, key] = text

    def label(self, name: str, value: str) -> str:
        return self.labels.get((name, value), value)


def _counted(statement: tuple[str, Any], only: Sequence[str]) -> dict[str, Counter[Any]]:
    """How often each value of each column occurs. The database only finds the rows: it would sort them once for every
    column, where counting them here is one pass."""
    counts: list[Counter[Any]] = [Counter() for _ in only]
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            for count, column in zip(counts, zip(*rows, strict=True), strict=True):
                count.update(column)
    return dict(zip(only, counts, strict=True))


def _sorted(name: str, counts: Counter[Any], known: _Known) -> list[Count]:
    if name in ("modality", "parameter"):
        words: Counter[str] = Counter()
        for number, count in counts.items():
            for word in known.sets.get(number, ()):  # a set that was made since is in the next answer
                words[word] += count
        counts = words
    rows = [(value, known.label(name, value), count) for value, count in counts.items() if value]
    return sorted(rows, key=lambda row: (-row[2], row[1]))
