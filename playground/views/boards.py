"""A prompt's board: to read, to watch, and to stop a run on it. A GET never starts, changes or costs anything."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from playground.models import Run
from playground.models.runs import LIVE
from playground.runner import runner
from playground.views.composing import blank_form, playground_context
from playground.views.own import HtmxRequest, own_prompt, own_run


@require_safe
def board(request: HttpRequest, prompt_id: UUID) -> HttpResponse:
    """One prompt's board as it stands: the text so far while it streams, all of it later."""
    prompt = own_prompt(request, prompt_id)
    return render(
        request, "playground/playground.html", playground_context(request, blank_form(request, prompt), prompt)
    )


@require_POST
def stop(request: HtmxRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """Ask one run to stop. Asking again, or after the end, changes nothing."""
    run = own_run(request, prompt_id, run_id)
    if Run.objects.filter(pk=run.pk, state__in=LIVE).update(stop_requested=True):
        runner.request_stop(run.pk)
    return HttpResponse(status=204) if request.htmx else redirect(run.prompt)


@require_safe
def text(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """One run's whole answer as a file of plain text."""
    run = own_run(request, prompt_id, run_id)
    response = HttpResponse(run.text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(run.model_name)}.txt"'
    return response
