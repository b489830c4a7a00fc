"""The break-even page: where the cheaper of two models changes."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import answers
from catalog.costs import offered
from catalog.costs.break_even.page import break_even_of
from catalog.costs.break_even.pair import choose, is_repeated, sides
from catalog.costs.break_even.table import break_even_sheet
from catalog.costs.forms import WorkloadForm
from catalog.costs.narrowing import narrowed
from catalog.costs.picks import kept
from catalog.costs.views import page_context
from catalog.exact import PricingError


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def break_even(request: HttpRequest) -> HttpResponse:
    form = WorkloadForm(request.GET)
    priced = offered.priced_on(form.day(), [], form.is_past()) if form.is_valid() else []
    workload = form.workload()
    asked = form.value("model", [])
    able = narrowed(priced, form, asked).priced
    choice = choose(able, asked, workload, is_repeated(form.data.getlist("model")))
    try:
        found = break_even_of(choice.pair, workload, form.display()) if choice.pair else None
    except PricingError as error:
        form.add_error("prompt_tokens", str(error))
        found = None
    if form.asks_for_file():
        return answers.file(form, break_even_sheet(found.groups if found else [], choice.pair))
    context = page_context(request, form, "break_even") | {
        "choice": choice,
        "found": found,
        "offered": sorted((each.name, each.public_id, each.status, each.status_text) for each in priced),
        "sides": sides(choice, form.value("model", [])),
        "kept": kept(form),
    }
    is_valid = not form.errors
    return answers.page_or_part(request, "costs/break_even.html", "costs/_break_even.html", context, is_valid)
