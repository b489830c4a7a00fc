"""Display currencies: what a US dollar was worth on a day, as an admin wrote it. For showing only; prices stay in USD."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from catalog import exact
from catalog.figures import Display

MOST_PER_USD = Decimal(1_000_000)


class DisplayCurrency(models.Model):
    """One currency that pages may show converted amounts in, with its rate, the day of the rate, and where it was read."""

    code = models.CharField(
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{3}$", "Write a currency code, such as EUR.")],
        help_text="Three letters, such as EUR.",
    )
    per_usd = models.CharField(
        "units per US dollar", max_length=20, help_text="How much of it one US dollar buys, as a plain number: 0.92."
    )
    rate_on = models.DateField("rate of", help_text="The day of the rate. Pages show it beside every converted amount.")
    source = models.CharField(max_length=200, help_text="Where the rate was read.")

    class Meta:
        ordering = ["code"]
        verbose_name_plural = "display currencies"

    def __str__(self) -> str:
        return self.code

    def display(self) -> Display:
        return Display(self.code, exact.parse_amount(self.per_usd) or Decimal(1), self.rate_on)

    def clean(self) -> None:
        errors: dict[str, str] = {}
        try:
            rate = exact.parse_amount(self.per_usd)
            if not rate:
                errors["per_usd"] = "A rate is a number above zero, such as 0.92."
            elif exact.decimals_of(rate) > exact.MOST_CURRENCY_DECIMALS:
                errors["per_usd"] = f"A rate has at most {exact.MOST_CURRENCY_DECIMALS} decimals."
            elif rate > MOST_PER_USD:
                errors["per_usd"] = f"No dollar buys more than {MOST_PER_USD:,} of a currency. Is this a slip?"
        except exact.PricingError:
            errors["per_usd"] = f"“{self.per_usd}” is not a rate. Write a plain number, such as 0.92."
        if self.code == "USD":
            errors["code"] = "US dollars are what prices are kept in; they need no rate."
        if errors:
            raise ValidationError(errors)
