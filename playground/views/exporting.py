"""What can be taken away from the playground: a board as a file, a run as code, its raw request and its raw answer."""

import json
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from playground.board import shown_name
from playground.exports import boards
from playground.exports.code import LANGUAGES, NoCode, code_of, sent_body
from playground.models import Prompt, Recording
from playground.views.own import own_run

PLAIN = "text/plain; charset=utf-8"
CUT = b"\n\n: Windrose kept only this beginning of what came.\n"


class FormatForm(forms.Form):
    """Which kind of file."""

    format = forms.ChoiceField(
        choices=[(name, words) for name, (words, _) in boards.FORMATS.items()],
        error_messages={
            "required": "Say which: format=md, json or csv.",
            "invalid_choice": "Formats are md, json and csv.",
        },
    )


class LanguageForm(forms.Form):
    """Which language, of a download; without one it is the page."""

    language = forms.ChoiceField(choices=[(each, each) for each in LANGUAGES], required=False)


@require_safe
def export(request: HttpRequest, prompt_id: UUID) -> HttpResponseBase:
    """The whole board as a file: Markdown, JSON or CSV."""
    prompt = get_object_or_404(Prompt.objects.of(request.user).prefetch_related("labels"), pk=prompt_id)
    form = FormatForm(request.GET)
    if not form.is_valid():
        return _plain(" ".join(form.errors["format"]), status=400)
    return boards.respond(request, prompt, form.cleaned_data["format"])


@require_safe
def code(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """A run as code in each language, to read and copy; with `language`, one of them as a file."""
    run = own_run(request, prompt_id, run_id)
    form = LanguageForm(request.GET)
    if not form.is_valid():
        raise Http404
    language = form.cleaned_data["language"]
    try:
        found = code_of(run, is_for_page=not language)
    except NoCode as refusal:
        if language:
            return _plain(str(refusal), status=409)
        found, refused = None, str(refusal)
    else:
        refused = ""
    if language and found is not None:
        sample = found.sample(language)
        return _download(sample.code.encode("utf-8", "replace"), sample.filename, PLAIN)
    context = {"run": run, "prompt": run.prompt, "name": shown_name(run), "code": found, "refused": refused}
    context["recording"] = (
        None if run.prompt.hides_names else Recording.objects.filter(run=run).defer("content").first()
    )
    return render(request, "playground/code.html", context)


@require_safe
def request_json(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """The exact JSON that one run sent, with its images."""
    try:
        body = sent_body(own_run(request, prompt_id, run_id))
    except NoCode as refusal:
        return _plain(str(refusal), status=409)
    text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    return _download(text.encode("utf-8", "replace"), "request.json", "application/json")


@require_safe
def events(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """The bytes of one answer as they came, without our key. A last line says where they were cut."""
    run = own_run(request, prompt_id, run_id)
    if run.prompt.hides_names:
        return _plain("The events name the model, so they are shown with the names.", status=409)
    recording = get_object_or_404(Recording, run=run)
    content = bytes(recording.content) + (CUT if recording.is_cut else b"")
    return _download(content, "events-cut.txt" if recording.is_cut else "events.txt", PLAIN)


def _download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _plain(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(f"{sentence}\n", content_type=PLAIN, status=status)
