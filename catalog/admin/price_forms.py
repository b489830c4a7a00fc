"""The forms of new prices for several listings: which ones, a rule for all or a field for each, and from which day."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminDateWidget
from django.utils import timezone

from catalog import exact
from catalog.admin import price_plan
from catalog.admin.amounts import PerMillionField, quoting
from catalog.models import LanguageModel, Listing, Market, Source

MOST_LISTINGS = 200


class WhichForm(forms.Form):
    """A family at a market, or single models; no market means the listing that stands for each model."""

    family = forms.ChoiceField(required=False)
    market = forms.ModelChoiceField(Market.objects.all(), required=False, empty_label="the main listing of each model")
    model = forms.ModelMultipleChoiceField(
        LanguageModel.objects.all(), required=False, widget=forms.MultipleHiddenInput
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        families = LanguageModel.objects.exclude(family="").order_by("family").values_list("family", flat=True)
        self.fields["family"].choices = [("", "choose one"), *((name, name) for name in families.distinct())]

    def listings(self) -> list[Listing]:
        """With periods, rates and pins, at most one more than may be edited at once. Seven queries."""
        data = self.cleaned_data
        found = Listing.objects.filter(market=data["market"]) if data["market"] else Listing.objects.main()
        if data["model"]:
            found = found.filter(model__in=data["model"])
        elif data["family"]:
            found = found.filter(model__family=data["family"])
        else:
            return []
        return list(found.with_prices().prefetch_related("pins").order_by("model__name", "pk")[: MOST_LISTINGS + 1])

    def title(self) -> str:
        if self.cleaned_data["model"]:
            return f"New prices of {len(self.cleaned_data['model'])} models"
        return f"New prices of the {self.cleaned_data['family']} family"


class RuleAmountField(forms.CharField):
    """A plain number, below zero too where the rule is a percentage."""

    widget = forms.TextInput(attrs={"size": 8, "inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value: Any) -> Decimal | None:
        typed = super().clean(value).strip()
        text = typed.removeprefix("$").removesuffix("%").strip()
        if not text:
            return None
        sign, text = (-1, text[1:]) if text[:1] in "-−" else (1, text)
        try:
            amount = exact.parse_amount(text)
        except exact.PricingError as error:
            sentence = quoting(str(error), typed).replace("is not a price", "is not a number")
            raise forms.ValidationError(sentence) from error
        if amount is None or exact.decimals_of(amount) > 6 or amount > 10**6:
            raise forms.ValidationError("Write a plain number with at most 6 decimals, such as 1.1.")
        return sign * amount


class NewPricesForm(forms.Form):
    """The day, the reason and the rule; then `<listing>-<price>` for each price of each listing, blank where it stays."""

    starts_on = forms.DateField(label="From", widget=AdminDateWidget)
    reason = forms.CharField(
        label="Reason for the change",
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="Kept with the history and with the pin of each price.",
    )
    source = forms.ModelChoiceField(
        Source.objects.all(), label="Read in", required=False, empty_label="entered by hand"
    )
    rule = forms.ChoiceField(
        label="For all", required=False, choices=[("", "no rule: each as written below"), *price_plan.RULES.items()]
    )
    amount = RuleAmountField(label="Amount", required=False, max_length=40)
    components = forms.MultipleChoiceField(
        label="Of",
        required=False,
        choices=list(price_plan.COMPONENTS.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=list(price_plan.COMPONENTS),
    )
    is_sure = forms.BooleanField(label="I have looked: prices that move tenfold or more are meant", required=False)

    def __init__(self, *args: Any, listings: list[Listing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listings, self.today = listings, timezone.now().date()
        self.fields["starts_on"].initial = self.today
        for listing in listings:
            for name, label in price_plan.COMPONENTS.items():
                field = PerMillionField(label=f"{label} of {listing.model.name}")
                field.widget.attrs["aria-label"] = field.label
                self.fields[f"{listing.pk}-{name}"] = field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rule, amount = cleaned.get("rule"), cleaned.get("amount")
        if rule and amount is None and "amount" not in self.errors:
            self.add_error("amount", "A rule needs an amount.")
        elif rule and amount is not None and rule != price_plan.ADD_PERCENT and amount < 0:
            self.add_error("amount", f"A price cannot be negative ({exact.plain(amount)}).")
        elif rule and amount is not None and amount < -100:
            self.add_error("amount", f"A price cannot fall by more than 100 percent ({exact.plain(-amount)}).")
        return cleaned

    def plans(self) -> list[price_plan.Plan]:
        """One plan for each listing whose price would change; a problem stands also as an error of the form."""
        found = []
        for listing in self.listings:
            each = price_plan.plan(listing, self.cleaned_data["starts_on"], self.today, self._wanted(listing))
            if each.moves:
                found.append(each)
            if each.moves and each.problem:
                self.add_error(None, f"{listing.model.name}: {each.problem}")
        if not found and not self.errors:
            self.add_error(None, f"Nothing would change: {self._why_nothing()}")
        return found

    def _why_nothing(self) -> str:
        data, day = self.cleaned_data, self.cleaned_data["starts_on"]
        written = [f"{listing.pk}-{name}" for listing in self.listings for name in price_plan.COMPONENTS]
        if not data["rule"] and any(data.get(name) is not None for name in written):
            return "each price that is written is the present one."
        if not data["rule"]:
            return "write a new price, or choose a rule."
        if not data["components"]:
            return "the rule is for no price. Tick input, cached or output."
        old = [price_plan.present(listing.period_on(day)) for listing in self.listings]
        known = [prices[name] for prices in old for name in data["components"] if prices[name] is not None]
        if not known and data["rule"] != price_plan.SET:
            return f"none of these prices is known on {day}, so the rule has nothing to work on. Choose a later day."
        return f"{price_plan.RULES[data['rule']].lower()} {exact.plain(data['amount'])} leaves each price as it is."

    def _wanted(self, listing: Listing) -> dict[str, Decimal | None]:
        data = self.cleaned_data
        old = price_plan.present(listing.period_on(data["starts_on"]))
        by_rule = {}
        if data["rule"]:
            by_rule = price_plan.by_rule(old, data["rule"], data["amount"], data["components"])
        typed = {name: data.get(f"{listing.pk}-{name}") for name in price_plan.COMPONENTS}
        return by_rule | {name: amount for name, amount in typed.items() if amount is not None}

    def rows(self) -> list[tuple[Listing, list[tuple[str, Any]]]]:
        """Each listing with its present prices and the fields for the new ones."""
        found = []
        for listing in self.listings:
            old = price_plan.present(listing.period_on(self.today))
            fields = [(price_plan.shown(old[name]), self[f"{listing.pk}-{name}"]) for name in price_plan.COMPONENTS]
            found.append((listing, fields))
        return found

    def head(self) -> list[Any]:
        return [self[name] for name in ("starts_on", "reason", "source", "rule", "amount", "components")]
