"""The playground's pages: compose a prompt, watch or read its board, stop a run, look back.

The first line of a view that touches a prompt fetches it for its owner; to everybody else it does not exist.
"""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from catalog.models import Listing
from playground import ledger, opening, upstreams
from playground.board import columns, summary
from playground.forms import PromptForm, initial_parameters, new_key
from playground.models import Prompt, Run
from playground.models.runs import LIVE
from playground.rehearsal.troubles import TROUBLES
from playground.runner import runner

PER_PAGE = 30


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


def _own_prompt(request: HttpRequest, prompt_id: UUID) -> Prompt:
    return get_object_or_404(Prompt.objects.of(request.user).for_board(), pk=prompt_id)


def _listings() -> list[Listing]:
    return list(Listing.objects.for_playground())


def _context(request: HttpRequest, form: PromptForm, prompt: Prompt | None = None) -> dict[str, Any]:
    return {
        "form": form,
        "prompt": prompt,
        "columns": columns(prompt.runs.all()) if prompt else [],
        "summary": summary(prompt.runs.all()) if prompt else "",
        "is_rehearsal": upstreams.is_rehearsal(),
        "standings": ledger.standings(request.user) if not upstreams.is_rehearsal() else [],
    }


def _blank_form(request: HttpRequest, prompt: Prompt | None = None) -> PromptForm:
    """A form for the next prompt: empty, with the models of the address, or with what an earlier prompt asked."""
    if prompt is None:
        initial: dict[str, Any] = {"model": request.GET.getlist("model")[:20]} | initial_parameters()
    else:
        asked = {
            "model": [run.model_public_id for run in prompt.runs.all()],
            "system": prompt.system,
            "text": prompt.text,
        }
        initial = asked | initial_parameters(prompt.parameters)
    return PromptForm(_listings(), initial=initial | {"key": new_key()})


@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HtmxRequest) -> HttpResponse:
    """GET: an empty board and its form. POST: the prompt with its runs and holds is made, and the runs begin."""
    if request.method != "POST":
        return render(request, "playground/playground.html", _context(request, _blank_form(request)))
    form = PromptForm(_listings(), request.POST)
    if not form.is_valid():
        return _refused(request, form)
    try:
        prompt, is_new = opening.open_prompt(request.user, form.asked(), upstreams.name(), upstreams.is_rehearsal())
    except (ledger.BudgetRefusal, opening.AlreadySent) as refusal:
        form.add_error(None, str(refusal))
        return _refused(request, form)
    except OperationalError:
        form.add_error(None, "The database is busy, so nothing was sent. Try again in a moment.")
        return _refused(request, form)
    if is_new:
        runner.start_or_refuse([run.pk for run in prompt.runs.all()])
    if not request.htmx:
        return redirect(prompt)
    prompt = Prompt.objects.for_board().get(pk=prompt.pk)
    response = render(request, "playground/_answered.html", _context(request, form, prompt) | {"fresh_key": new_key()})
    response["HX-Push-Url"] = prompt.get_absolute_url()
    return response


def _refused(request: HtmxRequest, form: PromptForm) -> HttpResponse:
    """The form again with its sentences; what was typed stays."""
    context = _context(request, form) | {"fresh_key": new_key()}
    if not request.htmx:
        return render(request, "playground/playground.html", context, status=422)
    response = render(request, "playground/_compose.html", context, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#compose", "outerHTML show:top"
    return response


@require_safe
def board(request: HttpRequest, prompt_id: UUID) -> HttpResponse:
    """One prompt's board as it stands: the text so far while it streams, all of it later."""
    prompt = _own_prompt(request, prompt_id)
    return render(request, "playground/playground.html", _context(request, _blank_form(request, prompt), prompt))


@require_POST
def fields(request: HttpRequest) -> HttpResponse:
    """The parameter fields for the models that are chosen now; what was typed into fields that stay is kept."""
    form = PromptForm(_listings(), initial=_typed(request), chosen=request.POST.getlist("model"))
    return render(request, "playground/_fields.html", {"form": form})


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {name: values[0] if name != "model" else values for name, values in request.POST.lists()}


@require_POST
def worst_case(request: HtmxRequest) -> HttpResponse:
    """The most that the prompt in the form may cost, per model and in all, and what each model would not be sent."""
    form = PromptForm(_listings(), request.POST)
    plans = opening.plan(form.asked()) if form.is_valid() else []
    worst = [plan.worst for plan in plans]
    context = {
        "form": form,
        "plans": plans,
        "problem": form.first_problem() if form.is_bound and not plans else "",
        "total": sum(worst) if plans and None not in worst else None,
        "is_rehearsal": upstreams.is_rehearsal(),
        "standings": [] if upstreams.is_rehearsal() else ledger.standings(request.user),
    }
    if request.htmx:
        return render(request, "playground/_worst_case.html", context)
    return render(request, "playground/playground.html", _context(request, form) | context)


@require_POST
def stop(request: HtmxRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """Ask one run to stop. Asking again, or after the end, changes nothing."""
    prompt = _own_prompt(request, prompt_id)
    run = get_object_or_404(Run, prompt=prompt, pk=run_id)
    if Run.objects.filter(pk=run.pk, state__in=LIVE).update(stop_requested=True):
        runner.request_stop(run.pk)
    return HttpResponse(status=204) if request.htmx else redirect(prompt)


@require_safe
def text(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """One run's whole answer as a file of plain text."""
    run = get_object_or_404(Run, prompt=_own_prompt(request, prompt_id), pk=run_id)
    response = HttpResponse(run.text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(run.model_name)}.txt"'
    return response


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """The prompts of the person who is signed in, newest first."""
    page = Paginator(Prompt.objects.of(request.user).for_history(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "playground/history.html", {"page": page, "is_rehearsal": upstreams.is_rehearsal()})


@require_safe
def rehearsal_help(request: HttpRequest) -> HttpResponse:
    """What the rehearsal can act out, and how to ask for it."""
    return render(request, "playground/help.html", {"troubles": TROUBLES, "is_rehearsal": upstreams.is_rehearsal()})
