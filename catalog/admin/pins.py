"""Pins: what is written down when an admin changes a model's own field, and how the field goes back when the pin goes."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from catalog.models import LanguageModel, Modality, Pin
from catalog.seeding import restore


class PinInline(admin.TabularInline):
    """The pins of a model, to look at and to take away."""

    model = Pin
    fields = readonly_fields = ["field", "value", "replaced", "reason", "user", "since"]
    extra = 0
    verbose_name_plural = "pinned fields (delete one to follow the sources again)"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Pin]:
        return super().get_queryset(request).select_related("user", "model")


def text_of(model: LanguageModel, name: str) -> str:
    """The value of a field as a pin keeps it: as text that `unpin` can read back."""
    column = model._meta.get_field(name)
    value = getattr(model, name)
    if column.many_to_many:
        return ", ".join(value.values_list("slug", flat=True))
    if value is None:
        return ""
    if isinstance(value, models.Model):
        return "/".join(value.natural_key())
    return str(column.value_to_string(model))


def unpin(model: LanguageModel, pin: Pin) -> None:
    """Put the field back: to what the fixtures say, or else to the value that the pin replaced."""
    if restore(model, pin.field):
        return
    column = model._meta.get_field(pin.field)
    if column.many_to_many:
        getattr(model, pin.field).set(Modality.objects.filter(slug__in=pin.replaced.split(", ")))
        return
    value: Any = column.to_python(pin.replaced) if pin.replaced or not column.null else None
    if column.is_relation and pin.replaced:
        value = column.related_model._default_manager.get_by_natural_key(*pin.replaced.split("/"))
    setattr(model, pin.field, value)
    model.save(update_fields=[pin.field])
