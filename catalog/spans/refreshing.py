"""Keeping spans and search words in step with the catalog: what a change marked stale is written anew before it is read.

Two processes may refresh at once: on SQLite the second waits its turn, on PostgreSQL it passes over what the first holds.
A database that is locked or read-only is no error here: the table then answers from what is there.
"""

import logging
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from catalog import freshness
from catalog.exact import plain
from catalog.models import LanguageModel, SearchText, SearchWord, Span, StaleModel
from catalog.search.words import names_text, prose_text, vocabulary_of
from catalog.spans.building import sort_copy, stretches
from catalog.spans.loading import Facts, facts_of
from catalog.spans.word_sets import WordSets
from catalog.spans.writing import insert

CHUNK = 500  # models held in memory and written in one transaction
PATIENCE = 5.0  # seconds of rebuilding that one reader is made to wait for
SHORT_WAIT_MS = 250  # for a lock that another holds

logger = logging.getLogger(__name__)


def ensure_fresh(patience: float | None = PATIENCE) -> bool:
    """Write anew what is stale, and say whether everything is fresh. One query where nothing is stale.

    Stops after `patience` seconds (None: never) and leaves the rest to the next caller, as a change of everything in a
    catalog of a hundred thousand models takes longer than a person waits.
    """
    if freshness.is_fresh():
        return True
    began = time.monotonic()
    try:
        while patience is None or time.monotonic() - began < patience:
            with _transaction(is_patient=patience is None):
                if not _refresh_some():
                    break
    except DatabaseError as error:
        logger.warning("The table's rows could not be written anew, and it answers from older ones: %s", error)
        return False
    return freshness.is_fresh()


def _refresh_some() -> bool:
    """Rebuild up to a chunk of stale models; False when there was none to be had. In a transaction."""
    stale = StaleModel.objects.order_by("model_id")
    if connection.features.has_select_for_update_skip_locked:
        stale = stale.select_for_update(skip_locked=True)
    ids = list(stale.values_list("model_id", flat=True)[:CHUNK])
    if freshness.EVERY_MODEL in ids:
        ids = [freshness.EVERY_MODEL]
        _mark_all()
    elif ids:
        rebuild(ids)
    StaleModel.objects.filter(model_id__in=ids).delete()
    return bool(ids)


def _mark_all() -> None:
    known = LanguageModel.objects.order_by("pk").values_list("pk", flat=True)
    for ids in _chunks(known.iterator(chunk_size=2000), 2000):
        StaleModel.objects.bulk_create((StaleModel(model_id=pk) for pk in ids), ignore_conflicts=True, batch_size=900)


def rebuild(ids: Collection[int]) -> None:
    """Write the spans and search words of these models, and nothing of those that are gone. In a transaction."""
    facts, today = facts_of(ids), timezone.now().date()
    sets = WordSets()
    for model in facts:
        sets.want("reads", model.reads)
        sets.want("writes", model.writes)
        sets.want("parameters", model.parameters)
    sets.fetch()
    Span.objects.filter(model__in=ids).delete()
    insert(Span, COLUMNS, (row for model in facts for row in _rows(model, sets, today)))
    texts = [(model.id, _names(model), prose_text(model.prose)) for model in facts]
    SearchText.objects.filter(model__in=ids).delete()
    insert(SearchText, ("model_id", "names", "prose"), texts)
    names = set().union(*(vocabulary_of(text) for _, text, _ in texts))
    _learn(names, set().union(*(text.split() for _, _, text in texts)) - names)


def _learn(names: set[str], prose: set[str]) -> None:
    """Add to the words that mistyped ones are compared with. Words are never taken away: one that is gone finds nothing."""
    SearchWord.objects.bulk_create(
        (SearchWord(word=word, is_name=True) for word in sorted(names)),
        update_conflicts=True,
        unique_fields=["word"],
        update_fields=["is_name"],
    )
    SearchWord.objects.bulk_create(
        (SearchWord(word=word, is_name=False) for word in sorted(prose)), ignore_conflicts=True
    )


COLUMNS = (
    "model_id", "public_id", "name", "vendor", "vendor_name", "family", "licence",
    "retires_on", "announced_on", "released_on", "listed_on",
    "context_length", "max_completion_tokens", "parameters_total", "reads_id", "writes_id", "parameters_id",
    "from_day", "to_day", "status", "is_sold",
    "input_amount", "output_amount", "cache_amount", "input_sort", "output_sort", "cache_sort",
)  # fmt: skip


def _rows(model: Facts, sets: WordSets, today: date) -> Iterator[tuple[Any, ...]]:
    dates = model.dates
    same = (
        *(model.id, model.public_id, model.name, model.vendor, model.vendor_name, model.family, model.licence),
        *(dates.retires_on, dates.announced_on, dates.released_on, dates.listed_on),
        *(model.context_length, model.max_completion_tokens, model.parameters_total),
        *(sets.id_of("reads", model.reads), sets.id_of("writes", model.writes)),
        sets.id_of("parameters", model.parameters),
    )
    try:
        found = stretches(dates, model.periods, today)
    except OverflowError:  # a day of the year 1 or 9999: one absurd row must not keep all others from the table
        logger.exception("%s is not on the table: one of its days is out of all bounds.", model.public_id)
        return
    for stretch in found:
        amounts = (stretch.amounts.input, stretch.amounts.output, stretch.amounts.cache)
        yield (
            *same,
            *(stretch.from_day, stretch.to_day, stretch.status.value, stretch.is_sold),
            *("" if amount is None else plain(amount) for amount in amounts),
            *(sort_copy(amount) for amount in amounts),
        )


def _names(model: Facts) -> str:
    return names_text([model.name, model.public_id, model.slug, model.family, model.vendor_name, *model.names])


def _chunks(ids: Iterable[int], size: int) -> Iterator[list[int]]:
    remaining = iter(ids)
    while chunk := list(islice(remaining, size)):
        yield chunk


@contextmanager
def _transaction(is_patient: bool) -> Iterator[None]:
    """A transaction in which, unless `is_patient`, a lock that another holds is waited for only shortly: a reader can do
    without."""
    if is_patient:
        with transaction.atomic():
            yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            before = cursor.execute("SHOW lock_timeout").fetchone()[0]
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{SHORT_WAIT_MS}ms"])
            yield
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
    else:
        with connection.cursor() as cursor:
            before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout = {min(before, SHORT_WAIT_MS)}")
        try:
            with transaction.atomic():
                yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA busy_timeout = {before}")
