"""The costs pages that are drawn: what a workload cost over time, and the map of all models. Public, all GET."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import answers
from catalog import table as the_table
from catalog.charts import MOST_LINES
from catalog.costs import offered, over_time, over_time_chart, price_map
from catalog.costs.forms import WorkloadForm
from catalog.costs.narrowing import narrowed
from catalog.costs.picks import kept, picks
from catalog.costs.price_map_charts import PriceMap
from catalog.costs.views import page_context


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def costs_over_time(request: HttpRequest) -> HttpResponse:
    form = WorkloadForm(request.GET)
    is_valid = form.is_valid()
    asked, workload, display = form.value("model", []), form.workload(), form.display()
    priced = offered.priced_on(form.day(), [], form.is_past()) if is_valid else []
    found = narrowed(priced, form, asked)
    chosen = over_time.chosen(found.priced, asked, workload)
    courses = over_time.courses(chosen, workload, form.day(), display)
    if form.asks_for_file():
        return answers.file(form, over_time.over_time_sheet(courses, display))
    context = page_context(request, form, "costs_over_time") | {
        "unknown": offered.unpriced(asked, priced) if is_valid else [],
        "asked": asked,
        "found": found,
        "most": MOST_LINES,
        "courses": courses,
        "has_rows": any(course.rows for course in courses),
        "chart": over_time_chart.chart(courses, form.day(), display),
        "undrawn": [course.priced.name for course in courses if not course.steps],
        "picks": picks(form, priced, chosen),
    }
    return answers.page_or_part(request, "costs/over_time.html", "costs/_over_time.html", context, is_valid)


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def costs_map(request: HttpRequest) -> HttpResponse:
    form = WorkloadForm(request.GET)
    is_valid = form.is_valid()
    asked, display = form.value("model", []), form.display()
    priced = offered.priced_on(form.day(), asked, form.is_past()) if is_valid else []
    found = narrowed(priced, form, asked)
    rows = price_map.map_rows(found.priced, form.workload(), display)
    drawn = PriceMap(rows, display, urlencode(kept(form))).drawn()
    page = Paginator(rows, the_table.PAGE_ROWS).get_page(form.value("page", 1))
    if form.asks_for_file():
        return answers.file(form, price_map.map_sheet(page, display))
    context = page_context(request, form, "costs_map") | {
        "unknown": offered.unpriced(asked, priced) if is_valid else [],
        "found": found,
        "page": page,
        "rows": [row.cells() for row in page],
        "drawn": drawn,
        "missing": price_map.missing(rows),
    }
    return answers.page_or_part(request, "costs/price_map.html", "costs/_price_map.html", context, is_valid)
