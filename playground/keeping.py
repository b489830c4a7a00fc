"""What a person keeps beside a prompt: labels, a note, a star. Forms for them, and what they do."""

import unicodedata
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404

from catalog.figures import counted
from playground.messages import folded
from playground.models import Label, Prompt
from playground.models.prompts import LONGEST_NOTE

LONGEST_LABEL = 40
MOST_LABELS = 20  # of one prompt
MOST_SELECTED = 100


class KeepingForm(forms.Form):
    def first_problem(self) -> str:
        """The first thing that is wrong, in a sentence."""
        return next((str(errors[0]) for errors in self.errors.values()), "")


def clean_label(typed: str) -> str:
    """A label's name with single spaces. Raises ValidationError for one that is empty, or that nobody could read."""
    name = " ".join(typed.split())
    if not folded(name):
        raise ValidationError("Type a word for the label first.")
    if len(name) > LONGEST_LABEL:
        raise ValidationError(f"A label has up to {LONGEST_LABEL} characters; this one has {len(name)}.")
    if any(unicodedata.category(letter) in ("Cc", "Cf") for letter in name):
        raise ValidationError("A label is made of letters, digits and signs that can be seen.")
    return name


class LabelForm(KeepingForm):
    name = forms.CharField(max_length=500, error_messages={"required": "Type a word for the label first."})

    def __init__(self, *args: Any, prompt: Prompt, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prompt = prompt

    def clean_name(self) -> str:
        name = clean_label(self.cleaned_data["name"])
        if self._prompt.labels.count() >= MOST_LABELS:
            raise ValidationError(f"A prompt has up to {MOST_LABELS} labels. Take one away first.")
        return name


class NoteForm(KeepingForm):
    note = forms.CharField(
        required=False,
        strip=False,
        max_length=LONGEST_NOTE + 1_000,  # line ends come as two characters, and are counted as one below
        error_messages={"max_length": f"A note has up to {LONGEST_NOTE:,} characters; shorten this one."},
    )

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"].replace("\r\n", "\n").strip()
        if len(note) > LONGEST_NOTE:
            raise ValidationError(f"A note has up to {LONGEST_NOTE:,} characters; this one has {len(note):,}.")
        return note


class FavouriteForm(KeepingForm):
    favourite = forms.ChoiceField(choices=[("on", "on"), ("off", "off")])


class SelectionForm(KeepingForm):
    """Prompts that were ticked, and what is to be done with them. Raises Http404 for a prompt that is not one's own."""

    LABEL, PURGE = "label", "purge"
    prompt = forms.MultipleChoiceField(required=False)
    act = forms.ChoiceField(choices=[(LABEL, LABEL), (PURGE, PURGE)], error_messages={"required": "Choose what to do."})
    name = forms.CharField(required=False, max_length=500)
    confirmed = forms.BooleanField(required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        self.fields["prompt"].valid_value = lambda value: True

    def clean_prompt(self) -> list[Prompt]:
        asked = list(dict.fromkeys(self.cleaned_data["prompt"]))
        if not asked:
            raise ValidationError("Tick the prompts that you mean first.")
        if len(asked) > MOST_SELECTED:
            raise ValidationError(f"Up to {MOST_SELECTED} prompts can be ticked at once; these are {len(asked)}.")
        try:
            ids = [UUID(each) for each in asked]
        except ValueError as error:
            raise Http404 from error
        found = list(Prompt.objects.of(self._user).filter(pk__in=ids).for_history())
        if len(found) < len(set(ids)):
            raise Http404
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("act") == self.LABEL and not self.errors:
            try:
                cleaned["name"] = clean_label(cleaned.get("name", ""))
            except ValidationError as error:
                self.add_error("name", error)
        return cleaned


def add_label(prompt: Prompt, name: str) -> Label:
    """File the prompt under a label, which is made when the person has none that reads the same. Adding twice is adding
    once, and a prompt that has its most labels stays as it is."""
    with transaction.atomic():
        label = next(
            (each for each in Label.objects.filter(user=prompt.user_id) if folded(each.name) == folded(name)), None
        )
        if label is None:
            label, _ = Label.objects.get_or_create(user_id=prompt.user_id, name=name)
        if prompt.labels.count() < MOST_LABELS:
            prompt.labels.add(label)
    return label


def write_note(prompt: Prompt, note: str) -> None:
    Prompt.objects.filter(pk=prompt.pk).update(note=note)


def set_favourite(prompt: Prompt, is_favourite: bool) -> None:
    Prompt.objects.filter(pk=prompt.pk).update(is_favourite=is_favourite)
    prompt.is_favourite = is_favourite


def counted_prompts(count: int) -> str:
    return counted(count, "prompt")
