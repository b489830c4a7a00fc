"""The form's fields for request parameters: which control a parameter has, and what text it takes."""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalog.models import Parameter
from playground.forms import examples, json_reading, shapes
from playground.parameters import NEWER_OUTPUT_LIMIT, OUTPUT_LIMIT, Choice
from playground.usage import MOST_TOKENS

MOST_STOPS = 4
LARGEST_INTEGER = 2**63 - 1
LONGEST_JSON = 64_000  # characters
STRICT = "structured_outputs"
LIMITS = {OUTPUT_LIMIT, NEWER_OUTPUT_LIMIT}
INTEGERS = {"seed", "top_k", *LIMITS}
CHECKS: dict[str, Callable[[Any], None]] = {
    "tools": shapes.check_tools,
    "tool_choice": shapes.check_tool_choice,
    "response_format": shapes.check_response_format,
}


class JSONText(forms.CharField):
    """Text that must be JSON of one of the `accepts` types and pass `check`; words in `words` pass as they are."""

    widget = forms.Textarea

    def __init__(self, name: str, *, accepts: tuple[type, ...], words: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_JSON, required=False, **kwargs)
        self.accepts, self.words, self.check = accepts, words, CHECKS.get(name)
        self.example = examples.SHORT.get(name, "[]" if list in accepts else "{}")
        self.widget.attrs |= {"rows": 2, "spellcheck": "false", "class": "json", "placeholder": self.example}

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        if text in self.words:
            return text
        try:
            parsed = json_reading.read(text)
            if not isinstance(parsed, self.accepts):
                raise ValidationError(f"This is JSON, but not what is asked for here. An example: {self.example}")
            if self.check is not None:
                self.check(parsed)
        except (json_reading.BadJSON, shapes.BadShape) as error:
            raise ValidationError(str(error)) from error
        return parsed


class Stops(forms.CharField):
    """Up to four stop sequences, one a line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, required=False, strip=False, **kwargs)
        self.widget.attrs |= {"rows": 2, "spellcheck": "false", "placeholder": "One a line, up to four"}

    def clean(self, value: Any) -> list[str] | None:
        lines = [line for line in super().clean(value).replace("\r\n", "\n").split("\n") if line]
        if len(lines) > MOST_STOPS:
            raise ValidationError(f"Up to {MOST_STOPS} stop sequences are possible; these are {len(lines)}.")
        return lines or None


class Strictly(forms.BooleanField):
    """A switch that is sent when it is on, and not sent when it is off."""

    def clean(self, value: Any) -> bool | None:
        return True if super().clean(value) else None


def _switch(**common: Any) -> forms.Field:
    choices = [("", "not sent"), ("true", "true"), ("false", "false")]
    return forms.TypedChoiceField(
        choices=choices, required=False, coerce=lambda text: text == "true", empty_value=None, **common
    )


def field_for(choice: Choice) -> forms.Field:
    """The control for one parameter, by its name where that says more than its type."""
    name, kind = choice.name, choice.kind
    common: dict[str, Any] = {"label": choice.label}
    if name == "stop":
        return Stops(**common)
    if name == "tools" or kind == Parameter.Kind.ARRAY:
        return JSONText(name, accepts=(list,), **common)
    if name == "tool_choice":
        return JSONText(name, accepts=(dict,), words=shapes.CHOICE_WORDS, **common)
    if name == "response_format" or kind == Parameter.Kind.MAP:
        return JSONText(name, accepts=(dict,), **common)
    if name == STRICT:
        return Strictly(required=False, **common)
    if kind == Parameter.Kind.BOOLEAN:
        return _switch(**common)
    if kind == Parameter.Kind.INTEGER or name in INTEGERS:
        bound = MOST_TOKENS if name in LIMITS else LARGEST_INTEGER
        widget = forms.NumberInput({"inputmode": "numeric"})
        return forms.IntegerField(required=False, min_value=-bound, max_value=bound, widget=widget, **common)
    if kind in {Parameter.Kind.FLOAT, Parameter.Kind.NUMBER}:
        widget = forms.NumberInput({"step": "any", "inputmode": "decimal"})
        return forms.FloatField(required=False, widget=widget, **common)
    if words := choice.values():
        return forms.ChoiceField(
            choices=[("", "not sent"), *((word, word) for word in words)], required=False, **common
        )
    return forms.CharField(required=False, max_length=2000, **common)


def as_typed(name: str, value: Any) -> Any:
    """A sent value as its control shows it."""
    if name == STRICT:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if name == "stop" and isinstance(value, list):
        return "\n".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, indent=2)
    return value
