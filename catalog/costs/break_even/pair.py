"""Which two models a break-even is between: those that were asked for, or else the cheapest, and the sentences that say so."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.costs.offered import Priced, unpriced
from catalog.costs.workloads import Cost, Workload, cost_of, costs_of
from catalog.models.lifecycle import Status
from catalog.pricing import Bill


@dataclass(frozen=True)
class Pair:
    """One request of a workload, priced on two models."""

    first: Cost
    second: Cost

    @property
    def costs(self) -> tuple[Cost, Cost]:
        return self.first, self.second

    @property
    def bills(self) -> tuple[Bill, Bill]:
        return self.first.bill, self.second.bill

    @property
    def names(self) -> tuple[str, str]:
        """What the two are called; by their ids where both have one name."""
        first, second = self.first.priced, self.second.priced
        return (first.name, second.name) if first.name != second.name else (first.public_id, second.public_id)

    def notes(self) -> list[str]:
        """What to know of each beside its figures: that it is no longer sold, that its price is an old one or may differ."""
        found = []
        for name, cost in zip(self.names, self.costs, strict=True):
            status = cost.priced.status
            if status is Status.RETIRING:
                found.append(
                    f"{name} {cost.priced.status_text[0].lower()}{cost.priced.status_text[1:]}. {cost.note}".strip()
                )
            elif status is not Status.ACTIVE:
                found.append(f"{name} is {cost.priced.status_text.lower()}. {cost.note}".strip())
            elif cost.note:
                found.append(f"{name}: {cost.note}")
        return found


@dataclass(frozen=True)
class Choice:
    """Two models, or None when there are not two to choose from; how they came to be chosen, and the ids nobody lists."""

    pair: Pair | None
    sentences: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def choose(priced: Iterable[Priced], asked: list[str], workload: Workload, is_repeated: bool = False) -> Choice:
    """The first two models that were asked for and are listed, filled up with the cheapest ones on sale for the workload.

    `is_repeated` says that one id was asked for more than once.
    """
    listed = {each.public_id: each for each in priced}
    named = [listed[model_id] for model_id in asked if model_id in listed]
    chosen = [cost_of(each, workload) for each in named[:2]]
    sentences = []
    if is_repeated and len(named) == 1:
        sentences.append(f"{named[0].name} always costs as much as itself: choose another model to set beside it.")
    if len(named) > 2:
        names = f"{named[0].name} and {named[1].name}"
        sentences.append(
            f"A break-even is between two models: of the {len(named)} given, {names} are set side by side."
        )
    if len(chosen) < 2:
        others = (each for each in listed.values() if each not in named)
        filling, kind = _cheapest(others, workload, 2 - len(chosen))
        chosen += filling
        if len(chosen) == 2 and named:
            name = filling[0].priced.name
            sentences.append(
                f"Beside {named[0].name} stands {name}, the cheapest other model on sale{kind} for this workload."
            )
        elif len(chosen) == 2:
            names = f"{filling[0].priced.name} and {filling[1].priced.name}"
            sentences.append(f"No models were chosen: {names} are the two cheapest on sale{kind} for this workload.")
    pair = Pair(chosen[0], chosen[1]) if len(chosen) == 2 else None
    return Choice(pair, tuple(sentences), tuple(unpriced(asked, listed.values())))


def is_repeated(ids: Iterable[str]) -> bool:
    """Whether one id stands there more than once."""
    given = [each.strip() for each in ids if each.strip()]
    return len(set(given)) < len(given)


def _cheapest(priced: Iterable[Priced], workload: Workload, count: int) -> tuple[list[Cost], str]:
    """The cheapest models on sale whose cost is known and that have room for the request, and what has to be added to
    that: a free one breaks even with nothing, so free ones are passed over while there are enough others."""
    known = [cost for cost in costs_of(priced, workload) if cost.can_be_bought]
    paid = [cost for cost in known if cost.total]
    if len(paid) < count or len(paid) == len(known):
        return known[:count], ""
    return paid[:count], " that are not free" if count > 1 else " that is not free"


def sides(choice: Choice, asked: Iterable[str]) -> list[tuple[str, str]]:
    """For each of the two choices its label and the id that is chosen in it; blank where the cheapest stands in."""
    ids = [cost.priced.public_id for cost in choice.pair.costs] if choice.pair else ["", ""]
    named = set(asked)
    return [(label, each if each in named else "") for label, each in zip(("Model", "against"), ids, strict=True)]
