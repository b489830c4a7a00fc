"""Request parameters: the form fields that a set of models calls for.

One field stands for a parameter of all chosen models. A model whose table does not list it gets a body without it,
and the form says so; an empty field is sent to nobody, because an absent parameter means the provider's own default.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalog.models import Parameter
from playground.offers import Offer
from playground.usage import MOST_TOKENS

OUTPUT_LIMIT = "max_tokens"  # the field's name; a listing may call it otherwise on the wire
MOST_STOPS = 4
LARGEST_INTEGER = 2**63 - 1
LONGEST_JSON = 20_000  # characters
ORDER = ["max_tokens", "temperature", "top_p", "seed", "stop", "frequency_penalty", "presence_penalty"]
LABELS = {"max_tokens": "Maximum output tokens"}
WORDS = {"none", "auto", "required"}


def _read(text: str) -> Any:
    """JSON that an upstream and every database take: no NaN, no infinity, no NUL, no half of a surrogate pair."""

    def finite(number: str) -> float:
        if not math.isfinite(value := float(number)):
            raise ValueError("A number is out of all bounds.")
        return value

    def refuse(name: str) -> float:
        raise ValueError(f"{name} is not a number.")

    parsed = json.loads(text, parse_float=finite, parse_constant=refuse)
    written = json.dumps(parsed, ensure_ascii=False)
    written.encode()
    if "\\u0000" in written:
        raise ValueError("Text must not hold the character NUL.")
    return parsed


class JSONText(forms.CharField):
    """Text that must be JSON of one of the `accepts` types; words in `words` pass as they are."""

    widget = forms.Textarea

    def __init__(self, *, accepts: tuple[type, ...], example: str, words: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_JSON, required=False, **kwargs)
        self.accepts, self.example, self.words = accepts, example, frozenset(words)
        self.widget.attrs |= {"rows": 2, "spellcheck": "false", "placeholder": example}

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        if text in self.words:
            return text
        try:
            parsed = _read(text)
        except (ValueError, RecursionError) as error:
            raise ValidationError(f"This is not JSON. An example: {self.example}") from error
        if not isinstance(parsed, self.accepts):
            raise ValidationError(f"This is JSON, but not what is asked for here. An example: {self.example}")
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


@dataclass
class Choice:
    """One parameter over all chosen models: who takes it and what each says of it."""

    name: str
    rows: dict[Offer, Parameter] = field(default_factory=dict)  # each with its own row
    missing: list[str] = field(default_factory=list)  # names of the chosen models that do not take it

    @property
    def label(self) -> str:
        return LABELS.get(self.name, self.name.replace("_", " ").capitalize())

    @property
    def field_help(self) -> str:
        return next((each.description for each in self.rows.values() if each.description), "")

    def defaults(self) -> str:
        """The models' own defaults in words: “1”, or “0.0645 (Mistral Large 3 2512), 1 (Devstral 2 2512)”."""
        by_default: dict[str, list[str]] = {}
        for offer, row in self.rows.items():
            if row.default:
                by_default.setdefault(row.default, []).append(offer.name)
        if len(by_default) == 1:
            return next(iter(by_default))
        return ", ".join(f"{default} ({', '.join(names)})" for default, names in by_default.items())

    def form_field(self) -> forms.Field:
        row = next(iter(self.rows.values()))
        common: dict[str, Any] = {"label": self.label, "help_text": self.field_help}
        kind = row.kind
        if self.name == "stop":
            return Stops(**common)
        if self.name == "tools" or kind == Parameter.Kind.ARRAY:
            return JSONText(accepts=(list,), example='[{"type": "function", "function": {"name": "…"}}]', **common)
        if self.name == "tool_choice":
            return JSONText(accepts=(dict,), example="auto", words=WORDS, **common)
        if self.name == "response_format" or kind == Parameter.Kind.MAP:
            return JSONText(accepts=(dict,), example='{"type": "json_object"}', **common)
        if kind == Parameter.Kind.BOOLEAN:
            choices = [("", "not sent"), ("true", "true"), ("false", "false")]
            return forms.TypedChoiceField(
                choices=choices, required=False, coerce=lambda text: text == "true", empty_value=None, **common
            )
        if kind == Parameter.Kind.INTEGER or self.name in {"seed", "max_tokens", "top_k"}:
            bound = MOST_TOKENS if self.name == "max_tokens" else LARGEST_INTEGER
            widget = forms.NumberInput({"inputmode": "numeric"})
            return forms.IntegerField(required=False, min_value=-bound, max_value=bound, widget=widget, **common)
        if kind in {Parameter.Kind.FLOAT, Parameter.Kind.NUMBER}:
            widget = forms.NumberInput({"step": "any", "inputmode": "decimal"})
            return forms.FloatField(required=False, widget=widget, **common)
        return forms.CharField(required=False, max_length=2000, **common)

    def check(self, value: Any) -> None:
        """Raise ValidationError naming the first chosen model whose range the value leaves."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            return
        for offer, row in self.rows.items():
            if row.minimum and value < float(row.minimum):
                raise ValidationError(f"{offer.name} takes {row.minimum} or more; this is {value:g}.")
            if row.maximum and value > float(row.maximum):
                raise ValidationError(f"{offer.name} takes {row.maximum} or less; this is {value:g}.")


def choices_for(offers: Iterable[Offer]) -> list[Choice]:
    """The parameters that at least one of the offers takes, the usual ones first."""
    tables = {offer: offer.parameters() for offer in offers}
    choices: dict[str, Choice] = {}
    for offer, table in tables.items():
        for name, row in table.items():
            if not row.is_unsupported:
                choices.setdefault(name, Choice(name)).rows[offer] = row
    if "max_completion_tokens" in choices and OUTPUT_LIMIT in choices:
        # The same limit under its newer name; the body has the one that a model prefers.
        choices.pop("max_completion_tokens")
    for choice in choices.values():
        choice.missing = [offer.name for offer in tables if offer not in choice.rows]
    return sorted(choices.values(), key=lambda each: (ORDER.index(each.name) if each.name in ORDER else 99, each.name))
