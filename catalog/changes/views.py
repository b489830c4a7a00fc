"""The page of changes and its feed. Both public, both GET, both with the same filters."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import answers, exports
from catalog.changes.feed import ChangesFeed
from catalog.changes.forms import ChangesForm
from catalog.changes.page import page_of, sheet, since
from catalog.changes.record import record_of
from catalog.conditional import conditional
from catalog.forms import FORMATS

FILTERS = ("kind", "vendor", "family", "model", "q")


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def changes(request: HttpRequest) -> HttpResponse:
    form = ChangesForm(request.GET)
    is_valid = form.is_valid()
    record = record_of(form.wanted(), form.day())
    found = page_of(record, form.value("page", 1), form.value("coming", False))
    if form.asks_for_file():
        return answers.file(form, sheet(found.found))
    given = [(name, form.data[name]) for name in FILTERS if form.data.get(name)]
    model_id = form.value("model", "")
    context = {
        "form": form,
        "found": found,
        "page": found.page,
        "model": next((row for row in record.models.values() if row.public_id == model_id), None),
        "unknown": model_id,
        "selects": form.choices(),
        "since": since(),
        "is_narrowed": form.is_narrowed(),
        "narrowing": urlencode(given),
        "formats": FORMATS,
    }
    return answers.page_or_part(request, "changes/changes.html", "changes/_changes.html", context, is_valid)


@login_not_required
@require_safe
@conditional
def feed(request: HttpRequest) -> HttpResponse:
    """The newest hundred events as an Atom feed, narrowed as the page is."""
    form = ChangesForm(request.GET)
    if not form.is_valid():
        return exports.refuse(form.sentences())
    return ChangesFeed()(request, form=form)
