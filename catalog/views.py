"""The catalog's pages: a form cleans the address, one call finds the rows, a template shows them. All public, all GET."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from catalog import comparison, exports, facts, pricelist, samples, workloads
from catalog import table as the_table
from catalog.forms import FORMATS, MOST_COMPARED, CompareForm, CostsForm, DayForm, TableForm
from catalog.models import Alias, LanguageModel, Listing
from catalog.panels import panels_for


def _today() -> date:
    return timezone.now().date()


def _answer(request: HttpRequest, page: str, partial: str, context: dict[str, object], is_valid: bool) -> HttpResponse:
    """The whole page, or for htmx its changing part, whose address goes into the browser's bar without empty fields."""
    if not request.htmx or request.htmx.history_restore_request:
        return render(request, page, context, status=200 if is_valid else 400)
    query = QueryDict(mutable=True)
    for name, values in request.GET.lists():
        query.setlist(name, [value for value in values if value])
    address = f"{request.path}?{query.urlencode()}" if query.urlencode() else request.path
    return push_url(render(request, partial, context, status=200 if is_valid else 422), address)


def _file(form: DayForm, sheet: exports.Sheet) -> HttpResponse:
    """The page's rows in the format asked for, or why there are none."""
    return exports.respond(sheet, form.value("format")) if form.is_valid() else exports.refuse(form.sentences())


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def table(request: HttpRequest) -> HttpResponse:
    form = TableForm(request.GET)
    is_valid = form.is_valid()
    page = Paginator(the_table.found_by(form), the_table.PAGE_ROWS).get_page(form.value("page", 1))
    if form.asks_for_file():
        return _file(form, exports.table_sheet(page.object_list))
    choices = form.choices() if not request.htmx else {}
    context = {
        "form": form,
        "page": page,
        "rows": the_table.rows(page.object_list),
        "heads": the_table.heads(form.value("sort", the_table.NEWEST_FIRST)),
        "is_narrowed": any(request.GET.get(name) for name in the_table.NARROWING),
        "selects": [
            (name, label, nothing, choices.get(name, []), request.GET.get(name, ""))
            for name, label, nothing in the_table.SELECTS
        ],
        "formats": FORMATS,
    }
    return _answer(request, "catalog/table.html", "catalog/_models.html", context, is_valid)


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
    groups = comparison.compared(sides, form.value("differences", False)) if is_enough else []
    if form.asks_for_file():
        return _file(form, exports.comparison_sheet(sides, groups))
    context = {
        "form": form,
        "models": models,
        "unknown": [model_id for model_id in asked if model_id not in known],
        "is_enough": is_enough,
        "sides": sides,
        "groups": groups,
        "others": LanguageModel.objects.select_related("vendor").exclude(pk__in=[model.pk for model in models]),
        "room": MOST_COMPARED - len(models),
        "slots": [1] if is_enough else range(len(models) + 1, 3),
        "formats": FORMATS,
    }
    return _answer(request, "catalog/compare.html", "catalog/_comparison.html", context, is_valid)


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def costs(request: HttpRequest) -> HttpResponse:
    form = CostsForm(request.GET)
    is_valid = form.is_valid()
    asked = form.value("model", [])
    priced = workloads.priced_on(form.day(), asked) if is_valid else []
    requests, per = form.number("requests"), form.value("per", "month")
    ranking = workloads.ranking(priced, form.usage(), requests)
    page = Paginator(ranking, the_table.PAGE_ROWS).get_page(form.value("page", 1))
    if form.asks_for_file():
        return _file(form, exports.costs_sheet(page.object_list, requests, per))
    context = {
        "form": form,
        "usage": form.usage(),
        "requests": requests,
        "per": per,
        "numbers": [(name, form.fields[name].label, form.shown(name)) for name in form.STARTING_POINT],
        "unknown": workloads.unpriced(asked, priced) if is_valid else [],
        "page": page,
        "formats": FORMATS,
    }
    return _answer(request, "catalog/costs.html", "catalog/_costs.html", context, is_valid)


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
