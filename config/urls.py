"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from playground.urls import account_patterns

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("catalog.urls")),
    path("", include("playground.urls")),
    *account_patterns,
]
