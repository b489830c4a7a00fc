"""The playground's form: models, messages, the values of their variables, parameters, and how all of it is sent."""

import secrets
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from playground.forms import examples
from playground.forms import messages as message_rows
from playground.forms.earlier import Earlier
from playground.forms.parameters import ONLY, PREFIX, ParameterFields
from playground.forms.saying import NUL
from playground.forms.sending import SendingFields
from playground.forms.showing import Pick, Shown, picks, shown
from playground.forms.values import ValueFields
from playground.models import Prompt
from playground.offers import Offer
from playground.opening import Asked
from playground.variables import Rows

MOST_MODELS = 6
OUT_OF_DATE = "This page is out of date, so nothing was sent. Load it again, and press Run once more."
NO_TEXT = {"null_characters_not_allowed": f"It {NUL}"}
NOT_FOUND = "The conversation that this goes on from cannot be found."
DESCRIBED = ("api", "delivery", "repeats", "rows")  # beside the parameters: by a help text and by their errors


def new_key() -> str:
    """A fresh idempotency key: one form, one prompt, however often it is sent."""
    return secrets.token_urlsafe(24)


class PromptForm(ParameterFields, ValueFields, SendingFields):
    """What a person asks, checked against each chosen model's own parameter table.

    Give it the offers, and the user where the form may speak of what he has: earlier answers and images. `problems` are
    sentences about what was uploaded, of which that on a file of rows is under `rows`.
    """

    examples = examples.WHOLE
    most_models = MOST_MODELS

    model = forms.MultipleChoiceField(
        label="Models",
        error_messages={
            "required": "Choose at least one model.",
            "invalid_choice": "There is no model “%(value)s” to send a prompt to.",
        },
    )
    # The short form of a request; mistakes of any message stand at `text`, also where there are many.
    system = forms.CharField(required=False, strip=False, widget=forms.HiddenInput, error_messages=NO_TEXT)
    text = forms.CharField(required=False, strip=False, widget=forms.HiddenInput, error_messages=NO_TEXT)
    key = forms.CharField(
        max_length=64,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "max_length", "null_characters_not_allowed"), OUT_OF_DATE),
    )
    continues = forms.UUIDField(required=False, widget=forms.HiddenInput, error_messages={"invalid": NOT_FOUND})
    mended = forms.BooleanField(required=False, widget=forms.HiddenInput)  # the form on the page shows errors

    def __init__(
        self,
        offers: list[Offer],
        *args: Any,
        chosen: list[str] | None = None,
        user: Any = None,
        problems: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.earlier = Earlier(user)
        self.problems = problems or {}
        self.offered = {offer.key: offer for offer in offers}
        self.fields["model"].choices = [(key, each.name) for key, each in self.offered.items()]
        if chosen is None:
            chosen = self.data.getlist("model") if self.is_bound else self.initial.get("model", [])
        self.chosen = [self.offered[key] for key in dict.fromkeys(chosen) if key in self.offered]
        self.message_rows = (
            message_rows.from_data(self.data)
            if self.is_bound
            else self.initial.get("messages") or message_rows.simple()
        )
        self.messages = []
        self.values = Rows()
        self.add_values()
        self.add_parameters()
        self.add_routes()
        self._describe()

    def _describe(self) -> None:
        """Name to each control the elements that the templates write beside it, and none that they do not write."""
        for name, field in self.fields.items():
            if name in DESCRIBED or name.startswith((PREFIX, ONLY)):
                field.widget.attrs["aria-describedby"] = f"about-{name} error-{name}"
            elif field.help_text:
                field.widget.attrs["aria-describedby"] = f"about-{name}"

    @property
    def is_simple(self) -> bool:
        """Whether the messages are a system prompt and a prompt, as at first."""
        return message_rows.is_simple(self.message_rows)

    @property
    def answering(self) -> list[str] | None:
        """The offers that have an answer in every turn where each has its own; None where there is no such turn."""
        turns = [self.earlier.answers(row.by) for row in self.message_rows if row.by]
        if not turns:
            return None
        return [key for key in self.offered if all(turn is not None and key in turn.by for turn in turns)]

    def picks(self) -> list[Pick]:
        return picks(self.offered, self["model"].value() or [], self.answering)

    def unknown_models(self) -> list[str]:
        """Ids that the address names and nobody offers here; of a form that was sent, the field itself says so."""
        asked = [] if self.is_bound else self.initial.get("model", [])
        return [each[:80] for each in asked if each and each not in self.offered]

    def shown_messages(self) -> list[Shown]:
        return shown(self.message_rows, self.offered, self.earlier)

    def message_error(self) -> str:
        """What is wrong with the messages, where it is not the fault of one of them, at which it stands then."""
        return "" if any(row.error for row in self.message_rows) else next(iter(self.errors.get("text", [])), "")

    @property
    def has_images(self) -> bool:
        return any(row.images for row in self.message_rows)

    @property
    def is_begun(self) -> bool:
        """Whether there are models and words, so that nobody has to be told to begin with them."""
        return bool(self.chosen) and any(row.role in {"user", "tool"} and not row.is_empty for row in self.message_rows)

    @property
    def reads_images(self) -> bool:
        return any(offer.takes_images for offer in self.chosen or self.offered.values())

    def first_problem(self) -> str:
        """The first thing that is wrong beside a missing prompt or model, in a sentence."""
        if not self.chosen or message_rows.NO_PROMPT in self.errors.get("text", []):
            return ""
        return next((self.place_of(name) + str(errors[0]) for name, errors in self.errors.items()), "")

    def clean_model(self) -> list[Offer]:
        chosen = list(dict.fromkeys(self.cleaned_data["model"]))
        if len(chosen) > MOST_MODELS:
            raise ValidationError(f"Choose up to {MOST_MODELS} models; these are {len(chosen)}.")
        answering = self.answering
        for key in chosen:
            if answering is not None and key not in answering:
                name = self.offered[key].name
                raise ValidationError(f"{name} has no answer in this conversation to go on from. Leave it out.")
        return [self.offered[key] for key in chosen]

    def clean_continues(self) -> Prompt | None:
        prompt = self.earlier.prompt(self.cleaned_data["continues"])
        if prompt is None and self.cleaned_data["continues"] is not None:
            raise ValidationError(NOT_FOUND)
        return prompt

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.clean_parameters()
        self._clean_messages()
        if not self.errors.get("rows"):
            self.clean_values()
        return cleaned

    def _clean_messages(self) -> None:
        numbers = [image for row in self.message_rows for image in row.images]
        kept = self.earlier.images(numbers)
        self.messages, wrong = message_rows.written(self.message_rows, self.earlier.answers, kept.__contains__)
        if wrong:
            self.add_error("text", wrong)
        blind = [offer.name for offer in self.chosen if not offer.takes_images]
        if blind and any(message.images for message in self.messages):
            self.add_error("text", f"{', '.join(blind)} cannot read images. Leave them out, or take the images away.")

    def asked(self) -> Asked:
        cleaned = self.cleaned_data
        return Asked(
            cleaned["key"],
            self.messages,
            self.parameters(),
            cleaned["model"],
            overrides=self.overrides(),
            rows=self.values,
            continues=cleaned["continues"],
            **self.how_sent(),
        )
