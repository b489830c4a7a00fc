"""The filters of the list of models that are computed: where a model stands today, and what is pinned of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from catalog.models import LanguageModel, Pin
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


def counted(rows: QuerySet[Any]) -> Coalesce:
    """How many rows there are for each model, as a subquery."""
    return Coalesce(Subquery(rows.values("model").annotate(count=Count("pk")).values("count")), 0)
