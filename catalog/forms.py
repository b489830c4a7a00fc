"""What the catalog's pages accept in their addresses: every GET parameter is cleaned here, or refused in a sentence."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from catalog.figures import DOLLARS, Display
from catalog.models import DisplayCurrency, LanguageModel, Modality, Parameter
from catalog.models.lifecycle import Status
from catalog.models.variants import LARGEST_CONTEXT

MOST_WORDS = 8
MOST_COMPARED = 6
FORMATS = [("csv", "CSV"), ("json", "JSON"), ("md", "Markdown")]
SORTS = ("name", "context", "input", "output", "cached", "released", "listed")
TOKENS = re.compile(r"(\d{1,12}(?:\.\d{1,3})?)\s*([km]?)", re.IGNORECASE)
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

    def sentences(self) -> list[str]:
        """Every refusal, with the name of the field it is about."""
        return [
            f"{self.fields[name].label or name}: {error}" if name in self.fields else str(error)
            for name, errors in self.errors.items()
            for error in errors
        ]


class TableForm(DayForm):
    """Search, filters, order and page of the table."""

    q = forms.CharField(required=False, max_length=100, label="Search")
    modality = forms.SlugField(required=False, max_length=50, label="Reads")
    family = forms.CharField(required=False, max_length=60, label="Family")
    parameter = forms.SlugField(required=False, max_length=60, label="Parameter")
    status = forms.ChoiceField(
        required=False,
        choices=Status.choices,
        label="Status",
        error_messages={"invalid_choice": "A status is active, deprecated, retired or delisted."},
    )
    context = forms.CharField(required=False, max_length=20, label="Context from")
    price = forms.DecimalField(required=False, min_value=0, max_digits=12, decimal_places=6, label="Input up to, $/M")
    sort = forms.ChoiceField(
        required=False,
        choices=[(sign + key, key) for key in SORTS for sign in ("", "-")],
        error_messages={"invalid_choice": f"The table sorts by {', '.join(SORTS)}; a leading - reverses."},
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000, label="Page")

    def clean_q(self) -> list[str]:
        words = self.cleaned_data["q"].split()
        if len(words) > MOST_WORDS:
            raise forms.ValidationError(f"Search for at most {MOST_WORDS} words; these are {len(words)}.")
        return words

    def clean_context(self) -> int | None:
        text = self.cleaned_data["context"].replace(",", "").strip()
        if not text:
            return None
        found = TOKENS.fullmatch(text)
        if not found:
            raise forms.ValidationError("Write a number of tokens, such as 131072 or 128k.")
        count = int(Decimal(found[1]) * {"": 1, "k": 1000, "m": 1_000_000}[found[2].lower()])
        if count > LARGEST_CONTEXT:
            raise forms.ValidationError(f"No model reads more than {LARGEST_CONTEXT:,} tokens.")
        return count

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What the selects offer; three queries."""
        families = LanguageModel.objects.exclude(family="").order_by("family")
        parameters = Parameter.objects.filter(listing__is_main=True, is_unsupported=False).order_by("name")
        return {
            "modality": list(Modality.objects.values_list("slug", "name")),
            "family": [(family, family) for family in families.values_list("family", flat=True).distinct()],
            "parameter": [(name, name) for name in parameters.values_list("name", flat=True).distinct()],
            "status": Status.choices,
        }


class CompareForm(DayForm):
    """Two to six models, and whether rows that agree are left out."""

    model = IdsField(most=MOST_COMPARED, too_many="These are {given} models; {most} fit side by side.")
    differences = forms.BooleanField(required=False)
