"""What every page of the catalog's admin has: its acts are recorded, its history is told, and no edit overwrites another's."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html

from catalog.admin import conflicts, pins, tellings
from catalog.admin.acts import acting
from catalog.admin.reasons import ReasonNeeded
from catalog.history import rows
from catalog.history.recording import Recording
from catalog.models import LanguageModel, Listing, PricePeriod


class RecordedAdmin(admin.ModelAdmin):
    """A table whose edits and deletions become revisions, each of which can be undone."""

    change_form_template = "admin/catalog/change_form.html"
    object_history_template = "admin/catalog/object_history.html"

    class Media:
        css = {"all": ["css/admin.css"]}

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        row = self.get_object(request, unquote(object_id)) if object_id else None
        if (object_id and row is None) or not self._may_save(request, row):
            return super().changeform_view(request, object_id, form_url, extra_context)
        title = f"Edit of {row}" if row else f"New {self.opts.verbose_name}"
        rows_of_it = [*([row] if row else []), *_named(request)]
        try:
            with acting(title, request.user, rows_of_it, _reason(request)) as recording:
                request.recording = recording  # type: ignore[attr-defined]
                if row is not None and (conflict := conflicts.find(self, request, row)) is not None:
                    return conflict
                response = super().changeform_view(request, object_id, form_url, extra_context)
        except ReasonNeeded as needed:  # all of it was rolled back: the form comes again as it was sent
            request.needs_reason_for = needed.names  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)
        self._tell(request, recording)
        return response

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.needs_reason_for = getattr(request, "needs_reason_for", ())
        return form

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Everything is written now, and what would be pinned is known. Raises ReasonNeeded."""
        super().save_related(request, form, formsets, change)
        if "reason" in form.fields and not form.cleaned_data.get("reason"):
            names = [pins.label(name) for name in getattr(form, "replaced", ())]
            names += request.recording.pinning.names()  # type: ignore[attr-defined]
            if names:
                raise ReasonNeeded(names)

    def _may_save(self, request: HttpRequest, row: models.Model | None) -> bool:
        return self.has_add_permission(request) if row is None else self.has_change_permission(request, row)

    def _tell(self, request: HttpRequest, recording: Recording) -> None:
        """Where the act can be read and taken back."""
        revision = recording.revision
        if revision is None:
            return
        made = getattr(request, "made", None)
        if made is not None:
            revision.title = f"{revision.title}: {made}"[:200]
            revision.save(update_fields=["title"])
        address = reverse("admin:catalog_revision_change", args=[revision.pk])
        self.message_user(request, format_html('<a href="{}">See what changed, or undo it</a>', address), messages.INFO)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None and row.pk:
            context["seen"] = request.POST.get(conflicts.SEEN) or conflicts.token(row)
        return super().render_change_form(request, context, *args, **kwargs)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        recording = getattr(request, "recording", None)
        if recording is not None:
            request.made = obj  # type: ignore[attr-defined]
            if isinstance(obj, LanguageModel) or rows.model_id_of(obj) is None:
                recording.also.append(obj)
        return super().log_addition(request, obj, message)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        form.changed_data = [name for name in form.changed_data if name != "reason"]
        return super().construct_change_message(request, form, formsets, add)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        title = f"Deleted the {self.opts.verbose_name} {obj}"
        with acting(title, request.user, [obj], is_deletion=True) as recording:
            super().delete_model(request, obj)
        self._tell(request, recording)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        found = list(queryset)
        noun = self.opts.verbose_name if len(found) == 1 else self.opts.verbose_name_plural
        with acting(f"Deleted {len(found)} {noun}", request.user, found, is_deletion=True) as recording:
            super().delete_queryset(request, queryset)
        self._tell(request, recording)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is not None:
            told = tellings.history_of(row, request.GET.get("acts", "1"), request.user)
            extra_context = {**(extra_context or {}), "acts": told, "title": f"History of {row}"}
        return super().history_view(request, object_id, extra_context)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:300]


def _named(request: HttpRequest) -> list[models.Model]:
    """The rows that the form moves its own row to: an alias to another model, a period to another listing."""
    named: list[models.Model] = []
    for name, table in (("model", LanguageModel), ("listing", Listing), ("period", PricePeriod)):
        key = request.POST.get(name, "")
        if key.isascii() and key.isdigit() and len(key) < 19:
            named += table._default_manager.filter(pk=key)
    return named
