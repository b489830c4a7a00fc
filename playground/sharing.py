"""Shared boards: an unlisted address under which anybody may read one prompt and its answers, for a while.

The address is its own secret: 256 bits that nothing else of the site gives away. What a reader is shown is the board, the
messages and their images; what belongs to the person who asked, or to the account at the upstream, is taken out of the
rows before any template sees them.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone

from playground import messages, variables
from playground.messages import Message
from playground.models import Image, Label, Prompt, Run, Share

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_OPEN = 20  # shares of one prompt at a time
DAYS = [("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("never", "until revoked")]
DEFAULT = "7"
# What of a run a reader of a shared board is not shown: raw bodies, ids and keys of the account, notes, our own processes.
PRIVATE = {
    "error_detail": "", "error_body": "", "generation_id": "", "generation": None, "reconciliation": "",
    "verdict_note": "", "process": "",
}  # fmt: skip
FORMATS = ("response_format", "text")  # where the two APIs name the form of an answer


class CannotShare(Exception):
    """The message is a sentence for the person who wants to share."""


class ShareForm(forms.Form):
    """How long an address is to work."""

    expires = forms.ChoiceField(
        choices=DAYS, initial=DEFAULT, error_messages={"invalid_choice": "Choose how long the address is to work."}
    )

    def days(self) -> int | None:
        chosen = self.cleaned_data["expires"]
        return None if chosen == "never" else int(chosen)


def refusal(prompt: Prompt) -> str:
    """Why the prompt cannot be shared, in a sentence; blank where it can."""
    if prompt.purged_at is not None:
        return "The texts of this prompt were removed, so there is nothing to share."
    if not prompt.is_stored:
        return "This prompt is not stored, so it cannot be shared: its texts go when its answers are complete."
    return ""


def share(prompt: Prompt, days: int | None) -> Share:
    """A new address for the prompt, for so many days, or until it is revoked. Raises CannotShare."""
    if sentence := refusal(prompt):
        raise CannotShare(sentence)
    now = timezone.now()
    if prompt.shares.all().open_at(now).count() >= MOST_OPEN:
        raise CannotShare(f"A prompt has up to {MOST_OPEN} addresses at a time. Revoke one first.")
    expires = None if days is None else now + timedelta(days=days)
    made: Share = Share.objects.create(prompt=prompt, token=secrets.token_urlsafe(32), expires_at=expires)
    return made


def revoke(share: Share) -> None:
    """End an address. Doing it again keeps the first moment."""
    Share.objects.filter(pk=share.pk, revoked_at=None).update(revoked_at=timezone.now())


@dataclass(frozen=True)
class Listed:
    """One address as its owner's list shows it."""

    share: Share
    now: datetime

    @property
    def state(self) -> str:
        if self.share.revoked_at is not None:
            return "revoked"
        return "expired" if self.share.expires_at is not None and self.share.expires_at <= self.now else "open"

    @property
    def path(self) -> str:
        return reverse("playground:shared", args=[self.share.token])


def listed(prompt: Prompt) -> list[Listed]:
    now = timezone.now()
    return sorted((Listed(each, now) for each in prompt.shares.all()), key=lambda each: each.state != "open")


def open_prompt(token: str, now: datetime | None = None) -> Prompt | None:
    """The prompt behind an address, as its owner has it; None for an address that is unknown, revoked or expired, all by the
    same look-up."""
    open_shares = Share.objects.open_at(now or timezone.now()).filter(token=token if TOKEN.fullmatch(token) else "")
    found = Prompt.objects.filter(pk__in=open_shares.values("prompt"), purged_at=None, is_stored=True)
    prompt: Prompt | None = found.defer("searched").first()
    return prompt


def shown(token: str, now: datetime | None = None) -> Prompt | None:
    """The prompt that an address shows, with its board and without what is private; None where `open_prompt` has none."""
    prompt = open_prompt(token, now)
    if prompt is None:
        return None
    # A table is read as its owner's board reads it; no label is loaded, in place of those that he sees.
    runs = [Prefetch("runs", Run.objects.for_cells())] if prompt.is_matrix else []
    labels = Prefetch("labels", Label.objects.none())
    prefetch_related_objects([prompt], *runs, "runs__hold", "runs__listing__model__vendor", labels)
    return _public(prompt)


def _public(prompt: Prompt) -> Prompt:
    """The same rows without what is private. They are never saved."""
    prompt.note = prompt.key = prompt.searched = ""
    prompt.is_favourite = False
    for run in prompt.runs.all():
        for name, nothing in PRIVATE.items():
            setattr(run, name, nothing)
        # The limits and the format that were asked for: the board says of an answer whether it kept to them.
        # A table says neither, and has not read the request.
        asked = {} if prompt.is_matrix else run.request
        run.request = {
            name: value for name, value in asked.items() if isinstance(value, int | float) or name in FORMATS
        }
        hold = getattr(run, "hold", None)
        if hold is not None:
            hold.amount = 0  # what is still held is a matter of the owner's budget
    return prompt


@dataclass(frozen=True)
class Said:
    """One message as a reader of the shared page sees it; images by their addresses under the share's own."""

    message: Message
    images: list[str]
    by: list[tuple[str, str]]

    @property
    def role(self) -> str:
        return {"tool": "Result of a tool"}.get(self.message.role, self.message.role.capitalize())


def said(prompt: Prompt, token: str) -> list[Said]:
    """The messages of the prompt. Which model gave which earlier answer is not told while names are hidden."""
    found = []
    rows = variables.read(prompt.variables)
    only = rows.values(0) if len(rows.rows) == 1 else {}
    for message in messages.filled(messages.read(prompt.messages), only):
        images = [reverse("playground:shared_image", args=[token, number]) for number in message.images]
        by = [] if prompt.hides_names else [(offer, answered.content) for offer, answered in message.by.items()]
        found.append(Said(message, images, by))
    return found


def shared_image(prompt: Prompt, number: int) -> Image | None:
    """One of the images in the messages of a shared prompt; None for every other one."""
    used = {each for message in messages.read(prompt.messages) for each in message.images}
    image: Any = Image.objects.filter(user=prompt.user_id, pk=number).first() if number in used else None
    return image
