"""Models in the admin: one page with listings, prices, parameters, aliases and pins.

A change of a model's own field is pinned with its reason, so that no import undoes it and the model's page can say so.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from catalog import figures, pricelist
from catalog.admin import pins
from catalog.admin.listings import ListingInline, ParameterInline
from catalog.admin.prices import PricePeriodInline
from catalog.admin.sources import PLAIN
from catalog.models import Alias, LanguageModel, Listing, Pin
from catalog.models.lifecycle import Status

REASON = "Edited in the admin"


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Status.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[LanguageModel]) -> QuerySet[LanguageModel]:
        return queryset.filter(status=self.value()) if self.value() in Status.values else queryset


class LanguageModelForm(forms.ModelForm):
    reason = forms.CharField(
        label="Reason for the change",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Kept with the pin of each field that you change above and shown on the model’s page.",
    )


class AliasInline(admin.TabularInline):
    model = Alias
    fields = ["name", "from_day", "to_day", "note"]
    extra = 0


class SiblingListings:
    """Inlines of a model's page that name a listing: only the model's own, fetched once for all rows."""

    def get_formset(self, request: HttpRequest, obj: LanguageModel | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        own = Listing.objects.filter(model=obj).select_related("market")
        choices = [
            ("", "---------"),
            *((listing.pk, f"{listing.market.slug}: {listing.upstream_id}") for listing in own),
        ]
        column = formset.form.base_fields.get("listing")
        if column is not None:
            column.queryset = own
            column.widget = forms.Select()
            column.choices = choices
        return formset


class PricesOfModel(SiblingListings, PricePeriodInline):
    pass


class ParametersOfModel(SiblingListings, ParameterInline):
    pass


@admin.register(LanguageModel)
class LanguageModelAdmin(admin.ModelAdmin):
    list_display = ["name", "public_id", "family", "context", "input_price", "output_price", "status", "released_on"]
    list_filter = [StatusFilter, "vendor", "family", "input_modalities", "architecture"]
    search_fields = ["name", "slug", "family", "aliases__name", "listings__upstream_id"]
    list_select_related = ["vendor"]
    date_hierarchy = "released_on"
    autocomplete_fields = ["vendor", "replacement"]
    form = LanguageModelForm
    formfield_overrides = PLAIN
    save_on_top = True

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[LanguageModel]:
        today = timezone.now().date()
        return super().get_queryset(request).with_status(today).with_prices(today)

    def get_fieldsets(self, request: HttpRequest, obj: LanguageModel | None = None) -> list[Any]:
        later = (
            "" if obj else "Save the model with a listing first. Its prices and parameters are added on the next page."
        )
        fieldsets = [
            (None, {"fields": ["vendor", "slug", ("name", "family"), "summary", "description"], "description": later}),
            ("What it is", {"fields": [
                "context_length", ("architecture", "parameters_total", "parameters_active"), "knowledge_cutoff",
                ("input_modalities", "output_modalities"), "licence", "licence_url", "weights_url", "tokenizer",
            ]}),
            ("Its life", {"fields": [
                ("released_on", "deprecated_on", "retires_on"), "replacement", "replacement_name",
            ]}),
        ]  # fmt: skip
        if obj and self.has_change_permission(request, obj):
            fieldsets.append(("Why", {"fields": ["reason"]}))
        return fieldsets

    def get_inlines(self, request: HttpRequest, obj: LanguageModel | None = None) -> list[Any]:
        return (
            [ListingInline, PricesOfModel, ParametersOfModel, AliasInline, pins.PinInline]
            if obj
            else [ListingInline, AliasInline]
        )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="Id", ordering="slug")
    def public_id(self, model: LanguageModel) -> str:
        return model.public_id

    @admin.display(description="Context", ordering="context_length")
    def context(self, model: LanguageModel) -> str:
        return figures.short(model.context_length)

    @admin.display(description="Input $/M", ordering="input_sort")
    def input_price(self, model: Any) -> str:
        return figures.per_million(pricelist.annotated(model, "input"))

    @admin.display(description="Output $/M", ordering="output_sort")
    def output_price(self, model: Any) -> str:
        return figures.per_million(pricelist.annotated(model, "output"))

    @admin.display(description="Status", ordering="status")
    def status(self, model: Any) -> str:
        return Status(model.status).label

    def view_on_site(self, obj: LanguageModel) -> str:
        return obj.get_absolute_url()

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        form.changed_data = [name for name in form.changed_data if name != "reason"]
        return super().construct_change_message(request, form, formsets, add)

    def save_model(self, request: HttpRequest, obj: LanguageModel, form: Any, change: bool) -> None:
        if change:
            before = LanguageModel.objects.get(pk=obj.pk)
            form.replaced = {name: pins.text_of(before, name) for name in form.changed_data if name != "reason"}
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is Pin:
            for pin in formset.deleted_objects:
                if pin.field not in form.changed_data:
                    pins.unpin(form.instance, pin)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        reason = form.cleaned_data.get("reason") or REASON
        for name, replaced in getattr(form, "replaced", {}).items():
            Pin.objects.set(form.instance, name, pins.text_of(form.instance, name), replaced, reason, request.user)
