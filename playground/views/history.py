"""Looking back: the prompts of the person who is signed in."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from playground import upstreams
from playground.models import Prompt

PER_PAGE = 30


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """The prompts of the person who is signed in, newest first."""
    page = Paginator(Prompt.objects.of(request.user).prefetch_related("runs"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "playground/history.html", {"page": page, "is_rehearsal": upstreams.is_rehearsal()})
