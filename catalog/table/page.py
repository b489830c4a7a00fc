"""All that the table's page shows, gathered once: rows, heads, facets, chips, the column chooser and what can be kept."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest

from catalog import spans
from catalog.costs import profiles
from catalog.exports import Sheet
from catalog.forms import FORMATS
from catalog.models import SavedView, Span, WorkloadProfile
from catalog.pricing import Bill
from catalog.table import PAGE_ROWS, boxes, cells, facets, heads, sheets
from catalog.table.addresses import Address, query_of
from catalog.table.bills import bills, by_unit
from catalog.table.columns import COLUMNS, width
from catalog.table.finding import Question
from catalog.table.forms import TableForm

KEPT = ("as_of", "currency", "sort", "columns", "unit", *TableForm.REQUEST)  # what clearing the filters leaves as it is
MOST_WIDTH = 72  # rem that columns may have together beside the facets before the table scrolls in a box of its own
HIDDEN = (
    "columns",
    "modality",
    "parameter",
    "status",
    "price",
)  # fields that links set, to be sent along with the others


def _bills(form: TableForm, rows: list[dict[str, Any]]) -> dict[int, Bill]:
    workload = form.workload()
    if not form.needs_request() or not workload.has_tokens:
        return {}
    return bills((row["model_id"] for row in rows), form.day(), workload)


def page(question: Question) -> Any:
    return Paginator(question.rows(), PAGE_ROWS).get_page(question.form.value("page", 1))


def sheet(question: Question) -> Sheet:
    """The rows of the page, or with `rows=all` every one up to the most that a file has."""
    form = question.form
    is_all = form.value("rows") == "all"
    found = list(question.rows()[: sheets.MOST_ROWS] if is_all else page(question).object_list)
    columns, unit = form.shown_columns(), form.shown_unit()
    priced = _bills(form, found), unit, form.display(), by_unit(found, form.day())
    return sheets.table_sheet(found, columns, form.day(), *priced)


def context(request: HttpRequest, question: Question) -> dict[str, Any]:
    """The context of the template. A fixed number of queries, however many rows there are."""
    form = question.form
    address, columns, unit, display = Address(form.pairs()), form.shown_columns(), form.shown_unit(), form.display()
    shown, unapplied = page(question), form.unapplied()
    found = list(shown.object_list)
    workload = form.workload()
    return {
        "form": form,
        "page": shown,
        "rows": cells.rows(
            found,
            columns,
            form.day(),
            _bills(form, found),
            unit,
            display,
            workload.usage.cached_tokens,
            by_unit(found, form.day()),
        ),
        "heads": heads.heads(columns, question.sort, address, unit, display),
        "fits": width(columns, unit.is_per_request) <= MOST_WIDTH,
        "is_narrowed": bool(form.narrowing()),
        "narrowing": len(form.narrowing()),
        "refusals": form.refusals(),
        "unapplied": [str(form.fields[name].label) for name in unapplied],
        "applied": str(address.without(*unapplied)),
        "is_unfolded": bool({*form.FIRST, *form.FURTHER, *form.WRITTEN_FACETS} & form.errors.keys()),
        "strangers": [] if found else _strangers(form),
        "chips": facets.chips(form, address),
        "facets": facets.facets(question, address),
        "corrected": question.search.corrected,
        "is_by_list_price": question.sort.lstrip("-") == "cost",
        "cleared": query_of(address.only(*KEPT).pairs),
        "columns": heads.columns_offered(columns, COLUMNS),
        "is_usual": not form.value("columns"),
        "usual_columns": str(address.without("columns")),
        "other_fields": address.without("columns").pairs,
        "sort": form.written("sort"),
        "hidden": [(name, value) for name, value in address.pairs if name in HIDDEN],
        "fields": [boxes.filter_field(form, name) for name in form.FIRST],
        "further": [boxes.filter_field(form, name) for name in form.FURTHER],
        "is_further": any(form.written(name) for name in form.FURTHER)
        or any(name in form.errors for name in form.WRITTEN_FACETS),
        "request_fields": boxes.request_fields(form),
        "profiles": _profiles(request, form, address) if form.needs_request() else [],
        "query": query_of(address.pairs).lstrip("?"),
        "views": [
            (view, view.query == query_of(address.pairs).lstrip("?")) for view in SavedView.objects.of(request.user)
        ],
        "files": _files(address, ("page", str(shown.number) if shown.number > 1 else "")),
        "files_of_all": _files(address, ("rows", "all")) if shown.paginator.num_pages > 1 else [],
        "most_rows": sheets.MOST_ROWS,
    }


def _strangers(form: TableForm) -> list[str]:
    """Sentences on what was chosen and no model of the day has. At most two queries, made where nothing was found."""
    chosen = {name: facets.chosen_values(form, name) for name in ("modality", "parameter")}
    if not any(chosen.values()):
        return []
    counts = spans.facets(Span.objects.on(form.day()), tuple(chosen))
    known = {name: {value for value, _, _ in rows} for name, rows in counts.items()}
    verbs = {"modality": "reads", "parameter": "takes the parameter"}
    return [
        f"No model {verbs[name]} {value}."
        for name, values in chosen.items()
        for value in values
        if value not in known[name]
    ]


def _files(address: Address, which: tuple[str, str]) -> list[tuple[str, str]]:
    """The formats by name, each with the address of its file."""
    return [(word, str(address.having(*which).having("format", key))) for key, word in FORMATS]


def _profiles(request: HttpRequest, form: TableForm, address: Address) -> list[tuple[profiles.Profile, str, bool]]:
    """Workloads to price one request of: the usual mixes and a person's own, each with its address here."""
    own = profiles.own(WorkloadProfile.objects.of(request.user))
    rest = address.without(*form.REQUEST)
    now = {name: value for name, value in address.pairs if name in form.REQUEST}
    offered = []
    for profile in (*profiles.MIXES, *own):
        fields = {name: value for name, value in profile.fields.items() if name in form.REQUEST}
        offered.append((profile, query_of([*rest.pairs, *fields.items()]), fields == now))
    return offered
