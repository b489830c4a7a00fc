"""The playground in the admin: prompts, runs and holds to look at and not to touch, and budgets to set.

Staff see figures. What people asked and what models answered is for superusers only: no text of it in a page, a title,
a search or a filter of anybody else's.
"""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from catalog import figures
from playground.models import Budget, Hold, Prompt, Run

PICO = 10**12  # amounts are whole numbers of 10^-12 USD
TEXTS = {
    "text", "messages", "parameters", "overrides", "variables", "key", "note", "labels", "searched", "request", "reasoning",
    "rest", "tool_calls", "validation", "error_detail", "error_body", "generation", "verdict_note",
}  # fmt: skip


def dollars(amount: int | None) -> str:
    return figures.UNKNOWN if amount is None else figures.usd_exact(Decimal(amount).scaleb(-12))


class ReadOnlyAdmin(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = super().get_fields(request, obj)
        return [name for name in fields if request.user.is_superuser or name not in TEXTS]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the filters that the page offers: any other one could guess a text letter by letter."""
        offered = {name if isinstance(name, str) else name[0] for name in self.get_list_filter(request)}
        return lookup.split("__")[0] in {*offered, self.date_hierarchy} and super().lookup_allowed(
            lookup, value, request
        )


@admin.register(Prompt)
class PromptAdmin(ReadOnlyAdmin):
    list_display = ["id", "user", "created_at"]
    list_filter = ["created_at"]
    search_fields = ["user__username", "id"]
    list_select_related = ["user"]
    date_hierarchy = "created_at"

    def has_view_permission(self, request: HttpRequest, obj: Prompt | None = None) -> bool:
        """A prompt's page is titled with its text, so that only superusers may open one."""
        return super().has_view_permission(request, obj) and (obj is None or request.user.is_superuser)

    def get_list_display_links(self, request: HttpRequest, list_display: Any) -> Any:
        return ["id"] if request.user.is_superuser else None


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at", "user", "model_name", "state", "tokens", "first_token", "per_second", "computed_usd", "billed_usd",
        "is_rehearsal",
    ]  # fmt: skip
    list_filter = ["state", "is_rehearsal", "upstream", "model_public_id"]
    search_fields = ["prompt__user__username", "model_public_id", "generation_id"]
    list_select_related = ["prompt__user"]
    date_hierarchy = "created_at"

    def get_fields(self, request: HttpRequest, obj: Run | None = None) -> list[str]:
        """The prompt by its number: its name is its text."""
        fields = ["prompt_id" if name == "prompt" else name for name in super().get_fields(request, obj)]
        return list(dict.fromkeys(["user", *fields]))

    def get_readonly_fields(self, request: HttpRequest, obj: Run | None = None) -> list[str]:
        return ["user", "prompt_id"]

    @admin.display(description="User", ordering="prompt__user__username")
    def user(self, run: Run) -> str:
        return run.prompt.user.get_username()

    @admin.display(description="Tokens in / out")
    def tokens(self, run: Run) -> str:
        usage = run.priced_usage()
        return figures.UNKNOWN if usage is None else f"{usage.prompt_tokens:,} / {usage.completion_tokens:,}"

    @admin.display(description="First token", ordering="first_token_ms")
    def first_token(self, run: Run) -> str:
        return figures.seconds(run.first_token_ms)

    @admin.display(description="Tokens/s")
    def per_second(self, run: Run) -> str:
        return figures.UNKNOWN if run.tokens_per_second is None else str(run.tokens_per_second)


@admin.register(Hold)
class HoldAdmin(ReadOnlyAdmin):
    list_display = ["run", "user", "day", "held", "was_spent", "settled_at", "expires_at"]
    list_filter = ["settled_at", "day"]
    search_fields = ["user__username", "run__model_public_id"]
    list_select_related = ["run", "user"]
    date_hierarchy = "day"
    fields = ["run", "user", "day", "held", "was_spent", "settled_at", "expires_at"]
    readonly_fields = ["held", "was_spent"]

    @admin.display(description="Held", ordering="amount")
    def held(self, hold: Hold) -> str:
        return dollars(hold.amount)

    @admin.display(description="Spent", ordering="spent")
    def was_spent(self, hold: Hold) -> str:
        return dollars(hold.spent)


class BudgetForm(forms.ModelForm):
    """A limit written in USD and kept, exactly, as a whole number of 10^-12 USD."""

    limit_usd = forms.DecimalField(
        label="Limit in USD",
        min_value=Decimal(0),
        max_value=Decimal(9_000_000),
        max_digits=19,
        decimal_places=12,
        help_text="Up to twelve decimals. 0 stops all spending.",
        error_messages={"min_value": "A limit cannot be negative."},
    )

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


@admin.register(Budget)
class BudgetAdmin(admin.ModelAdmin):
    list_display = ["__str__", "user", "period", "limit_in_usd"]
    list_filter = ["period"]
    search_fields = ["user__username"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]
    form = BudgetForm

    @admin.display(description="Limit", ordering="limit")
    def limit_in_usd(self, budget: Budget) -> str:
        return dollars(budget.limit)
