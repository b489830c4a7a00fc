"""New prices for several listings at once: what would change, what speaks against it, and carrying it out.

Prices are per million tokens here, as an admin writes them, and before the listing's discount.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from catalog import exact, figures
from catalog.admin import amounts
from catalog.admin.acts import acting
from catalog.imports.market_prices import JUMP, PRICE, percent
from catalog.models import Listing, PricePeriod, Rate, Revision, Source

COMPONENTS = {"input_price": "Input", "cache_read_price": "Cached", "output_price": "Output"}
MULTIPLY, ADD_PERCENT, SET = "multiply", "percent", "set"
RULES = {MULTIPLY: "Multiply by", ADD_PERCENT: "Add percent", SET: "Set to"}
Prices = dict[str, Decimal | None]


class MovedOn(Exception):
    """A price is not any more what the plan was made from; the message is a sentence."""


@dataclass(frozen=True)
class Move:
    """One price of a listing that would change; None is a price that is not known."""

    label: str
    old: Decimal | None
    new: Decimal | None

    @property
    def percent(self) -> str:
        return percent(self.old, self.new) if self.old and self.new is not None else ""

    @property
    def is_jump(self) -> bool:
        """Whether the price moves tenfold or more; from a price to nothing at all counts as that."""
        if not self.old or self.new is None:
            return False
        return self.new == 0 or max(self.new / self.old, self.old / self.new) >= JUMP

    @property
    def words(self) -> tuple[str, str]:
        return shown(self.old), shown(self.new)


@dataclass
class Plan:
    """What would become of one listing's price from a day on."""

    listing: Listing
    period: PricePeriod | None
    starts_on: date
    moves: dict[str, Move]
    problem: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def is_jump(self) -> bool:
        return any(move.is_jump for move in self.moves.values())


def shown(amount: Decimal | None) -> str:
    """A price per million, exact, with at least two decimals: $0.20."""
    return figures.usd_exact(amount)


def present(period: PricePeriod | None) -> Prices:
    """The unconditional prices per million of a period whose rates are loaded."""
    found: Prices = dict.fromkeys(COMPONENTS)
    if period is not None:
        for name in COMPONENTS:
            amount = period.amount(amounts.FIELDS[name], is_net=False)
            found[name] = None if amount is None else exact.per_million(amount)
    return found


def by_rule(prices: Prices, rule: str, amount: Decimal, components: Iterable[str]) -> Prices:
    """The prices after a rule; one that is not known is only known after being set.

    0.50 and 1.50, plus 10 percent: 0.55 and 1.65.
    """
    found: Prices = {}
    for name in components:
        old = prices[name]
        if rule == SET:
            found[name] = amount
        elif old is not None:
            factor = amount if rule == MULTIPLY else 1 + amount / 100
            found[name] = exact.EXACT.multiply(old, factor)
    return found


def plan(listing: Listing, starts_on: date, today: date, wanted: Mapping[str, Decimal | None]) -> Plan:
    """What setting these prices from this day would do to a listing whose periods, rates and pins are loaded."""
    period = listing.period_on(starts_on)
    old = present(period)
    moves = {
        name: Move(COMPONENTS[name], old[name], new)
        for name, new in wanted.items()
        if new is not None and new != old[name]
    }
    found = Plan(listing, period, starts_on, moves)
    for move in moves.values():
        try:
            amounts.check(move.new)
        except forms.ValidationError as error:
            found.problem = f"{move.label}: {' '.join(error.messages)}"
    if period is not None and period.is_used:
        if period.starts_on == starts_on:
            found.problem = (
                "A run was priced with the price that begins on this day. Let the new one begin a day later."
            )
        elif starts_on < today:
            found.problem = "A run was priced with this price. The new one can begin today at the earliest."
        found.notes.append("Used by a run: it stays on record and is followed.")
    if period is not None and (share := period.discount_share()):
        found.notes.append(f"Before the discount of {exact.plain(share * 100)}%, which stays.")
    if period is not None and (count := sum(rate.is_conditional for rate in period.rates.all())):
        found.notes.append(f"{figures.counted(count, 'rate')} under conditions stay{'s' if count == 1 else ''} as now.")
    if any(pin.field == PRICE for pin in listing.pins.all()):
        found.notes.append("The price is pinned; the pin takes the new value.")
    return found


def entered(day: date) -> Source:
    """The source of prices that an admin enters without naming one."""
    defaults = {"title": "Entered in the admin", "read_on": day, "authority": 50}
    return Source.objects.get_or_create(slug="entered-in-the-admin", defaults=defaults)[0]


def seal(plans: list[Plan]) -> str:
    """What was shown of these plans: where it differs later, what would be done is not what was looked at."""
    said = [
        (
            each.listing.pk,
            str(each.starts_on),
            [
                (name, str(move.old), str(move.new))
                for name, move in sorted(each.moves.items(), key=lambda item: item[0])
            ],
        )
        for each in plans
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def carry_out(plans: list[Plan], title: str, user: Any, reason: str, source: Source | None) -> Revision | None:
    """Begin the new periods, in one revision, and pin the prices with the reason. The plans have no problem.

    Raises MovedOn, and changes nothing, where a price is not any more what the plan was made from.
    """
    models = [each.listing.model for each in plans]
    with acting(title, user, models, reason, Revision.Kind.PRICES) as recording:
        fresh = Listing.objects.filter(pk__in=[each.listing.pk for each in plans]).with_prices().in_bulk()
        for each in plans:
            period = fresh[each.listing.pk].period_on(each.starts_on) if each.listing.pk in fresh else None
            if period != each.period or present(period) != present(each.period):
                raise MovedOn(f"The price of {each.listing.model.name} was changed by somebody else just now.")
            _begin(each, source or entered(each.starts_on))
    return recording.revision


def _begin(each: Plan, source: Source) -> None:
    """A period that follows the one in force with its other rates; on the very day of its beginning it is edited."""
    prices = {name: move.new for name, move in each.moves.items()}
    period = each.period
    if period is not None and period.starts_on == each.starts_on:
        period.source = source
        period.save(update_fields=["source"])
        amounts.write(period, prices)
        return
    periods = each.listing.periods.filter(currency="USD")
    later = periods.filter(starts_on__gt=each.starts_on).order_by("starts_on").first()
    new = PricePeriod(
        listing=each.listing,
        starts_on=each.starts_on,
        ends_on=period.ends_on if period else later.starts_on if later else None,
        source=source,
        discount=period.discount if period else "",
    )
    rates = list(period.rates.all()) if period else []
    if period is not None:  # also one that a run used: being followed is all that may happen to it
        PricePeriod.objects.filter(pk=period.pk).update(ends_on=each.starts_on)
    new.save()
    for place, rate in enumerate(rates):
        Rate.from_pricing(rate.as_pricing(), new, place).save()
    amounts.write(new, prices)
