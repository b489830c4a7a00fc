"""Pages that are only read, and what of them is for superusers: everything that people asked and models answered.

Staff see figures: no text in a page, a title, a search or a filter of anybody else's. A field that can hold words is hidden
from them unless it stands in FIGURES, so that a new one is hidden before anybody thinks of it.
"""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from catalog import figures

# Fields of words that are nobody's text: names, states, amounts, and what our own sentences say of an end.
FIGURES = {
    "offer", "model_public_id", "model_name", "upstream_id", "upstream", "rates", "left_out", "error", "error_kind",
    "generation_id", "served_model", "served_provider", "finish_reason", "native_finish_reason", "usage", "estimate_usd",
    "computed_usd", "billed_usd", "process",
}  # fmt: skip
OF_WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)


def hidden_fields(model: type[models.Model]) -> set[str]:
    """The fields that only superusers read: those that can hold words and are not known to hold none."""
    return {
        field.name
        for field in model._meta.get_fields()
        if (isinstance(field, OF_WORDS) and not field.choices and field.name not in FIGURES) or field.many_to_many
    }


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
        hidden = set() if request.user.is_superuser else hidden_fields(self.model)
        return [name for name in fields if name not in hidden]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the filters that the page offers: any other one could guess a text letter by letter."""
        offered = {name if isinstance(name, str) else name[0] for name in self.get_list_filter(request)}
        return lookup.split("__")[0] in {*offered, self.date_hierarchy} and super().lookup_allowed(
            lookup, value, request
        )
