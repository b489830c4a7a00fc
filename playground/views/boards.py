"""A prompt's board: to read, to watch, to stop one run on it or all, and to send one again. A GET never starts, changes or costs
anything. A POST to a board, or to a run, says how its reader wants finished answers shown, which only his browser keeps."""

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from playground import board as boards
from playground.board.alone import alone
from playground.models import Prompt, Run
from playground.models.runs import LIVE
from playground.rerunning import CannotRunAgain, run_again
from playground.runner import runner
from playground.views.composing import blank_form, playground_context
from playground.views.own import HtmxRequest, own_run

SHOWN_AS = "answers"  # the cookie
ONE_YEAR = 31_536_000  # seconds


class AgainForm(forms.Form):
    """The key that makes two presses of one button one prompt."""

    key = forms.CharField(max_length=64)


class ShownForm(forms.Form):
    """How finished answers are shown."""

    shown = forms.ChoiceField(choices=[("text", "Text"), ("markdown", "Markdown")])


def _show_from_now_on(request: HtmxRequest, address: str) -> HttpResponse:
    """Remember how answers are shown, for every board in this browser, and show the page at `address` so."""
    form = ShownForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("Choose Text or Markdown.", content_type="text/plain; charset=utf-8")
    response = HttpResponse(status=204) if request.htmx else redirect(address)
    response.set_cookie(
        SHOWN_AS,
        form.cleaned_data["shown"],
        max_age=ONE_YEAR,
        path=reverse("playground:compose"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def board(request: HtmxRequest, prompt_id: UUID) -> HttpResponse:
    """One prompt's board as it stands: the text so far while it streams, all of it later."""
    try:
        prompt = Prompt.objects.of(request.user).board(prompt_id)
    except Prompt.DoesNotExist:
        raise Http404 from None
    if request.method == "POST":
        return _show_from_now_on(request, prompt.get_absolute_url())
    return render(
        request, "playground/playground.html", playground_context(request, blank_form(request, prompt), prompt)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def run(request: HtmxRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """One run with everything that is known of it: what was sent, what came, what it cost, and when."""
    found = own_run(request, prompt_id, run_id)
    if request.method == "POST":
        return _show_from_now_on(request, request.path)
    return render(request, "playground/run.html", {"alone": alone(found), "prompt": found.prompt, "is_alone": True})


@require_safe
def now(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """Where one run stands, as parts of its column; with `ended`, what is known of its cost now.

    A page that shows one run asks for this every second, and one with a run that waits for its cost now and then.
    """
    found = own_run(request, prompt_id, run_id)
    if "ended" in request.GET:
        return HttpResponse(boards.cost_learnt(found, is_alone="alone" in request.GET))
    if found.is_over:
        return HttpResponse(boards.ended_alone(found))
    return HttpResponse(boards.stored_snapshot(found, is_alone=True))


@require_POST
def stop(request: HtmxRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """Ask one run to stop. Asking again, or after the end, changes nothing."""
    run = own_run(request, prompt_id, run_id)
    if Run.objects.filter(pk=run.pk, state__in=LIVE).update(stop_requested=True):
        runner.request_stop(run.pk)
    if not request.htmx:
        return redirect(run.prompt)
    return _told(boards.stop_asked([own_run(request, prompt_id, run_id)]))


@require_POST
def stop_all(request: HtmxRequest, prompt_id: UUID) -> HttpResponse:
    """Ask every run of a board to stop, also those that wait to be sent. Those that are over stay as they are."""
    prompt = get_object_or_404(Prompt.objects.of(request.user), pk=prompt_id)
    live = Run.objects.live().filter(prompt=prompt)
    if live.update(stop_requested=True):
        for run_id in live.values_list("pk", flat=True):
            runner.request_stop(run_id)
    if not request.htmx:
        return redirect(prompt)
    return _told(boards.all_asked(Prompt.objects.board(prompt.pk)))


def _told(parts: str) -> HttpResponse:
    """Parts of the page, or nothing where nothing has changed."""
    return HttpResponse(parts) if parts else HttpResponse(status=204)


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
