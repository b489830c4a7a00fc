"""The playground's addresses. Unsafe methods start and stop runs; a GET never starts, changes or costs anything."""

from django.contrib.auth import views as auth
from django.urls import path

from playground import accounts, streams
from playground.views import boards, composing, history

app_name = "playground"
urlpatterns = [
    path("playground/", composing.compose, name="compose"),
    path("playground/fields/", composing.fields, name="fields"),
    path("playground/estimate/", composing.worst_case, name="estimate"),
    path("playground/help/", composing.rehearsal_help, name="help"),
    path("playground/<uuid:prompt_id>/", boards.board, name="board"),
    path("playground/<uuid:prompt_id>/events", streams.events, name="events"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/stop", boards.stop, name="stop"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/text", boards.text, name="text"),
    path("history/", history.history, name="history"),
]
account_patterns = [
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/link/", accounts.sign_in_by_link, name="link"),
]
