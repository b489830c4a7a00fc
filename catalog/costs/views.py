"""The costs pages: a form cleans the workload, one call prices it, a template shows it. Public, but for keeping profiles."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import answers, exports
from catalog import table as the_table
from catalog.costs import offered, profiles, sheets, workloads
from catalog.costs.forms import ProfileForm, WorkloadForm
from catalog.costs.narrowing import narrowed
from catalog.costs.own_prices import own_prices
from catalog.costs.ranking import Ranking
from catalog.forms import FORMATS
from catalog.models import TooManyProfiles, WorkloadProfile

ROOMS = (
    ("costs", "All models"),
    ("costs_over_time", "Over time"),
    ("break_even", "Break-even"),
    ("costs_map", "Price map"),
    ("own_text", "Your own text"),
)


def page_context(request: HttpRequest, form: WorkloadForm, room: str) -> dict[str, Any]:
    """What every costs page shows above its own part: the workload's fields, the profiles, and the other pages."""
    terms = form.choosing_kept()
    terms |= {name: form.data[name] for name in ("as_of", "currency") if form.data.get(name)}
    models = [("model", each) for each in form.value("model", [])]
    query = urlencode([*form.fields_kept().items(), *models, *terms.items()])
    return {
        "form": form,
        "room": room,
        "rooms": [(name, label, f"{reverse(f'catalog:{name}')}?{query}".rstrip("?")) for name, label in ROOMS],
        "workload": form.workload(),
        "display": form.display(),
        "counts": [(name, form.fields[name].label, form.shown(name)) for name in form.COUNTS],
        "finer": [(name, form.fields[name].label, form.shown(name)) for name in form.FINER],
        "kinds": form.fields["writes"].choices,
        "is_choosing": bool(form.choosing_kept()),
        "is_fine": any(form.data.get(name) for name in (*form.FINER, "at", "batch")),
        "mixes": [(profile, profile.is_shown_by(form)) for profile in profiles.MIXES],
        "own_profiles": [
            (profile, profile.is_shown_by(form)) for profile in profiles.own(WorkloadProfile.objects.of(request.user))
        ],
        "terms": urlencode(terms),
        "models_and_terms": urlencode([*models, *terms.items()]),
        "formats": FORMATS,
    }


def unknown_sentence(ids: list[str], form: WorkloadForm) -> str:
    """That no model of these ids is there to be priced on the day."""
    on_that_day = f" on {form.day()}" if form.is_past() else ""
    return f"No model called {' or '.join(ids)} is listed{on_that_day}."


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def costs(request: HttpRequest) -> HttpResponse:
    form = WorkloadForm(request.GET)
    is_valid = form.is_valid()
    asked, workload = form.value("model", []), form.workload()
    priced = offered.priced_on(form.day(), asked, form.is_past()) if is_valid else []
    found = narrowed(priced, form, asked)
    ranking = Ranking(workloads.costs_of(found.priced, workload), form.display())
    page = Paginator(ranking, the_table.PAGE_ROWS).get_page(form.value("page", 1))
    own = own_prices((row.cost.priced for row in page), form.day(), workload)
    if form.asks_for_file() and asked and is_valid and not priced:
        return exports.refuse([unknown_sentence(asked, form)])
    if form.asks_for_file():
        return answers.file(form, sheets.costs_sheet(page, own, form.display()))
    context = page_context(request, form, "costs") | {
        "unknown": offered.unpriced(asked, priced) if is_valid else [],
        "found": found,
        "page": page,
        "own_prices": own,
    }
    return answers.page_or_part(request, "costs/costs.html", "costs/_costs.html", context, is_valid)


@require_POST
def keep_profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST)
    if not form.is_valid():
        for sentence in form.sentences():
            messages.error(request, sentence)
        return redirect(_back(request, form))
    try:
        row, is_new = WorkloadProfile.objects.keep(request.user, form.cleaned_data["name"], form.profile_fields())
    except TooManyProfiles as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{'Kept' if is_new else 'Changed'} the profile {row.name}.")
    return redirect(_back(request, form))


@require_POST
def forget_profile(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(WorkloadProfile.objects.of(request.user), pk=pk)
    row.delete()
    messages.success(request, f"Removed the profile {row.name}.")
    return redirect(_back(request))


def _back(request: HttpRequest, form: WorkloadForm | None = None) -> str:
    """The page that a profile's form was sent from, or else the costs of its workload."""
    address = request.POST.get("next", "")
    if address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return f"{reverse('catalog:costs')}?{urlencode(form.fields_kept() if form else {})}".rstrip("?")
