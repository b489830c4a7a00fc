"""The catalog's pages: a form cleans the address, one call finds the rows, a template shows them. All public, all GET."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import answers, comparison, exports, facts, pricelist, samples
from catalog import table as the_table
from catalog.forms import FORMATS, MOST_COMPARED, CompareForm, TableForm
from catalog.models import Alias, LanguageModel, Listing
from catalog.panels import panels_for

KEPT = ("as_of", "currency", "sort")  # what clearing the filters leaves as it is


def _today() -> date:
    return timezone.now().date()


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def table(request: HttpRequest) -> HttpResponse:
    form = TableForm(request.GET)
    is_valid = form.is_valid()
    page = Paginator(the_table.found_by(form), the_table.PAGE_ROWS).get_page(form.value("page", 1))
    if form.asks_for_file():
        return answers.file(form, exports.table_sheet(page.object_list, form.display()))
    choices = form.choices() if not request.htmx else {}
    context = {
        "form": form,
        "page": page,
        "rows": the_table.rows(page.object_list, form.display()),
        "heads": the_table.heads(form.value("sort", the_table.NEWEST_FIRST), form.display()),
        "is_narrowed": any(request.GET.get(name) for name in the_table.NARROWING),
        "selects": [
            (name, label, nothing, choices.get(name, []), request.GET.get(name, ""))
            for name, label, nothing in the_table.SELECTS
        ],
        "cleared": f"?{urlencode({name: form.data[name] for name in KEPT if form.data.get(name)})}",
        "formats": FORMATS,
    }
    return answers.page_or_part(request, "catalog/table.html", "catalog/_models.html", context, is_valid)


@login_not_required
@require_safe
def model(request: HttpRequest, vendor: str, slug: str) -> HttpResponse:
    found = LanguageModel.objects.for_page().filter(vendor__slug=vendor, slug=slug).first()
    if found is None:
        return _alias(request, f"{vendor}/{slug}")
    today, listing, listings = _today(), found.main_listing(), list(found.listings.all())
    context = {
        "model": found,
        "today": today,
        "head": pricelist.head(listing, today),
        "status": found.status_on(today),
        "listing": listing,
        "listings": listings,
        "facts": facts.facts(found, listing),
        "current": pricelist.current_prices(listings, today),
        "histories": pricelist.histories(listings),
        "parameters": list(listing.effective_parameters().values()) if listing else [],
        "parameter_sources": facts.parameters_by_source(listing) if listing else [],
        "endpoints": samples.endpoints(listing) if listing else [],
        "samples": samples.samples(listing) if listing else [],
        "languages": samples.LANGUAGES,
        "panels": panels_for(found),
    }
    return render(request, "catalog/model.html", context)


@login_not_required
@require_safe
def bare_name(request: HttpRequest, name: str) -> HttpResponse:
    """A name without its vendor: a model's own, or an alias. One match leads on, several are listed."""
    models = LanguageModel.objects.select_related("vendor").filter(slug=name)
    if len(models) == 1:
        return redirect(models[0])
    return _alias(request, name, leads_on=True)


def _alias(request: HttpRequest, name: str, leads_on: bool = False) -> HttpResponse:
    """What `name` is another name of; or, when it is none, what it may have meant."""
    today = _today()
    current = list(Alias.objects.named(name, today))
    former = list(
        Alias.objects.filter(name=name).exclude(pk__in=[alias.pk for alias in current]).select_related("model__vendor")
    )
    if leads_on and len(current) == 1:
        return redirect(current[0].model)
    listing = Listing.objects.with_prices().filter(upstream_id=name).first()
    if not current and not former and listing is None:
        words = [word for word in name.rpartition("/")[2].replace(":", "-").split("-") if word][:2]
        models = LanguageModel.objects.select_related("vendor")
        near = models.matching(words)[:5] or models.matching(words[:1])[:5]
        context = {"exception": f"No model is called {name}.", "near": near, "q": " ".join(words)}
        return render(request, "404.html", context, status=404)
    context = {
        "name": name,
        "current": current,
        "former": former,
        "listing": listing,
        "listed_prices": pricelist.current_prices([listing], today) if listing else [],
    }
    return render(request, "catalog/alias.html", context)


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def compare(request: HttpRequest) -> HttpResponse:
    form = CompareForm(request.GET)
    is_valid = form.is_valid()
    asked = form.value("model", [])
    models = LanguageModel.objects.for_page().by_ids(asked)
    known = {model.public_id for model in models}
    is_enough = 2 <= len(models) <= MOST_COMPARED
    sides = comparison.sides(models, form.day())
    groups = comparison.compared(sides, form.value("differences", False), form.display()) if is_enough else []
    if form.asks_for_file():
        return answers.file(form, exports.comparison_sheet(sides, groups))
    context = {
        "form": form,
        "models": models,
        "unknown": [model_id for model_id in asked if model_id not in known],
        "is_enough": is_enough,
        "sides": sides,
        "groups": groups,
        "others": LanguageModel.objects.select_related("vendor").exclude(pk__in=[model.pk for model in models]),
        "slots": range(len(models) + 1, max(2, min(len(models) + 1, MOST_COMPARED)) + 1),
        "formats": FORMATS,
    }
    return answers.page_or_part(request, "catalog/compare.html", "catalog/_comparison.html", context, is_valid)


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is up."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("The database does not answer.\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")
