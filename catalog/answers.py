"""How a page of the catalog answers: whole, as its changing part for htmx, or as a file of what it shows."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django_htmx.http import push_url

from catalog import exports
from catalog.forms import DayForm


def page_or_part(request: HttpRequest, page: str, part: str, context: dict[str, Any], is_valid: bool) -> HttpResponse:
    """The whole page, or for htmx its changing part, whose address goes into the browser's bar without empty fields."""
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, page, context, status=200 if is_valid else 400)
    query = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        query.setlist(name, [value for value in values if value])
    address = f"{request.path}?{query.urlencode()}" if query.urlencode() else request.path
    return push_url(render(request, part, context, status=200 if is_valid else 422), address)


def file(form: DayForm, sheet: exports.Sheet) -> HttpResponse:
    """The page's rows in the format asked for, with what they are about; or why there are none."""
    if not form.is_valid():
        return exports.refuse(form.sentences())
    return exports.respond(replace(sheet, about=form.about()), form.value("format"), form.day())
