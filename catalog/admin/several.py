"""One fact set for several models at once: chosen in the list, looked at, then applied as one act with a pin for each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminDateWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from catalog.admin import pins
from catalog.admin.acts import acting
from catalog.models import LanguageModel, Pin

MOST_MODELS = 500


@dataclass(frozen=True)
class Fact:
    """A column that can be set for several models: its action's words and its field in the form."""

    name: str
    action: str
    title: str
    field: Callable[[], forms.Field]


FACTS = {
    fact.name: fact
    for fact in (
        Fact(
            "deprecated_on",
            "Mark as deprecated on…",
            "Mark as deprecated",
            lambda: forms.DateField(label="Deprecated on", widget=AdminDateWidget),
        ),
        Fact(
            "replacement",
            "Set the replacement…",
            "Set the replacement",
            lambda: forms.ModelChoiceField(LanguageModel.objects.order_by("name"), label="Replacement"),
        ),
        Fact(
            "family",
            "Set the family…",
            "Set the family",
            lambda: forms.CharField(label="Family", max_length=60),
        ),
    )
}


class FactForm(forms.Form):
    reason = forms.CharField(
        label="Reason for the change", max_length=300, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    field_order = ["value", "reason"]

    def __init__(self, *args: Any, fact: Fact, models: list[LanguageModel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fact, self.models = fact, models
        self.fields["value"] = fact.field()
        self.order_fields(self.field_order)

    def changes(self) -> list[tuple[LanguageModel, str, str]]:
        """Of each model that would change: its value now and then. What a model refuses is an error of the form."""
        found = []
        for model in self.models:
            now = getattr(model, self.fact.name)
            if now == self.cleaned_data["value"]:
                continue
            setattr(model, self.fact.name, self.cleaned_data["value"])
            try:
                if model == model.replacement:
                    raise ValidationError("A model cannot replace itself.")
                model.clean()
            except ValidationError as error:
                self.add_error(None, f"{model}: {' '.join(error.messages)}")
            found.append((model, str(now or ""), str(self.cleaned_data["value"])))
        if not found:
            self.add_error(None, "Nothing would change: they all say so already.")
        return found


def addresses(page: admin.ModelAdmin) -> list[URLPattern]:
    def view(request: HttpRequest, name: str) -> HttpResponse:
        return several(page, request, name)

    return [path("several/<slug:name>/", page.admin_site.admin_view(view), name="catalog_languagemodel_several")]


def selection(queryset: QuerySet[LanguageModel]) -> str:
    """The query string that names the selected models."""
    return "&".join(f"model={key}" for key in queryset.order_by().values_list("pk", flat=True)[: MOST_MODELS + 1])


def several(page: Any, request: HttpRequest, name: str) -> HttpResponse:
    """GET asks; POST shows what would change, and with `apply` changes it."""
    if not page.has_change_permission(request):
        raise PermissionDenied
    if name not in FACTS:
        raise Http404("There is no such action.")
    keys = [key for key in request.GET.getlist("model") if key.isascii() and key.isdigit() and len(key) < 19]
    models = list(LanguageModel.objects.select_related("vendor", "replacement").filter(pk__in=keys[:MOST_MODELS]))
    form = FactForm(request.POST if request.method == "POST" else None, fact=FACTS[name], models=models)
    changes = form.changes() if form.is_bound and form.is_valid() else []
    if changes and not form.errors and "apply" in request.POST:
        _apply(page, request, form, [model.pk for model, _, _ in changes])
        return HttpResponseRedirect(reverse("admin:catalog_languagemodel_changelist"))
    context = {
        **page.admin_site.each_context(request),
        "title": FACTS[name].title,
        "opts": page.opts,
        "form": form,
        "models": models,
        "changes": [] if form.errors else changes,
        "media": page.media + form.media,
    }
    return TemplateResponse(request, "admin/catalog/several.html", context, status=422 if form.errors else 200)


def _apply(page: Any, request: HttpRequest, form: FactForm, keys: list[int]) -> None:
    fact, reason = form.fact, form.cleaned_data["reason"]
    models = list(LanguageModel.objects.filter(pk__in=keys))
    with acting(f"{fact.title}: {len(models)} models", request.user, models, reason) as recording:
        for model in LanguageModel.objects.filter(pk__in=keys):
            replaced = pins.text_of(model, fact.name)
            setattr(model, fact.name, form.cleaned_data["value"])
            model.save(update_fields=[fact.name])
            Pin.objects.set(model, fact.name, pins.text_of(model, fact.name), replaced, reason, request.user)
    page.message_user(request, f"{fact.title}: {len(models)} models.", messages.SUCCESS)
    page._tell(request, recording)
