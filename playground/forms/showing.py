"""What the form's page shows beside its fields: the models to choose from, and each message with what belongs to it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property

from catalog.pricing import Component, Condition
from playground.forms import json_reading
from playground.forms.earlier import Earlier
from playground.forms.messages import Row
from playground.models import Image
from playground.offers import Offer

LONGEST_ANSWER = 1200  # characters of an answer that is only looked at
LONGEST_CALL = 200


@dataclass(frozen=True)
class Price:
    """What a listing charges for a token in and out, in USD, before any condition such as a tier; None where nobody knows."""

    input: Decimal | None = None
    output: Decimal | None = None
    is_free: bool = False

    @property
    def is_known(self) -> bool:
        return self.input is not None or self.output is not None


def price_of(offer: Offer, day: date) -> Price:
    """The price of the listing that would serve, as a run on `day` would be priced; free only where nothing is charged for."""
    period = offer.listing.price_on(day)
    if period is None:
        return Price()
    rates = period.pricing_rates()
    by = {rate.component: rate.amount for rate in rates if rate.condition == Condition()}
    is_free = by.get(Component.INPUT) == 0 and by.get(Component.OUTPUT) == 0 and not any(rate.amount for rate in rates)
    return Price(by.get(Component.INPUT), by.get(Component.OUTPUT), is_free)


@dataclass(frozen=True)
class Pick:
    """One model in the list, with what it costs on `day`, and what it reads and does beside text, in single words."""

    offer: Offer
    is_chosen: bool
    day: date

    @property
    def takes(self) -> list[str]:
        tools = self.offer.parameters().get("tools")
        has_tools = tools is not None and not tools.is_unsupported
        return ["images"] * self.offer.takes_images + ["tools"] * has_tools

    @property
    def is_delisted(self) -> bool:
        """Whether its market lists it no more, or is not known to since its vendor retired it."""
        listing = self.offer.listing
        return (listing.delisted_on is not None and listing.delisted_on <= self.day) or listing.is_over_on(self.day)

    @cached_property
    def price(self) -> Price:
        return price_of(self.offer, self.day)

    @property
    def words(self) -> str:
        """What the filter looks through."""
        costs = "free" if self.price.is_free else "" if self.price.is_known else "no price"
        return " ".join(filter(None, [self.offer.name.lower(), self.offer.key, *self.takes, costs]))


def picks(offered: dict[str, Offer], chosen: list[str], answering: list[str] | None) -> list[Pick]:
    """The chosen ones first, in the order of the board; then what is on sale, and last what its market no longer lists, both
    in the order of `offered`, which is that of the names. Where only some have an answer to go on from, the others are not
    there to be chosen."""
    today = datetime.now(UTC).date()
    marked = [Pick(offer, key in chosen, today) for key, offer in offered.items()]
    open_to_choice = [each for each in marked if answering is None or each.is_chosen or each.offer.key in answering]
    order = {key: place for place, key in enumerate(chosen)}
    return sorted(open_to_choice, key=lambda each: (order.get(each.offer.key, len(order)), each.is_delisted))


@dataclass(frozen=True)
class Shown:
    """One row; `number` orders it in the names of its fields. `answers` are names of models and what they said."""

    number: int
    row: Row
    images: list[Image] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)
    call: str = ""

    @property
    def place(self) -> int:
        return self.number + 1


def shown(rows: list[Row], offered: dict[str, Offer], earlier: Earlier) -> list[Shown]:
    """All rows in their order; one query for the images of all, one for each earlier prompt."""
    images = earlier.images([number for row in rows for number in row.images])
    calls: dict[str, str] = {}
    made = []
    for number, row in enumerate(rows):
        if row.role == "assistant":
            calls |= _calls(row.calls)
        kept = [images[each] for each in row.images if each in images]
        made.append(Shown(number, row, kept, _answers(row, offered, earlier), calls.get(row.call_id, "")))
    return made


def _answers(row: Row, offered: dict[str, Offer], earlier: Earlier) -> list[tuple[str, str]]:
    found = earlier.answers(row.by) if row.by else None
    if found is None or earlier.hides_names(row.by):
        return []
    names = {key: offered[key].name if key in offered else key for key in found.by}
    return [(names[key], _cut(answered.content, LONGEST_ANSWER)) for key, answered in found.by.items()]


def _calls(text: str) -> dict[str, str]:
    """Calls by their id, as `name(arguments)`; nothing where they are no JSON yet."""
    try:
        calls = json_reading.read(text) if text.strip() else []
        return {call["id"]: _cut(f"{call['name']}({call['arguments']})", LONGEST_CALL) for call in calls}
    except (json_reading.BadJSON, TypeError, KeyError):
        return {}


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
