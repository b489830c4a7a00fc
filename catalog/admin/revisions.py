"""Revisions in the admin: every act on the catalog, read line by line and taken back. Nothing of it can be edited."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from catalog import figures
from catalog.admin import import_pages, permissions
from catalog.admin.filters import StateFilter
from catalog.admin.sources import RELATED
from catalog.history import undoing
from catalog.models import Change, Revision

LINES_PER_PAGE = 100
IN_ORDER = [
    Change.Kind.PRICE, Change.Kind.GONE, Change.Kind.ADDED, Change.Kind.BACK, Change.Kind.CHANGED, Change.Kind.REMOVED,
    Change.Kind.CONFLICT, Change.Kind.SAID, Change.Kind.BAD,
]  # fmt: skip


@admin.register(Revision)
class RevisionAdmin(admin.ModelAdmin):
    list_display = ["title", "kind", "user", "made_at", "state_now", "lines", "source", "origin"]
    list_filter = ["kind", StateFilter, ("source", RELATED)]
    search_fields = ["title", "reason", "origin", "changes__subject"]
    list_select_related = ["user", "source"]
    date_hierarchy = "made_at"
    list_per_page = 50
    change_list_template = "admin/catalog/revision/change_list.html"

    class Media:
        css = {"all": ["css/admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        return super().get_queryset(request).defer("seen")  # as long as the list that was imported

    @admin.display(description="State", ordering="state")
    def state_now(self, revision: Revision) -> str:
        is_partly = revision.state == Revision.State.APPLIED and revision.undone_at
        return "undone in part" if is_partly else revision.get_state_display()

    @admin.display(description="Lines")
    def lines(self, revision: Revision) -> str:
        return totals(revision.counts) or (figures.counted(revision.entries, "row") if revision.entries else "—")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        return permissions.may_read(request.user)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return permissions.may_read(request.user)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:key>/undo/", view(self.undo_view), name="catalog_revision_undo"),
            path("<int:key>/lines/<int:line>/", view(self.line_view), name="catalog_revision_line"),
            *import_pages.addresses(self),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        allowed = {"may_import": permissions.may_import(request.user)}
        return super().changelist_view(request, {**(extra_context or {}), **allowed})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        revision = self.get_object(request, object_id)
        if revision is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return self.page(request, revision)

    def page(self, request: HttpRequest, revision: Revision, status: int = 200, **more: Any) -> HttpResponse:
        """A revision with one page of its lines, and what may be done with it."""
        kind, outcome = request.GET.get("kind", ""), request.GET.get("outcome", "")
        lines = in_order(revision.changes.select_related("model__vendor"))
        if kind in Change.Kind.values:
            lines = lines.filter(kind=kind)
        if outcome in Change.Outcome.values:
            lines = lines.filter(outcome=outcome)
        shown: Page = Paginator(lines, LINES_PER_PAGE).get_page(request.GET.get("p"))
        is_preview = revision.state == Revision.State.PREVIEW
        context = {
            **self.admin_site.each_context(request),
            "title": str(revision),
            "opts": self.opts,
            "revision": revision,
            "lines": shown,
            "pages": shown.paginator.get_elided_page_range(shown.number),
            "ellipsis": shown.paginator.ELLIPSIS,
            "kind": kind,
            "outcome": outcome,
            "groups": groups(revision),
            "outcomes": outcomes(revision),
            "is_preview": is_preview,
            "may_apply": is_preview and permissions.may_import(request.user),
            "may_undo": revision.state == Revision.State.APPLIED and permissions.may_undo(request.user, revision),
            "is_stuck": revision.state == Revision.State.READING and permissions.may_import(request.user),
            "later": import_pages.later(revision) if is_preview else [],
            "media": self.media,
            **more,
        }
        return TemplateResponse(request, "admin/catalog/revision/page.html", context, status=status)

    def line_view(self, request: HttpRequest, key: int, line: int) -> HttpResponse:
        """One line with the raw entry that it was read from."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(Change.objects.select_related("revision", "raw__source"), pk=line, revision=key)
        context = {
            **self.admin_site.each_context(request),
            "title": found.subject,
            "opts": self.opts,
            "revision": found.revision,
            "line": found,
            "raw": import_pages.as_text(found.raw.raw) if found.raw else "",
            "media": self.media,
        }
        return TemplateResponse(request, "admin/catalog/revision/line.html", context)

    def undo_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Asked with GET, done with POST. What could not be taken back is told line by line."""
        revision = get_object_or_404(Revision.objects.select_related("source", "user"), pk=key)
        if not permissions.may_undo(request.user, revision):
            raise PermissionDenied
        address = reverse("admin:catalog_revision_change", args=[key])
        if request.method == "POST":
            try:
                undone = undoing.undo(revision, request.user)
            except undoing.CannotUndo as error:
                self.message_user(request, str(error), messages.ERROR)
                return HttpResponseRedirect(address)
            self.message_user(request, str(undone), messages.SUCCESS)
            for sentence in undone.kept[:10]:
                self.message_user(request, f"Kept. {sentence}", messages.WARNING)
            return HttpResponseRedirect(address)
        context = {
            **self.admin_site.each_context(request),
            "title": "Undo this?",
            "opts": self.opts,
            "revision": revision,
            "lines": in_order(revision.changes.filter(outcome=Change.Outcome.APPLIED))[:LINES_PER_PAGE],
            "count": revision.changes.filter(outcome=Change.Outcome.APPLIED).count(),
            "media": self.media,
        }
        return TemplateResponse(request, "admin/catalog/revision/undo.html", context)


def in_order(lines: QuerySet[Change]) -> QuerySet[Change]:
    """What needs a look first, then by place in the file."""
    places = [When(kind=kind, then=Value(place)) for place, kind in enumerate(IN_ORDER)]
    return lines.order_by(Case(*places, default=Value(99), output_field=IntegerField()), "position")


def groups(revision: Revision) -> list[tuple[str, str, int, int]]:
    """Of each kind of line: the kind, its name, how many there are, and how many of them are left out. One query."""
    left = Count("pk", filter=Q(outcome=Change.Outcome.LEFT))
    counted = revision.changes.order_by().values("kind").annotate(count=Count("pk"), left=left)
    found = {each["kind"]: (each["count"], each["left"]) for each in counted}
    return [(kind, Change.Kind(kind).label, *found[kind]) for kind in IN_ORDER if kind in found]


def outcomes(revision: Revision) -> list[tuple[str, str]]:
    found = set(revision.changes.order_by().values_list("outcome", flat=True).distinct())
    return [(value, label) for value, label in Change.Outcome.choices if value in found]


def totals(counts: dict[str, int]) -> str:
    """The counts of a revision in words: 3 added, 1 price."""
    return ", ".join(f"{counts[kind]:,} {Change.Kind(kind).label}" for kind in IN_ORDER if counts.get(kind))
