"""The page that prices a reader's own text. The text is counted in a process of its own, and kept nowhere."""

import asyncio
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from catalog import answers, exports
from catalog.costs import offered
from catalog.costs.forms import WorkloadForm
from catalog.costs.narrowing import Narrowed, narrowed
from catalog.costs.own_text import MOST_SHOWN, TextForm, kinds_for, own_costs, own_text_sheet, workloads_for
from catalog.costs.views import page_context
from catalog.tokenizers import counting
from catalog.tokenizers.counting import Count
from catalog.tokenizers.errors import Busy, CountingError
from catalog.tokenizers.kinds import Kind


# Nothing is changed, kept or spent here, so a form on another site could do no harm; and readers stay without a cookie.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
async def own_text(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return await sync_to_async(_empty)(request)
    form, text_form = WorkloadForm(request.POST), TextForm(request.POST, request.FILES)
    counts: dict[Kind, Count] = {}
    is_busy = False
    found = await sync_to_async(_priced)(form)
    if text_form.is_valid():
        try:
            # Counting waits for another process, up to some seconds: a thread waits, not the event loop.
            counts = await asyncio.to_thread(counting.count, text_form.own_text(), kinds_for(found.priced))
        except CountingError as error:
            text_form.add_error("text", str(error))
            is_busy = isinstance(error, Busy)
    response = await sync_to_async(_shown)(request, form, text_form, found, counts)
    if is_busy:
        response.status_code = 503
    return response


def _empty(request: HttpRequest) -> HttpResponse:
    form = WorkloadForm(request.GET)
    is_valid = form.is_valid()
    if form.asks_for_file():
        return exports.refuse(["A file of costs needs a text: send it by the form on this page."])
    context = _context(request, form)
    return render(request, "costs/own_text.html", context, status=200 if is_valid else 400)


def _priced(form: WorkloadForm) -> Narrowed:
    """The models to price, by the terms that can be read; what is wrong with the others is said later."""
    form.is_valid()
    asked = form.value("model", [])
    return narrowed(offered.priced_on(form.day(), asked, form.is_past()), form, asked)


def _shown(
    request: HttpRequest,
    form: WorkloadForm,
    text_form: TextForm,
    found: Narrowed,
    counts: dict[Kind, Count],
) -> HttpResponse:
    by_kind = workloads_for(request.POST, counts)
    # The sent fields are judged with the text's tokens as the prompt: without them a cached part could not fit.
    form = next((each for each in by_kind.values() if not each.is_valid()), next(iter(by_kind.values()), form))
    is_valid = text_form.is_valid() and all(each.is_valid() for each in by_kind.values())
    rows = own_costs(found.priced, counts, by_kind, form.display()) if is_valid else []
    if form.value("room"):  # only the counted text says how long the prompt is
        rows = [row for row in rows if row.cost.fits]
    if is_valid and form.asks_for_file():
        return answers.file(form, own_text_sheet(rows[:MOST_SHOWN], form.display()))
    if form.asks_for_file():
        return exports.refuse([*text_form.sentences(), *(form.sentences() if by_kind else [])])
    context: dict[str, Any] = _context(request, form)
    context |= {
        "text_form": text_form,
        "found": found,
        "rows": rows[:MOST_SHOWN],
        "left_out": max(0, len(rows) - MOST_SHOWN),
        "characters": len(text_form.own_text()) if text_form.is_valid() else 0,
        "is_counted": text_form.is_valid(),
        "template_tokens": max((count.template_tokens for count in counts.values()), default=0),
        "has_estimates": any(not row.is_own for row in rows),
        "unknown": offered.unpriced(form.value("model", []), found.priced),
    }
    return render(request, "costs/own_text.html", context, status=200 if is_valid else 400)


def _context(request: HttpRequest, form: WorkloadForm) -> dict[str, Any]:
    """What every costs page shows; the text takes the place of the prompt tokens, and nothing of it is cached unless said."""
    context = page_context(request, form, "own_text")
    counts = [(name, label, value) for name, label, value in context["counts"] if name != "prompt_tokens"]
    if form.is_untouched():
        counts = [(name, label, "" if name == "cached_tokens" else value) for name, label, value in counts]
    return context | {"counts": counts, "longest_text": counting.LONGEST_TEXT}
