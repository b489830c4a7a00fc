"""Holds in the admin: to look at, and to settle by hand where nobody could learn what a run cost."""

from decimal import Decimal

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from catalog import figures
from playground import ledger
from playground.admin.reading import ReadOnlyAdmin, dollars
from playground.models import Hold


class AmountForm(forms.Form):
    """An amount in USD that is kept exactly, and why."""

    amount = forms.DecimalField(
        label="Amount in USD",
        min_value=Decimal(0),
        max_value=Decimal(9_000_000),
        max_digits=19,
        decimal_places=12,
        help_text="What each of these runs cost, by the upstream’s own account. 0 where nothing was billed.",
        error_messages={"min_value": "A cost cannot be negative."},
    )
    reason = forms.CharField(
        label="Reason",
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Kept in the log.",
    )


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ["run", "user", "day", "held", "was_spent", "settled_at", "expires_at"]
    list_filter = ["settled_at", "day"]
    search_fields = ["user__username", "run__model_public_id"]
    list_select_related = ["run", "user"]
    date_hierarchy = "day"
    fields = ["run", "user", "day", "held", "was_spent", "settled_at", "expires_at"]
    readonly_fields = ["held", "was_spent"]
    actions = ["settle"]

    @admin.display(description="Held", ordering="amount")
    def held(self, hold: Hold) -> str:
        return dollars(hold.amount)

    @admin.display(description="Spent", ordering="spent")
    def was_spent(self, hold: Hold) -> str:
        return dollars(hold.spent)

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Nobody changes a hold; who has the right to may settle one whose cost nobody has learnt."""
        return bool(request.user.has_perm("playground.change_hold"))

    @admin.action(description="Settle at an amount", permissions=["settle"])
    def settle(self, request: HttpRequest, queryset: QuerySet[Hold]) -> HttpResponse | None:
        """The first POST asks for amount and reason, the second books them for each of the holds that is still open."""
        form = AmountForm(request.POST if "apply" in request.POST else None)
        holds = list(queryset.select_related("run", "user").order_by("pk"))
        if form.is_bound and form.is_valid():
            self._settle(request, holds, form.cleaned_data["amount"], form.cleaned_data["reason"])
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Settle at an amount",
            "opts": self.opts,
            "form": form,
            "holds": [(hold, dollars(hold.amount), _why_not(hold)) for hold in holds],
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/playground/settle.html", context, status=422 if form.errors else 200)

    def _settle(self, request: HttpRequest, holds: list[Hold], amount: Decimal, reason: str) -> None:
        settled = 0
        for hold in holds:
            with transaction.atomic():
                if ledger.settle_by_hand(hold.pk, ledger.booked_amount(amount)):
                    self.log_change(request, hold, f"Settled at {figures.usd_exact(amount)}: {reason}")
                    settled += 1
        if settled:
            done = f"{figures.counted(settled, 'hold')} settled at {figures.usd_exact(amount)}."
            self.message_user(request, done, messages.SUCCESS)
        if settled < len(holds):
            left = len(holds) - settled
            they = "1 left as it was" if left == 1 else f"{left:,} left as they were"
            self.message_user(request, f"{they}: settled already, or the run is not over.", messages.WARNING)


def _why_not(hold: Hold) -> str:
    if hold.settled_at:
        return f"settled at {dollars(hold.spent)} already"
    return "" if hold.run.is_over else "its run is not over"
