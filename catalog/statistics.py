"""What the database's planner knows of the catalog's tables."""

from django.apps import apps
from django.db import connection


def renew() -> None:
    """Let PostgreSQL count the rows of every table of the catalog, after many of them were written at once.

    By itself it counts them within a minute or so, and until then plans its queries for the tables as they were.
    SQLite's planner does without. One query.
    """
    if connection.vendor == "postgresql":
        models = apps.get_app_config("catalog").get_models(include_auto_created=True)
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {tables}")
