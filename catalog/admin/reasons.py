"""The reason for a change: one field for the whole page, kept with the revision and with every pin that the change makes."""

from django import forms


class WithReason(forms.ModelForm):
    """A form that asks why. The reason is no field of the row, and does not count as a change."""

    reason = forms.CharField(
        label="Reason for the change",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Kept with the history and with the pin of each field and price that you change on this page.",
    )
