"""A process of the race tests: `python -m tests.catalog.spans.racing fill|refresh|edit|check|locked`, on the database of
its environment."""

import os
import sys
import threading
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402

from catalog import freshness  # noqa: E402
from catalog.models import LanguageModel, SearchText, Span, StaleModel, Vendor  # noqa: E402
from catalog.spans import ensure_fresh, refreshing  # noqa: E402

MODELS = 120


def fill() -> None:
    vendor = Vendor.objects.create(slug="race", name="Race")
    LanguageModel.objects.bulk_create(LanguageModel(vendor=vendor, slug=f"m{n}", name="0") for n in range(MODELS))
    with transaction.atomic():
        freshness.touched(LanguageModel.objects.values_list("pk", flat=True))
        connection.run_on_commit.clear()  # left to the processes that race


def refresh() -> None:
    refreshing.CHUNK = 7
    for _ in range(400):
        if ensure_fresh():
            break
        time.sleep(0.02)


def edit() -> None:
    """Changes names one by one while others refresh, each change in a transaction of its own."""
    refreshing.CHUNK = 7
    for model in LanguageModel.objects.order_by("-pk")[:40]:
        model.name = str(int(model.name) + 1)
        with transaction.atomic():
            model.save()
            time.sleep(0.002)


def check() -> None:
    for _ in range(5):
        ensure_fresh(patience=None)
    assert not StaleModel.objects.exists()
    spans = dict(Span.objects.values_list("model", "name"))
    assert spans == dict(LanguageModel.objects.values_list("pk", "name")), "a change was lost"
    assert Span.objects.count() == SearchText.objects.count() == MODELS
    assert sorted(set(spans.values())) == ["0", "2"]  # both editors changed the same forty, one after the other


def locked() -> None:
    """While another writer holds the database, a reader waits a moment and answers from what is there."""
    ensure_fresh(patience=None)
    model = LanguageModel.objects.first()
    LanguageModel.objects.filter(pk=model.pk).update(name="changed")
    with transaction.atomic():
        freshness.touched([model.pk])
        connection.run_on_commit.clear()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            LanguageModel.objects.filter(pk=model.pk).update(name="changed again")
            freshness.touched([model.pk])  # its mark is there already: this one must not be taken away with it
            held.set()
            done.wait(20)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(20)
    began = time.monotonic()
    is_fresh = ensure_fresh()
    waited = time.monotonic() - began
    done.set()
    holder.join()
    assert not is_fresh
    assert waited < 5, waited
    assert ensure_fresh()
    assert Span.objects.filter(model=model, name="changed again").exists()


if __name__ == "__main__":
    {"fill": fill, "refresh": refresh, "edit": edit, "check": check, "locked": locked}[sys.argv[1]]()
