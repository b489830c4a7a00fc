"""The catalog's addresses."""

app_name = "catalog"
urlpatterns: list = []
