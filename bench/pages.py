"""Server time, queries and bytes of the catalog's pages at a given number of models: `make bench`.

Runs in one process through Django's own client on a temporary SQLite database, so that nothing of the machine's data is
touched. Medians of repeated requests after a warm-up; only ratios carry over to another machine.
"""

import argparse
import os
import statistics
import tempfile
import time
from decimal import Decimal

PAGES = {
    "table": "/",
    "table, filtered and sorted": "/?q=model&price=1&sort=input",
    "model": "/models/bench/model-7/",
    "compare, four": "/compare/?model=bench/model-1&model=bench/model-2&model=bench/model-3&model=bench/model-4",
    "costs": "/costs/?prompt_tokens=10000&cached_tokens=4000&completion_tokens=1000",
    "costs, over time": "/costs/over-time/?prompt_tokens=10000&cached_tokens=4000&completion_tokens=1000",
    "costs, break-even": "/costs/break-even/?model=bench/model-1&model=bench/model-2&prompt_tokens=10000&completion_tokens=1000",
    "costs, price map": "/costs/map/?prompt_tokens=10000&cached_tokens=4000&completion_tokens=1000",
    "API, costs": "/api/v1/costs?prompt_tokens=10000&cached_tokens=4000&completion_tokens=1000",
}


def fill(count: int) -> None:
    """`count` models with one listing, one price period of three rates and eleven parameters each."""
    from catalog.models import LanguageModel, Listing, Market, Modality, Parameter, PricePeriod, Rate, Source, Vendor

    vendor = Vendor.objects.create(slug="bench", name="Bench")
    market = Market.objects.create(slug="bench", name="Bench")
    source = Source.objects.create(slug="bench", title="Bench", read_on="2026-01-01")
    text = Modality.objects.create(slug="text", name="text")
    models = LanguageModel.objects.bulk_create(
        LanguageModel(
            vendor=vendor,
            slug=f"model-{n}",
            name=f"Model {n}",
            context_length=131072,
            released_on=f"2025-01-{n % 28 + 1:02}",
        )
        for n in range(count)
    )
    LanguageModel.input_modalities.through.objects.bulk_create(
        LanguageModel.input_modalities.through(languagemodel=model, modality=text) for model in models
    )
    listings = Listing.objects.bulk_create(
        Listing(model=model, market=market, upstream_id=f"bench/{model.slug}", listed_on="2025-01-01")
        for model in models
    )
    periods = PricePeriod.objects.bulk_create(
        PricePeriod(listing=listing, model=listing.model, starts_on="2025-01-01", source=source) for listing in listings
    )
    rates = []
    for n, period in enumerate(periods):
        for position, (component, base) in enumerate((("input", 1), ("output", 3), ("cache_read", Decimal("0.1")))):
            amount = (Decimal(base) * (n % 40 + 1)).scaleb(-7)
            rates.append(
                Rate(
                    period=period,
                    position=position,
                    component=component,
                    amount=format(amount, "f"),
                    amount_sort=amount,
                )
            )
    Rate.objects.bulk_create(rates)
    names = ["temperature", "top_p", "max_tokens", "stop", "seed", "tools", "tool_choice", "response_format"]
    Parameter.objects.bulk_create(
        Parameter(listing=listing, model=listing.model, source=source, name=name, kind="float")
        for listing in listings
        for name in names
    )


def measure(times: int) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    print(f"{'page':<28}{'median ms':>10}{'best ms':>10}{'queries':>9}{'KiB':>8}")
    for name, address in PAGES.items():
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
            queries = len(captured)
        assert response.status_code == 200, (name, response.status_code)
        spent = []
        for _ in range(times):
            began = time.perf_counter()
            client.get(address)
            spent.append((time.perf_counter() - began) * 1000)
        size = len(response.content) / 1024
        print(f"{name:<28}{statistics.median(spent):>10.1f}{min(spent):>10.1f}{queries:>9}{size:>8.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=500)
    parser.add_argument("--times", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings", "ALLOWED_HOSTS": "testserver"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        fill(options.models)
        print(f"{options.models} models, {options.times} requests each")
        measure(options.times)


if __name__ == "__main__":
    main()
