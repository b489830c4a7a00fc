"""Price periods in the admin. Prices are written per million tokens; what is rarer is a rate on the period's own page.

A period that a run was priced with is read-only everywhere: it is followed by another, which ends it.
"""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog import exact, figures, pricing
from catalog.admin import amounts
from catalog.admin.reasons import WithReason
from catalog.admin.recorded import RecordedAdmin
from catalog.admin.sources import RELATED
from catalog.admin.together import TogetherForm, TogetherFormSet
from catalog.models import PricePeriod, Rate

USED = "A run was priced with it, so it is read-only. Add a period that starts later to follow it."


class PeriodForm(TogetherForm):
    """A price period with its four common prices, per million tokens."""

    input_price, cache_read_price, output_price, cache_write_price = amounts.price_fields().values()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.update(amounts.written(self.instance))
        if self.instance.is_used:
            for column in self.fields.values():
                column.disabled = True

    def has_changed(self) -> bool:
        return not self.instance.is_used and super().has_changed()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in amounts.FIELDS:
            if name in self.changed_data and name in cleaned:
                try:
                    amounts.check(cleaned[name])
                except forms.ValidationError as error:
                    self.add_error(name, error)
        return cleaned

    def save(self, commit: bool = True) -> PricePeriod:
        period = super().save(commit)
        if commit:
            amounts.write(
                period, {name: self.cleaned_data[name] for name in amounts.FIELDS if name in self.changed_data}
            )
        return period


class PeriodFormSet(TogetherFormSet):
    """All periods of a model: no two of one listing and currency share a day, as they were submitted."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.is_used and "DELETE" in form.fields:
            form.fields["DELETE"].disabled = True

    def clean(self) -> None:
        super().clean()
        seen: list[PricePeriod] = []
        whole = [form for form in self.rows() if form.is_valid() and form.instance.listing_id]
        for form in sorted(whole, key=lambda form: form.instance.starts_on):
            period = form.instance
            for other in seen:
                if (other.listing_id, other.currency) != (period.listing_id, period.currency):
                    continue
                followed = other.is_used and other.ends_on is None and other.starts_on < period.starts_on
                if other.covers(period.starts_on) and not followed:
                    form.add_error("starts_on", period.overlap_with(other))
                    self._non_form_errors.append("Two periods share a day. See the row that is marked.")
            seen.append(period)

    def step_aside(self, number: int, row: PricePeriod) -> None:
        day = date.min + timedelta(days=2 * number)
        PricePeriod.objects.filter(pk=row.pk).update(starts_on=day, ends_on=day + timedelta(days=1))


class PricePeriodInline(admin.TabularInline):
    model = PricePeriod
    fk_name = "model"
    form = PeriodForm
    formset = PeriodFormSet
    fields = ["listing", "currency", "starts_on", "ends_on", *amounts.FIELDS, "more", "source", "note"]
    readonly_fields = ["more"]
    autocomplete_fields = ["source"]
    extra = 0
    show_change_link = True
    verbose_name = "price period"
    verbose_name_plural = (
        "prices per million tokens (one that a run was priced with is read-only: a later one follows it)"
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[PricePeriod]:
        periods = super().get_queryset(request).select_related("listing", "source").prefetch_related("rates")
        return periods.order_by("-listing__is_main", "listing", "-currency", "-starts_on")

    @admin.display(description="More")
    def more(self, period: PricePeriod) -> str:
        if not period.pk:
            return ""
        others = [rate for rate in period.rates.all() if rate.is_conditional or rate.component not in common()]
        words = [f"{len(others)} more on its own page."] if others else []
        if period.discount_share():
            words.append(f"{exact.plain(period.discount_share() * 100)}% off.")
        return " ".join([*words, "Used by a run: read-only."] if period.is_used else words) or "—"


class PeriodPageForm(WithReason, forms.ModelForm):
    """A period on its own page, where the reason is asked."""


def common() -> set[str]:
    return {str(component) for component in amounts.FIELDS.values()}


class RateForm(TogetherForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" in self.fields:
            self.fields["position"].required = False
            if not self.instance.pk:
                self.initial["position"] = None


class RateFormSet(TogetherFormSet):
    """The rates of a period. A row without a position goes to the end; two rows may change places."""

    def clean(self) -> None:
        super().clean()
        taken = {form.cleaned_data["position"] for form in self.rows() if form.cleaned_data.get("position") is not None}
        last = max(taken, default=-1)
        for form in self.rows():
            if "position" in form.fields and form.cleaned_data.get("position") is None:
                last += 1
                form.instance.position = form.cleaned_data["position"] = last

    def step_aside(self, number: int, row: Rate) -> None:
        Rate.objects.filter(pk=row.pk).update(position=30_000 + number)


class RateInline(admin.TabularInline):
    model = Rate
    form = RateForm
    formset = RateFormSet
    fields = [
        "position", "component", "amount", "per_million", "over_prompt_tokens", "utc_start", "utc_end", "is_batch",
        "unknown_condition",
    ]  # fmt: skip
    readonly_fields = ["per_million"]
    extra = 0

    @admin.display(description="Per million")
    def per_million(self, rate: Rate) -> str:
        if not rate.pk or rate.component not in pricing.PER_TOKEN:
            return "—"
        return figures.per_million(exact.parse_amount(rate.amount))

    def has_add_permission(self, request: HttpRequest, obj: PricePeriod | None = None) -> bool:
        return not (obj and obj.is_used) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: PricePeriod | None = None) -> bool:
        return not (obj and obj.is_used) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PricePeriod | None = None) -> bool:
        return not (obj and obj.is_used) and super().has_delete_permission(request, obj)


@admin.register(PricePeriod)
class PricePeriodAdmin(RecordedAdmin):
    list_display = ["listing", "currency", "starts_on", "ends_on", "input_price", "output_price", "is_used", "source"]
    list_filter = ["listing__market", "currency", "is_used", ("source", RELATED)]
    search_fields = ["listing__upstream_id", "model__name"]
    list_select_related = ["listing__market", "source"]
    date_hierarchy = "starts_on"
    autocomplete_fields = ["listing", "source"]
    inlines = [RateInline]
    form = PeriodPageForm

    def get_queryset(self, request: HttpRequest) -> QuerySet[PricePeriod]:
        return super().get_queryset(request).prefetch_related("rates")

    def get_fieldsets(self, request: HttpRequest, obj: PricePeriod | None = None) -> Any:
        fields = ["listing", "currency", "starts_on", "ends_on", "discount", "source", "note"]
        fieldsets = [(None, {"fields": fields, "description": USED if obj and obj.is_used else ""})]
        if not (obj and obj.is_used):
            fieldsets.append(("Why", {"fields": ["reason"]}))
        return fieldsets

    @admin.display(description="Input per million")
    def input_price(self, period: PricePeriod) -> str:
        return figures.per_million(period.amount("input"))

    @admin.display(description="Output per million")
    def output_price(self, period: PricePeriod) -> str:
        return figures.per_million(period.amount("output"))

    def has_change_permission(self, request: HttpRequest, obj: PricePeriod | None = None) -> bool:
        return not (obj and obj.is_used) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: PricePeriod | None = None) -> bool:
        return not (obj and obj.is_used) and super().has_delete_permission(request, obj)
