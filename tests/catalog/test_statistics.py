"""What the database's planner knows: PostgreSQL is told to count the rows, and SQLite is asked nothing."""

from typing import Any

import pytest
from django.db import connection

from catalog import statistics
from catalog.models import LanguageModel, Rate
from tests.factories import make_priced

pytestmark = pytest.mark.django_db


def believed(table: str) -> float:
    """How many rows PostgreSQL believes the table to have; negative where it never looked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
        return float(cursor.fetchone()[0])


def test_the_rows_are_counted_in_one_query_or_none(django_assert_num_queries: Any) -> None:
    for slug in ("one", "two", "three"):
        make_priced(slug)
    is_postgresql = connection.vendor == "postgresql"
    with django_assert_num_queries(1 if is_postgresql else 0):
        statistics.renew()
    if is_postgresql:
        assert believed("catalog_languagemodel") == 3


@pytest.mark.usefixtures("seeded")
def test_the_seed_leaves_them_counted() -> None:
    for model in (LanguageModel, Rate):
        assert model.objects.exists()
        if connection.vendor == "postgresql":
            assert believed(model._meta.db_table) == model.objects.count()
