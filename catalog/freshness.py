"""What has to be computed anew after a change: raises the catalog's version and marks models whose table rows are stale.

Every save and deletion through a row of the catalog is noticed by itself. Code that writes many rows at once (bulk
inserts, `QuerySet.update`) calls `touched` with the models concerned. Within `together` all marks are written once.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, Value
from django.db.models.functions import Greatest
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from catalog.models import (
    Absence,
    Alias,
    CatalogVersion,
    DisplayCurrency,
    Endpoint,
    LanguageModel,
    Listing,
    Market,
    Modality,
    Observation,
    Parameter,
    Pin,
    PricePeriod,
    Rate,
    Source,
    StaleModel,
    Vendor,
)

EVERY_MODEL = 0  # stands in StaleModel for all of them: a modality's name has changed
SEEN_BEFORE = "_models_seen_before_the_save"  # kept on a row between the signals before and after its save


class _Marks(threading.local):
    depth = 0
    is_touched = False
    models: set[int]


_marks = _Marks()


def version() -> int:
    """The number of the catalog's present state. One query."""
    return CatalogVersion.objects.values_list("number", flat=True).filter(pk=1).first() or 0


def state() -> tuple[int, bool]:
    """The version, and whether the rows of the table and of the search are in step with it. One query.

    What was computed from those rows may be kept under the version only where they were in step when it was read.
    """
    row = CatalogVersion.objects.filter(pk=1).values_list("number", Exists(StaleModel.objects.all())).first()
    return (0, not StaleModel.objects.exists()) if row is None else (row[0], not row[1])


def is_fresh() -> bool:
    return state()[1]


def touched(model_ids: Iterable[int] = ()) -> None:
    """The catalog has changed: raises its version, and marks the models whose rows of the table follow from the change.
    In the present transaction."""
    ids = set(model_ids)
    if _marks.depth:
        _marks.is_touched = True
        _marks.models |= ids
    else:
        _write(ids)


@contextmanager
def together() -> Iterator[None]:
    """Collects what is touched within and marks it once, at the end. In one transaction."""
    with transaction.atomic():
        if not _marks.depth:
            _marks.models, _marks.is_touched = set(), False
        _marks.depth += 1
        try:
            yield
        finally:
            _marks.depth -= 1
        if not _marks.depth and _marks.is_touched and not transaction.get_rollback():
            _write(_marks.models)


@contextmanager
def alone() -> Iterator[None]:
    """`together`, as the only one: the version's row is locked first, and a second writer waits here for the end.

    For every act that writes several rows. Whoever wrote its rows first and the version last would wait for one who holds
    the version and wants those rows: PostgreSQL ends such a circle by refusing one of the two (a deadlock).
    """
    with together():
        CatalogVersion.objects.select_for_update().get_or_create(pk=1)
        yield


def _write(ids: set[int]) -> None:
    """The version first, so that writers wait for one another there and never in a circle. A mark that is there already
    is written over: that waits for a refresh which is about to delete it, and makes it anew."""
    now = time.time_ns() // 1000
    if not CatalogVersion.objects.filter(pk=1).update(number=Greatest(F("number") + 1, Value(now))):
        CatalogVersion.objects.get_or_create(pk=1, defaults={"number": now})
    StaleModel.objects.bulk_create(
        (StaleModel(model_id=pk) for pk in sorted(ids)),
        update_conflicts=True,
        unique_fields=["model_id"],
        update_fields=["model_id"],
        batch_size=1000,
    )
    if ids and _refresh not in (callback for _, callback, *_ in connection.run_on_commit):
        transaction.on_commit(_refresh, robust=True)


def _refresh() -> None:
    """After the commit, so that readers rarely have to."""
    from catalog.spans import ensure_fresh

    ensure_fresh()


def _models_of(row: Any, is_new: bool = False) -> list[int]:
    """The models whose rows of the table follow from this row of the catalog."""
    if isinstance(row, LanguageModel):
        return [row.pk]
    if isinstance(row, Rate):
        return [row.period.model_id]
    if isinstance(row, Absence | Endpoint):
        return [row.listing.model_id]
    if isinstance(row, Source):
        return []  # of a source only its authority counts there: `_look_before`
    if isinstance(row, Vendor | Modality | Market):
        return [] if is_new else list(_followers(row))
    return [row.model_id] if getattr(row, "model_id", None) else []


def _followers(row: Vendor | Modality | Market) -> Iterable[int]:
    if isinstance(row, Vendor):
        return LanguageModel.objects.filter(vendor=row).values_list("pk", flat=True)
    if isinstance(row, Market):  # whose own market it is settles whether what is retired is still sold there
        return LanguageModel.objects.filter(listings__market=row).values_list("pk", flat=True).distinct()
    return [EVERY_MODEL]


def _notice(sender: Any, instance: Any, raw: bool = False, created: bool = False, **_: Any) -> None:
    if not raw:
        touched([*_models_of(instance, created), *instance.__dict__.pop(SEEN_BEFORE, ())])


def _look_before(sender: Any, instance: Any, raw: bool = False, update_fields: Any = None, **_: Any) -> None:
    """The models that only the row as it stood leads to: they are marked once the new one is saved. Marked any sooner,
    outside a transaction, they would be written anew from the old row."""
    if raw or instance._state.adding:
        return
    before = sender.objects.filter(pk=instance.pk)
    if sender is not Source:  # a listing or an alias that goes to another model leaves one behind that changes, too
        found = before.exclude(model=instance.model_id).values_list("model_id", flat=True)
    elif update_fields is not None and "authority" not in update_fields:
        return
    elif before.exclude(authority=instance.authority).exists():  # it settles which parameters a listing takes
        found = Parameter.objects.filter(source=instance).order_by().values_list("model_id", flat=True).distinct()
    else:
        return
    instance.__dict__[SEEN_BEFORE] = list(found)


def _notice_many(sender: Any, instance: Any, action: str, reverse: bool = False, **_: Any) -> None:
    if action.startswith("post_"):
        touched([EVERY_MODEL] if reverse else _models_of(instance))


NOTICED = (
    LanguageModel, Listing, Alias, Absence, Endpoint, Parameter, PricePeriod, Rate, Observation, Pin, Vendor, Market,
    Modality, Source, DisplayCurrency,
)  # fmt: skip


def connect() -> None:
    """Called once, when the app is ready."""
    for table in NOTICED:
        post_save.connect(_notice, sender=table, dispatch_uid=f"catalog.freshness.saved.{table.__name__}")
        post_delete.connect(_notice, sender=table, dispatch_uid=f"catalog.freshness.deleted.{table.__name__}")
    for table in (Listing, Alias, Source):
        pre_save.connect(_look_before, sender=table, dispatch_uid=f"catalog.freshness.before.{table.__name__}")
    for many in (LanguageModel.input_modalities.through, LanguageModel.output_modalities.through):
        m2m_changed.connect(_notice_many, sender=many, dispatch_uid=f"catalog.freshness.many.{many.__name__}")
