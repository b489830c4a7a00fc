"""The part of the form that follows the chosen models' parameter tables: for all of them, and for single columns.

`parameter-<name>` is for all, `only:<offer>:<name>` replaces it in one column, and `drop:<offer>:<name>` takes it away there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from playground.forms import shapes
from playground.forms.fields import STRICT, JSONText, as_typed, field_for
from playground.offers import Offer
from playground.parameters import NEWER_OUTPUT_LIMIT, OUTPUT_LIMIT, Choice, choices_for

PREFIX = "parameter-"
ONLY, DROP = "only:", "drop:"
DEFAULT_OUTPUT_LIMIT = 1024
EMPTY = (None, "")


def only(offer: str, name: str) -> str:
    return f"{ONLY}{offer}:{name}"


def drop(offer: str, name: str) -> str:
    return f"{DROP}{offer}:{name}"


@dataclass
class Column:
    """The parameters of one chosen offer, with their fields and switches."""

    offer: Offer
    rows: list[tuple[Choice, forms.BoundField, forms.BoundField]]

    @property
    def said(self) -> str:
        """What is set for this column alone, in words."""
        dropped = [f"without {choice.name}" for choice, _, away in self.rows if away.value()]
        return ", ".join([*_filled((choice, field) for choice, field, _ in self.rows), *dropped])

    @property
    def has_errors(self) -> bool:
        return any(field.errors for _, field, _ in self.rows)


class ParameterFields(forms.Form):
    """Mixed into the form of a prompt, which sets `chosen` and `offered` and then calls `add_parameters`."""

    chosen: list[Offer]
    offered: dict[str, Offer]

    def add_parameters(self) -> None:
        self.choices: list[Choice] = choices_for(self.chosen or self.offered.values())
        for choice in self.choices:
            self.fields[PREFIX + choice.name] = field_for(choice)
        self.own_choices: dict[Offer, list[Choice]] = {}
        if len(self.chosen) < 2:
            return
        for offer in self.chosen:
            self.own_choices[offer] = choices_for([offer])
            for choice in self.own_choices[offer]:
                if choice.name == NEWER_OUTPUT_LIMIT and PREFIX + OUTPUT_LIMIT in self.fields:
                    # Under the name of the field for all, or the one would not replace the other when the hold is counted.
                    choice.name = OUTPUT_LIMIT
                own = self.fields[only(offer.key, choice.name)] = field_for(choice)
                if isinstance(own, JSONText):
                    own.widget.attrs |= {"rows": 1, "placeholder": "JSON"}  # the example stands in the field for all
                self.fields[drop(offer.key, choice.name)] = forms.BooleanField(required=False, label="not sent here")

    def parameter_rows(self) -> list[tuple[Choice, forms.BoundField]]:
        return [(choice, self[PREFIX + choice.name]) for choice in self.choices]

    def columns(self) -> list[Column]:
        """The chosen offers with their own fields; none where there is only one, for whom everything is its own."""
        return [
            Column(
                offer,
                [
                    (choice, self[only(offer.key, choice.name)], self[drop(offer.key, choice.name)])
                    for choice in choices
                ],
            )
            for offer, choices in self.own_choices.items()
        ]

    def filled_in(self) -> str:
        """The parameters that hold a value, in words, for the closed form."""
        return ", ".join(_filled(self.parameter_rows()))

    def columns_filled_in(self) -> str:
        return "; ".join(f"{column.offer.name}: {column.said}" for column in self.columns() if column.said)

    def parameter_errors(self) -> bool:
        return any(self[PREFIX + choice.name].errors for choice in self.choices)

    def column_errors(self) -> bool:
        return any(column.has_errors for column in self.columns())

    def place_of(self, name: str) -> str:
        """What has to be said before a sentence about a field that stands alone: of a single column, whose it is."""
        offer = next((each for each in self.own_choices if name.startswith(only(each.key, ""))), None)
        return f"Only for {offer.name}: " if offer is not None else ""

    def clean_parameters(self) -> None:
        """Ranges, and whether a chosen tool is among the tools; each mistake stands at its field."""
        overrides = self.overrides()
        for choice in self.choices:
            name = PREFIX + choice.name
            replaced = [offer for offer in self.chosen if choice.name in overrides.get(offer.key, {})]
            self._check(choice, name, replaced)
        for offer, choices in self.own_choices.items():
            for choice in choices:
                name = only(offer.key, choice.name)
                self._check(choice, name, [])
                if self.cleaned_data.get(name) not in EMPTY and self.cleaned_data.get(drop(offer.key, choice.name)):
                    sentence = f"{choice.name}: give it a value here, or do not send it here, but not both."
                    self.add_error(name, ValidationError(sentence))
        self._check_tool_choice(PREFIX + "tool_choice", self.parameters())
        for offer in self.own_choices:
            if overrides.get(offer.key, {}).keys() & {"tools", "tool_choice"}:
                merged = self.parameters() | overrides[offer.key]
                self._check_tool_choice(only(offer.key, "tool_choice"), merged)

    def _check(self, choice: Choice, name: str, replaced: list[Offer]) -> None:
        value = self.cleaned_data.get(name)
        if value not in EMPTY and (sentence := choice.problem(value, replaced)):
            self.add_error(name, ValidationError(sentence))

    def _check_tool_choice(self, name: str, values: dict[str, Any]) -> None:
        if any(each.endswith("tools") for each in self.errors):
            return
        try:
            shapes.check_choice_among(values.get("tool_choice"), values.get("tools"))
        except shapes.BadShape as error:
            if name in self.fields and not self.errors.get(name):
                self.add_error(name, ValidationError(str(error)))

    def parameters(self) -> dict[str, Any]:
        """Only what was filled in: an empty field is sent to nobody."""
        values = {choice.name: self.cleaned_data.get(PREFIX + choice.name) for choice in self.choices}
        return {name: value for name, value in values.items() if value not in EMPTY}

    def overrides(self) -> dict[str, dict[str, Any]]:
        """By offer what replaces the parameters in its column; None takes one away there."""
        found = {offer.key: dict(self._own_values(offer, choices)) for offer, choices in self.own_choices.items()}
        return {key: values for key, values in found.items() if values}

    def _own_values(self, offer: Offer, choices: list[Choice]) -> Iterator[tuple[str, Any]]:
        for choice in choices:
            value = self.cleaned_data.get(only(offer.key, choice.name))
            if self.cleaned_data.get(drop(offer.key, choice.name)):
                yield choice.name, None
            elif value not in EMPTY:
                yield choice.name, value


def _filled(rows: Any) -> list[str]:
    said = []
    for choice, field in rows:
        value = field.value()
        if value in EMPTY or value is False:
            continue
        # Of JSON and of a switch the name says enough.
        is_named = choice.name == STRICT or (isinstance(field.field, JSONText) and not field.field.is_word(str(value)))
        said.append(choice.name if is_named else f"{choice.name} {' '.join(str(value).split())[:24]}")
    return said


def initial_parameters(
    parameters: dict[str, Any] | None = None, overrides: dict[str, dict[str, Any]] | None = None
) -> dict[str, Any]:
    """First values of the parameter fields: those of an earlier prompt, or an output limit that keeps the hold small."""
    if parameters is None:
        return {PREFIX + OUTPUT_LIMIT: DEFAULT_OUTPUT_LIMIT}
    initial = {PREFIX + name: as_typed(name, value) for name, value in parameters.items()}
    for offer, values in (overrides or {}).items():
        for name, value in values.items():
            if value is None:
                initial[drop(offer, name)] = True
            else:
                initial[only(offer, name)] = as_typed(name, value)
    return initial
