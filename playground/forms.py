"""The playground's form: models, prompt, and the parameters that the chosen models take."""

import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from playground.messages import Message
from playground.offers import Offer
from playground.opening import Asked
from playground.parameters import OUTPUT_LIMIT, Choice, choices_for

MOST_MODELS = 6
LONGEST_PROMPT = 200_000  # characters
DEFAULT_OUTPUT_LIMIT = 1024
PREFIX = "parameter-"


def new_key() -> str:
    """A fresh idempotency key: one form, one prompt, however often it is sent."""
    return secrets.token_urlsafe(24)


class PromptForm(forms.Form):
    """What a person asks, checked against each chosen model's own parameter table. Give it the offers."""

    model = forms.MultipleChoiceField(
        label="Models",
        error_messages={
            "required": "Choose at least one model.",
            "invalid_choice": "There is no model “%(value)s” to send a prompt to.",
        },
    )
    system = forms.CharField(
        label="System prompt",
        required=False,
        strip=False,
        max_length=LONGEST_PROMPT,
        widget=forms.Textarea({"rows": 2}),
    )
    text = forms.CharField(
        label="Prompt",
        strip=False,
        max_length=LONGEST_PROMPT,
        widget=forms.Textarea({"rows": 6}),
        error_messages={"required": "Write a prompt first."},
    )
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    mended = forms.BooleanField(required=False, widget=forms.HiddenInput)  # the form on the page shows errors

    def __init__(self, offers: list[Offer], *args: Any, chosen: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {offer.key: offer for offer in offers}
        self.fields["model"].choices = [(key, each.name) for key, each in self.offered.items()]
        if chosen is None:
            chosen = self.data.getlist("model") if self.is_bound else self.initial.get("model", [])
        self.chosen = [self.offered[key] for key in dict.fromkeys(chosen) if key in self.offered]
        self.choices: list[Choice] = choices_for(self.chosen or offers)
        for choice in self.choices:
            self.fields[PREFIX + choice.name] = choice.form_field()
        self._describe()

    def _describe(self) -> None:
        """Tie every field to its help and its error, so that they are read out with it."""
        for name, field in self.fields.items():
            if name not in {"model", "key", "mended"}:
                field.widget.attrs["aria-describedby"] = f"about-{name} error-{name}"

    def parameter_rows(self) -> list[tuple[Choice, forms.BoundField]]:
        return [(choice, self[PREFIX + choice.name]) for choice in self.choices]

    def texts(self) -> list[forms.BoundField]:
        return [self["system"], self["text"]]

    def filled_in(self) -> str:
        """The parameters that hold a value, in words, for the closed form."""
        rows = [(choice, field.value()) for choice, field in self.parameter_rows()]
        return ", ".join(f"{choice.name} {str(value)[:24]}" for choice, value in rows if value not in (None, ""))

    def first_problem(self) -> str:
        """The first thing that is wrong beside a missing prompt or model, in a sentence."""
        if self.errors.get("model") or self.errors.get("text"):
            return ""
        return next((str(errors[0]) for errors in self.errors.values()), "")

    def parameter_errors(self) -> bool:
        return any(self[PREFIX + choice.name].errors for choice in self.choices)

    def clean_model(self) -> list[Offer]:
        chosen = list(dict.fromkeys(self.cleaned_data["model"]))
        if len(chosen) > MOST_MODELS:
            raise ValidationError(f"Choose up to {MOST_MODELS} models; these are {len(chosen)}.")
        return [self.offered[key] for key in chosen]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        if not text.strip():
            raise ValidationError("Write a prompt first.")
        return text

    def clean_system(self) -> str:
        return self.cleaned_data["system"].replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for choice in self.choices:
            name = PREFIX + choice.name
            if cleaned.get(name) not in (None, ""):
                try:
                    choice.check(cleaned[name])
                except ValidationError as error:
                    self.add_error(name, error)
        return cleaned

    def parameters(self) -> dict[str, Any]:
        """Only what was filled in: an empty field is sent to nobody."""
        values = {choice.name: self.cleaned_data.get(PREFIX + choice.name) for choice in self.choices}
        return {name: value for name, value in values.items() if value not in (None, "")}

    def asked(self) -> Asked:
        cleaned = self.cleaned_data
        system = [Message("system", cleaned["system"])] if cleaned["system"].strip() else []
        messages = [*system, Message("user", cleaned["text"])]
        return Asked(cleaned["key"], messages, self.parameters(), cleaned["model"])


def initial_parameters(parameters: dict[str, Any] | None = None) -> dict[str, Any]:
    """First values of the parameter fields: those of an earlier prompt, or an output limit that keeps the hold small."""
    if parameters is None:
        return {PREFIX + OUTPUT_LIMIT: DEFAULT_OUTPUT_LIMIT}
    return {PREFIX + name: _as_typed(name, value) for name, value in parameters.items()}


def _as_typed(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if name == "stop":
        return "\n".join(value)
    if isinstance(value, list | dict):
        import json

        return json.dumps(value, ensure_ascii=False)
    return value
