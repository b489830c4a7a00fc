"""Two price tables side by side: which prices of one usage differ, and by which fact. Pure; no Django, no opinion's package.

A table holds what one seller charges for one name, by day. That two bills differ is a fault of nobody's arithmetic when
our engine, given the other's table, arrives at the other's bill to the digit (`bench.costs` checks that first). What is
left is a difference of prices, and each price that differs has to be named by something that the two tables themselves
show: a price that is missing, one of another day, another tier, another entry for the name. A difference that fits no
name stays unnamed, and the report counts it as unexplained.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from catalog.pricing import LABELS, PART_OF, Component, Condition, Rate, Usage

UNNAMED = "another price, and nothing here names the reason"
# Reasons that no table shows, found out by hand: opinion, name and component, and a sentence with where it is written.
# genai-prices 0.2.3 and LiteLLM 1.106.2 need none: what differs there can be seen in the tables.
KNOWN: dict[tuple[str, str, Component], str] = {}


@dataclass(frozen=True)
class Period:
    """The rates of some days: from `starts_on`, or since ever where the table states no date, to `ends_on` (exclusive)."""

    rates: tuple[Rate, ...]
    starts_on: date | None = None
    ends_on: date | None = None
    source: str = ""

    def covers(self, day: date) -> bool:
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True)
class Table:
    """What one seller charges for one name. `entry` is what the table calls it; the periods are in the order of their days."""

    entry: str
    periods: tuple[Period, ...]

    def on(self, day: date) -> Period | None:
        return next((period for period in self.periods if period.covers(day)), None)


@dataclass(frozen=True)
class Request:
    """A usage, when it began (UTC), and whether it went in a batch: all that a price may depend on."""

    usage: Usage
    at: datetime
    batch: bool = False

    @property
    def day(self) -> date:
        return self.at.date()


@dataclass(frozen=True)
class Fact:
    """One price that differs, per unit and None where a table has none, under the heading of its reason."""

    heading: str
    component: Component
    ours: Decimal | None
    theirs: Decimal | None
    days: str  # since when each side has its price
    source: str = ""  # where ours was read

    @property
    def is_named(self) -> bool:
        return self.heading != UNNAMED


def in_force(rates: tuple[Rate, ...], request: Request) -> dict[Component, Decimal]:
    """The amount of each component whose price is known for this request; of several that apply the last one wins."""
    found = {
        rate.component: rate.amount
        for rate in rates
        if rate.condition.holds(request.usage, request.at, batch=request.batch)
    }
    return {component: amount for component, amount in found.items() if amount is not None}


def differing(ours: Period, theirs: Period, request: Request) -> list[Component]:
    """The components of this usage that the two tables charge differently. A part that neither prices is not one of them:
    there the general price differs."""
    mine, his = in_force(ours.rates, request), in_force(theirs.rates, request)
    found = []
    for component in _used(request.usage):
        if component in PART_OF and component not in mine and component not in his:
            component = PART_OF[component]
        general = PART_OF.get(component, component)
        if mine.get(component, mine.get(general)) != his.get(component, his.get(general)):
            found.append(component)
    return list(dict.fromkeys(found))


def explain(
    ours: Table, theirs: Table, request: Request, known_as: tuple[str, str], own: Table | None = None
) -> list[Fact]:
    """A fact for each price that differs. `known_as` is the opinion and the name that was asked for; `own`, where the name
    is an alias, is their table for the model's own id. Both tables must have a period on the day."""
    mine, his = ours.on(request.day), theirs.on(request.day)
    assert mine is not None
    assert his is not None
    return [
        _Difference(ours, theirs, mine, his, component, request).fact(known_as, own)
        for component in differing(mine, his, request)
    ]


def _used(usage: Usage) -> Iterator[Component]:
    """The components of which there is something in a usage of text tokens."""
    counts = {
        Component.INPUT: usage.fresh_tokens,
        Component.CACHE_READ: usage.cached_tokens,
        Component.CACHE_WRITE: usage.cache_write_tokens,
        Component.OUTPUT: usage.answer_tokens,
        Component.REASONING: usage.reasoning_tokens,
    }
    return (component for component, count in counts.items() if count)


@dataclass(frozen=True)
class _Difference:
    """One component that two tables charge differently for one request."""

    our_table: Table
    their_table: Table
    our_period: Period
    their_period: Period
    component: Component
    request: Request

    def fact(self, known_as: tuple[str, str], own: Table | None) -> Fact:
        ours, theirs = self._amount(self.our_period), self._amount(self.their_period)
        heading, days = self._named(known_as, own)
        return Fact(heading, self.component, ours, theirs, days, self.our_period.source)

    def _named(self, known_as: tuple[str, str], own: Table | None) -> tuple[str, str]:
        known = KNOWN.get((*known_as, self.component))
        for found in (self._other_entry(own), self._other_tier(), self._other_day(), self._missing()):
            if found is not None:
                return found
        return (known or UNNAMED), self._since()

    def _amount(self, period: Period | None) -> Decimal | None:
        return None if period is None else in_force(period.rates, self.request).get(self.component)

    def _other_entry(self, own: Table | None) -> tuple[str, str] | None:
        """An alias leads to an entry that is not the model's own, while the own one agrees with us."""
        if own is None or own.entry == self.their_table.entry:
            return None
        if self._amount(own.on(self.request.day)) != self._amount(self.our_period):
            return None
        return (
            f"stale: for this alias they still answer with {self.their_table.entry}",
            f"here from {self._our_start()}, their {own.entry} agrees",
        )

    def _other_tier(self) -> tuple[str, str] | None:
        """The plain prices are the same; a tier, a window of hours or a batch price makes the difference."""
        plain = [_plain(period.rates, self.component) for period in (self.our_period, self.their_period)]
        if plain[0] is None or plain[0] != plain[1]:
            return None
        return "their tier differs: the plain price is the same", self._since()

    def _other_day(self) -> tuple[str, str] | None:
        """One of the tables has the other's price on another day."""
        ours, theirs = self._amount(self.our_period), self._amount(self.their_period)
        same = [period for period in self.our_table.periods if theirs is not None and self._amount(period) == theirs]
        for period in same:
            if _start(period) > _start(self.our_period):
                if self.their_period.starts_on is None:
                    days = f"here from {self._our_start()}, theirs holds here from {period.starts_on}"
                    return "undated there: the price of later days, for every day", days
                days = f"{self._since()}, theirs holds here from {period.starts_on}"
                return "since when it holds: they start before we do", days
        for period in self.their_table.periods:
            if _start(period) > self.request.day and ours is not None and self._amount(period) == ours:
                return "since when it holds: they start after we do", self._both(self._our_start(), period.starts_on)
        if same:
            days = f"here from {self._our_start()}, theirs held here until {same[-1].ends_on}"
            return "stale: a price that ended", days
        return None

    def _missing(self) -> tuple[str, str] | None:
        """One side has no price at all for a part, and charges it as the general component."""
        general = PART_OF.get(self.component)
        if general is None:
            return None
        part = LABELS[self.component].lower()
        if self._amount(self.their_period) is None:
            return f"no {part} price there: charged as plain {LABELS[general].lower()}", self._since()
        if self._amount(self.our_period) is None:
            return f"no {part} price in our source: charged as plain {LABELS[general].lower()}", self._since()
        return None

    def _since(self) -> str:
        return self._both(self._our_start(), self._their_start())

    def _both(self, ours: date | None, theirs: date | None) -> str:
        return f"here from {ours}, there {f'from {theirs}' if theirs else 'undated'}"

    def _our_start(self) -> date | None:
        return self._began(self.our_table, self.our_period)

    def _their_start(self) -> date | None:
        return self._began(self.their_table, self.their_period)

    def _began(self, table: Table, period: Period) -> date | None:
        """Since when the amount of a period holds: its own first day, or that of the periods right before it with the same
        amount."""
        began = period.starts_on
        for earlier in reversed(table.periods):
            if began is not None and earlier.ends_on == began and self._amount(earlier) == self._amount(period):
                began = earlier.starts_on
        return began


def _start(period: Period) -> date:
    return period.starts_on or date.min


def _plain(rates: tuple[Rate, ...], component: Component) -> Decimal | None:
    found = [rate.amount for rate in rates if rate.component is component and rate.condition == Condition()]
    return found[-1] if found else None
