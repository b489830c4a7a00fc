"""The form's fields for request parameters: which control a parameter has, what text it takes, and what is said of other text.

Each sentence names the parameter, what was written and what is possible, so that it can be read away from its field, too.
"""

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalog.models import Parameter
from playground.forms import examples, json_reading, shapes
from playground.forms.saying import either, quoted, text_errors
from playground.parameters import LIMITS, Choice
from playground.usage import MOST_TOKENS

MOST_STOPS = 4
LARGEST_INTEGER = 2**63 - 1
LONGEST_JSON = 64_000  # characters
LONGEST_TEXT = 2_000
STRICT = "structured_outputs"
INTEGERS = {"seed", "top_k", "top_logprobs", *LIMITS}
OBJECTS = {"response_format", "reasoning", "logit_bias", "prediction"}
CHECKS: dict[str, Callable[[Any], None]] = {
    "tools": shapes.check_tools,
    "tool_choice": shapes.check_tool_choice,
    "response_format": shapes.check_response_format,
    "reasoning": shapes.check_reasoning,
    "logit_bias": shapes.check_logit_bias,
    "prediction": shapes.check_prediction,
}
KINDS = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}


class JSONText(forms.CharField):
    """Text that must be JSON of the type `accepts` and fit the parameter's shape; words in `words` pass as they are, and where
    that is None every word does."""

    widget = forms.Textarea

    def __init__(self, name: str, *, accepts: type = dict, words: tuple[str, ...] | None = (), **kwargs: Any) -> None:
        super().__init__(
            max_length=LONGEST_JSON, required=False, error_messages=text_errors(name, LONGEST_JSON), **kwargs
        )
        self.name, self.accepts, self.words = name, accepts, words
        self.example = examples.SHORT.get(name, "[]" if accepts is list else "{}")
        self.widget.attrs |= {"rows": 2, "spellcheck": "false", "class": "json", "placeholder": self.example}

    def is_word(self, text: str) -> bool:
        return text in self.words if self.words is not None else not text.startswith(("{", "[", '"'))

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        if self.is_word(text):
            return text
        if self.words and not text.startswith(("{", "[", '"')):
            possible = either([*self.words, "an object in JSON"])
            raise ValidationError(f"{self.name}: {possible} is expected; this is {quoted(text)}.")
        try:
            parsed = json_reading.read(text)
        except json_reading.BadJSON as error:
            raise ValidationError(f"{self.name}: {error}") from error
        if isinstance(parsed, str) and self.is_word(parsed):
            return parsed
        if not isinstance(parsed, self.accepts):
            raise ValidationError(
                f"{self.name}: {KINDS[self.accepts]} in JSON is expected; this is {KINDS.get(type(parsed), 'null')}. "
                f"An example: {self.example}"
            )
        try:
            CHECKS.get(self.name, lambda _: None)(parsed)
        except shapes.BadShape as error:
            raise ValidationError(str(error)) from error
        return parsed


class Stops(forms.CharField):
    """Up to four stop sequences, one a line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        errors = text_errors("stop", LONGEST_TEXT)
        super().__init__(max_length=LONGEST_TEXT, required=False, strip=False, error_messages=errors, **kwargs)
        self.widget.attrs |= {"rows": 2, "spellcheck": "false", "placeholder": "One a line, up to four"}

    def clean(self, value: Any) -> list[str] | None:
        lines = [line for line in super().clean(value).replace("\r\n", "\n").split("\n") if line]
        if len(lines) > MOST_STOPS:
            raise ValidationError(f"stop: up to {MOST_STOPS} sequences are possible; these are {len(lines)}.")
        return lines or None


class Strictly(forms.BooleanField):
    """A switch that is sent when it is on, and not sent when it is off."""

    def clean(self, value: Any) -> bool | None:
        return True if super().clean(value) else None


def _figure(inputmode: str) -> forms.TextInput:
    # A browser's own control for numbers sends nothing at all for what it cannot read, and nobody would hear of it.
    return forms.TextInput({"inputmode": inputmode, "autocomplete": "off"})


class Whole(forms.IntegerField):
    """A whole number from `least` to `most`."""

    def __init__(self, name: str, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(required=False, min_value=least, max_value=most, widget=_figure("numeric"), **kwargs)
        self.possible = f"{name}: a whole number from {least:,} to {most:,} is expected"

    def clean(self, value: Any) -> int | None:
        try:
            whole: int | None = super().clean(value)
        except ValidationError as error:
            raise ValidationError(f"{self.possible}; this is {quoted(value)}.") from error
        return whole


class Fraction(forms.FloatField):
    """A number with decimals, which a model's own range bounds."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(required=False, widget=_figure("decimal"), **kwargs)
        self.name = name

    def clean(self, value: Any) -> float | None:
        try:
            number: float | None = super().clean(value)
        except ValidationError as error:
            raise ValidationError(f"{self.name}: a number is expected; this is {quoted(value)}.") from error
        return number


class OneOf(forms.TypedChoiceField):
    """One of a few words, or nothing, which is not sent."""

    def __init__(self, name: str, words: list[str], **kwargs: Any) -> None:
        choices = [("", "not sent"), *((word, word) for word in words)]
        super().__init__(choices=choices, required=False, empty_value=None, **kwargs)
        self.possible = f"{name}: {either(words)} is expected"

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            raise ValidationError(f"{self.possible}; this is {quoted(value)}.") from error


def field_for(choice: Choice) -> forms.Field:
    """The control for one parameter, by its name where that says more than its type."""
    name, kind = choice.name, choice.kind
    common: dict[str, Any] = {"label": choice.label}
    if name == "stop":
        return Stops(**common)
    if name == "tools" or kind == Parameter.Kind.ARRAY:
        return JSONText(name, accepts=list, **common)
    if name == "tool_choice":
        return JSONText(name, words=shapes.CHOICE_WORDS, **common)
    if name in OBJECTS or kind == Parameter.Kind.MAP:
        return JSONText(name, **common)
    if name == STRICT:
        return Strictly(required=False, **common)
    if kind == Parameter.Kind.BOOLEAN:
        return OneOf(name, ["true", "false"], coerce=lambda word: word == "true", **common)
    if kind == Parameter.Kind.INTEGER or name in INTEGERS:
        least, most = (1, MOST_TOKENS) if name in LIMITS else (-LARGEST_INTEGER, LARGEST_INTEGER)
        return Whole(name, least, most, **common)
    if kind in {Parameter.Kind.FLOAT, Parameter.Kind.NUMBER}:
        return Fraction(name, **common)
    if words := choice.values():
        return OneOf(name, words, **common)
    if kind in {Parameter.Kind.ONE_OF, Parameter.Kind.STRING_OR_OBJECT}:
        return JSONText(name, words=None, **common)
    errors = text_errors(name, LONGEST_TEXT)
    return forms.CharField(required=False, max_length=LONGEST_TEXT, error_messages=errors, **common)


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
