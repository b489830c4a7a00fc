"""All that was found, counted: prompts, runs and their costs, by model and by day or month. Two queries.

What a rehearsal would have cost is never added to what was spent. Amounts are whole numbers of 10^-12 USD.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self

from django.db.models import BooleanField, CharField, Count, ExpressionWrapper, Max, Min, Q, Sum
from django.db.models.functions import Cast, Substr

from catalog.figures import counted, usd
from playground.amounts import in_usd
from playground.models import State
from playground.models.prompts import PromptQuerySet
from playground.models.runs import LIVE

MOST_DAYS = 92  # with more of them than this between the first and the last, months are told apart and not days


@dataclass
class Sums:
    """Runs counted: how many, how many of them done or on the way, what they cost as far as it is known."""

    runs: int = 0
    done: int = 0
    live: int = 0
    known: int = 0  # runs whose cost is known
    cost: int = 0

    def add(self, other: "Sums") -> None:
        self.runs += other.runs
        self.done += other.done
        self.live += other.live
        self.known += other.known
        self.cost += other.cost

    @property
    def unknown(self) -> int:
        """Runs that are over and whose cost nobody knows."""
        return self.runs - self.known - self.live

    @property
    def usd(self) -> Decimal:
        return in_usd(self.cost)

    @property
    def usd_each(self) -> Decimal | None:
        """The mean of the known costs."""
        return self.usd / self.known if self.known else None


@dataclass
class ModelSums(Sums):
    """The runs of one model at one place, real or rehearsed."""

    offer: str = ""
    name: str = ""
    is_rehearsal: bool = False
    bar: int = 0  # its cost as a share of the dearest, of 100
    place: str = ""  # what tells it from others of the same name


@dataclass
class Tally:
    """What was found in numbers. `by_time` has the first days of what has runs: days, or months with `is_monthly`."""

    prompts: int
    first: date | None = None
    last: date | None = None
    real: Sums = field(default_factory=Sums)
    rehearsed: Sums = field(default_factory=Sums)
    hidden: int = 0  # runs of blind prompts: counted above, and not by model while their names are hidden
    models: list[ModelSums] = field(default_factory=list)
    by_time: dict[date, Sums] = field(default_factory=lambda: defaultdict(Sums))

    @classmethod
    def of(cls, prompts: PromptQuerySet) -> Self:
        ends = prompts.order_by().aggregate(prompts=Count("pk"), first=Min("created_at"), last=Max("created_at"))
        if not ends["prompts"]:
            return cls(0)
        tally = cls(ends["prompts"], ends["first"].date(), ends["last"].date())
        tally._count(_groups(prompts, len("2026-11") if tally.is_monthly else len("2026-11-21")))
        return tally

    @property
    def is_monthly(self) -> bool:
        return self.first is not None and self.last is not None and self.last - self.first > timedelta(days=MOST_DAYS)

    @property
    def all(self) -> Sums:
        both = Sums()
        both.add(self.real)
        both.add(self.rehearsed)
        return both

    def _count(self, groups: Iterable[dict[str, Any]]) -> None:
        models: dict[tuple[str, bool], ModelSums] = {}
        for group in groups:
            if not group["count"]:
                continue  # a prompt without a run
            sums = _sums(group)
            is_rehearsal = group["runs__is_rehearsal"]
            (self.rehearsed if is_rehearsal else self.real).add(sums)
            self.by_time[date.fromisoformat(f"{group['time']}-01"[: len("2026-11-01")])].add(sums)
            if group["is_hidden"]:
                self.hidden += sums.runs
                continue
            offer = group["runs__offer"]
            model = models.setdefault((offer, is_rehearsal), ModelSums(offer=offer, is_rehearsal=is_rehearsal))
            model.name = group["name"]
            model.add(sums)
        self.models = sorted(models.values(), key=lambda model: (-model.cost, -model.runs, model.name))
        names = Counter(model.name for model in self.models)
        for model in self.models:
            if names[model.name] > 1:
                model.place = ", ".join(filter(None, [model.offer.partition("@")[2], "rehearsed" * model.is_rehearsal]))
        dearest = max((model.cost for model in self.models), default=0)
        for model in self.models:
            model.bar = round(100 * model.cost / dearest) if dearest else 0

    def in_words(self) -> str:
        """37 prompts, 112 runs, $0.0412 known, 3 unknown."""
        both = self.all
        words = [counted(self.prompts, "prompt"), counted(both.runs, "run")]
        if self.real.known:
            words.append(f"{usd(self.real.usd)} known")
        if self.rehearsed.known:
            words.append(f"{usd(self.rehearsed.usd)} that rehearsals would have cost")
        if both.unknown:
            words.append(f"{both.unknown:,} unknown")
        if both.live:
            words.append(f"{both.live:,} on the way")
        return ", ".join(words)


def _groups(prompts: PromptQuerySet, letters: int) -> Any:
    """Runs and costs by everything that is told apart. The day is cut from the stored text, as calling back into Python
    for each of many thousand rows would cost more than all the rest. Runs are counted by a column that is read anyway,
    so that an index over these few can answer alone."""
    named = prompts.order_by().annotate(
        time=Substr(Cast("created_at", CharField()), 1, letters),
        is_hidden=ExpressionWrapper(Q(is_blind=True, revealed_at=None), output_field=BooleanField()),
    )
    groups = named.values("time", "is_hidden", "runs__offer", "runs__is_rehearsal", "runs__state")
    return groups.annotate(
        name=Max("runs__model_name"), count=Count("runs__state"), known=Count("runs__cost"), cost=Sum("runs__cost")
    )


def _sums(group: dict[str, Any]) -> Sums:
    runs, state = group["count"], group["runs__state"]
    return Sums(
        runs,
        runs if state == State.DONE else 0,
        runs - group["known"] if state in LIVE else 0,
        group["known"],
        group["cost"] or 0,
    )
