"""Which rows the table's address asks for, and in which order: the whole question to the database."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import DecimalField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from catalog import search
from catalog.models import Span, WordSet
from catalog.models.spans import SpanQuerySet
from catalog.pricing import Usage
from catalog.table.columns import BY_KEY, NEWEST_FIRST, SINCE, TARGETS
from catalog.table.conditions import condition
from catalog.table.fields import Groups
from catalog.table.forms import TableForm

RELEVANCE = ""  # the order of a search that asks for no other
SHOWN = (
    "model_id",
    "public_id",
    "name",
    "vendor",
    "vendor_name",
    "family",
    "licence",
    "status",
    "is_sold",
    "retires_on",
    "announced_on",
    "released_on",
    "listed_on",
    "context_length",
    "max_completion_tokens",
    "parameters_total",
    "input_amount",
    "output_amount",
    "cache_amount",
    "reads__words",
    "writes__words",
    "parameters__words",
)


class Question:
    """One address of the table, asked of the spans. `search` is what its words found."""

    def __init__(self, form: TableForm) -> None:
        self.form = form
        self.search = search.find(form.value("q", []))

    @property
    def sort(self) -> str:
        """The order asked for, else the best hits of a search or the newest models first."""
        return self.form.value("sort") or (RELEVANCE if self.form.value("q") else NEWEST_FIRST)

    def spans(self, left_out: str = "") -> SpanQuerySet:
        """What fits all filters but the one left out, in no order."""
        found = Span.objects.on(self.form.day()).filter(self.search.condition())
        for name, target in TARGETS.items():
            expression = self.form.value(name)
            if expression is not None and name != left_out:
                found = found.filter(condition(expression, target))
        for column, name in (("reads", "modality"), ("parameters", "parameter")):
            for group in self.form.value(name, ()):
                found = found.filter(**{f"{column}__in": _sets_with(column, group)})
        if left_out != "status" and (statuses := self.form.value("status", ())):
            found = found.filter(status__in=_any_of(statuses))
        return found

    def rows(self) -> QuerySet[Span, dict[str, Any]]:
        """The rows in their order, as plain dictionaries; what is unknown comes last in either direction."""
        return self.spans().order_by(*self._order(), "name", "model_id").values(*SHOWN)

    def _order(self) -> list[Any]:
        sort = self.sort
        if sort == RELEVANCE:
            return [self.search.order(), SINCE.desc(nulls_last=True)]
        key = sort.lstrip("-")
        by = _cost_by_list_price(self.form.workload().usage) if key == "cost" else BY_KEY[key].order
        if by is None:
            return []
        return [by.desc(nulls_last=True) if sort.startswith("-") else by.asc(nulls_last=True)]


def _any_of(groups: Groups) -> list[str]:
    return [word for group in groups for word in group]


def _sets_with(kind: str, words: tuple[str, ...]) -> QuerySet[WordSet]:
    """The sets that hold at least one of these words; they are written sorted, with single spaces."""
    holds = (
        Q(words=word) | Q(words__startswith=f"{word} ") | Q(words__endswith=f" {word}") | Q(words__contains=f" {word} ")
        for word in words
    )
    return WordSet.objects.filter(reduce(or_, holds), kind=kind)


def _cost_by_list_price(usage: Usage) -> Any:
    """What to order by for the cost of a request: its tokens at the rounded list prices. Tiers, windows and fees are in
    the figures shown, which are bills, and not in their order; None for a request without tokens."""
    cached = Coalesce(F("cache_sort"), F("input_sort"))
    parts = (
        (usage.fresh_tokens, F("input_sort")),
        (usage.cached_tokens, cached),
        (usage.completion_tokens, F("output_sort")),
    )
    costs = [price * Value(count, DecimalField()) for count, price in parts if count]
    return sum(costs[1:], costs[0]) if costs else None
