"""The checks on days, as a table."""

from datetime import date
from typing import Any

import pytest

from catalog.quality.dates import impossible_dates
from tests.catalog.quality.rows import catalog, listing, model, period, said

RELEASE = date(2025, 12, 2)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([model(1, released_on=RELEASE, deprecated_on=date(2026, 5, 22), retires_on=date(2026, 7, 31))], []),
        ([model(1)], []),
        ([model(1, released_on=RELEASE, deprecated_on=date(2025, 12, 1))], ["Deprecated before its release"]),
        ([model(1, released_on=RELEASE, deprecated_on=RELEASE)], []),
        ([model(1, released_on=RELEASE, retires_on=date(2025, 1, 1))], ["Retired before its release"]),
        (
            [model(1, deprecated_on=date(2026, 5, 22), retires_on=date(2026, 5, 21))],
            ["Retired before it was deprecated"],
        ),
        ([model(1, announced_on=date(2025, 12, 3), released_on=RELEASE)], ["Released before it was announced"]),
        ([model(1, knowledge_cutoff=date(2025, 12, 31), released_on=RELEASE)], []),  # a month is told as its last day
        (
            [model(1, knowledge_cutoff=date(2026, 3, 31), released_on=RELEASE)],
            ["Released long before its knowledge ends"],
        ),
        ([model(1, released_on=RELEASE), listing(1, listed_on=date(2025, 12, 1))], []),  # on its eve
        ([model(1, released_on=RELEASE), listing(1, listed_on=date(2025, 11, 2))], []),  # thirty days
        (
            [model(1, released_on=RELEASE), listing(1, listed_on=date(2025, 11, 1))],
            ["Listed at OpenRouter long before its release"],
        ),
        (
            [listing(1, listed_on=RELEASE, delisted_on=date(2025, 12, 1))],
            ["Delisted at OpenRouter before it was listed"],
        ),
        (
            [listing(1, listed_on=RELEASE, last_seen_on=date(2025, 12, 1))],
            ["Last seen at OpenRouter before it was listed"],
        ),
        ([listing(1, last_seen_on=date(2026, 11, 21))], []),
        (
            [listing(1, last_seen_on=date(2026, 11, 22))],
            ["Seen at OpenRouter on a day that is yet to come"],
        ),
        (
            [model(1, released_on=RELEASE), model(2), listing(2, listed_on=date(2025, 10, 1))],
            ["Listed at OpenRouter before Large existed"],
        ),
        ([model(1, released_on=RELEASE), model(2, family=""), listing(2, listed_on=date(2025, 10, 1))], []),
        ([model(1, released_on=date(2022, 12, 2)), model(2, released_on=RELEASE)], ["Years before the rest of Large"]),
        ([model(1, released_on=date(2023, 12, 2)), model(2, released_on=RELEASE)], []),
        (
            [model(1, announced_on=date(2020, 1, 1)), model(2, released_on=RELEASE)],
            ["Years before the rest of Large"],
        ),
        ([listing(1, listed_on=RELEASE), period(1, starts_on=date(2025, 11, 2))], []),
        (
            [listing(1, listed_on=RELEASE), period(1, starts_on=date(2025, 11, 1))],
            ["Priced at OpenRouter long before it was listed"],
        ),
        (
            [model(1, released_on=RELEASE), said(1, "released_on", "2024-11-01")],
            ["A source’s day, before Large existed"],
        ),
        ([model(1, released_on=RELEASE), said(1, "released_on", "2025-11-30")], []),
        ([model(1, released_on=RELEASE), said(1, "released_on", "2025-10")], ["A source’s day, before Large existed"]),
        ([model(1, released_on=RELEASE), said(1, "released_on", "2025")], []),  # in that year, for all it says
        ([model(1, released_on=RELEASE), said(1, "listed_on", "2020-01-01")], []),
        ([model(1, released_on=RELEASE), said(1, "released_on", "soon")], []),
        (
            [model(1, released_on=date(2024, 2, 26)), model(2, released_on=RELEASE), said(2, "released_on", "2024-11-01")],
            [],  # wrong, and a disagreement; but not before the family
        ),
    ],
)  # fmt: skip
def test_days_that_cannot_be(rows: list[Any], found: list[str]) -> None:
    assert [each.what for each in impossible_dates(catalog(*rows))] == found


def test_both_days_are_told() -> None:
    [found] = impossible_dates(catalog(model(1, released_on=RELEASE, retires_on=date(2025, 1, 1))))
    assert (found.here, found.there, found.day) == ("Jan 1, 2025", "Dec 2, 2025", date(2025, 1, 1))
