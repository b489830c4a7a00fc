"""The reason for a change: one field for the whole page, kept with the revision and with every pin that the change makes.

A pin tells everybody who reads a model's page why its value is not the source's, so a save that makes or changes one
needs its reason. What a save pins is only known once its rows are written: then it is rolled back, and the form comes
again as it was sent, with a sentence at the field.
"""

from collections.abc import Sequence
from typing import Any

from django import forms


class ReasonNeeded(Exception):
    """A save would pin `names` without a reason. Nothing of it is to be kept."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(sentence(names))
        self.names = names


def sentence(names: Sequence[str]) -> str:
    """Why a reason is asked for: Say why: this pins the context length and the price at OpenRouter, ..."""
    *others, last = [f"the {name}" for name in dict.fromkeys(names)]
    told = f"{', '.join(others)} and {last}" if others else last
    each = "each of them" if others else "it"
    return f"Say why: this pins {told}, and the reason stands beside {each} for everybody to read."


class WithReason(forms.ModelForm):
    """A form that asks why. The reason is no field of the row, and does not count as a change."""

    reason = forms.CharField(
        label="Reason for the change",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Needed where the change pins a field or a price: kept with the history, and shown beside each pin.",
    )
    needs_reason_for: Sequence[str] = ()  # what an attempt to save has just been found to pin

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.needs_reason_for and not cleaned.get("reason"):
            self.add_error("reason", sentence(self.needs_reason_for))
        return cleaned
