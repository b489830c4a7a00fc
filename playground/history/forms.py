"""What the address of the history may say."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from catalog.forms import DAY_ERRORS, DayForm
from playground.amounts import booked_amount, held_amount
from playground.history.narrowing import LIVE_WORD, ORDERS, Wanted
from playground.history.searching import MOST_TERMS, Term, terms
from playground.models import Prompt, State
from playground.models.runs import LIVE

STATES = [(LIVE_WORD, "On the way"), *((state.value, state.label) for state in State if state not in LIVE)]
SORTS = [("-date", "Newest first"), ("date", "Oldest first"), ("-cost", "Dearest first"), ("cost", "Cheapest first")]
SORT = "-date"
FURTHER = ("least", "most", "cost", "since", "until", "api", "favourite", "matrix", "continued")
PASSING = ("page", "format", "rows")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CostField(forms.DecimalField):
    """An amount of USD. It is kept as text until it is compared: whole numbers of 10^-12 USD are exact."""

    def __init__(self, label: str) -> None:
        super().__init__(
            required=False,
            label=label,
            min_value=Decimal(0),
            max_value=Decimal(9_000_000),
            decimal_places=12,
            error_messages={
                "invalid": f"{label} is an amount of dollars, such as 0.05.",
                "min_value": f"{label} cannot be negative.",
                "max_value": f"{label} is at most 9,000,000.",
                "max_decimal_places": f"{label} has up to 12 decimals.",
            },
        )


class HistoryForm(DayForm):
    """Filters, order and page of the history. A refused filter is left out, and a sentence says why."""

    as_of = None
    currency = None
    q = forms.CharField(required=False, max_length=200, label="Search")
    model = forms.CharField(required=False, max_length=200, label="Model")
    state = forms.ChoiceField(
        required=False,
        choices=STATES,
        label="State",
        error_messages={"invalid_choice": f"A state is one of {', '.join(value for value, _ in STATES)}."},
    )
    least = CostField("Cost from")
    most = CostField("Cost to")
    cost = forms.ChoiceField(
        required=False,
        choices=[("unknown", "Not known")],
        error_messages={"invalid_choice": "The only word for a cost is unknown; amounts go into least and most."},
    )
    since = forms.DateField(
        required=False, label="From", input_formats=["%Y-%m-%d"], widget=DAY, error_messages=DAY_ERRORS
    )
    until = forms.DateField(
        required=False, label="To", input_formats=["%Y-%m-%d"], widget=DAY, error_messages=DAY_ERRORS
    )
    label = forms.CharField(required=False, max_length=40, label="Label")
    favourite = forms.BooleanField(required=False, label="Favourites")
    matrix = forms.BooleanField(required=False, label="Matrices")
    continued = forms.BooleanField(required=False, label="Later turns")
    api = forms.ChoiceField(
        required=False,
        choices=Prompt.API.choices,
        label="API",
        error_messages={"invalid_choice": "An API is chat or responses."},
    )
    sort = forms.ChoiceField(
        required=False,
        choices=SORTS,
        label="Order",
        error_messages={"invalid_choice": f"The orders are {', '.join(ORDERS)}."},
    )
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000, label="Page")
    rows = forms.ChoiceField(
        required=False,
        choices=[("all", "All")],
        error_messages={"invalid_choice": "A file has the rows of one page, or with rows=all every one of them."},
    )

    def clean_q(self) -> tuple[Term, ...]:
        found = terms(self.cleaned_data["q"])
        if len(found) > MOST_TERMS:
            raise ValidationError(f"Search for at most {MOST_TERMS} words; these are {len(found)}.")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for low, high, sentence in (
            ("least", "most", "The least cost is above the most."),
            ("since", "until", "The first day is after the last one."),
        ):
            if cleaned.get(low) is not None and cleaned.get(high) is not None and cleaned[low] > cleaned[high]:
                self.add_error(high, sentence)
                del cleaned[low]  # which of the two is wrong nobody knows
        return cleaned

    def wanted(self) -> Wanted:
        """What is asked for; refused filters are left out."""
        least, most = self.value("least"), self.value("most")
        return Wanted(
            terms=self.value("q", ()),
            model=self.value("model", ""),
            state=self.value("state", ""),
            least_cost=None if least is None else held_amount(least),
            most_cost=None if most is None else booked_amount(most),
            has_unknown_cost=self.value("cost", "") == "unknown",
            since=self.value("since"),
            until=self.value("until"),
            label=self.value("label", ""),
            is_favourite=self.value("favourite", False),
            api=self.value("api", ""),
            is_matrix=self.value("matrix", False),
            is_continued=self.value("continued", False),
        )

    def order(self) -> str:
        order: str = self.value("sort", SORT)
        return order

    def pairs(self, **changes: Any) -> list[tuple[str, str]]:
        """The address as it stands, without page, format and empty fields, with these parameters changed."""
        given = {name: self.data[name] for name in self.fields if self.data.get(name) and name not in PASSING}
        return [(name, str(value)) for name, value in (given | changes).items() if value]

    def uses_further(self) -> bool:
        """Whether one of the filters that are folded away is in use, or was refused."""
        return any(self.data.get(name) for name in FURTHER)

    def about(self) -> str:
        """What a file says of itself."""
        narrowing = "; ".join(f"{name}={value}" for name, value in self.pairs() if name != "sort")
        return f"Own prompts as of {self.day()}" + (f", narrowed by {narrowing}." if narrowing else ".")
