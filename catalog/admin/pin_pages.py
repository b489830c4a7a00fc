"""Pins in the admin: each with what its source says now, and the way back to following it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.admin import pins
from catalog.admin.acts import acting
from catalog.admin.recorded import RecordedAdmin
from catalog.models import Pin

LOOK = "look"


class StandingFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(LOOK, "to look at"), *Pin.Standing.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Pin]) -> QuerySet[Pin]:
        if self.value() == LOOK:
            return queryset.exclude(standing=Pin.Standing.HOLDS)
        return queryset.filter(standing=self.value()) if self.value() in Pin.Standing.values else queryset


@admin.register(Pin)
class PinAdmin(RecordedAdmin):
    """A pin is set by editing what it pins, and goes by being removed: it has no form of its own."""

    list_display = ["model", "what", "value_start", "said", "standing", "user", "since", "reason"]
    list_filter = [StandingFilter, "field"]
    search_fields = ["model__name", "model__slug", "field", "value", "reason"]
    list_select_related = ["model__vendor", "listing__market", "user", "upstream_source"]
    date_hierarchy = "since"
    actions = ["follow"]
    fields = [
        "model", "listing", "field", "value", "replaced", "reason", "user", "since", "standing", "upstream_value",
        "upstream_on", "upstream_source",
    ]  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Pin | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Pin | None = None) -> bool:
        return any(request.user.has_perm(f"catalog.{verb}_pin") for verb in ("view", "change"))

    def get_actions(self, request: HttpRequest) -> Any:
        """Only the action that also puts the field back: deleting the row alone would leave it half way."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def delete_model(self, request: HttpRequest, obj: Pin) -> None:
        self.delete_queryset(request, Pin.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Pin]) -> None:
        found = list(queryset.select_related("model__vendor", "listing__market"))
        if not found:
            return
        with acting(_title(found), request.user, found) as recording:
            for pin in found:
                pin.delete()
                pins.unpin(pin)
        self._tell(request, recording)

    @admin.action(description="Remove the pin and follow the source again", permissions=["delete"])
    def follow(self, request: HttpRequest, queryset: QuerySet[Pin]) -> None:
        count = queryset.count()
        self.delete_queryset(request, queryset)
        self.message_user(
            request,
            f"{count} {'pin was' if count == 1 else 'pins were'} removed. Fields follow their sources again; "
            "a price stays until the next import says what it is.",
            messages.SUCCESS,
        )

    @admin.display(description="Field", ordering="field")
    def what(self, pin: Pin) -> str:
        return pins.name_of(pin)

    @admin.display(description="Pinned to", ordering="value")
    def value_start(self, pin: Pin) -> str:
        return _start(pin.value)

    @admin.display(description="The source says now", ordering="upstream_value")
    def said(self, pin: Pin) -> str:
        if not pin.upstream_on:
            return "not heard since"
        return f"{_start(pin.upstream_value)} ({pin.upstream_on})"


def _start(text: str) -> str:
    return (text if len(text) <= 80 else f"{text[:79]}…") or "nothing"


def _title(found: list[Pin]) -> str:
    if len(found) > 1:
        return f"Removed {len(found)} pins"
    return f"Removed the pin on {pins.name_of(found[0])} of {found[0].model}"
