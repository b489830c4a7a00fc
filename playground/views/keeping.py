"""What a person keeps beside his prompts: labels, a note, a star; and taking the texts away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from playground import keeping, retention
from playground.keeping import FavouriteForm, KeepingForm, LabelForm, NoteForm, SelectionForm
from playground.models import Label, Prompt
from playground.retention import Removed
from playground.views.composing import blank_form, playground_context
from playground.views.history import back, kept_prompt
from playground.views.own import HtmxRequest, own_prompt

HISTORY = "playground:history"


def _kept(request: HtmxRequest, prompt: Prompt, form: KeepingForm | None = None) -> HttpResponse:
    """What is kept beside the prompt as it is now, or what was wrong with what was typed beside it; without htmx on the
    board."""
    problem = form.first_problem() if form is not None else ""
    wrong = {"keeping_problem": problem, "typed": request.POST} if problem else {}
    status = 422 if problem else 200
    if request.htmx:
        context = {"prompt": kept_prompt(request, prompt.pk)} | wrong
        return render(request, "playground/_keeping.html", context, status=status)
    if not problem:
        return redirect(prompt)
    asked = own_prompt(request, prompt.pk)
    context = playground_context(request, blank_form(request, asked), asked) | wrong
    return render(request, "playground/playground.html", context, status=status)


@require_POST
def add_label(request: HtmxRequest, prompt_id: UUID) -> HttpResponse:
    prompt = kept_prompt(request, prompt_id)
    form = LabelForm(request.POST, prompt=prompt)
    if form.is_valid():
        keeping.add_label(prompt, form.cleaned_data["name"])
    return _kept(request, prompt, form)


@require_POST
def remove_label(request: HtmxRequest, prompt_id: UUID, label_id: int) -> HttpResponse:
    prompt = kept_prompt(request, prompt_id)
    prompt.labels.remove(get_object_or_404(Label, user=request.user, pk=label_id))
    return _kept(request, prompt)


@require_POST
def note(request: HtmxRequest, prompt_id: UUID) -> HttpResponse:
    prompt = kept_prompt(request, prompt_id)
    form = NoteForm(request.POST)
    if form.is_valid():
        keeping.write_note(prompt, form.cleaned_data["note"])
    return _kept(request, prompt, form)


@require_POST
def favourite(request: HtmxRequest, prompt_id: UUID) -> HttpResponse:
    """Set or take the star, as the button says: pressing the same button twice leaves it as it is."""
    prompt = kept_prompt(request, prompt_id)
    form = FavouriteForm(request.POST)
    if form.is_valid():
        keeping.set_favourite(prompt, form.cleaned_data["favourite"] == "on")
    if not request.htmx:
        return back(request, prompt)
    if request.htmx.target == f"star-{prompt.pk.hex}":
        return render(request, "playground/_history_star.html", {"prompt": prompt})
    return _kept(request, prompt, form)


@require_http_methods(["GET", "HEAD", "POST"])
def remove_texts(request: HttpRequest, prompt_id: UUID) -> HttpResponse:
    """GET asks whether it is meant; POST removes the texts of one prompt and keeps its bill."""
    prompt = kept_prompt(request, prompt_id)
    if request.method != "POST":
        asked = list(Prompt.objects.filter(pk=prompt.pk).for_history())
        own = {"act_url": request.path, "cancel_url": prompt.get_absolute_url()}
        return render(request, "playground/history_confirm.html", _question(asked, SelectionForm.PURGE) | own)
    _say(request, retention.purge([prompt.pk]), 1)
    return redirect(prompt)


@require_POST
def selected(request: HttpRequest) -> HttpResponse:
    """What is to be done with the prompts that are ticked in the list: asked first, and done when it is confirmed."""
    form = SelectionForm(request.POST, user=request.user)
    if not form.is_valid():
        messages.error(request, form.first_problem())
        return back(request, HISTORY)
    prompts, act, name = (form.cleaned_data[field] for field in ("prompt", "act", "name"))
    if not form.cleaned_data["confirmed"]:
        kept = {"name": name, "next": request.POST.get("next", ""), "cancel_url": back(request, HISTORY)["Location"]}
        context = _question(prompts, act) | kept
        return render(request, "playground/history_confirm.html", context)
    if act == SelectionForm.PURGE:
        _say(request, retention.purge([prompt.pk for prompt in prompts]), len(prompts))
    else:
        for prompt in prompts:
            keeping.add_label(prompt, name)
        messages.success(request, f"{keeping.counted_prompts(len(prompts))} filed under “{name}”.")
    return back(request, HISTORY)


def _question(prompts: list[Prompt], act: str) -> dict[str, Any]:
    return {"prompts": prompts, "act": act, "is_purge": act == SelectionForm.PURGE}


def _say(request: HttpRequest, removed: Removed, asked: int) -> None:
    if removed.prompts:
        messages.success(
            request, f"The texts of {keeping.counted_prompts(removed.prompts)} were removed. The bills stay."
        )
    if removed.prompts < asked:
        left = keeping.counted_prompts(asked - removed.prompts)
        messages.warning(request, f"{left} left as before: with answers on the way, or without texts already.")
