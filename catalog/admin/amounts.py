"""How an admin writes prices: per million tokens, as a plain number; kept per token as exact text in the rates."""

import re
from decimal import Decimal
from typing import Any

from django import forms

from catalog import exact, figures, pricing
from catalog.models import PricePeriod, Rate
from catalog.sane import DEAREST_TOKEN

CHEAPEST = Decimal("0.0001")  # per million; a hundredth of the cheapest model ever listed
LONGEST_AMOUNT = 40  # the width of Rate.amount

FIELDS = {
    "input_price": pricing.Component.INPUT,
    "cache_read_price": pricing.Component.CACHE_READ,
    "output_price": pricing.Component.OUTPUT,
    "cache_write_price": pricing.Component.CACHE_WRITE,
}


class PerMillionField(forms.CharField):
    """A price per million tokens: a Decimal of 0 or more, or None where nothing is written. Exact, never a float."""

    widget = forms.TextInput(attrs={"size": 5, "inputmode": "decimal", "autocomplete": "off"})

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=LONGEST_AMOUNT, **options)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if text.startswith("-"):
            raise forms.ValidationError(f"A price cannot be negative ({text}).")
        try:
            return exact.parse_amount(text.removeprefix("$"))
        except exact.PricingError as error:
            raise forms.ValidationError(quoting(str(error), text)) from error


def quoting(sentence: str, typed: str) -> str:
    """A refusal that quotes what was typed and not what was left of it: $2per 1M, and not 2per 1M."""
    return re.sub("“[^”]*”", lambda found: f"“{typed[:40]}”", sentence, count=1)


def price_fields() -> dict[str, PerMillionField]:
    labels = {"cache_read_price": "Cached /M", "cache_write_price": "Cache write /M"}
    return {
        name: PerMillionField(
            label=labels.get(name, f"{pricing.LABELS[component]} /M"),
            help_text="Per million tokens, in the period’s currency. Blank: not known. 0: free.",
        )
        for name, component in FIELDS.items()
    }


def check(amount: Decimal | None) -> Decimal | None:
    """The amount per token of a price per million; refuses, with a sentence, what can only be a slip of the unit."""
    if amount is None:
        return None
    per_token = exact.per_token(amount)
    dearest = exact.per_million(DEAREST_TOKEN)
    if per_token > DEAREST_TOKEN:
        raise forms.ValidationError(
            f"{exact.plain(amount)} per million tokens is absurd: the most that is accepted is {exact.plain(dearest)}."
        )
    if 0 < amount < CHEAPEST:
        raise forms.ValidationError(
            f"{exact.plain(amount)} per million tokens is absurdly low. Was this the price of one token? "
            f"That would be {figures.per_million(amount)} per million."
        )
    if len(exact.plain(per_token)) > LONGEST_AMOUNT:
        raise forms.ValidationError("That is more decimals than any source has. Round it.")
    return per_token


def written(period: PricePeriod) -> dict[str, str]:
    """The unconditional prices of a saved period as the form shows them; blank for what is not known."""
    prices = {}
    for name, component in FIELDS.items():
        amount = period.amount(component, is_net=False)
        prices[name] = "" if amount is None else figures.per_million(amount).replace(",", "")
    return prices


def write(period: PricePeriod, prices: dict[str, Decimal | None]) -> None:
    """Bring the unconditional rates of a period to these prices per million; other rates stay as they are.

    A price that is None removes its rate. A new rate goes below the conditional ones, which must win over it.
    """
    rates = list(period.rates.order_by("position"))
    for name, amount in prices.items():
        component = FIELDS[name]
        plain_rates = [rate for rate in rates if rate.component == component and not rate.is_conditional]
        per_token = check(amount)
        if per_token is None:
            Rate.objects.filter(pk__in=[rate.pk for rate in plain_rates]).delete()
            rates = [rate for rate in rates if rate not in plain_rates]
        elif plain_rates:
            plain_rates[-1].amount = exact.plain(per_token)
            plain_rates[-1].save()
        else:
            first = next((at for at, rate in enumerate(rates) if rate.is_conditional), len(rates))
            rates.insert(first, Rate(period=period, component=component, amount=exact.plain(per_token)))
    _renumber(period, rates)


def _renumber(period: PricePeriod, rates: list[Rate]) -> None:
    """Positions 0, 1, 2... in the order of the list; the highest go first so that no two ever share one."""
    taken = max([rate.position for rate in rates if rate.pk], default=-1)
    if all(rate.pk for rate in rates):
        return
    start = taken + 1
    for offset, rate in enumerate(rates):
        rate.position = start + offset
        rate.save()
    for offset, rate in enumerate(rates):
        rate.position = offset
        rate.save(update_fields=["position"])
