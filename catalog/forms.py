"""What the catalog's pages accept in their addresses: every GET parameter is cleaned here, or refused in a sentence."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from catalog.figures import DOLLARS, Display
from catalog.models import DisplayCurrency
from catalog.names import SeveralMeanings, own_ids

MOST_WORDS = 8
MOST_COMPARED = 6
MOST_TICKED = 60  # a page of the table has fifty rows to tick; those beyond the sixth wait for a place
FORMATS = [("csv", "CSV"), ("json", "JSON"), ("md", "Markdown")]
FIRST_DAY = date(2015, 1, 1)  # before any model was sold by the token
FURTHEST_AHEAD = timedelta(days=2 * 366)  # prices are announced some weeks ahead
DAY_ERRORS = {"invalid": "Write the day as year-month-day, such as 2026-03-01."}


class IdsField(forms.Field):
    """A repeated parameter of model ids, each kept once, in their order."""

    widget = forms.SelectMultiple

    def __init__(self, most: int, too_many: str) -> None:
        super().__init__(required=False)
        self.most, self.too_many = most, too_many

    def clean(self, value: Any) -> list[str]:
        ids = [part.strip() for text in value or [] for part in text.split(",")]
        ids = list(dict.fromkeys(part for part in ids if part))
        if any("\0" in part or len(part) > 200 for part in ids):
            raise forms.ValidationError("A model’s id is its vendor and name, such as mistralai/mistral-large-2512.")
        if len(ids) > self.most:
            raise forms.ValidationError(self.too_many.format(given=len(ids), most=self.most))
        return ids


def check_day(day: date) -> None:
    """Refuse, in a sentence, a day for which no price can be known. Raises ValidationError."""
    last = timezone.now().date() + FURTHEST_AHEAD
    if not FIRST_DAY <= day <= last:
        raise forms.ValidationError(f"Prices can be asked for from {FIRST_DAY} to {last}.")


class DayForm(forms.Form):
    """What the table, the comparison and the costs share: the day they speak of, the currency they show amounts in, and
    the format of the answer."""

    as_of = forms.DateField(
        required=False,
        label="As of",
        input_formats=["%Y-%m-%d"],
        error_messages=DAY_ERRORS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    currency = forms.CharField(required=False, max_length=3, label="Shown in")
    format = forms.ChoiceField(
        required=False,
        choices=FORMATS,
        error_messages={"invalid_choice": "The formats are csv, json and md."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._currencies: dict[str, DisplayCurrency] | None = None

    def value(self, name: str, default: Any = None) -> Any:
        """The cleaned value, or `default` where it is missing or was refused."""
        given = getattr(self, "cleaned_data", {}).get(name)
        return default if given in (None, "") else given

    def day(self) -> date:
        return self.value("as_of") or timezone.now().date()

    def is_past(self) -> bool:
        return self.day() < timezone.now().date()

    def is_another_day(self) -> bool:
        return self.day() != timezone.now().date()

    def clean_as_of(self) -> date | None:
        day = self.cleaned_data["as_of"]
        if day is not None:
            check_day(day)
        return day

    def clean_currency(self) -> str:
        code = self.cleaned_data["currency"].upper()
        if code not in ("", "USD") and code not in self.currencies():
            offered = ", ".join(["USD", *self.currencies()])
            raise forms.ValidationError(f"No rate for “{code}” is set. Amounts can be shown in {offered}.")
        return code

    def currencies(self) -> dict[str, DisplayCurrency]:
        """The display currencies that an admin set a rate for, by their code; one query for each form."""
        if self._currencies is None:
            self._currencies = {row.code: row for row in DisplayCurrency.objects.all()}
        return self._currencies

    def display(self) -> Display:
        """How amounts are written: in US dollars, or converted into the currency that was asked for."""
        row = self.currencies().get(self.value("currency", "USD"))
        return row.display() if row else DOLLARS

    def about(self) -> str:
        """What a file of the page's rows is about, in a sentence or two, so that it can be read on its own."""
        display = self.display()
        rate = f"{display.rate_text} for one US dollar, the rate of {display.rate_on}"
        return f"Prices of {self.day()}." + (f" Converted at {rate}." if display.is_converted else "")

    def asks_for_file(self) -> bool:
        return bool(self.data.get("format"))

    def sentences(self, beside: Collection[str] = ()) -> list[str]:
        """Every refusal, with the name of the field it is about, but for those of the fields that say it `beside` them."""
        return [
            f"{self.fields[name].label or name}: {error}" if name in self.fields else str(error)
            for name, errors in self.errors.items()
            if name not in beside
            for error in errors
        ]


class ModelsForm(DayForm):
    """Models by any of their names, for a form that has a field for them."""

    def clean_model(self) -> list[str]:
        """Their own ids; a name that no model has on the day stays as it is, one that several have is refused."""
        try:
            return own_ids(self.cleaned_data["model"], self.day())
        except SeveralMeanings as several:
            raise forms.ValidationError(str(several)) from several


class CompareForm(ModelsForm):
    """Two to six models, and whether rows that agree are left out. Of more the first six are compared, and the others
    stay in the address."""

    model = IdsField(
        most=MOST_TICKED,
        too_many=f"These are {{given}} models; {MOST_COMPARED} fit side by side, and no more than {{most}} are kept.",
    )
    differences = forms.BooleanField(required=False)

    def about(self) -> str:
        asked = len(self.value("model", []))
        cut = f" The first {MOST_COMPARED} of {asked} models." if asked > MOST_COMPARED else ""
        return super().about() + cut
