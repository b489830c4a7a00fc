"""The catalog's pages: a form cleans the address, one call finds the rows, a template shows them. All public, all GET."""

import re
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import answers, banners, comparison, exports, facts, pricelist, samples
from catalog.changes.record import of_model as changes_of_model
from catalog.forms import FORMATS, MOST_COMPARED, CompareForm
from catalog.meanings import meaning, near
from catalog.models import LanguageModel
from catalog.panels import panels_for

MOST_LISTED = 1_000  # models in a list to choose from; where there are more, an id is typed
MOST_HISTORY = 8  # changes on a model’s own page; the page of changes has them all


def _today() -> date:
    return timezone.now().date()


@login_not_required
@require_safe
def model(request: HttpRequest, vendor: str, slug: str) -> HttpResponse:
    found = LanguageModel.objects.for_page().filter(vendor__slug=vendor, slug=slug).first()
    if found is None:
        return _alias(request, f"{vendor}/{slug}")
    today, listing, listings = _today(), found.main_listing(), list(found.listings.all())
    status = found.status_on(today)
    head, history = pricelist.head(listing, today), changes_of_model(found, today, MOST_HISTORY)
    context = {
        "model": found,
        "today": today,
        "opening": pricelist.opening(listing, today),
        "status": status,
        "can_be_prompted": listing is not None and listing.is_played() and found.dates().is_sold(today),
        "status_text": found.dates().words(today),
        "banners": banners.banners(found, today),
        "replacement": banners.replacement(found, head, today),
        "history": history,
        "listing": listing,
        "listings": listings,
        "over": {each.pk for each in listings if each.is_over_on(today)},
        "facts": facts.facts(found, listing),
        "truth": facts.truth(found, listing),
        "behind": facts.behind(listings),
        "current": pricelist.current_prices(listings, today),
        "histories": pricelist.histories(listings, today),
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
    found = meaning(name, _today())
    model = found.own or (found.only if leads_on else None)
    if model is not None:
        return redirect(model)
    if not found.is_known:
        words = " ".join(re.findall(r"[^/:_~-]+", name))
        context = {"exception": f"No model is called {name}.", "near": near(name), "q": words}
        return render(request, "404.html", context, status=404)
    return render(request, "catalog/alias.html", {"meaning": found})


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def compare(request: HttpRequest) -> HttpResponse:
    form = CompareForm(request.GET)
    is_valid = form.is_valid()
    asked = form.value("model", [])
    found = LanguageModel.objects.for_page().by_ids(asked)
    known = {model.public_id for model in found}
    models, left_out = found[:MOST_COMPARED], found[MOST_COMPARED:]
    is_enough = len(models) >= 2
    sides = comparison.sides(models, form.day(), [model.public_id for model in left_out])
    groups = comparison.compared(sides, form.value("differences", False), form.display()) if is_enough else []
    if form.asks_for_file():
        return answers.file(form, exports.comparison_sheet(sides, groups))
    context = {
        "form": form,
        "models": models,
        "left_out": left_out,
        "unknown": [model_id for model_id in asked if model_id not in known],
        "is_enough": is_enough,
        "sides": sides,
        "groups": groups,
        "others": _others(models),
        "slots": range(len(models) + 1, max(2, min(len(models) + 1, MOST_COMPARED)) + 1),
        "formats": FORMATS,
    }
    return answers.page_or_part(request, "catalog/compare.html", "catalog/_comparison.html", context, is_valid)


def _others(models: list[LanguageModel]) -> list[LanguageModel]:
    """The models to add by choosing from a list; none where there are more than a list can hold, and ids are typed."""
    others = LanguageModel.objects.select_related("vendor").exclude(pk__in=[model.pk for model in models])
    found = list(others[: MOST_LISTED + 1])
    return found if len(found) <= MOST_LISTED else []


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
