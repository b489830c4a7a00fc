"""A prompt's board: to read, to watch, to stop one run on it or all, and to send one again. A GET never starts, changes or costs
anything."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from playground import board as boards
from playground.board.alone import alone
from playground.models import Prompt, Run
from playground.models.runs import LIVE
from playground.rerunning import CannotRunAgain, run_again
from playground.runner import runner
from playground.views.composing import blank_form, playground_context
from playground.views.own import HtmxRequest, own_prompt, own_run


class AgainForm(forms.Form):
    """The key that makes two presses of one button one prompt."""

    key = forms.CharField(max_length=64)


@require_safe
def board(request: HttpRequest, prompt_id: UUID) -> HttpResponse:
    """One prompt's board as it stands: the text so far while it streams, all of it later."""
    prompt = own_prompt(request, prompt_id)
    return render(
        request, "playground/playground.html", playground_context(request, blank_form(request, prompt), prompt)
    )


@require_safe
def run(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """One run with everything that is known of it: what was sent, what came, what it cost, and when."""
    found = own_run(request, prompt_id, run_id)
    return render(request, "playground/run.html", {"alone": alone(found), "prompt": found.prompt, "is_alone": True})


@require_safe
def now(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """Where one run stands, as parts of its column; with `ended`, what its end looks like now, without its text.

    A page that shows one run asks for this every second, and one whose run waits for its cost now and then.
    """
    found = own_run(request, prompt_id, run_id)
    if "ended" in request.GET:
        return HttpResponse(boards.finished_parts(found, is_alone=True))
    if found.is_over:
        return HttpResponse(boards.finished_column(found, is_alone=True) + boards.asked_enough(found))
    return HttpResponse(boards.stored_snapshot(found, is_alone=True))


@require_POST
def stop(request: HtmxRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """Ask one run to stop. Asking again, or after the end, changes nothing."""
    run = own_run(request, prompt_id, run_id)
    if Run.objects.filter(pk=run.pk, state__in=LIVE).update(stop_requested=True):
        runner.request_stop(run.pk)
    return HttpResponse(status=204) if request.htmx else redirect(run.prompt)


@require_POST
def stop_all(request: HtmxRequest, prompt_id: UUID) -> HttpResponse:
    """Ask every run of a board to stop, also those that wait to be sent. Those that are over stay as they are."""
    prompt = get_object_or_404(Prompt.objects.of(request.user), pk=prompt_id)
    live = Run.objects.live().filter(prompt=prompt)
    if live.update(stop_requested=True):
        for run_id in live.values_list("pk", flat=True):
            runner.request_stop(run_id)
    return HttpResponse(status=204) if request.htmx else redirect(prompt)


@require_POST
def rerun(request: HtmxRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """Send what one run asked again, as a prompt of its own, and lead to its board; else say on this one why not."""
    found = own_run(request, prompt_id, run_id)
    form = AgainForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This page is out of date. Press Run again once more.")
        return _lead(request, found.prompt.get_absolute_url())
    try:
        prompt, is_new = run_again(request.user, found, form.cleaned_data["key"])
    except CannotRunAgain as refusal:
        messages.error(request, str(refusal))
        return _lead(request, found.prompt.get_absolute_url())
    if is_new:
        runner.start_or_refuse([each.pk for each in prompt.runs.all()])
    return _lead(request, prompt.get_absolute_url())


def _lead(request: HtmxRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@require_safe
def text(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """One run's whole answer as a file of plain text."""
    found = own_run(request, prompt_id, run_id)
    response = HttpResponse(found.text, content_type="text/plain; charset=utf-8")
    name = slugify(boards.shown_name(found))
    response["Content-Disposition"] = f'attachment; filename="{name}.txt"'
    return response
