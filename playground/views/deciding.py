"""What a run would have cost elsewhere. Reading only: no price is asked of anybody, nothing is sent."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from playground.board import shown_name
from playground.elsewhere import elsewhere as priced_elsewhere
from playground.views.own import own_run


@require_safe
def elsewhere(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> HttpResponse:
    """One run's usage on every model of the catalog; while the names of its board are hidden, only why not."""
    run = own_run(request, prompt_id, run_id)
    found = None if run.prompt.hides_names else priced_elsewhere(run, timezone.now())
    context = {"run": run, "name": shown_name(run), "elsewhere": found}
    return render(request, "playground/deciding.html", context)
