"""Models in the admin: one page with listings, prices, parameters, aliases and pins.

A change of a model's own field is pinned with its reason, so that no import undoes it and the model's page can say so.
"""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from catalog import figures, pricelist
from catalog.admin import copying, pins, price_pages, several
from catalog.admin.choices import SiblingListings
from catalog.admin.filters import PinsFilter, StatusFilter, counted
from catalog.admin.listings import ListingInline, ParameterInline
from catalog.admin.prices import PricePeriodInline
from catalog.admin.reasons import WithReason
from catalog.admin.recorded import RecordedAdmin
from catalog.admin.sources import PLAIN
from catalog.models import Alias, LanguageModel, Pin, lifecycle


class AliasInline(admin.TabularInline):
    model = Alias
    fields = ["name", "from_day", "to_day", "note"]
    extra = 0


class PricesOfModel(SiblingListings, PricePeriodInline):
    pass


class ParametersOfModel(SiblingListings, ParameterInline):
    pass


@admin.register(LanguageModel)
class LanguageModelAdmin(RecordedAdmin):
    list_display = [
        "name",
        "public_id",
        "family",
        "context",
        "input_price",
        "output_price",
        "status",
        "released_on",
        "pins",
    ]
    list_filter = [StatusFilter, PinsFilter, "vendor", "family", "input_modalities", "architecture"]
    search_fields = ["name", "slug", "family", "aliases__name", "listings__upstream_id"]
    list_select_related = ["vendor"]
    date_hierarchy = "released_on"
    autocomplete_fields = ["vendor", "replacement"]
    form = WithReason
    formfield_overrides = PLAIN
    save_on_top = True
    actions = ["set_prices", "mark_deprecated", "set_replacement", "set_family"]

    def get_urls(self) -> list[Any]:
        return [
            *price_pages.addresses(self),
            *copying.addresses(self),
            *several.addresses(self),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        allowed = {"may_set_prices": price_pages.may(request.user)}
        return super().changelist_view(request, {**(extra_context or {}), **allowed})

    @admin.action(description="Set prices of the selected models…", permissions=["change"])
    def set_prices(self, request: HttpRequest, queryset: QuerySet[LanguageModel]) -> HttpResponse:
        return HttpResponseRedirect(f"{reverse(price_pages.ADDRESS)}?{several.selection(queryset)}")

    @admin.action(description=several.FACTS["deprecated_on"].action, permissions=["change"])
    def mark_deprecated(self, request: HttpRequest, queryset: QuerySet[LanguageModel]) -> HttpResponse | None:
        return self._set_of_several(request, queryset, "deprecated_on")

    @admin.action(description=several.FACTS["replacement"].action, permissions=["change"])
    def set_replacement(self, request: HttpRequest, queryset: QuerySet[LanguageModel]) -> HttpResponse | None:
        return self._set_of_several(request, queryset, "replacement")

    @admin.action(description=several.FACTS["family"].action, permissions=["change"])
    def set_family(self, request: HttpRequest, queryset: QuerySet[LanguageModel]) -> HttpResponse | None:
        return self._set_of_several(request, queryset, "family")

    def _set_of_several(
        self, request: HttpRequest, queryset: QuerySet[LanguageModel], name: str
    ) -> HttpResponse | None:
        if queryset.count() > several.MOST_MODELS:
            self.message_user(
                request, f"At most {several.MOST_MODELS} models are changed at once. Choose fewer.", messages.ERROR
            )
            return None
        address = reverse("admin:catalog_languagemodel_several", args=[name])
        return HttpResponseRedirect(f"{address}?{several.selection(queryset)}")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LanguageModel]:
        today = timezone.now().date()
        found = super().get_queryset(request).with_status(today).with_prices(today)
        to_look_at = Pin.objects.to_look_at().filter(model=OuterRef("pk")).order_by()
        return found.annotate(
            pin_count=counted(Pin.objects.filter(model=OuterRef("pk")).order_by()), pins_to_look_at=counted(to_look_at)
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[LanguageModel], search_term: str
    ) -> tuple[QuerySet[LanguageModel], bool]:
        """Searched in a query of its own: its joins repeat a model for each name and listing that it has, and with the
        model all that the list computes for it."""
        found, is_repeated = super().get_search_results(request, LanguageModel.objects.order_by(), search_term)
        return queryset.filter(pk__in=found.values("pk")) if is_repeated else queryset, False

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
                ("announced_on", "released_on", "deprecated_on", "retires_on", "called_retired_on"), "replacement",
                "replacement_name",
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
        left = lifecycle.days_left(model.retires_on, timezone.now().date())
        return lifecycle.words(model.status, left, is_dated=model.retires_on is not None)

    @admin.display(description="Pins", ordering="pin_count")
    def pins(self, model: Any) -> str:
        if not model.pin_count:
            return "—"
        return (
            f"{model.pin_count}, {model.pins_to_look_at} to look at" if model.pins_to_look_at else str(model.pin_count)
        )

    def view_on_site(self, obj: LanguageModel) -> str:
        return obj.get_absolute_url()

    def save_model(self, request: HttpRequest, obj: LanguageModel, form: Any, change: bool) -> None:
        if change:
            before = LanguageModel.objects.get(pk=obj.pk)
            form.replaced = {name: pins.text_of(before, name) for name in form.changed_data if name != "reason"}
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        if formset.model is Pin:
            for pin in formset.deleted_objects:
                if pin.listing_id or pin.field not in form.changed_data:
                    pins.unpin(pin)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        reason = form.cleaned_data.get("reason", "")
        for name, replaced in getattr(form, "replaced", {}).items():
            Pin.objects.set(form.instance, name, pins.text_of(form.instance, name), replaced, reason, request.user)
