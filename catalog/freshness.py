"""What has to be computed anew after a change: raises the catalog's version and marks models whose table rows are stale.

Every save and deletion through a row of the catalog is noticed by itself. Code that writes many rows at once (bulk
inserts, `QuerySet.update`) calls `touched` with the models concerned. Within `together` all marks are written once.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.signals import m2m_changed, post_delete, post_save

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

EVERY_MODEL = 0  # stands in StaleModel for all of them: a vendor's or a modality's name has changed


class _Marks(threading.local):
    depth = 0
    models: set[int]


_marks = _Marks()


def version() -> int:
    """The number of the catalog's present state. One query."""
    return CatalogVersion.objects.values_list("number", flat=True).filter(pk=1).first() or 0


def touched(model_ids: Iterable[int]) -> None:
    """Something of these models has changed: marks them in the present transaction."""
    ids = set(model_ids)
    if _marks.depth:
        _marks.models |= ids
    else:
        _write(ids)


@contextmanager
def together() -> Iterator[None]:
    """Collects what is touched within and marks it once, at the end. In one transaction."""
    with transaction.atomic():
        if not _marks.depth:
            _marks.models = set()
        _marks.depth += 1
        try:
            yield
        finally:
            _marks.depth -= 1
        if not _marks.depth and _marks.models and not transaction.get_rollback():
            _write(_marks.models)


def _write(ids: set[int]) -> None:
    StaleModel.objects.bulk_create((StaleModel(model_id=pk) for pk in ids), ignore_conflicts=True, batch_size=1000)
    if not CatalogVersion.objects.filter(pk=1).update(number=F("number") + 1):
        CatalogVersion.objects.get_or_create(pk=1, defaults={"number": 1})


def _model_of(row: Any) -> int:
    if isinstance(row, LanguageModel):
        return int(row.pk or EVERY_MODEL)
    if isinstance(row, Rate):
        return int(row.period.model_id)
    if isinstance(row, Absence | Endpoint):
        return int(row.listing.model_id)
    return int(getattr(row, "model_id", None) or EVERY_MODEL)


def _notice(sender: Any, instance: Any, raw: bool = False, **_: Any) -> None:
    if not raw:
        touched([_model_of(instance)])


def _notice_many(sender: Any, instance: Any, action: str, **_: Any) -> None:
    if action.startswith("post_"):
        touched([_model_of(instance)])


NOTICED = (
    LanguageModel, Listing, Alias, Absence, Endpoint, Parameter, PricePeriod, Rate, Observation, Pin, Vendor, Market,
    Modality, Source, DisplayCurrency,
)  # fmt: skip


def connect() -> None:
    """Called once, when the app is ready."""
    for table in NOTICED:
        post_save.connect(_notice, sender=table, dispatch_uid=f"catalog.freshness.saved.{table.__name__}")
        post_delete.connect(_notice, sender=table, dispatch_uid=f"catalog.freshness.deleted.{table.__name__}")
    for many in (LanguageModel.input_modalities.through, LanguageModel.output_modalities.through):
        m2m_changed.connect(_notice_many, sender=many, dispatch_uid=f"catalog.freshness.many.{many.__name__}")
