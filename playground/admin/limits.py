"""Budgets, and the switch of the whole playground."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from catalog import figures
from playground import ledger
from playground.admin.reading import dollars
from playground.models import Budget, House

OFF_MEANS = (
    "Untick this and save, and nothing new is sent from then on, by anybody and from anywhere. Answers that are coming at that "
    "moment come to their end and are billed; runs that still wait for their turn are not sent and cost nothing. The catalog, "
    "the history and all boards stay."
)


def limit_field() -> forms.DecimalField:
    """A limit written in USD, to be kept exactly as a whole number of 10^-12 USD."""
    return forms.DecimalField(
        label="Limit in USD",
        min_value=Decimal(0),
        max_value=Decimal(9_000_000),
        max_digits=19,
        decimal_places=12,
        help_text="Up to twelve decimals. 0 stops all spending.",
        error_messages={"min_value": "A limit cannot be negative."},
    )


class BudgetForm(forms.ModelForm):
    """One budget."""

    limit_usd = limit_field()

    class Meta:
        model = Budget
        fields = ["user", "period"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["limit_usd"] = figures.usd_exact(Decimal(self.instance.limit).scaleb(-12))[1:].replace(",", "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("limit_usd") is not None:
            self.instance.limit = int(cleaned["limit_usd"].scaleb(12))
        same = Budget.objects.filter(user=cleaned.get("user"), period=cleaned.get("period")).exclude(
            pk=self.instance.pk
        )
        if not self.errors and same.exists():
            raise forms.ValidationError(f"{same.get()} has a limit already. Change that one.")
        return cleaned


class SeveralBudgetsForm(forms.Form):
    """The same budget for several people, each his own. One who has a budget for that time has its limit changed."""

    users = forms.ModelMultipleChoiceField(
        queryset=get_user_model().objects.none(), widget=FilteredSelectMultiple("users", is_stacked=False)
    )
    period = forms.ChoiceField(choices=Budget.Period.choices)
    limit_usd = limit_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["users"].queryset = get_user_model().objects.filter(is_active=True).order_by("username")


@admin.register(Budget)
class BudgetAdmin(admin.ModelAdmin):
    list_display = ["__str__", "user", "period", "limit_in_usd", "spent", "held", "left"]
    list_filter = ["period"]
    search_fields = ["user__username"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    form = BudgetForm
    change_list_template = "admin/playground/budgets.html"

    @admin.display(description="Limit", ordering="limit")
    def limit_in_usd(self, budget: Budget) -> str:
        return dollars(budget.limit)

    @admin.display(description="Spent")
    def spent(self, budget: Budget) -> str:
        return budget.standing.spent_text

    @admin.display(description="Held")
    def held(self, budget: Budget) -> str:
        return budget.standing.held_text

    @admin.display(description="Left")
    def left(self, budget: Budget) -> str:
        standing = budget.standing
        return f"over by {standing.over_text}" if standing.over else standing.left_text

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The list with the standing of each of its budgets: one query, however many there are."""
        listed = super().get_changelist_instance(request)
        listed.result_list = list(listed.result_list)
        standings = ledger.standings_of(listed.result_list)
        for budget in listed.result_list:
            budget.standing = standings[budget.pk]
        return listed

    def get_urls(self) -> list[URLPattern]:
        several = self.admin_site.admin_view(self.several)
        return [path("several/", several, name="playground_budget_several"), *super().get_urls()]

    def several(self, request: HttpRequest) -> HttpResponse:
        """Give the same budget to several people at once."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        form = SeveralBudgetsForm(request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            self._give(
                request, list(form.cleaned_data["users"]), form.cleaned_data["period"], form.cleaned_data["limit_usd"]
            )
            return HttpResponseRedirect(reverse("admin:playground_budget_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": "The same budget for several people",
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/playground/several.html", context, status=422 if form.errors else 200)

    def _give(self, request: HttpRequest, users: list[Any], period: str, limit_usd: Decimal) -> None:
        with transaction.atomic():
            for user in users:
                budget, is_new = Budget.objects.update_or_create(
                    user=user, period=period, defaults={"limit": int(limit_usd.scaleb(12))}
                )
                log = self.log_addition if is_new else self.log_change
                log(
                    request, budget, f"Given with others: {figures.usd_exact(limit_usd)} {budget.get_period_display()}."
                )
        people = "1 person now has" if len(users) == 1 else f"{len(users):,} people now have"
        self.message_user(request, f"{people} {figures.usd_exact(limit_usd)} {budget.get_period_display()}.")


@admin.register(House)
class HouseAdmin(admin.ModelAdmin):
    """The one row of settings for the whole playground, which is there from the first look at it. Turning it off works from
    the next request on, in every process."""

    fieldsets = [
        (None, {"fields": ["is_open", "notice"], "description": OFF_MEANS}),
        (None, {"fields": ["retention_days", "last_saved"]}),
    ]
    readonly_fields = ["last_saved"]

    @admin.display(description="Last saved")
    def last_saved(self, house: House) -> str:
        return f"{house.changed_at:%Y-%m-%d %H:%M} UTC"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is nothing to choose from, so the list is the form."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        house = House.objects.order_by("pk").first() or House.objects.get_or_create(pk=1)[0]
        return HttpResponseRedirect(reverse("admin:playground_house_change", args=[house.pk]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: House | None = None) -> bool:
        return False
