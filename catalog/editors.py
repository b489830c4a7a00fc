"""The groups of the catalog's staff: who edits, who imports, who reads. None of them reaches beyond the catalog."""

from typing import Any

from django.apps import AppConfig

EDITORS = "Catalog editors"  # edit every table, and undo edits
IMPORTERS = "Catalog importers"  # read every table; preview, apply and undo imports
READERS = "Catalog readers"  # read every table in the admin
CLOSED = {  # what was written is kept by the program, profiles and views by their owners
    "catalogversion", "change", "endpoint", "lastwritten", "rawentry", "savedview", "searchtext", "searchword", "span",
    "stalemodel",
    "wordset", "workloadprofile",
}  # fmt: skip
IMPORT = "add_revision"  # what the permissions on revisions mean is told in catalog.admin.permissions
NOBODYS = "delete_revision"


def grant_editors(sender: AppConfig, using: str, **_: Any) -> None:
    """Give the groups their permissions on the catalog's tables, after each migration; other permissions are left alone."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    create_permissions(sender, using=using, verbosity=0)
    everything = Permission.objects.using(using).filter(content_type__app_label="catalog")
    everything = everything.exclude(content_type__model__in=CLOSED).exclude(codename=NOBODYS)
    reading = everything.filter(codename__startswith="view_")
    for name, permissions in (
        (EDITORS, everything.exclude(codename=IMPORT)),
        (IMPORTERS, reading | everything.filter(codename=IMPORT)),
        (READERS, reading),
    ):
        group, _created = Group.objects.using(using).get_or_create(name=name)
        group.permissions.add(*permissions)
