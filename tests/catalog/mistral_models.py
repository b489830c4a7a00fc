"""The 61 models of the reference, written out by hand, and how the tests of the fixtures read the catalog."""

from datetime import date
from decimal import Decimal
from typing import Any

from catalog.models import LanguageModel, Listing

TODAY = date(2026, 11, 21)
DOCUMENTATION = "mistral-docs-2026-08-21"

# id at Mistral, or in the reference · slug here, where it is another · released, deprecated, retires · replacement ·
# context · input and output of the main listing in USD per million tokens (-: no price, or none for that side)
MODELS = """
mistral-large-4-0 = - - - - 1048576 0.7 2.1
mistral-large-2512 = 2025-12-02 - - - 262144 0.5 1.5
mistral-large-2411 = 2024-11-18 2026-02-27 2026-05-31 mistral-medium-3-5 131072 2 6
mistral-large-2407 = 2024-07-24 2024-11-30 2025-03-30 mistral-large-2512 131072 2 6
mistral-large-2402 = 2024-02-26 2024-11-30 2025-06-16 mistral-large-2512 32768 - -
devstral-2512 = 2025-12-09 2026-05-22 2026-07-31 mistral-medium-3-5 262144 0.4 2
devstral-medium-2507 devstral-medium 2025-07-10 2026-02-27 2026-05-31 mistral-medium-3-5 131072 0.4 2
labs-devstral-small-2512 = 2025-12-09 2026-02-27 2026-03-31 mistral-medium-3-5 262144 0.1 0.3
devstral-small-2507 = 2025-07-10 2026-02-27 2026-05-31 mistral-small-2603 131072 0.1 0.3
devstral-small-2505 = 2025-05-21 2025-10-31 2025-11-30 mistral-medium-3-5 131072 0.06 0.12
pixtral-large-2411 = 2024-11-18 2026-02-27 2026-05-31 mistral-medium-3-5 131072 2 6
pixtral-12b-2409 pixtral-12b 2024-09-11 2025-12-02 2025-12-31 ministral-14b-2512 131072 0.1 0.1
mistral-medium-3-5 = 2026-04-28 - - - 262144 1.5 7.5
mistral-medium-2508 mistral-medium-3.1 2025-08-12 2026-05-22 2026-08-31 mistral-medium-3-5 131072 0.4 2
mistral-medium-2505 = 2025-05-07 2026-05-22 2026-08-31 mistral-medium-3-5 131072 0.4 2
mistral-medium-2312 = 2023-12-11 2024-11-30 2025-06-16 mistral-medium-3-5 32768 2.75 8.1
mistral-small-2603 = 2026-03-16 - - - 262144 0.15 0.6
mistral-small-2506 mistral-small-3.2-24b-instruct 2025-06-20 2026-04-30 2026-07-31 mistral-small-2603 131072 0.1 0.3
mistral-small-2503 mistral-small-3.1-24b-instruct 2025-03-17 2025-11-06 2025-11-30 mistral-small-2603 131072 0.351 0.555
mistral-small-2501 mistral-small-24b-instruct-2501 2025-01-30 2025-11-06 2025-11-30 mistral-small-2603 32768 0.05 0.08
mistral-small-2409 = 2024-09-17 2025-11-06 2025-11-30 mistral-small-2603 32768 0.2 0.6
mistral-small-2402 = 2024-02-26 2024-11-30 2025-06-16 mistral-small-2603 32768 - -
labs-mistral-small-creative mistral-small-creative 2025-12-11 2026-03-31 2026-04-30 ministral-8b-2512 32768 0.1 0.3
ministral-14b-2512 = 2025-12-02 - - - 262144 0.2 0.2
ministral-8b-2512 = 2025-12-02 - - - 262144 0.15 0.15
ministral-3b-2512 = 2025-12-02 - - - 262144 0.1 0.1
ministral-8b-2410 ministral-8b 2024-10-09 2025-12-02 2025-12-31 ministral-8b-2512 131072 0.11 0.11
ministral-3b-2410 ministral-3b 2024-10-09 2025-12-02 2025-12-31 ministral-3b-2512 131072 0.04 0.04
codestral-2508 = 2025-07-30 - - - 131072 0.3 0.9
codestral-2501 = 2025-01-13 2025-11-06 2025-11-30 codestral-2508 131072 0.3 0.9
codestral-2405 = 2024-05-29 2024-12-02 2025-06-16 codestral-2508 32768 - -
open-codestral-mamba codestral-mamba 2024-07-16 2025-06-06 2025-06-06 codestral-2508 262144 0.25 0.25
codestral-embed-2505 = 2025-05-28 - - - 8192 0.15 -
magistral-medium-2509 = 2025-09-18 2026-05-22 2026-07-31 mistral-medium-3-5 131072 2 5
magistral-medium-2507 = 2025-07-24 2025-10-31 2025-11-30 mistral-medium-3-5 40960 2 5
magistral-medium-2506 = 2025-06-10 2025-10-31 2025-11-30 mistral-medium-3-5 40960 2 5
magistral-small-2509 = 2025-09-18 2026-04-30 2026-07-31 mistral-small-2603 131072 0.5 1.5
magistral-small-2507 = 2025-07-24 2025-10-31 2025-11-30 mistral-small-2603 40960 0.5 1.5
magistral-small-2506 = 2025-06-10 2025-10-31 2025-11-30 mistral-small-2603 40960 0.5 1.5
open-mistral-nemo-2407 mistral-nemo 2024-07-18 2026-05-22 2026-07-31 ministral-8b-2512 131072 0.15 0.15
open-mixtral-8x22b mixtral-8x22b-instruct 2024-04-17 2024-11-30 2025-03-30 mistral-small-2603 65536 2 6
open-mixtral-8x7b mixtral-8x7b-instruct 2023-12-11 2024-11-30 2025-03-30 mistral-small-2603 32768 0.54 0.54
open-mistral-7b mistral-7b-instruct 2024-05-22 2024-11-30 2025-03-30 ministral-8b-2512 32768 0.2 0.2
mistral-7b-0-2 mistral-7b-instruct-v0.2 2023-12-11 2024-11-30 2025-03-30 ministral-8b-2512 32768 0.2 0.2
mistral-7b-0-1 mistral-7b-instruct-v0.1 2023-09-27 2024-11-30 2025-03-30 ministral-8b-2512 8192 0.11 0.19
mistral-tiny = - - - - 32768 0.25 0.25
mistral-saba-2502 mistral-saba 2025-02-17 2025-06-10 2025-09-30 mistral-small-2603 32768 0.2 0.6
voxtral-small-2507 voxtral-small-24b-2507 2025-07-15 - - - 32768 0.1 0.3
voxtral-mini-2507 = 2025-07-15 2026-02-27 2026-05-31 voxtral-mini-2602 32768 0.04 0.04
voxtral-mini-2602 = 2026-02-04 - - - 16384 - -
voxtral-mini-transcribe-realtime-2602 = 2026-02-04 - - - - - -
voxtral-mini-tts-2603 = 2026-03-23 - - - - - -
voxtral-transcribe-3 = - - - - - - -
mistral-embed-2312 = 2023-12-11 - - - 8192 0.1 -
labs-leanstral-1-5 = 2026-06-30 - 2026-09-30 - 262144 0 0
labs-leanstral-2603 = 2026-03-16 2026-05-22 2026-06-30 labs-leanstral-1-5 262144 0 0
mathstral-7b = 2024-07-16 - - mistral-small-2603 32768 - -
shieldstral-1-0 = 2026-08-04 - - - 32768 - -
mistral-moderation-2603 = 2026-03-01 - - - 131072 0 -
mistral-ocr-4-1 = 2026-07-16 - - - 16384 - -
mistral-ocr-2512 = 2025-12-18 - - mistral-ocr-4-1 16384 - -
"""
ROWS = [line.split() for line in MODELS.strip().splitlines()]
SLUGS = {row[0]: row[0] if row[1] == "=" else row[1] for row in ROWS}


def model_of(slug: str) -> LanguageModel:
    return LanguageModel.objects.select_related("replacement").get(vendor__slug="mistralai", slug=slug)


def listing_of(upstream_id: str, market: str = "openrouter") -> Listing:
    return Listing.objects.get(market__slug=market, upstream_id=upstream_id)


def shown(value: Any) -> str:
    return "-" if value is None else str(value)


def per_million(amount: Decimal | None) -> str:
    return "-" if amount is None else f"{(amount * 1_000_000).normalize():f}"


def history(upstream_id: str, market: str = "openrouter", currency: str = "USD") -> list[str]:
    """Each period as `from to input cached output`, in USD per million tokens."""
    periods = listing_of(upstream_id, market).periods.filter(currency=currency).order_by("starts_on")
    return [
        " ".join(
            [
                str(period.starts_on),
                shown(period.ends_on),
                *(per_million(period.amount(name)) for name in ("input", "cache_read", "output")),
            ]
        )
        for period in periods
    ]
