"""The quality page: a form cleans the address, one call runs the checks, a template lists what they found. Public."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from catalog import answers
from catalog.forms import FORMATS
from catalog.quality.forms import QualityForm
from catalog.quality.page import Quality


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def quality(request: HttpRequest) -> HttpResponse:
    form = QualityForm(request.GET)
    is_valid = form.is_valid()
    found = Quality(form, timezone.now().date())
    if form.asks_for_file():
        return answers.file(form, found.sheet())
    context = {
        "form": form,
        "found": found,
        "sections": found.sections(),
        "kind": form.value("kind", ""),
        "is_narrowed": any(form.value(name) for name in ("kind", "vendor", "family")),
        "formats": FORMATS,
    }
    return answers.page_or_part(request, "quality/quality.html", "quality/_findings.html", context, is_valid)
