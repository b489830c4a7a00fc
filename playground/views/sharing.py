"""Sharing a board: making and revoking its addresses, and the page that everybody with one may read."""

from typing import Any
from uuid import UUID

from csp.constants import NONE
from csp.decorators import csp_replace
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground import sharing
from playground.board.terms import terms_of
from playground.images import ENDINGS
from playground.models import Prompt
from playground.sharing import CannotShare, ShareForm
from playground.views.history import kept_prompt
from playground.views.own import HtmxRequest

# Everybody sees the same page, also somebody who is signed in: no name, no form with his token, no message meant for him.
NOBODY: dict[str, Any] = {"user": AnonymousUser(), "messages": [], "is_shared": True}


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HtmxRequest, prompt_id: UUID) -> HttpResponse:
    """The addresses of one board, and a new one on POST."""
    prompt = kept_prompt(request, prompt_id)
    if request.method != "POST":
        return _addresses(request, prompt, ShareForm())
    form = ShareForm(request.POST)
    if form.is_valid():
        try:
            sharing.share(prompt, form.days())
        except CannotShare as refused:
            form.add_error(None, str(refused))
    return _addresses(request, prompt, form)


@require_POST
def revoke(request: HtmxRequest, prompt_id: UUID, share_id: int) -> HttpResponse:
    """End one address at once. Revoking again changes nothing."""
    prompt = kept_prompt(request, prompt_id)
    sharing.revoke(get_object_or_404(prompt.shares, pk=share_id))
    return _addresses(request, prompt, ShareForm())


def _addresses(request: HtmxRequest, prompt: Prompt, form: ShareForm) -> HttpResponse:
    problem = next((str(errors[0]) for errors in form.errors.values()), "")
    if request.method == "POST" and not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect("playground:share", prompt.pk)
    context = {
        "prompt": prompt,
        "form": form,
        "problem": problem,
        "refusal": sharing.refusal(prompt),
        "days": sharing.DAYS,
        "default": sharing.DEFAULT,
        "addresses": [(each, request.build_absolute_uri(each.path)) for each in sharing.listed(prompt)],
    }
    template = "playground/_share.html" if request.htmx else "playground/share.html"
    return render(request, template, context, status=422 if problem else 200)


@require_safe
@login_not_required
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """A shared board: public, to read only. What is unknown, revoked or expired is one and the same page."""
    prompt = sharing.shown(token)
    if prompt is None:
        return _unlisted(_nothing(request))
    context = NOBODY | {"prompt": prompt, "said": sharing.said(prompt, token), "terms": terms_of(prompt)}
    return _unlisted(render(request, "playground/shared.html", context))


@require_safe
@login_not_required
@csp_replace({"default-src": [NONE], "sandbox": True})
def shared_image(request: HttpRequest, token: str, image_id: int) -> HttpResponse:
    """An image of a shared board, by its address under the share's own."""
    prompt = sharing.open_prompt(token)
    image = sharing.shared_image(prompt, image_id) if prompt is not None else None
    if image is None:
        return _unlisted(_nothing(request))
    response = HttpResponse(bytes(image.content), content_type=image.media_type)
    response["Content-Disposition"] = f'inline; filename="image-{image.pk}.{ENDINGS[image.media_type]}"'
    response["X-Content-Type-Options"] = "nosniff"
    return _unlisted(response)


def _nothing(request: HttpRequest) -> HttpResponse:
    return render(request, "404.html", NOBODY | {"exception": ""}, status=404)


def _unlisted(response: HttpResponse) -> HttpResponse:
    """Kept by no cache and no search engine; the address, which is the secret, is told to no page that is linked."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response
