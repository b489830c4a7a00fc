"""The playground's addresses. Unsafe methods start and stop runs; a GET never starts, changes or costs anything."""

from django.contrib.auth import views as auth
from django.urls import path

from playground import accounts, streams
from playground.views import boards, composing, deciding, exporting, history, images, judging, keeping, sharing

app_name = "playground"
urlpatterns = [
    path("playground/", composing.compose, name="compose"),
    path("playground/fields/", composing.fields, name="fields"),
    path("playground/estimate/", composing.worst_case, name="estimate"),
    path("playground/preview/", composing.preview, name="preview"),
    path("playground/images/<int:image_id>/", images.image, name="image"),
    path("playground/help/", composing.rehearsal_help, name="help"),
    path("playground/<uuid:prompt_id>/", boards.board, name="board"),
    path("playground/<uuid:prompt_id>/events", streams.events, name="events"),
    path("playground/<uuid:prompt_id>/stop", boards.stop_all, name="stop_all"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/stop", boards.stop, name="stop"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/", boards.run, name="run"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/now", boards.now, name="now"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/again", boards.rerun, name="rerun"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/text", boards.text, name="text"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/elsewhere", deciding.elsewhere, name="elsewhere"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/code", exporting.code, name="code"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/request.json", exporting.request_json, name="request_json"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/events.txt", exporting.events, name="events_text"),
    path("playground/<uuid:prompt_id>/runs/<uuid:run_id>/verdict", judging.verdict, name="verdict"),
    path("playground/<uuid:prompt_id>/reveal", judging.reveal, name="reveal"),
    path("playground/<uuid:prompt_id>/export", exporting.export, name="export"),
    path("playground/difference", judging.difference, name="difference"),
    path("playground/<uuid:prompt_id>/again", history.again, name="again"),
    path("playground/<uuid:prompt_id>/favourite", keeping.favourite, name="favourite"),
    path("playground/<uuid:prompt_id>/note", keeping.note, name="note"),
    path("playground/<uuid:prompt_id>/labels/", keeping.add_label, name="add_label"),
    path("playground/<uuid:prompt_id>/labels/<int:label_id>/remove", keeping.remove_label, name="remove_label"),
    path("playground/<uuid:prompt_id>/texts/remove", keeping.remove_texts, name="remove_texts"),
    path("playground/<uuid:prompt_id>/share", sharing.share, name="share"),
    path("playground/<uuid:prompt_id>/share/<int:share_id>/revoke", sharing.revoke, name="revoke"),
    path("history/", history.history, name="history"),
    path("history/verdicts/", judging.verdicts, name="verdicts"),
    path("history/selected/", keeping.selected, name="selected"),
    path("shared/<str:token>/", sharing.shared, name="shared"),
    path("shared/<str:token>/images/<int:image_id>/", sharing.shared_image, name="shared_image"),
]
account_patterns = [
    path("accounts/login/", accounts.SignIn.as_view(), name="login"),
    path("accounts/logout/", auth.LogoutView.as_view(), name="logout"),
    path("accounts/link/", accounts.sign_in_by_link, name="link"),
]
