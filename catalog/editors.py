"""The group "Catalog editors": it may edit the catalog and nothing else."""

from typing import Any

from django.apps import AppConfig

EDITORS = "Catalog editors"
CLOSED = {  # what was written is kept by the program, profiles and views by their owners
    "catalogversion", "change", "endpoint", "lastwritten", "rawentry", "savedview", "span", "stalemodel",
    "wordset", "workloadprofile",
}  # fmt: skip


def grant_editors(sender: AppConfig, using: str, **_: Any) -> None:
    """Give the group every permission on the catalog's tables, after each migration; other permissions are left alone."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group, Permission

    create_permissions(sender, using=using, verbosity=0)
    group, _created = Group.objects.using(using).get_or_create(name=EDITORS)
    permissions = Permission.objects.using(using).filter(content_type__app_label="catalog")
    group.permissions.add(*permissions.exclude(content_type__model__in=CLOSED))
