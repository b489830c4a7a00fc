"""Server time, queries and bytes of the catalog's pages at a given number of models, and the time of the reads under the
table by themselves: `make bench`, `make bench ARGS="--models 10000"`.

Runs in one process through Django's own client on a temporary SQLite database, so that nothing of the machine's data is
touched. Medians of repeated requests after a warm-up; only ratios carry over to another machine. With `--data FOLDER`
the database is kept there and used again, as filling one with 100,000 models takes some minutes.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

USAGE = "prompt_tokens=10000&cached_tokens=4000&completion_tokens=1000"


def pages(ids: list[str]) -> dict[str, str]:
    """What is measured, by name; `ids` are those of four models."""
    compared = "&".join(f"model={pk}" for pk in ids)
    return {
        "table": "/",
        "table, page 20 by price": "/?sort=input&page=20",
        "table, filtered and sorted": "/?parameter=tools&context=>=128k&sort=input",
        "table, two words": "/?q=large+2411",
        "table, a mistyped word": "/?q=lrage+2411",
        "table, another day": "/?as_of=2025-03-01",
        "model": f"/models/{ids[0]}/",
        "compare, four": f"/compare/?{compared}",
        "costs": f"/costs/?{USAGE}",
        "costs, over time": f"/costs/over-time/?{USAGE}",
        "costs, break-even": f"/costs/break-even/?model={ids[0]}&model={ids[1]}&{USAGE}",
        "costs, price map": f"/costs/map/?{USAGE}",
        "API, costs": f"/api/v1/costs?{USAGE}",
    }


def measure(times: int) -> None:
    """The pages whole, as a browser gets them."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from catalog.models import Span

    client = Client()
    ids = list(Span.objects.order_by("model").values_list("public_id", flat=True).distinct()[:4])
    print(f"\n{'page':<34}{'median ms':>10}{'best ms':>10}{'queries':>9}{'KiB':>8}")
    for name, address in pages(ids).items():
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
            queries = len(captured)
        assert response.status_code == 200, (name, response.status_code)
        spent = _times(lambda address=address: client.get(address), times)
        size = len(response.content) / 1024
        print(f"{name:<34}{statistics.median(spent):>10.1f}{min(spent):>10.1f}{queries:>9}{size:>8.0f}")


def measure_spans(times: int) -> None:
    """The reads under the table without forms and templates: database and Python time of a count and a page of fifty,
    and of the facets. What is kept in memory is forgotten before each, but for the lines that say "again"."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from catalog import freshness
    from catalog.search import vocabulary

    vocabulary.vocabulary(*freshness.state())
    print(f"\n{'read':<34}{'median ms':>10}{'best ms':>10}{'CPU ms':>10}{'queries':>9}")
    for name, read in _reads().items():
        forget = _forget if "again" not in name else lambda: None
        forget()
        read()
        forget()
        with CaptureQueriesContext(connection) as captured:
            read()
            queries = len(captured)
        processor: list[float] = []
        spent = []
        for _ in range(times):
            forget()
            began, worked = time.perf_counter(), time.process_time()
            read()
            spent.append((time.perf_counter() - began) * 1000)
            processor.append((time.process_time() - worked) * 1000)
        figures = (statistics.median(spent), min(spent), min(processor))
        print(f"{name:<34}{''.join(f'{figure:>10.1f}' for figure in figures)}{queries:>9}")


def _reads() -> dict[str, Callable[[], Any]]:
    from datetime import date

    from django.db.models import F

    from catalog import search, spans
    from catalog.models import Span, WordSet

    today = date(2026, 11, 21)
    newest, cheapest = F("released_on").desc(nulls_last=True), F("input_sort").asc(nulls_last=True)

    def page(found: Any, *order: Any) -> None:
        spans.ensure_fresh()
        found.count()
        list(found.order_by(*order, "name", "model_id").values("name", "input_amount", "reads__words")[:50])

    def on_day(day: date = today) -> Any:
        return Span.objects.on(day)

    def filtered() -> Any:
        takes_tools = WordSet.objects.filter(kind="parameters", words__contains=" tools ")
        return on_day().filter(parameters__in=takes_tools, context_length__gte=131_072)

    def searched(*words: str) -> tuple[Any, Any]:
        found = search.find(list(words))
        return on_day().filter(found.condition()), found.order()

    def search_page(*words: str) -> None:
        rows, order = searched(*words)
        page(rows, order, newest)

    return {
        "a page of 50": lambda: page(on_day(), newest),
        "by price": lambda: page(on_day(), cheapest),
        "on a past day": lambda: page(on_day(date(2025, 3, 1)), cheapest),
        "filtered": lambda: page(filtered(), cheapest),
        "search: large 2411": lambda: search_page("large", "2411"),
        "search: lrage 2411": lambda: search_page("lrage", "2411"),
        "search: lrage 2411, again": lambda: search_page("lrage", "2411"),
        "facets of all": lambda: spans.facets(on_day()),
        "facets of all, again": lambda: spans.facets(on_day()),
        "facets, filtered": lambda: spans.facets(filtered()),
        "facets of lrage 2411": lambda: spans.facets(searched("lrage", "2411")[0]),
    }


def _forget() -> None:
    import sys

    for name in ("catalog.search.finding", "catalog.spans.facets"):
        sys.modules[name]._kept.clear()  # type: ignore[attr-defined]


def _times(call: Callable[[], Any], times: int) -> list[float]:
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        spent.append((time.perf_counter() - began) * 1000)
    return spent


def _prepare(count: int) -> None:
    """Fill the database, if it is not yet, and build its spans."""
    from django.core.management import call_command

    from bench.many_models import fill
    from catalog import freshness, spans
    from catalog.models import LanguageModel, Span

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if not LanguageModel.objects.exists():
        began = time.perf_counter()
        fill(count)
        print(f"{count} models written in {time.perf_counter() - began:.1f} s")
        freshness.touched()
        freshness.StaleModel.objects.create(model_id=freshness.EVERY_MODEL)
    began = time.perf_counter()
    if not freshness.is_fresh():
        spans.ensure_fresh(patience=None)
        print(f"{Span.objects.count()} spans built in {time.perf_counter() - began:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=500)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--data", help="a folder that keeps the database for another time")
    parser.add_argument("--spans", action="store_true", help="only the reads under the table")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.data or stack.enter_context(tempfile.TemporaryDirectory())
        os.makedirs(folder, exist_ok=True)
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings", "ALLOWED_HOSTS": "testserver"}
        import django

        django.setup()
        _prepare(options.models)
        print(f"{options.times} requests each")
        measure_spans(options.times)
        if not options.spans:
            measure(options.times)


if __name__ == "__main__":
    main()
