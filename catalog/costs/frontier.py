"""The cheapest frontier of a price map: the models that nothing beats on both axes. Pure; no Django, no float."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TypeVar

Along = TypeVar("Along", int, date)


def cheapest_from(places: Iterable[tuple[Along, Decimal]]) -> list[tuple[Along, Decimal]]:
    """Of pairs of a length and a cost those for which no other is at least as long and costs less, or is longer and costs
    the same; shortest and cheapest first. Equal pairs are one."""
    return _lowest(sorted(places, key=lambda place: (place[0], -place[1]), reverse=True))[::-1]


def cheapest_until(places: Iterable[tuple[Along, Decimal]]) -> list[tuple[Along, Decimal]]:
    """Of pairs of a day and a cost those for which no other is as early and costs less, or is earlier and costs the same;
    earliest and dearest first. Equal pairs are one."""
    return _lowest(sorted(places))


def _lowest(places: Iterable[tuple[Along, Decimal]]) -> list[tuple[Along, Decimal]]:
    """Each place that is cheaper than all before it."""
    found: list[tuple[Along, Decimal]] = []
    for along, cost in places:
        if not found or cost < found[-1][1]:
            found.append((along, cost))
    return found
