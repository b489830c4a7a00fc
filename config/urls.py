"""Every address of the site."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic.base import RedirectView

from catalog.api import public_urls
from playground.urls import account_patterns


class Favicon(RedirectView):
    """Pages name their icon; this is for programs that ask for the old address."""

    def get_redirect_url(self) -> str:
        return static("img/favicon.svg")


urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/v1/", public_urls()),
    path("", include("catalog.urls")),
    path("", include("playground.urls")),
    *account_patterns,
    path("favicon.ico", login_not_required(Favicon.as_view()), name="favicon"),
]
