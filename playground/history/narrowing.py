"""The filters of the history: what a person may ask for, and the prompts that are left."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from django.db.models import Q

from playground.history.searching import Term, having
from playground.messages import folded
from playground.models import Label, Prompt
from playground.models.prompts import PromptQuerySet
from playground.models.runs import LIVE

Key = TypeVar("Key")
LIVE_WORD = "live"
MOST_IDS = 10_000  # given back to the database at once; of more, the search runs again in each query
ORDERS = {
    "-date": ("-created_at", "-pk"),
    "date": ("created_at", "pk"),
    "-cost": ("-known_cost", "-created_at", "-pk"),
    "cost": ("known_cost", "-created_at", "-pk"),
}


@dataclass(frozen=True)
class Wanted:
    """The filters, each blank unless it is used. Costs are sums of a prompt's runs in 10^-12 USD; days are UTC, and both
    the first and the last are included."""

    terms: tuple[Term, ...] = ()
    model: str = ""
    state: str = ""
    least_cost: int | None = None
    most_cost: int | None = None
    has_unknown_cost: bool = False
    since: date | None = None
    until: date | None = None
    label: str = ""
    is_favourite: bool = False
    api: str = ""
    is_matrix: bool = False
    is_continued: bool = False

    @property
    def bounds_cost(self) -> bool:
        return self.least_cost is not None or self.most_cost is not None

    def is_narrowed(self) -> bool:
        return self != Wanted()


@dataclass(frozen=True)
class Found:
    """What the filters leave; `apart` counts the prompts about which the bounds of cost say nothing, as the cost of one of
    their runs is not known."""

    prompts: PromptQuerySet
    apart: int = 0

    def ordered(self, sort: str) -> PromptQuerySet:
        prompts = self.prompts.with_costs() if sort.endswith("cost") else self.prompts
        return prompts.order_by(*ORDERS[sort])


def found(user: Any, wanted: Wanted) -> Found:
    """The prompts of `user` that are wanted, in no order. What is dear to find is looked for once."""
    prompts = _plainly_narrowed(Prompt.objects.of(user), wanted)
    conditions = list(_of_one_run(wanted))
    if wanted.model and len(conditions) > 1:
        prompts = prompts.revealed()  # to be found by how one of its models ended would tell which answer is whose
    if conditions:
        prompts = prompts.with_run(*conditions)
    if wanted.terms:
        prompts = _searched(user, prompts, wanted.terms)
    if conditions or wanted.terms:
        prompts = _at_once(prompts)
    if not wanted.bounds_cost:
        return Found(prompts)
    apart = prompts.with_run(Q(cost=None)).count()
    return Found(_at_once(prompts.costing(wanted.least_cost, wanted.most_cost)), apart)


def _at_once(prompts: PromptQuerySet) -> PromptQuerySet:
    """The same prompts by their ids, so that finding them again costs nothing, unless they are very many."""
    ids: list[uuid.UUID] = list(prompts.values_list("pk", flat=True)[: MOST_IDS + 1])
    return prompts if len(ids) > MOST_IDS else Prompt.objects.filter(pk__in=ids)


def _plainly_narrowed(prompts: PromptQuerySet, wanted: Wanted) -> PromptQuerySet:
    """By what the prompt itself says."""
    if wanted.since is not None:
        prompts = prompts.filter(created_at__gte=datetime.combine(wanted.since, time.min, UTC))
    if wanted.until is not None:
        prompts = prompts.filter(created_at__lte=datetime.combine(wanted.until, time.max, UTC))
    if wanted.label:
        prompts = prompts.filter(labels__name=wanted.label)
    if wanted.is_favourite:
        prompts = prompts.filter(is_favourite=True)
    if wanted.api:
        prompts = prompts.filter(api=wanted.api)
    if wanted.is_continued:
        prompts = prompts.exclude(continues=None)
    if wanted.is_matrix:
        prompts = prompts.matrices()
    return prompts


def _of_one_run(wanted: Wanted) -> Iterator[Q]:
    """What has to hold of one and the same run: a model and a state find the prompts at which that model ended so."""
    if wanted.model:
        yield Q(offer=wanted.model) | Q(model_public_id=wanted.model)
    if wanted.state:
        yield Q(state__in=LIVE if wanted.state == LIVE_WORD else [wanted.state])
    if wanted.has_unknown_cost:
        yield Q(cost=None)


def _searched(user: Any, prompts: PromptQuerySet, terms: Sequence[Term]) -> PromptQuerySet:
    labels = _folded(Label.objects.filter(user=user).values_list("pk", "name"))
    notes = _folded(Prompt.objects.of(user).exclude(note="").values_list("pk", "note"))
    for term in terms:
        beside = having(notes, term), having(labels, term)
        prompts = prompts.lacking(term.text, *beside) if term.is_out else prompts.holding(term.text, *beside)
    return prompts


def _folded(texts: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    return {key: folded(text) for key, text in texts}
