"""What the page of changes and its feed accept in their addresses."""

from datetime import date

from django import forms
from django.utils import timezone

from catalog.changes.events import Kind
from catalog.changes.record import Wanted
from catalog.forms import MOST_WORDS, DayForm
from catalog.models import LanguageModel, Vendor
from catalog.names import SeveralMeanings, own_ids

MODEL = "A model’s id is its vendor and name, such as mistralai/mistral-large-2512."


class ChangesForm(DayForm):
    """Filters and page. Changes are of all days, and their prices are those that were charged."""

    as_of = None
    currency = None
    kind = forms.ChoiceField(
        required=False,
        choices=Kind.choices,
        label="Kind",
        error_messages={"invalid_choice": f"A change is one of {', '.join(Kind.values)}."},
    )
    vendor = forms.CharField(required=False, max_length=60, label="Vendor")
    family = forms.CharField(required=False, max_length=60, label="Family")
    model = forms.CharField(required=False, max_length=170, label="Model", error_messages={"max_length": MODEL})
    q = forms.CharField(required=False, max_length=100, label="Search")
    coming = forms.BooleanField(required=False, label="All that is to come")
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000, label="Page")

    def clean_q(self) -> tuple[str, ...]:
        words = tuple(self.cleaned_data["q"].split())
        if len(words) > MOST_WORDS:
            raise forms.ValidationError(f"Search for at most {MOST_WORDS} words; these are {len(words)}.")
        return words

    def clean_model(self) -> str:
        """Its own id, whichever of its names was given; what no model is called stays as it is."""
        name = self.cleaned_data["model"]
        try:
            [model_id] = own_ids([name], self.day()) if name else [""]
        except SeveralMeanings as several:
            raise forms.ValidationError(str(several)) from several
        if model_id and "/" not in model_id.strip("/"):
            raise forms.ValidationError(MODEL)
        return model_id

    def wanted(self) -> Wanted:
        """What is asked for; refused filters are left out."""
        return Wanted(
            self.value("kind", ""),
            self.value("vendor", ""),
            self.value("family", ""),
            self.value("model", ""),
            self.value("q", ()),
        )

    def is_narrowed(self) -> bool:
        return self.wanted() != Wanted()

    def day(self) -> date:
        return timezone.now().date()

    def about(self) -> str:
        return f"Changes of the catalog as of {self.day()}, newest first, after those that are to come."

    def choices(self) -> list[tuple[str, str, str, list[tuple[str, str]], str]]:
        """The selects: name, label, the word for no choice, what is offered, what is chosen. Two queries."""
        families = LanguageModel.objects.exclude(family="").order_by("family").values_list("family", flat=True)
        return [
            ("kind", "Kind", "All changes", list(Kind.choices), self.data.get("kind", "")),
            (
                "vendor",
                "Vendor",
                "All vendors",
                list(Vendor.objects.exclude(models=None).values_list("slug", "name")),
                self.data.get("vendor", ""),
            ),
            (
                "family",
                "Family",
                "All families",
                [(name, name) for name in families.distinct()],
                self.data.get("family", ""),
            ),
        ]
