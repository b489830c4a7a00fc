"""Vendors, markets, sources and what they said, in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models

from catalog.admin.recorded import RecordedAdmin
from catalog.models import Alias, Market, Modality, Observation, Source, Vendor


class LinesField(forms.CharField):
    """Text of several lines. Browsers send other line ends than are kept: without this every save would be a change."""

    def to_python(self, value: Any) -> str:
        return super().to_python(value).replace("\r\n", "\n")


PLAIN = {models.URLField: {"assume_scheme": "https"}, models.TextField: {"form_class": LinesField}}
RELATED = admin.RelatedOnlyFieldListFilter


@admin.register(Vendor)
class VendorAdmin(RecordedAdmin):
    list_display = ["name", "slug", "url"]
    search_fields = ["name", "slug"]
    formfield_overrides = PLAIN


@admin.register(Market)
class MarketAdmin(RecordedAdmin):
    list_display = ["name", "slug", "api_url"]
    search_fields = ["name", "slug"]
    formfield_overrides = PLAIN


@admin.register(Modality)
class ModalityAdmin(RecordedAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]


@admin.register(Source)
class SourceAdmin(RecordedAdmin):
    list_display = ["title", "slug", "read_on", "authority"]
    search_fields = ["title", "slug"]
    date_hierarchy = "read_on"
    formfield_overrides = PLAIN


@admin.register(Alias)
class AliasAdmin(RecordedAdmin):
    list_display = ["name", "model", "from_day", "to_day", "note"]
    search_fields = ["name", "model__name"]
    list_select_related = ["model"]
    autocomplete_fields = ["model"]


@admin.register(Observation)
class ObservationAdmin(RecordedAdmin):
    list_display = ["model", "field", "value_start", "differs", "source", "observed_on"]
    list_display_links = ["model", "field"]
    list_filter = ["differs", "field", ("source", RELATED)]
    formfield_overrides = PLAIN
    search_fields = ["model__name", "field", "value"]
    list_select_related = ["model", "source"]
    date_hierarchy = "observed_on"
    autocomplete_fields = ["model", "source"]

    @admin.display(description="Value", ordering="value")
    def value_start(self, observation: Observation) -> str:
        return observation.value if len(observation.value) <= 80 else observation.value[:79] + "…"
