"""Looking back: the prompts of the person who is signed in, and sending one of them again."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import answers
from catalog.forms import FORMATS
from playground import history as looking_back
from playground import ledger, offers, opening
from playground.forms import new_key
from playground.history.forms import HistoryForm
from playground.history.page import Look
from playground.history.sheet import MOST_ROWS
from playground.models import House, Prompt
from playground.runner import runner
from playground.views.own import HtmxRequest


@require_safe
@vary_on_headers("HX-Request")
def history(request: HtmxRequest) -> HttpResponse:
    """The prompts of the person who is signed in: searched, filtered, counted, and as a file."""
    form = HistoryForm(request.GET)
    is_valid = form.is_valid()
    look = Look(request.user, form)
    if form.asks_for_file():
        return answers.file(form, look.sheet())
    context = list_context(request, look)
    return answers.page_or_part(request, "playground/history.html", "playground/_history.html", context, is_valid)


def list_context(request: HttpRequest, look: Look) -> dict[str, Any]:
    return {
        "form": look.form,
        "look": look,
        "page": look.page,
        "selects": selects(look),
        "retention_days": House.now().retention_days,
        "again_key": new_key(),
        "here": request.get_full_path(),
        "formats": FORMATS,
        "most_rows": MOST_ROWS,
    }


def selects(look: Look) -> list[tuple[str, str, str, list[tuple[str, str]], str]]:
    """The selects: name, label, the word for no choice, what is offered, what is chosen. What is chosen is offered also
    when no prompt has it."""
    form = look.form
    offered = [
        ("model", "Model", "All models", look.models()),
        ("state", "State", "All states", list(form.fields["state"].choices)),
        ("label", "Label", "All labels", [(name, name) for name in look.labels]),
    ]
    found = []
    for name, label, everything, choices in offered:
        chosen = form.data.get(name, "")
        if chosen and chosen not in dict(choices) and name not in form.errors:
            choices = [*choices, (chosen, chosen)]
        found.append((name, label, everything, choices, chosen))
    return found


def back(request: HttpRequest, otherwise: Any) -> HttpResponse:
    """To the list that the form was on, as it names it, or else to `otherwise`. Nowhere but the history: an address that
    somebody else wrote into the form leads nowhere."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, allowed_hosts=None) and address.startswith("/")
    if is_ours and urlsplit(address).path == reverse("playground:history"):
        return redirect(address)
    return redirect(otherwise)


def kept_prompt(request: HttpRequest, prompt_id: UUID) -> Prompt:
    """An own prompt without the texts of its runs, for what is kept beside it. Raises Http404."""
    prompt: Prompt = get_object_or_404(Prompt.objects.of(request.user).for_keeping(), pk=prompt_id)
    return prompt


@require_POST
def again(request: HttpRequest, prompt_id: UUID) -> HttpResponse:
    """Send the same request once more, as a new prompt. Pressing twice sends once: the form carries the key."""
    prompt = kept_prompt(request, prompt_id)
    offered = offers.offers()
    key = looking_back.key_for(request.POST.get("key", "")[:64] or new_key(), prompt)
    try:
        new, is_new = opening.open_prompt(request.user, looking_back.asked_again(prompt, offered, key))
    except (looking_back.CannotAskAgain, ledger.BudgetRefusal, opening.AlreadySent) as refusal:
        messages.error(request, str(refusal))
        return back(request, prompt)
    except OperationalError:
        messages.error(request, "The database is busy, so nothing was sent. Try again in a moment.")
        return back(request, prompt)
    if is_new:
        runner.start_or_refuse([run.pk for run in new.runs.all()])
        if missing := looking_back.gone(prompt, offered):
            messages.warning(request, f"Not offered here any more, and so not asked: {', '.join(missing)}.")
    return redirect(new)
