"""Composing a prompt: the form, what it would cost at most, and sending it."""

from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground import ledger, messages, offers, opening, upstreams
from playground.board import columns, summary
from playground.forms import PromptForm, initial_parameters, new_key
from playground.models import Prompt
from playground.rehearsal.troubles import TROUBLES
from playground.runner import runner
from playground.views.own import HtmxRequest


def playground_context(request: HttpRequest, form: PromptForm, prompt: Prompt | None = None) -> dict[str, Any]:
    return {
        "form": form,
        "prompt": prompt,
        "columns": columns(prompt.runs.all()) if prompt else [],
        "summary": summary(prompt.runs.all()) if prompt else "",
        "is_rehearsal": upstreams.is_rehearsal(),
        "standings": ledger.standings(request.user) if not upstreams.is_rehearsal() else [],
    }


def blank_form(request: HttpRequest, prompt: Prompt | None = None) -> PromptForm:
    """A form for the next prompt: empty, with the models of the address, or with what an earlier prompt asked."""
    if prompt is None:
        initial: dict[str, Any] = {"model": request.GET.getlist("model")[:20]} | initial_parameters()
    else:
        asked = {
            "model": list(dict.fromkeys(run.offer for run in prompt.runs.all())),
            "system": "\n\n".join(each.content for each in messages.read(prompt.messages) if each.role == "system"),
            "text": prompt.text,
        }
        initial = asked | initial_parameters(prompt.parameters)
    return PromptForm(offers.offers(), initial=initial | {"key": new_key()})


@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HtmxRequest) -> HttpResponse:
    """GET: an empty board and its form. POST: the prompt with its runs and holds is made, and the runs begin."""
    if request.method != "POST":
        return render(request, "playground/playground.html", playground_context(request, blank_form(request)))
    form = PromptForm(offers.offers(), request.POST)
    if not form.is_valid():
        return _refused(request, form)
    try:
        prompt, is_new = opening.open_prompt(request.user, form.asked())
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
    response = render(
        request, "playground/_answered.html", playground_context(request, form, prompt) | {"fresh_key": new_key()}
    )
    response["HX-Push-Url"] = prompt.get_absolute_url()
    return response


def _refused(request: HtmxRequest, form: PromptForm) -> HttpResponse:
    """The form again with its sentences; what was typed stays."""
    context = playground_context(request, form) | {"fresh_key": new_key()}
    if not request.htmx:
        return render(request, "playground/playground.html", context, status=422)
    response = render(request, "playground/_compose.html", context, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#compose", "outerHTML show:top"
    return response


@require_POST
def fields(request: HttpRequest) -> HttpResponse:
    """The parameter fields for the models that are chosen now; what was typed into fields that stay is kept."""
    form = PromptForm(offers.offers(), initial=_typed(request), chosen=request.POST.getlist("model"))
    return render(request, "playground/_fields.html", {"form": form})


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {name: values[0] if name != "model" else values for name, values in request.POST.lists()}


@require_POST
def worst_case(request: HtmxRequest) -> HttpResponse:
    """The most that the prompt in the form may cost, per model and in all, and what each model would not be sent."""
    form = PromptForm(offers.offers(), request.POST)
    plans = opening.plan(form.asked()) if form.is_valid() else []
    context = {
        "form": form,
        "plans": plans,
        "problem": form.first_problem() if form.is_bound and not plans else "",
        "total": opening.total(plans),
        "is_rehearsal": upstreams.is_rehearsal(),
        "standings": [] if upstreams.is_rehearsal() else ledger.standings(request.user),
    }
    if request.htmx:
        return render(request, "playground/_worst_case.html", context)
    return render(request, "playground/playground.html", playground_context(request, form) | context)


@require_safe
def rehearsal_help(request: HttpRequest) -> HttpResponse:
    """What the rehearsal can act out, and how to ask for it."""
    return render(request, "playground/help.html", {"troubles": TROUBLES, "is_rehearsal": upstreams.is_rehearsal()})
