"""Listings and request parameters in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from catalog import figures
from catalog.admin.reasons import WithReason
from catalog.admin.recorded import RecordedAdmin
from catalog.admin.sources import PLAIN, RELATED
from catalog.admin.together import TogetherForm, TogetherFormSet
from catalog.models import Listing, Parameter
from catalog.models.variants import LARGEST_CONTEXT


class ListingForm(TogetherForm):
    def clean_context_length(self) -> int | None:
        context = self.cleaned_data["context_length"]
        if context is not None and context > LARGEST_CONTEXT:
            raise forms.ValidationError(f"No model reads more than {LARGEST_CONTEXT:,} tokens. Is this a slip?")
        return context

    def constraints(self, exclude: set[str] | None = None) -> None:
        """All but the one that saving sees to: a listing that comes to stand for the model takes the other's place."""
        is_main, self.instance.is_main = self.instance.is_main, False
        try:
            Listing.validate_constraints(self.instance, exclude)
        finally:
            self.instance.is_main = is_main


class ListingPageForm(WithReason, ListingForm):
    """A listing on its own page, where the reason is asked."""


class ListingFormSet(TogetherFormSet):
    def clean(self) -> None:
        super().clean()
        if sum(bool(form.cleaned_data.get("is_main")) for form in self.rows()) > 1:
            raise forms.ValidationError("Only one listing can stand for the model. Untick the others.")

    def step_aside(self, number: int, row: Listing) -> None:
        Listing.objects.filter(pk=row.pk).update(is_main=False)


class ListingInline(admin.TabularInline):
    """A listing is not deleted here: with it would go its prices, also those that runs were priced with."""

    model = Listing
    form = ListingForm
    formset = ListingFormSet
    fields = [
        "market", "upstream_id", "name", "is_main", "listed_on", "last_seen_on", "delisted_on", "context_length",
        "weekly_tokens",
    ]  # fmt: skip
    extra = 0
    can_delete = False
    show_change_link = True


@admin.register(Listing)
class ListingAdmin(RecordedAdmin):
    list_display = ["upstream_id", "market", "model", "is_main", "context", "listed_on", "last_seen_on", "delisted_on"]
    list_filter = ["market", "is_main", "has_responses", "stop_ends_billing", "model__family"]
    search_fields = ["upstream_id", "name", "model__name"]
    list_select_related = ["market", "model"]
    date_hierarchy = "listed_on"
    autocomplete_fields = ["model", "market"]
    form = ListingPageForm
    fieldsets = [
        (None, {"fields": ["model", "market", "upstream_id", "canonical_slug", "name", "is_main"]}),
        ("Dates", {"fields": [("listed_on", "last_seen_on", "delisted_on", "expires_on")]}),
        ("Limits and use", {"fields": [("context_length", "max_completion_tokens", "weekly_tokens")]}),
        ("API", {"fields": ["has_chat_completions", "has_responses", "stop_ends_billing"]}),
        ("Why", {"fields": ["reason"]}),
    ]

    @admin.display(description="Context", ordering="context_length")
    def context(self, listing: Listing) -> str:
        return figures.short(listing.context_length)

    def get_readonly_fields(self, request: HttpRequest, obj: Listing | None = None) -> list[str]:
        return ["model"] if obj else []  # its prices and parameters belong to the model too

    def save_model(self, request: HttpRequest, obj: Listing, form: Any, change: bool) -> None:
        if obj.is_main:
            Listing.objects.main().filter(model=obj.model_id).exclude(pk=obj.pk).update(is_main=False)
        super().save_model(request, obj, form, change)

    def view_on_site(self, obj: Listing) -> str:
        return obj.model.get_absolute_url()


class ParameterInline(admin.TabularInline):
    model = Parameter
    fk_name = "model"
    fields = [
        "listing", "source", "name", "kind", "default", "minimum", "maximum", "is_required", "is_deprecated",
        "replaced_by", "is_unsupported",
    ]  # fmt: skip
    autocomplete_fields = ["source"]
    extra = 0
    show_change_link = True
    classes = ["collapse"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("listing", "source").order_by("-source__authority", "name")


@admin.register(Parameter)
class ParameterAdmin(RecordedAdmin):
    list_display = ["name", "listing", "kind", "default", "is_deprecated", "is_unsupported", "source"]
    list_filter = ["name", "kind", "is_deprecated", "is_unsupported", ("source", RELATED)]
    formfield_overrides = PLAIN
    search_fields = ["name", "listing__upstream_id", "model__name"]
    list_select_related = ["listing__market", "source"]
    autocomplete_fields = ["listing", "source"]
