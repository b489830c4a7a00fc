"""What every view of the playground begins with: the prompt, for its owner only. To everybody else it does not exist."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from playground.models import Prompt, Run


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


def own_prompt(request: HttpRequest, prompt_id: UUID) -> Prompt:
    """The prompt with its runs as its board needs them. Raises Http404."""
    prompt: Prompt = get_object_or_404(Prompt.objects.of(request.user).for_board(), pk=prompt_id)
    return prompt


def own_run(request: HttpRequest, prompt_id: UUID, run_id: UUID) -> Run:
    """One run of an own prompt, with its listing, hold and prompt. Raises Http404."""
    runs = Run.objects.filter(prompt__in=Prompt.objects.of(request.user), prompt=prompt_id)
    run: Run = get_object_or_404(
        runs.select_related("prompt", "hold", "listing__model__vendor").defer("prompt__searched"), pk=run_id
    )
    return run
