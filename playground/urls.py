"""The playground's addresses."""

app_name = "playground"
urlpatterns: list = []
