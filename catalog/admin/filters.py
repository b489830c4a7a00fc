"""The filters of the admin's lists that are computed: where a model stands today, what is pinned of it, and where an act
stands that may be undone in part."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from catalog.models import LanguageModel, Pin, Revision
from catalog.models.lifecycle import Status


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Status.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[LanguageModel]) -> QuerySet[LanguageModel]:
        return queryset.filter(status=self.value()) if self.value() in Status.values else queryset


class PinsFilter(admin.SimpleListFilter):
    title = "pins"
    parameter_name = "pins"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("look", "to look at"), ("any", "any"), ("none", "none")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LanguageModel]) -> QuerySet[LanguageModel]:
        own = Pin.objects.filter(model=OuterRef("pk"))
        chosen = {"look": Exists(own.to_look_at()), "any": Exists(own), "none": ~Exists(own)}
        return queryset.filter(chosen[self.value()]) if self.value() in chosen else queryset


class StateFilter(admin.SimpleListFilter):
    """An act of which a part was undone is applied still, and has an address of its own."""

    title = "state"
    parameter_name = "state"
    PARTLY = "partly"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*Revision.State.choices, (self.PARTLY, "undone in part")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Revision]) -> QuerySet[Revision]:
        if self.value() == self.PARTLY:
            return queryset.filter(state=Revision.State.APPLIED, undone_at__isnull=False)
        return queryset.filter(state=self.value()) if self.value() in Revision.State.values else queryset


def counted(rows: QuerySet[Any]) -> Coalesce:
    """How many rows there are for each model, as a subquery."""
    return Coalesce(Subquery(rows.values("model").annotate(count=Count("pk")).values("count")), 0)
