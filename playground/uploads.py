"""What a person uploads with a form: images, kept once each, and a CSV file, which becomes the text of its field.

A file cannot be put back into a form that is shown again, so what it holds is: images by their numbers, rows as text.
"""

import hashlib
import re
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Sum
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from playground import images, variables
from playground.forms.messages import REFUSED
from playground.models import Image

MOST_KEPT = 200_000_000  # bytes of images of one person
UPLOAD = re.compile(r"upload-(\d{1,4})")
ROWS_FILE = "rows_file"


def received(request: HttpRequest) -> tuple[QueryDict, dict[str, str]]:
    """What was posted with the uploads put into their fields, and sentences about those that were not taken: by the
    number of the message, or under `rows`. A refused image also stands in the field `refused-N`, which the form sends again
    until the person replaces the image or goes on without it: nothing is run without a picture that was meant to be in it."""
    data = request.POST.copy()
    problems: dict[str, str] = {}
    for name, files in request.FILES.lists():
        if match := UPLOAD.fullmatch(name):
            _take_images(request.user, data, match[1], files, problems)
            data[f"{REFUSED}{match[1]}"] = problems.get(match[1], "")
        elif name == ROWS_FILE:
            _take_rows(data, files[0], problems)
    return data, problems


def _take_images(user: Any, data: QueryDict, number: str, files: list[UploadedFile], problems: dict[str, str]) -> None:
    field = f"images-{number}"
    data.setlistdefault(f"role-{number}", ["user"])
    for file in files:
        if len(data.getlist(field)) >= images.MOST_IMAGES:
            _add(problems, number, f"Up to {images.MOST_IMAGES} images are possible, so “{_name(file)}” was not added.")
            return
        try:
            image = _kept(user, file)
        except images.BadImage as error:
            _add(problems, number, f"“{_name(file)}” {error}.")
            continue
        if str(image.pk) not in data.getlist(field):
            data.appendlist(field, str(image.pk))


def _add(problems: dict[str, str], number: str, sentence: str) -> None:
    problems[number] = f"{problems[number]} {sentence}" if number in problems else sentence


def _kept(user: Any, file: UploadedFile) -> Image:
    """The image's row, made unless the person has the same bytes already. Raises BadImage."""
    if (file.size or 0) > images.MOST_BYTES:
        raise images.BadImage(f"has {file.size:,} bytes; up to {images.MOST_BYTES:,} are possible")
    raw = file.read()
    found = images.read(raw)
    digest = hashlib.sha256(raw).hexdigest()
    existing = Image.objects.filter(user=user, sha256=digest).defer("content").first()
    if existing is not None:
        # Anew from today, or the retention of an old upload would take it from under the form.
        Image.objects.filter(pk=existing.pk).update(created_at=timezone.now())
        return existing
    has = Image.objects.filter(user=user).aggregate(bytes=Sum("size"))["bytes"] or 0
    if has + len(raw) > MOST_KEPT:
        raise images.BadImage(
            f"was not added: your images fill the {MOST_KEPT:,} bytes that one person has here. Remove the texts of old prompts"
        )
    made, _ = Image.objects.get_or_create(
        user=user,
        sha256=digest,
        defaults={
            "media_type": found.media_type,
            "width": found.width,
            "height": found.height,
            "size": len(raw),
            "content": raw,
        },
    )
    return made


def _take_rows(data: QueryDict, file: UploadedFile, problems: dict[str, str]) -> None:
    try:
        if (file.size or 0) > variables.LARGEST_CSV:
            raise variables.BadRows(f"This file has {file.size:,} bytes; up to {variables.LARGEST_CSV:,} are read.")
        data["rows"] = variables.decoded(file.read()).removeprefix(variables.BYTE_ORDER_MARK)
        data["fill"] = "csv"
    except variables.BadRows as error:
        problems["rows"] = str(error)


def _name(file: UploadedFile) -> str:
    return (file.name or "This file")[:60]
