"""The bounds beyond which a value can only be a slip: shared by forms, the database and imports. Pure; no Django."""

from decimal import Decimal

from catalog import exact, measures, pricing

DEAREST_TOKEN = Decimal("0.01")  # $10,000 per million: a hundred times the dearest model ever listed
DEAREST_OTHER = Decimal(100)  # per request, image or search
# By the unit: a hundred times and more what any vendor asks, and less than a price per thousand pages or per million
# characters that is taken for one unit's.
DEAREST_UNIT: dict[str, Decimal] = {
    pricing.Component.PAGE: Decimal(1),
    pricing.Component.ANNOTATED: Decimal(1),
    pricing.Component.AUDIO_MINUTE: Decimal(10),
    pricing.Component.CHARACTER: Decimal("0.01"),
}
MOST_TOKENS = 100_000_000  # no model reads or writes more; the catalog's tables hold the same bound


def check_amount(component: str, amount: Decimal | None) -> None:
    """Refuse, with a sentence, an amount per unit that can only be a slip of the unit. Raises PricingError."""
    if amount is None:
        return
    if exact.decimals_of(amount) > exact.MOST_DECIMALS:
        raise exact.PricingError(f"That is more decimals than any source has. The most is {exact.MOST_DECIMALS}.")
    if component in pricing.PER_TOKEN and amount > DEAREST_TOKEN:
        raise exact.PricingError(
            f"{exact.plain(amount)} per token is ${exact.plain(exact.per_million(amount))} per million tokens. "
            "Was a price per million written as a price per token?"
        )
    dearest = DEAREST_UNIT.get(component)
    if dearest is not None and amount > dearest:
        measure = measures.measure_of(pricing.Component(component))
        raise exact.PricingError(
            f"{exact.plain(amount)} per {measure.unit} is absurd. The most that is accepted is {dearest}: an amount is for "
            f"one unit, also where the price is {measure.words}."
        )
    if component not in pricing.PER_TOKEN and amount > DEAREST_OTHER:
        raise exact.PricingError(f"{exact.plain(amount)} each is absurd. The most that is accepted is {DEAREST_OTHER}.")
