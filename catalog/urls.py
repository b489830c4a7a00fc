"""The catalog's addresses."""

from django.urls import path, register_converter

from catalog import plain_views, views
from catalog.changes import views as changes
from catalog.costs import drawn_views
from catalog.costs import views as costs
from catalog.costs.break_even.views import break_even
from catalog.costs.own_text_views import own_text
from catalog.quality.views import quality
from catalog.table import views as table


class IdPart:
    """One part of a model's id or alias: mistralai, mistral-large-2512, mistral-medium-3.1, devstral-2512:free; with a
    leading ~ the moving aliases of a market."""

    regex = r"~?[A-Za-z0-9][A-Za-z0-9._:@+-]{0,119}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(IdPart, "id")

app_name = "catalog"
urlpatterns = [
    path("", table.table, name="table"),
    path("views/", table.keep_view, name="keep_view"),
    path("views/<int:pk>/forget/", table.forget_view, name="forget_view"),
    path("models/<id:vendor>/<id:slug>/", views.model, name="model"),
    path("models/<id:vendor>/<id:slug>.md", plain_views.model_markdown_page, name="model_markdown"),
    path("models/<id:name>/", views.bare_name, name="bare_name"),
    path("compare/", views.compare, name="compare"),
    path("changes/", changes.changes, name="changes"),
    path("changes.atom", changes.feed, name="changes_feed"),
    path("costs/", costs.costs, name="costs"),
    path("costs/over-time/", drawn_views.costs_over_time, name="costs_over_time"),
    path("costs/break-even/", break_even, name="break_even"),
    path("costs/map/", drawn_views.costs_map, name="costs_map"),
    path("costs/text/", own_text, name="own_text"),
    path("costs/profiles/", costs.keep_profile, name="keep_profile"),
    path("costs/profiles/<int:pk>/forget/", costs.forget_profile, name="forget_profile"),
    path("llms.txt", plain_views.llms_txt, name="llms"),
    path("quality/", quality, name="quality"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
