"""Prompts and runs in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from catalog import figures
from playground.admin.reading import ReadOnlyAdmin
from playground.models import Prompt, Run


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
