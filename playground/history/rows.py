"""A line of the history: one prompt with its models, how they ended, and what it cost. Two queries for any number of them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Sum

from playground.amounts import in_usd
from playground.models import Prompt, Run, State
from playground.models.runs import LIVE

DOTS = {State.QUEUED: "waiting", State.CONNECTING: "waiting", State.STOPPING: "stopped"}


@dataclass(frozen=True)
class Ended:
    """How many runs of one model ended in a state, or are in it."""

    state: State
    count: int

    @property
    def dot(self) -> str:
        return DOTS.get(self.state, self.state.value)

    @property
    def word(self) -> str:
        return str(self.state.label)


@dataclass
class Models:
    """Models that ended alike, and how."""

    names: list[str]
    states: list[Ended]  # of each of them
    is_sum: bool = False  # or of all together

    @property
    def is_one_run(self) -> bool:
        """Whether each of them has just one run, so that its state needs no number."""
        return len(self.states) == 1 and self.states[0].count == 1

    @property
    def is_each(self) -> bool:
        """Whether the numbers need the word “each”: they are of several models, and not of all together."""
        return len(self.names) > 1 and not self.is_sum and not self.is_one_run

    @property
    def states_in_words(self) -> str:
        """Done; or 18 done, 2 failed; or each 8 done."""
        if self.is_one_run:
            return self.states[0].word.lower()
        counts = ", ".join(f"{each.count} {each.word.lower()}" for each in self.states)
        return f"each {counts}" if self.is_each else counts


@dataclass
class Row:
    """One prompt and its runs in numbers; costs are whole numbers of 10^-12 USD."""

    prompt: Prompt
    names: dict[str, str] = field(default_factory=dict)  # by offer, in the order of the columns
    states: dict[str, Counter[State]] = field(default_factory=dict)  # by offer
    runs: int = 0
    known: int = 0  # runs whose cost is known
    cost: int = 0
    live: int = 0
    is_rehearsal: bool = False

    def add(self, group: dict[str, Any]) -> None:
        offer, state = group["offer"], State(group["state"])
        self.names.setdefault(offer, group["model_name"])
        self.states.setdefault(offer, Counter())[state] += group["count"]
        self.runs += group["count"]
        self.known += group["known"]
        self.cost += group["total"] or 0
        self.live += group["count"] - group["known"] if state in LIVE else 0
        self.is_rehearsal = self.is_rehearsal or group["is_rehearsal"]

    @property
    def unknown(self) -> int:
        """Runs that are over and whose cost nobody knows."""
        return self.runs - self.known - self.live

    @property
    def usd(self) -> Decimal:
        return in_usd(self.cost)

    @property
    def is_matrix(self) -> bool:
        return self.runs > len(self.names)

    @property
    def has_texts(self) -> bool:
        return self.prompt.purged_at is None

    def models(self) -> list[Models]:
        """Models that ended alike stand together, in the order of their columns. Of a blind prompt all stand together, by
        their names, and nothing says which of them ended how."""
        if self.prompt.hides_names:
            return [self._together()]
        found: list[Models] = []
        for offer, name in self.names.items():
            states = _in_order(self.states[offer])
            alike = next((each for each in found if each.states == states), None)
            if alike is None:
                found.append(Models([name], states))
            else:
                alike.names.append(name)
        return found

    def _together(self) -> Models:
        names, (first, *others) = sorted(self.names.values()), self.states.values()
        if len(first) == 1 and all(each == first for each in others):  # all ended alike, which betrays none
            return Models(names, _in_order(first))
        return Models(names, _in_order(sum(self.states.values(), Counter())), is_sum=True)


def _in_order(states: Counter[State]) -> list[Ended]:
    return [Ended(state, states[state]) for state in State if states[state]]


def rows(prompts: Iterable[Prompt]) -> list[Row]:
    """The lines of loaded prompts. One query; it counts in the database, as a matrix has hundreds of runs."""
    found: dict[UUID, Row] = {prompt.pk: Row(prompt) for prompt in prompts}
    runs = Run.objects.filter(prompt__in=found).values("prompt_id", "offer", "model_name", "state", "is_rehearsal")
    groups = runs.annotate(count=Count("*"), known=Count("cost"), total=Sum("cost"), place=Min("position"))
    for group in groups.order_by("place"):
        found[group["prompt_id"]].add(group)
    return list(found.values())
