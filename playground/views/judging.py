"""Judging answers: a verdict for each, the names of a blind board, two answers word by word, and what all verdicts say."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from playground import judging
from playground.models import Run, Verdict
from playground.two_runs import LONGEST_ADDRESS, NoSuchRun, Side, TwoRuns, others, run_of
from playground.views.own import HtmxRequest, own_prompt, own_run

NOT_OVER = "This answer is still coming. Judge it when it is complete."


class VerdictForm(forms.Form):
    """A verdict, a note, or both. What is not sent stays as it is."""

    verdict = forms.ChoiceField(choices=Verdict.choices, required=False)
    note = forms.CharField(
        max_length=judging.LONGEST_NOTE,
        required=False,
        error_messages={"max_length": "A note has up to %(limit_value)d characters; this one has %(show_value)d."},
    )

    def sent(self, name: str) -> str | None:
        return self.cleaned_data[name] if name in self.data else None


class TwoRunsForm(forms.Form):
    """Which two runs; `other` is a pasted address and takes the place of the right one."""

    left = forms.CharField(max_length=LONGEST_ADDRESS, required=False)
    right = forms.CharField(max_length=LONGEST_ADDRESS, required=False)
    other = forms.CharField(max_length=LONGEST_ADDRESS, required=False)

    def chosen(self) -> tuple[str, str]:
        return self.cleaned_data["left"], self.cleaned_data["other"] or self.cleaned_data["right"]


@require_POST
def verdict(request: HtmxRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """Judge one finished answer. Where that shows the names of a blind board, all of it is loaded again."""
    run = own_run(request, prompt_id, run_id)
    form = VerdictForm(request.POST)
    problem = "" if run.is_over else NOT_OVER
    if not form.is_valid():
        problem = " ".join(sentence for sentences in form.errors.values() for sentence in sentences)
    was_hidden = run.prompt.hides_names
    if not problem:
        judging.judge(run, form.sent("verdict"), form.sent("note"))
    if request.htmx and was_hidden and not run.prompt.hides_names:
        return HttpResponseClientRefresh()
    return _judged(request, run, problem)


def _judged(request: HtmxRequest, run: Run, problem: str) -> HttpResponse:
    """The verdict as it stands now; without script, the page that it was given on."""
    is_alone = "alone" in request.POST
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect("playground:run", run.prompt_id, run.pk) if is_alone else redirect(run.prompt)
    context = {
        "run": run,
        "problem": problem,
        "typed": request.POST.get("note", "") if problem else "",
        "is_answer": True,
        "is_alone": is_alone,
        "judged": "" if is_alone else judging.summary(run.prompt.runs.select_related("prompt")),
    }
    return render(request, "playground/_verdict.html", context, status=422 if problem else 200)


@require_POST
def reveal(request: HtmxRequest, prompt_id: UUID) -> HttpResponse:
    """Show the names of a blind board."""
    prompt = own_prompt(request, prompt_id)
    judging.reveal(prompt)
    return HttpResponseClientRefresh() if request.htmx else redirect(prompt)


@require_safe
def verdicts(request: HttpRequest) -> HttpResponse:
    """How often each model was better and worse, over all of one's own prompts."""
    return render(request, "playground/verdicts.html", {"tallies": judging.tally(request.user)})


@require_safe
def difference(request: HttpRequest) -> HttpResponse:
    """Two of one's own answers, word by word."""
    form = TwoRunsForm(request.GET)
    if not form.is_valid():
        problem = f"An address has up to {LONGEST_ADDRESS} characters."
        return render(request, "playground/difference.html", {"form": form, "problem": problem}, status=400)
    left, right = form.chosen()
    context = {"form": form, "left": left, "right": right}
    if not left and not right:
        return render(request, "playground/difference.html", context)
    try:
        first = run_of(request.user, left or right)
        context |= {"first": Side(first), "others": others(first)}
        if left and right:
            context["two"] = TwoRuns(first, run_of(request.user, right))
    except NoSuchRun as refusal:
        return render(request, "playground/difference.html", context | {"problem": str(refusal)}, status=404)
    return render(request, "playground/difference.html", context)
