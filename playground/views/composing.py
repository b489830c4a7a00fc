"""Composing a prompt: the form and its parts, what it would cost at most, exactly what would be sent, and sending it."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground import ledger, offers, opening, upstreams
from playground.forms import PREFIX, PromptForm, earlier, examples, initial_parameters, new_key
from playground.forms import messages as message_rows
from playground.models import House, Prompt, Run
from playground.opening import Asked
from playground.rehearsal.troubles import TROUBLES
from playground.runner import runner
from playground.uploads import received
from playground.variables import Rows
from playground.views.own import HtmxRequest, own_prompt
from playground.worst_case import foresee, not_kept_to

EXAMPLE = "example-"
PARTS = {"messages": "_messages.html", "rows": "_rows.html"}  # by the id that htmx replaces


def playground_context(request: HttpRequest, form: PromptForm, prompt: Prompt | None = None) -> dict[str, Any]:
    return {
        "form": form,
        "prompt": prompt,
        "is_rehearsal": upstreams.is_rehearsal(),
        "standings": ledger.standings(request.user) if not upstreams.is_rehearsal() else [],
        "house": House.now(),
    }


def blank_form(request: HttpRequest, prompt: Prompt | None = None) -> PromptForm:
    """A form for the next prompt: empty, with the models of the address, or with everything that an earlier one asked."""
    if prompt is not None:
        return _form(request, earlier.again(prompt))
    return _form(request, {"model": request.GET.getlist("model")[:20]} | initial_parameters())


def _form(request: HttpRequest, initial: dict[str, Any]) -> PromptForm:
    return PromptForm(offers.offers(), initial=initial | {"key": new_key()}, user=request.user)


def _posted(request: HttpRequest) -> PromptForm:
    """The form as it was posted, with its uploads."""
    data, problems = received(request)
    return PromptForm(offers.offers(), data, user=request.user, problems=problems)


@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HtmxRequest) -> HttpResponse:
    """GET: an empty board and its form. POST: the prompt with its runs and holds is made, and the runs begin."""
    if request.method != "POST":
        return _begin(request)
    form = _posted(request)
    if not form.is_valid():
        return _refused(request, form)
    asked = form.asked()
    try:
        prompt, is_new = opening.open_prompt(request.user, asked)
    except (ledger.BudgetRefusal, opening.AlreadySent) as refusal:
        form.add_error(None, str(refusal))
        return _refused(request, form, asked)
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
    # The form as it was sent has an address, to which Back returns (composer.js).
    response["HX-Trigger"] = json.dumps({"asked": {"form": f"{request.path}?from={prompt.pk}"}})
    response["HX-Trigger-After-Swap"] = "answered"
    return response


def _begin(request: HttpRequest) -> HttpResponse:
    """The form: empty, or with what the address names: a prompt to change (`from`), or answers to go on from (`continue`)."""
    notice, refused_from = "", None
    if name := request.GET.get("from"):
        prompt = own_prompt(request, _id(name))
        form = blank_form(request, prompt)
        notice = "" if prompt.has_text else "The texts of that prompt are not kept any more; its settings are here."
    elif name := request.GET.get("continue"):
        try:
            form = _form(request, _onward(request, _id(name)))
        except earlier.CannotContinue as refusal:
            form, notice = blank_form(request), f"That cannot be continued. {refusal}"
            refused_from = Prompt.objects.of(request.user).holding_one(_id(name))
    else:
        form = blank_form(request)
    return render(
        request,
        "playground/playground.html",
        playground_context(request, form) | {"notice": notice, "refused_from": refused_from},
    )


def _id(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        raise Http404 from None


def _onward(request: HttpRequest, asked_id: UUID) -> dict[str, Any]:
    """What a form begins with that goes on from one run, or from all runs of a prompt, whichever the id is."""
    runs = Run.objects.filter(prompt__in=Prompt.objects.of(request.user)).select_related("prompt")
    if (run := runs.filter(pk=asked_id).first()) is not None:
        return earlier.onward_from(run)
    return earlier.onward(own_prompt(request, asked_id))


def _refused(request: HtmxRequest, form: PromptForm, asked: Asked | None = None) -> HttpResponse:
    """The form again with its sentences; what was typed stays. `asked` is what it asks where only the ledger refuses it."""
    context = playground_context(request, form) | {"fresh_key": new_key()}
    if asked is None:
        context["problem"] = form.first_problem()
    elif not request.htmx:  # with htmx the form asks for its worst case itself
        context["case"] = foresee(asked, request.user)
    if not request.htmx:
        return render(request, "playground/playground.html", context, status=422)
    response = render(request, "playground/_compose.html", context, status=422)
    response["HX-Retarget"], response["HX-Reswap"] = "#compose", "outerHTML show:top"
    return response


@require_POST
def fields(request: HtmxRequest) -> HttpResponse:
    """The form after a change of its parts: other models, a message more, moved or away, an upload, an example put in.

    Nothing is checked and nothing that was typed is lost. With htmx the part comes back that it wants to replace.
    """
    data, problems = received(request)
    wish = data.get("do", "")
    before = message_rows.from_data(data)
    rows = message_rows.changed(before, wish)
    typed = {name: values[0] if name != "model" else values for name, values in data.lists() if values}
    initial = typed | _example(wish, typed) | {"messages": rows}
    form = PromptForm(
        offers.offers(), initial=initial, chosen=data.getlist("model"), user=request.user, problems=problems
    )
    if not request.htmx:
        return render(request, "playground/playground.html", playground_context(request, form))
    if len([row for row in before if row.by]) != len([row for row in rows if row.by]):
        # Without the models' own answers others can be chosen again, so the list of models changes too.
        response = render(request, "playground/_compose.html", playground_context(request, form))
        response["HX-Retarget"] = "#compose"
        return response
    response = render(request, f"playground/{PARTS.get(request.htmx.target or '', '_fields.html')}", {"form": form})
    response["HX-Trigger-After-Settle"] = "composed"
    return response


def _example(wish: str, typed: dict[str, Any]) -> dict[str, Any]:
    """The example that a button asked for, in its field, unless something stands there already."""
    name = wish.removeprefix(EXAMPLE)
    if not wish.startswith(EXAMPLE) or name not in examples.WHOLE or typed.get(PREFIX + name, "").strip():
        return {}
    return {PREFIX + name: examples.WHOLE[name]}


@require_POST
def worst_case(request: HtmxRequest) -> HttpResponse:
    """The most that the prompt in the form may cost, per model and in all, and what each model would not be sent."""
    form = _posted(request)
    case = foresee(form.asked(), request.user) if form.is_valid() else None
    context = {
        "form": form,
        "case": case,
        "problem": form.first_problem() if form.is_bound and not case else "",
        "is_rehearsal": upstreams.is_rehearsal(),
        "standings": [] if upstreams.is_rehearsal() else ledger.standings(request.user),
    }
    if request.htmx:
        named = form.data.get("named")
        context["has_new_names"] = named is not None and named.split() != form.variable_names
        return render(request, "playground/_foreseen.html", context)
    return render(request, "playground/playground.html", playground_context(request, form) | context)


@require_POST
def preview(request: HtmxRequest) -> HttpResponse:
    """The JSON that Run would send to each model, word for word, for the first row of values."""
    form = _posted(request)
    is_shown = "hide" not in request.POST
    bodies = _bodies(form.asked()) if is_shown and form.is_valid() else []
    context = {
        "form": form,
        "bodies": bodies,
        "is_previewed": is_shown,
        "preview_problem": "" if bodies else form.first_problem() or "Choose models and write a prompt first.",
    }
    if request.htmx:
        return render(request, "playground/_preview.html", context)
    return render(request, "playground/playground.html", playground_context(request, form) | context)


def _bodies(asked: Asked) -> list[dict[str, Any]]:
    first = Rows(asked.rows.names, asked.rows.rows[:1])
    return [
        {
            "plan": plan,
            "json": json.dumps(plan.body, ensure_ascii=False, indent=2),
            "not_kept_to": not_kept_to(plan, asked.routing),
        }
        for plan in opening.plan(replace(asked, rows=first, repeats=1))
    ]


@require_safe
def rehearsal_help(request: HttpRequest) -> HttpResponse:
    """What the rehearsal can act out, and how to ask for it."""
    return render(request, "playground/help.html", {"troubles": TROUBLES, "is_rehearsal": upstreams.is_rehearsal()})
