"""Two admins on one page: the form carries what it was filled in from, and a save onto something newer shows both sides.

The token of a page is the time at which it was shown and a digest of the rows that it shows.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from catalog.admin import tellings
from catalog.history import rows
from catalog.models import LanguageModel, PricePeriod

SEEN, THEIRS = "_seen", "_theirs"
ELSEWHERE = {"observation", "endpoint", "absence"}  # of a model, but not on its page
UNSHOWN = {  # what imports note by themselves
    "listing": {"misses", "missed_on"},
    "pin": {"standing", "upstream_value", "upstream_on", "upstream_source_id"},
}
Mark = tuple[str, int, str]  # table, key, column
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Difference:
    """One field that the two sides fill in differently. `is_theirs`: it was changed since the page was opened; `is_kept`:
    and only by them, so that theirs is offered."""

    name: str
    label: str
    yours: str
    theirs: str
    is_theirs: bool
    is_kept: bool


def token(row: models.Model) -> str:
    """What a page about this row is filled in from, as of now."""
    held = {
        f"{table} {pk}": {name: value for name, value in values.items() if name not in UNSHOWN.get(table, ())}
        for (table, pk), values in _rows_of(row).items()
        if table not in ELSEWHERE
    }
    digest = hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
    return f"{(timezone.now() - EPOCH) // timedelta(microseconds=1)}.{digest[:32]}"


def _rows_of(row: models.Model) -> rows.Snapshot:
    if isinstance(row, LanguageModel):
        return rows.tree([row.pk])
    shown = [type(row)._default_manager.filter(pk=row.pk).first()]
    if isinstance(row, PricePeriod):
        shown += row.rates.all()
    return {(rows.name_of(each), each.pk): rows.values_of(each) for each in shown if each is not None}


def find(page: admin.ModelAdmin, request: HttpRequest, row: models.Model) -> HttpResponse | None:
    """The conflict page, where the row is not any more what the form was filled in from; None where it is.

    Of the fields that the conflict page sends back as theirs, the present value takes the place of the typed one.
    """
    seen, now = request.POST.get(SEEN, ""), token(row)
    if seen.partition(".")[2] == now.partition(".")[2]:
        _take_theirs(page, request, row)
        return None
    since = _moment(seen)
    acts = tellings.revisions_of(row)
    acts = acts.filter(Q(applied_at__gt=since) | Q(undone_at__gt=since))[:20] if since else acts.none()
    lines = [line for act in acts for line in tellings.lines_about(row).filter(revision=act)[:40]]
    context = {
        **page.admin_site.each_context(request),
        "title": "Somebody else was faster",
        "opts": page.opts,
        "row": row,
        "acts": acts,
        "lines": lines,
        "differences": _differences(page, request, row, _touched(lines)),
        "typed": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in {SEEN, THEIRS, "csrfmiddlewaretoken"}
            for value in values
        ],
        "seen": now,
        "media": page.media,
    }
    return TemplateResponse(request, "admin/catalog/conflict.html", context, status=409)


def _moment(seen: str) -> datetime | None:
    text = seen.partition(".")[0]
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    return EPOCH + timedelta(microseconds=int(text))


def _touched(lines: list[Any]) -> dict[Mark, Any]:
    """The columns that the others changed, with what each held before the first of their changes."""
    found: dict[Mark, Any] = {}
    for line in lines:  # latest acts first, so that the earliest word stays
        for step in line.steps:
            for name in step["after"] or step["before"] or {}:
                found[step["table"], step["pk"], name.removesuffix("_id")] = (step["before"] or {}).get(name)
    return found


def _is_untouched(typed: Any, before: Any) -> bool:
    """Whether what was sent is what stood there before the others came: then it is theirs that was meant to change."""
    values = [typed, before]
    one, other = (sorted(map(str, value)) if isinstance(value, list) else [str(value or "")] for value in values)
    return one == other


def _forms(page: admin.ModelAdmin, request: HttpRequest, row: models.Model, data: Any) -> list[tuple[str, Any]]:
    """The page's forms with the heading of each, filled in from `data` or from the catalog."""
    method, request.method = request.method, "POST" if data is not None else "GET"
    try:
        table = page.get_form(request, row, change=True)
        forms = [("", table(data, instance=row) if data is not None else table(instance=row))]
        for formset in page._create_formsets(request, row, change=True)[0]:
            for number, form in enumerate(formset.initial_forms):
                forms.append((_heading(formset, number), form))
            forms += [
                (f"New {formset.model._meta.verbose_name}", form) for form in formset.extra_forms if data is not None
            ]
    finally:
        request.method = method
    return forms


def _heading(formset: Any, number: int) -> str:
    try:
        return f"{formset.model._meta.verbose_name} {formset.initial_forms[number].instance}"
    except (ObjectDoesNotExist, AttributeError):
        return f"{formset.model._meta.verbose_name} that was removed since"


def _differences(
    page: admin.ModelAdmin, request: HttpRequest, row: models.Model, touched: dict[Mark, Any]
) -> list[Difference]:
    """Every field whose typed value is not the present one."""
    now = type(row)._default_manager.get(pk=row.pk)
    found = []
    for heading, form in _forms(page, request, now, request.POST):
        if any(field.disabled for field in form.fields.values()):
            continue
        instance = form.instance
        for name in form.changed_data:
            if name in {"id", "reason"}:
                continue
            bound = form[name]
            mark = (rows.name_of(instance), instance.pk, name)
            label = f"{heading}: {bound.label}" if heading else str(bound.label)
            if name.endswith("_price"):
                is_theirs = is_kept = any(table == "rate" for table, _, _ in touched)
            else:
                is_theirs = mark in touched
                is_kept = is_theirs and _is_untouched(bound.data, touched[mark])
            present = "" if instance.pk is None else _words(bound, bound.initial)
            found.append(Difference(bound.html_name, label, _words(bound, bound.data), present, is_theirs, is_kept))
    return found


def _words(bound: Any, value: Any) -> str:
    """A value as the form shows it: of a choice its label."""
    values = value if isinstance(value, list | tuple | models.QuerySet) else [value]
    keys = {str(getattr(each, "pk", each)) for each in values if each not in (None, "")}
    queryset = getattr(bound.field, "queryset", None)
    if queryset is not None:
        numbers = [key for key in keys if key.isascii() and key.isdigit() and len(key) < 19]
        return ", ".join(sorted(str(each) for each in queryset.filter(pk__in=numbers)))
    labels = {str(key): str(label) for key, label in getattr(bound.field, "choices", ())}
    if isinstance(value, bool) or (keys <= {"on"} and not isinstance(value, str)):
        return "yes" if value and keys != {"False"} else "no"
    return ", ".join(labels.get(key, key) for key in sorted(keys))


def _take_theirs(page: admin.ModelAdmin, request: HttpRequest, row: models.Model) -> None:
    wanted = set(request.POST.getlist(THEIRS))
    if not wanted:
        return
    data = request.POST.copy()
    for _, form in _forms(page, request, type(row)._default_manager.get(pk=row.pk), None):
        for bound in form:
            if bound.html_name in wanted:
                _put(data, bound)
    request.POST = data  # type: ignore[assignment]


def _put(data: Any, bound: Any) -> None:
    value = bound.value()
    if value in (None, False, ""):
        data.pop(bound.html_name, None)
        if value != "" and not isinstance(value, bool):
            data[bound.html_name] = ""
    elif isinstance(value, list | tuple | models.QuerySet):
        data.setlist(bound.html_name, [str(getattr(each, "pk", each)) for each in value])
    else:
        data[bound.html_name] = "on" if value is True else str(value)
