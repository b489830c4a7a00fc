"""An uploaded image at an address of its own, for the person who uploaded it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from playground.images import ENDINGS
from playground.models import Image


@require_safe
def image(request: HttpRequest, image_id: int) -> HttpResponse:
    """The bytes as they were uploaded. The type is what they were found to be, and a browser must not guess another."""
    found: Image = get_object_or_404(Image, pk=image_id, user=request.user)
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    response["Content-Disposition"] = f'inline; filename="image-{found.pk}.{ENDINGS[found.media_type]}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"  # in place of the site's own
    return response
