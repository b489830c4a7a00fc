"""The part of the form that fills the variables of the messages, and how many runs of which length that makes."""

from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError

from playground import messages as texts
from playground.forms import filling
from playground.forms.messages import LONGEST_MESSAGE, Row
from playground.forms.saying import NUL
from playground.messages import Message
from playground.offers import Offer
from playground.opening import MOST_RUNS
from playground.variables import LARGEST_CSV, BadRows, Rows

MOST_IN_ALL = 40_000_000  # characters of all runs of a prompt: each run keeps what it was sent


class ValueFields(forms.Form):
    """Mixed into the form of a prompt, which sets `chosen`, `message_rows`, `problems` and `values` and then calls
    `add_values`, and `clean_values` once `messages` are written."""

    chosen: list[Offer]
    message_rows: list[Row]
    messages: list[Message]
    problems: Mapping[str, str]
    values: Rows

    fill = forms.ChoiceField(
        label="Values",
        choices=filling.WAYS,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "fill: values, csv or none is expected; this is “%(value)s”."},
    )
    rows = forms.CharField(
        label="Rows as CSV",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false", "class": "json"}),
        error_messages={"null_characters_not_allowed": f"One of these rows {NUL}"},
    )

    def add_values(self) -> None:
        for name in self.variable_names:
            self.fields[filling.VALUE + name] = forms.CharField(
                label=name,
                required=False,
                strip=False,
                widget=forms.Textarea({"rows": 1, "aria-describedby": f"error-{filling.VALUE}{name}"}),
                error_messages={"null_characters_not_allowed": f"The value of {{{{{name}}}}} {NUL}"},
            )

    @property
    def variable_names(self) -> list[str]:
        return texts.variable_names(Message(row.role, row.content) for row in self.message_rows)

    def value_fields(self) -> list[forms.BoundField]:
        return [self[filling.VALUE + name] for name in self.variable_names]

    @property
    def way(self) -> str:
        """How the variables are filled, as the form shows it: one value each, unless another way was chosen."""
        return self["fill"].value() or filling.VALUES

    def clean_rows(self) -> str:
        text: str = self.cleaned_data["rows"]
        if "rows" in self.problems:
            raise ValidationError(self.problems["rows"])
        if len(text) > LARGEST_CSV:
            raise ValidationError(f"These rows have {len(text):,} characters; up to {LARGEST_CSV:,} are read.")
        return text

    def clean_values(self) -> None:
        """The rows that fill the variables, and what is wrong with them; after the messages."""
        names = self.variable_names
        values = {name: self.cleaned_data.get(filling.VALUE + name, "") for name in names}
        if any(filling.VALUE + name in self.errors for name in names):
            return
        fill, text = self.cleaned_data.get("fill", ""), self.cleaned_data.get("rows", "")
        try:
            self.values = filling.rows(names, fill, values, text)
        except BadRows as error:
            is_csv = filling.way(fill, values, text) == filling.CSV
            self.add_error("rows" if is_csv else "fill", str(error))
            return
        if (count := self.run_count()) > MOST_RUNS:
            self.add_error(None, f"This makes {count:,} runs, {self._product()}; up to {MOST_RUNS} are possible.")
            return
        self._clean_lengths()

    def _clean_lengths(self) -> None:
        """What the messages come to with their values, before any of them is filled in."""
        total = 0
        for row in self.values.indexes():
            lengths = [texts.filled_length(message, self.values.values(row)) for message in self.messages]
            if row is not None and max(lengths, default=0) > LONGEST_MESSAGE:
                which = f"of row {row + 1} " if len(self.values.rows) > 1 else ""
                sentence = f"With the values {which}a message has {max(lengths):,} characters; {LONGEST_MESSAGE:,} are possible."
                self.add_error("fill", sentence)
                return
            total += sum(lengths)
        runs = self.run_count() // max(1, len(self.values.indexes()))
        if total * runs > MOST_IN_ALL:
            self.add_error(
                None,
                f"All runs together would be sent {total * runs:,} characters; up to {MOST_IN_ALL:,} are possible. Take fewer "
                "rows, models or repeats, or shorter messages.",
            )

    def run_count(self) -> int:
        return len(self.values.indexes()) * len(self.chosen) * (self.cleaned_data.get("repeats") or 1)

    def _product(self) -> str:
        repeats = self.cleaned_data.get("repeats") or 1
        parts = [(len(self.values.rows), "row"), (len(self.chosen), "model"), (repeats, "time")]
        shown = [f"{count} {word}" if count == 1 else f"{count} {word}s" for count, word in parts if count > 1]
        return " by ".join(shown)

    def runs_in_words(self) -> str:
        """“This makes 60 runs: 20 rows by 3 models.”, where that is not plain to see; of a valid form."""
        count = self.run_count()
        return f"This makes {count} runs: {self._product()}." if count > len(self.chosen) else ""

    def values_said(self) -> str:
        """What fills the variables, in words, for the closed form."""
        names = self.variable_names
        if not names:
            return "none: write {{name}} in a message to have one"
        if self.is_bound and self.is_valid():
            return filling.told(names, self.values, self.cleaned_data["rows"], self._meant())
        return ", ".join(names)

    def _meant(self) -> str:
        values = {name: self.cleaned_data.get(filling.VALUE + name, "") for name in self.variable_names}
        return filling.way(self.cleaned_data["fill"], values, self.cleaned_data["rows"])
