"""Request parameters: what a set of models calls for, and what each of their tables says of it.

One choice stands for a parameter of all chosen models. A model whose table does not list it gets a body without it,
and the form says so; an empty field is sent to nobody, because an absent parameter means the provider's own default.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from catalog.models import Parameter
from playground.offers import Offer
from playground.parameter_ranges import RANGES, WORDS

OUTPUT_LIMIT = "max_tokens"  # the field's name; a listing may call it otherwise on the wire
NEWER_OUTPUT_LIMIT = "max_completion_tokens"
LIMITS = {OUTPUT_LIMIT, NEWER_OUTPUT_LIMIT}
ORDER = [
    "max_tokens", "temperature", "top_p", "seed", "stop", "frequency_penalty", "presence_penalty",
    "response_format", "structured_outputs", "tools", "tool_choice",
]  # fmt: skip
LABELS = {"max_tokens": "Maximum output tokens", "structured_outputs": "Keep to the schema strictly"}
HELP = {
    "structured_outputs": "Acts on a response format with a JSON schema: the answer cannot be of another form then.",
}
TOLD = re.compile(r": ((?:[a-z0-9_-]+, )*[a-z0-9_-]+,? or [a-z0-9_-]+)\.")  # “The effort of reasoning: high or none.”


@dataclass
class Choice:
    """One parameter over all chosen models: who takes it and what each says of it."""

    name: str
    rows: dict[Offer, Parameter] = field(default_factory=dict)  # each with its own row
    missing: list[str] = field(default_factory=list)  # names of the chosen models that do not take it

    @property
    def kind(self) -> str:
        return next(iter(self.rows.values())).kind

    @property
    def label(self) -> str:
        return LABELS.get(self.name, self.name.replace("_", " ").capitalize())

    @property
    def field_help(self) -> str:
        own = HELP.get(self.name)
        return own or next((each.description for each in self.rows.values() if each.description), "")

    def defaults(self) -> str:
        """The models' own defaults in words: “1”, or “0.0645 (Mistral Large 3 2512), 1 (Devstral 2 2512)”."""
        return self._in_words(lambda _, row: row.default)

    def ranges(self) -> str:
        """The ranges in words: “0 to 2”, “1 or more”, with the names of the models where they differ."""
        return self._in_words(lambda offer, row: _range(*_bounds(self.name, offer, row)))

    def _in_words(self, said: Callable[[Offer, Parameter], str]) -> str:
        by_words: dict[str, list[str]] = {}
        for offer, row in self.rows.items():
            if words := said(offer, row):
                by_words.setdefault(words, []).append(offer.name)
        if len(by_words) == 1:
            return next(iter(by_words))
        return ", ".join(f"{words} ({', '.join(names)})" for words, names in by_words.items())

    def values(self) -> list[str]:
        """The words that a parameter may be, where every table that has it tells them all, or the API's description does;
        empty where one may take others."""
        told = [told_values(row.description) or WORDS.get(self.name, ()) for row in self.rows.values()]
        return list(dict.fromkeys(word for words in told for word in words)) if all(told) else []

    def problem(self, value: Any, leaving_out: Iterable[Offer] = ()) -> str:
        """A sentence with the parameter's name and that of the first model that does not take the value, or nothing;
        `leaving_out` have a value of their own."""
        for offer, row in self.rows.items():
            if offer not in leaving_out and (sentence := _problem(self.name, offer, row, value)):
                return f"{self.name}: {sentence}"
        return ""


def _problem(name: str, offer: Offer, row: Parameter, value: Any) -> str:
    if isinstance(value, str) and (told := told_values(row.description)) and value not in told:
        return f"{offer.name} takes {', '.join(told)}; this is {value[:40]}."
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    if name in LIMITS and (sentence := _too_long(offer, value)):
        return sentence
    minimum, maximum = _bounds(name, offer, row)
    if minimum and value < float(minimum):
        return f"{offer.name} takes {minimum} or more; this is {_written(value)}."
    if maximum and value > float(maximum):
        return f"{offer.name} takes {maximum} or less; this is {_written(value)}."
    return ""


def _too_long(offer: Offer, tokens: float) -> str:
    """A sentence where a model cannot write so much: beyond its longest answer where that is known, else beyond its context.
    A server of one's own is held to what is known of that server, and not to what others say of its model."""
    longest = offer.listing.max_completion_tokens
    is_own = offer.dialect == "compatible"
    context = offer.listing.context_length if is_own else offer.listing.context_limit()
    if longest is not None and tokens > longest:
        return f"{offer.name} can write up to {longest:,} tokens; this is {tokens:,}."
    if context is not None and tokens > context:
        return f"{offer.name} has room for {context:,} tokens, prompt and answer together; this is {tokens:,}."
    return ""


def _written(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _bounds(name: str, offer: Offer, row: Parameter) -> tuple[str, str]:
    """The least and the most that a parameter may be, blank where there is no such bound: as the table has it, and where it
    has neither, as the API's description does."""
    if row.minimum or row.maximum or offer.dialect == "compatible":
        return row.minimum, row.maximum
    return RANGES.get(name, ("", ""))


def _range(minimum: str, maximum: str) -> str:
    if minimum and maximum:
        return f"{minimum} to {maximum}"
    if minimum:
        return f"{minimum} or more"
    return f"{maximum} or less" if maximum else ""


def told_values(description: str) -> list[str]:
    """The values that a table's own words list: “The effort of reasoning: high or none.” tells high and none."""
    match = TOLD.search(description)
    return re.split(r",? or |, ", match[1]) if match else []


def choices_for(offers: Iterable[Offer]) -> list[Choice]:
    """The parameters that at least one of the offers takes, the usual ones first."""
    tables = {offer: offer.parameters() for offer in offers}
    choices: dict[str, Choice] = {}
    for offer, table in tables.items():
        for name, row in table.items():
            if not row.is_unsupported:
                choices.setdefault(name, Choice(name)).rows[offer] = row
    if NEWER_OUTPUT_LIMIT in choices and OUTPUT_LIMIT in choices:
        # The same limit under its newer name; the body has the one that a model prefers.
        newer = choices.pop(NEWER_OUTPUT_LIMIT)
        choices[OUTPUT_LIMIT].rows = newer.rows | choices[OUTPUT_LIMIT].rows
    for choice in choices.values():
        choice.missing = [offer.name for offer in tables if offer not in choice.rows]
    return sorted(choices.values(), key=lambda each: (ORDER.index(each.name) if each.name in ORDER else 99, each.name))
