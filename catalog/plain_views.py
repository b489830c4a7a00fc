"""The catalog as plain text: Markdown pages of models, and /llms.txt, which lists them. Public, GET only."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from catalog import llms, model_markdown
from catalog.api.errors import Refused
from catalog.api.naming import meant
from catalog.conditional import conditional
from catalog.markdown_text import text
from catalog.models import LanguageModel

MARKDOWN = "text/markdown; charset=utf-8"


@login_not_required
@require_safe
@conditional
def model_markdown_page(request: HttpRequest, vendor: str, slug: str) -> HttpResponse:
    """The page of a model; a name that means another one leads there."""
    day = timezone.now().date()
    model = LanguageModel.objects.for_page().filter(vendor__slug=vendor, slug=slug).first()
    if model is not None:
        address = request.build_absolute_uri(model.get_absolute_url())
        return HttpResponse(model_markdown.page(model, day, address), content_type=MARKDOWN)
    try:
        found = meant(vendor, slug, day)
    except Refused as refused:
        return HttpResponse(f"# Not found\n\n{text(refused.message)}\n", content_type=MARKDOWN, status=404)
    return redirect(reverse("catalog:model_markdown", args=[found.vendor, found.slug]))


@login_not_required
@require_safe
@conditional
def llms_txt(request: HttpRequest) -> HttpResponse:
    document = llms.document(timezone.now().date(), request.build_absolute_uri)
    return HttpResponse(document, content_type="text/plain; charset=utf-8")
