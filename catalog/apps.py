"""The catalog: what there is and what it costs. Works with no network and no key."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = "Catalog"

    def ready(self) -> None:
        from catalog import freshness
        from catalog.editors import grant_editors

        freshness.connect()
        post_migrate.connect(grant_editors, sender=self, dispatch_uid="catalog.editors")
