"""The part of the form that says how a prompt is sent: which API, in one piece or streaming, how often, and what is kept."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from playground.bodies import Routing
from playground.forms.saying import either
from playground.models import Prompt
from playground.offers import MAIN_MARKET, Offer

STREAMING, WHOLE = "stream", "whole"
MOST_REPEATS = 10
ROUTE = "route-"
ROUTES = {
    "max_price": (
        "Not above the catalog’s price",
        "The router is told the price that the catalog has, and sends the prompt to nobody who is dearer.",
    ),
    "require_parameters": (
        "Only providers that take every parameter",
        "Otherwise a provider that does not know one ignores it without a word.",
    ),
    "deny_data_collection": (
        "Only providers that keep no prompts",
        "Leaves out providers that may store what is sent or train on it.",
    ),
    "no_fallbacks": (
        "No other provider than the first",
        "If it fails, the run fails, instead of going to another provider at another price.",
    ),
}


class SendingFields(forms.Form):
    """Mixed into the form of a prompt. Everything may be absent: then it is chat completions, streaming, once, kept."""

    chosen: list[Offer]
    offered: dict[str, Offer]

    api = forms.ChoiceField(
        label="API",
        choices=Prompt.API.choices,
        required=False,
        error_messages={"invalid_choice": f"api: {either(Prompt.API.values)} is expected; this is “%(value)s”."},
    )
    delivery = forms.ChoiceField(
        label="Answers come",
        choices=[(STREAMING, "as they are written"), (WHOLE, "in one piece")],
        required=False,
        error_messages={"invalid_choice": f"delivery: {STREAMING} or {WHOLE} is expected; this is “%(value)s”."},
    )
    repeats = forms.IntegerField(
        label="Times each",
        required=False,
        min_value=1,
        max_value=MOST_REPEATS,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": f"Times each: a whole number from 1 to {MOST_REPEATS} is expected.",
            "min_value": "Each model is asked at least once.",
            "max_value": f"Each model is asked up to {MOST_REPEATS} times.",
        },
    )
    blind = forms.BooleanField(
        label="Blind",
        required=False,
        help_text="The models’ names and costs stay hidden until you have judged every answer.",
    )
    unstored = forms.BooleanField(
        label="Do not store the texts",
        required=False,
        help_text="Prompt and answers are removed when the last answer has ended. The bill stays.",
    )

    def add_routes(self) -> None:
        for name, (label, help_text) in ROUTES.items():
            self.fields[ROUTE + name] = forms.BooleanField(label=label, help_text=help_text, required=False)

    @property
    def is_routed(self) -> bool:
        """Whether one of the models is asked through the market's router; only there the switches mean anything."""
        return any(offer.dialect == MAIN_MARKET for offer in self.chosen or self.offered.values())

    def routes(self) -> list[forms.BoundField]:
        return [self[ROUTE + name] for name in ROUTES] if self.is_routed else []

    def kept(self) -> list[forms.BoundField]:
        return [self["blind"], self["unstored"]]

    def sending_errors(self) -> bool:
        return any(self.errors.get(name) for name in ("api", "delivery", "repeats"))

    def sending_said(self) -> str:
        """What is not as it is for everybody, in words, for the closed form."""
        said = []
        if self["api"].value() == Prompt.API.RESPONSES:
            said.append("Responses API")
        if self["delivery"].value() == WHOLE:
            said.append("in one piece")
        if str(self["repeats"].value() or 1) != "1":
            said.append(f"{self['repeats'].value()} times each")
        said += [field.label.lower() for field in [*self.routes(), *self.kept()] if field.value()]
        return ", ".join(said)

    def clean_api(self) -> str:
        api: str = self.cleaned_data["api"] or Prompt.API.CHAT
        without = [offer.name for offer in self.chosen if not offer.has_responses]
        if api == Prompt.API.RESPONSES and without:
            does = "does" if len(without) == 1 else "do"
            raise ValidationError(
                f"{', '.join(without)} {does} not answer the Responses API as far as the catalog knows. "
                "Choose chat completions, or leave it out."
            )
        return api

    def how_sent(self) -> dict[str, Any]:
        """The fields of a request that this part decides, by their names there."""
        cleaned = self.cleaned_data
        switches = {name: bool(cleaned.get(ROUTE + name)) for name in ROUTES} if self.is_routed else {}
        return {
            "repeats": cleaned["repeats"] or 1,
            "api": cleaned["api"],
            "streams": cleaned["delivery"] != WHOLE,
            "routing": Routing(**switches),
            "is_stored": not cleaned["unstored"],
            "is_blind": cleaned["blind"],
        }
