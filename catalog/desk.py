"""The admin's own front page and addresses: what waits for an admin stands first."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path


class DeskConfig(AdminConfig):
    """Django's admin, with our site in place of its own."""

    default_site = "catalog.desk.Desk"


class Desk(AdminSite):
    site_header = site_title = "Windrose"
    index_title = "What there is, and what it costs"
    enable_nav_sidebar = False  # the forms need the width

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        from catalog.admin import waiting

        return super().index(request, {**(extra_context or {}), "waiting": waiting.for_user(request.user)})

    def get_urls(self) -> list[URLPattern | URLResolver]:
        wrapped = self.admin_view(shortcut)
        return [path("r/<path:content_type_id>/<path:object_id>/", wrapped, name="view_on_site"), *super().get_urls()]


def shortcut(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
    """Django's way to an object's page. Where the key cannot be one of its table, Django raises; here there is no page."""
    from django.contrib.contenttypes import views

    try:
        return views.shortcut(request, content_type_id, object_id)
    except (ValidationError, OverflowError) as error:
        raise Http404("There is no such page.") from error
