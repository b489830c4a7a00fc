"""The table's page, which anyone may read, and the saving of its views, for those who are signed in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import answers, spans
from catalog.models import SavedView
from catalog.models.saved_views import TooManyViews
from catalog.table import page
from catalog.table.finding import Question
from catalog.table.forms import TableForm
from catalog.table.saving import SaveForm


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def table(request: HttpRequest) -> HttpResponse:
    form = TableForm(request.GET)
    is_valid = form.is_valid()
    spans.ensure_fresh()
    question = Question(form)
    if form.asks_for_file():
        return answers.file(form, page.sheet(question))
    context = page.context(request, question)
    return answers.page_or_part(request, "catalog/table.html", "catalog/_table_update.html", context, is_valid)


@require_POST
def keep_view(request: HttpRequest) -> HttpResponse:
    form = SaveForm(request.POST)
    if not form.is_valid():
        for sentence in form.sentences():
            messages.error(request, sentence)
        return redirect(_back(request))
    name, query = form.cleaned_data["name"], form.cleaned_data["query"]
    try:
        _, is_new = SavedView.objects.keep(request.user, name, query)
    except TooManyViews as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{'Saved' if is_new else 'Changed'} the view {name}.")
    return redirect(_back(request))


@require_POST
def forget_view(request: HttpRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.of(request.user), pk=pk)
    view.delete()
    messages.success(request, f"Removed the view {view.name}.")
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page that the form was sent from, else the table."""
    address = request.POST.get("next", "")
    if address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return reverse("catalog:table")
