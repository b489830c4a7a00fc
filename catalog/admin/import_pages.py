"""Imports in the admin: choose a file or read live, look at the differences, leave lines out, apply or discard."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from catalog.admin import permissions
from catalog.imports import applying
from catalog.imports.entries import Unreadable
from catalog.imports.fetching import fetch
from catalog.imports.kinds import KINDS
from catalog.imports.preview import preview
from catalog.imports.readers.bounded import MOST_BYTES
from catalog.imports.reading import open_file
from catalog.models import Change, Revision

LONGEST_SHOWN = 200_000  # characters of a raw entry


class ImportForm(forms.Form):
    """What to import: a kind, and a file of it or the source itself."""

    kind = forms.ChoiceField(
        label="Source",
        choices=[(kind.slug, f"{kind.title}: {kind.what}") for kind in KINDS.values()],
        widget=forms.RadioSelect,
        initial="openrouter",
    )
    file = forms.FileField(
        required=False,
        help_text=f"JSON in UTF-8, at most {MOST_BYTES // 2**20} MB. Nothing is changed before you have seen what would be.",
        widget=forms.ClearableFileInput(attrs={"accept": ".json,application/json"}),
    )
    day = forms.DateField(
        label="Its day",
        required=False,
        help_text="The day of which an older file speaks. Left blank, it is today’s.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    is_extract = forms.BooleanField(
        label="This file is an extract",
        required=False,
        help_text="Then what it leaves out says nothing; otherwise models that are not in it count as not seen.",
    )

    def __init__(self, *args: Any, is_live: bool = False, **kwargs: Any) -> None:
        self.is_live = is_live
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("day") and cleaned["day"] > timezone.now().date():
            self.add_error("day", "A file cannot speak of a day to come.")
        kind = KINDS.get(cleaned.get("kind", ""))
        if kind is None:
            return cleaned
        if self.is_live and not kind.path:
            self.add_error("kind", f"{kind.title} is read from a file only: choose one.")
        if not self.is_live and not cleaned.get("file") and "file" not in self.errors:
            self.add_error("file", "Choose a file, or read a source of OpenRouter now.")
        if cleaned.get("file") and cleaned["file"].size > MOST_BYTES:
            self.add_error("file", f"The file is larger than {MOST_BYTES // 2**20} MB. No list of models is that long.")
        return cleaned


def addresses(page: admin.ModelAdmin) -> list[URLPattern]:
    """The addresses of imports, below that of revisions."""
    pages = _Pages(page)
    view = page.admin_site.admin_view
    return [
        path("import/", view(pages.begin), name="catalog_revision_import"),
        path("<int:key>/choose/", view(require_POST(pages.choose)), name="catalog_revision_choose"),
        path("<int:key>/apply/", view(require_POST(pages.apply)), name="catalog_revision_apply"),
        path("<int:key>/discard/", view(require_POST(pages.discard)), name="catalog_revision_discard"),
    ]


class _Pages:
    def __init__(self, page: Any) -> None:
        self.page = page

    def begin(self, request: HttpRequest) -> HttpResponse:
        """The form, and the imports of late."""
        _check(request)
        is_live = "live" in request.POST
        form = ImportForm(request.POST, request.FILES, is_live=is_live) if request.method == "POST" else ImportForm()
        if form.is_bound and form.is_valid():
            try:
                return HttpResponseRedirect(_address(self._preview(request, form)))
            except Unreadable as error:
                form.add_error(None, str(error))
        imports = Revision.objects.filter(kind=Revision.Kind.IMPORT).select_related("user", "source").defer("seen")
        context = {
            **self.page.admin_site.each_context(request),
            "title": "Import",
            "opts": self.page.opts,
            "form": form,
            "imports": imports.order_by("-made_at")[:10],
            "media": self.page.media,
        }
        return TemplateResponse(
            request, "admin/catalog/revision/import.html", context, status=422 if form.errors else 200
        )

    def _preview(self, request: HttpRequest, form: ImportForm) -> Revision:
        kind, day = KINDS[form.cleaned_data["kind"]], form.cleaned_data["day"] or timezone.now().date()
        is_extract = form.cleaned_data["is_extract"]
        if form.is_live:
            fetched = fetch(kind, day)
            return preview(kind, fetched, day, request.user, fetched.origin, is_extract)
        file = form.cleaned_data["file"]
        return preview(kind, open_file(kind, file, day), day, request.user, file.name, is_extract)

    def choose(self, request: HttpRequest, key: int) -> HttpResponse:
        """Keep which lines of this page are ticked, or tick or untick a whole kind; then on to the page asked for."""
        _check(request)
        revision = get_object_or_404(Revision, pk=key)
        if not self._keep_ticks(request, revision):
            return self._too_late(request, revision)
        waiting, left = Change.Outcome.WAITING, Change.Outcome.LEFT
        of_kind = revision.changes.filter(kind=request.POST.get("leave") or request.POST.get("take_all") or "")
        if request.POST.get("leave"):
            of_kind.filter(outcome=waiting).update(outcome=left)
        elif request.POST.get("take_all"):
            of_kind.filter(outcome=left).update(outcome=waiting)
        return HttpResponseRedirect(_address(revision, request))

    def apply(self, request: HttpRequest, key: int) -> HttpResponse:
        _check(request)
        revision = get_object_or_404(Revision, pk=key)
        if not self._keep_ticks(request, revision):
            return self._too_late(request, revision)
        try:
            revision = applying.apply(revision, request.user, is_forced=bool(request.POST.get("force")))
        except applying.Refused:
            sentence = "Not applied: read the reasons in the red box, and tick “apply all the same” if they are right."
            return self.page.page(request, revision, status=409, sentence=sentence)
        except applying.CannotApply as error:
            self.page.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(_address(revision))
        self.page.message_user(request, outcome_of(revision), messages.SUCCESS)
        return HttpResponseRedirect(_address(revision))

    def discard(self, request: HttpRequest, key: int) -> HttpResponse:
        """The preview goes; what was read stays on record as discarded."""
        _check(request)
        states = [Revision.State.PREVIEW, Revision.State.READING]
        if not Revision.objects.filter(pk=key, state__in=states).update(state=Revision.State.DISCARDED):
            return self._too_late(request, get_object_or_404(Revision, pk=key))
        self.page.message_user(request, "The preview was discarded. Nothing was changed.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:catalog_revision_import"))

    def _keep_ticks(self, request: HttpRequest, revision: Revision) -> bool:
        """Keep the ticks of the lines that were on the page; False where the revision is no preview any more."""
        shown, taken = _keys(request.POST, "line"), _keys(request.POST, "take")
        with transaction.atomic():
            if not Revision.objects.select_for_update().filter(pk=revision.pk, state=Revision.State.PREVIEW).exists():
                return False
            lines = revision.changes.filter(pk__in=shown)
            lines.filter(outcome=Change.Outcome.WAITING).exclude(pk__in=taken).update(outcome=Change.Outcome.LEFT)
            lines.filter(outcome=Change.Outcome.LEFT, pk__in=taken).update(outcome=Change.Outcome.WAITING)
        return True

    def _too_late(self, request: HttpRequest, revision: Revision) -> HttpResponse:
        self.page.message_user(
            request, f"“{revision}” is {revision.get_state_display()}: nothing was done.", messages.ERROR
        )
        return HttpResponseRedirect(_address(revision))


def _check(request: HttpRequest) -> None:
    if not permissions.may_import(request.user):
        raise PermissionDenied


def _keys(data: QueryDict, name: str) -> set[int]:
    return {int(key) for key in data.getlist(name) if key.isascii() and key.isdigit() and len(key) < 19}


def _address(revision: Revision, request: HttpRequest | None = None) -> str:
    """The revision's page; with a request, the page of its lines that was asked for."""
    query = QueryDict(mutable=True)
    if request is not None:
        if (number := request.POST.get("go") or request.POST.get("p", "")).isdigit() and number.isascii():
            query["p"] = number[:9]
        if request.POST.get("kind", "") in Change.Kind.values:
            query["kind"] = request.POST["kind"]
    address = reverse("admin:catalog_revision_change", args=[revision.pk])
    return f"{address}?{query.urlencode()}" if query else address


def outcome_of(revision: Revision) -> str:
    """What became of the lines, in one sentence."""
    counted = dict(revision.changes.order_by().values_list("outcome").annotate(Count("pk")))
    words = {
        Change.Outcome.APPLIED: "applied",
        Change.Outcome.LEFT: "left out",
        Change.Outcome.KEPT: "kept as the catalog has it now",
        Change.Outcome.NOTED: "noted",
    }
    parts = [f"{counted[outcome]:,} {word}" for outcome, word in words.items() if counted.get(outcome)]
    return f"Lines: {', '.join(parts)}." if parts else "Nothing differs. What was on the list counts as seen today."


def later(revision: Revision) -> list[Revision]:
    """Acts that changed the catalog after this preview was made: some of its lines may not fit any more."""
    moved = Q(applied_at__gt=revision.made_at) | Q(undone_at__gt=revision.made_at)
    return list(Revision.objects.filter(moved).select_related("user").defer("seen").order_by("-applied_at")[:5])


def as_text(raw: Any) -> str:
    """A raw entry as it can be read; very long ones are cut."""
    text = json.dumps(raw, indent=2, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}\n… cut here."
