"""Filter expressions as conditions of a query: the same rule as `expressions.fits`, and a test holds the two together."""

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from catalog.exact import per_token
from catalog.table.expressions import Between, Compared, Expression, Named, Sign, Test, Whole, Words
from catalog.table.operands import Kind, Operand

NOTHING = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Target:
    """The database columns that a filter speaks of; several only for texts, of which each may hold a word."""

    kind: Kind
    fields: tuple[str, ...]

    def known(self) -> Q:
        if self.kind is Kind.TEXT:
            return reduce(or_, (~Q(**{field: ""}) for field in self.fields))
        return Q(**{f"{self.fields[0]}__isnull": False})


def condition(expression: Expression, target: Target) -> Q:
    """What a row has to fulfil so that its value passes the expression."""
    known = target.known()
    found = NOTHING
    if expression.finds_known:
        found = known
        if expression.wanted:
            found &= reduce(or_, (_passes(test, target) for test in expression.wanted))
        for test in expression.unwanted:
            found &= ~_passes(test, target)
    return found | ~known if expression.finds_unknown else found


def _passes(test: Test, target: Target) -> Q:
    if isinstance(test, Words):
        passes = Q()
        for word in test.words:
            passes &= _any_text(target, "icontains", word)
        return passes
    if isinstance(test, Whole):
        return _any_text(target, "iexact", test.text)
    field = target.fields[0]
    if isinstance(test, Named):
        return Q(**{field: 0})
    if isinstance(test, Between):
        first = {f"{field}__gte": _low(test.first, target.kind)} if test.first else {}
        last = {f"{field}__lte": _high(test.last, target.kind)} if test.last else {}
        return Q(**first, **last)
    return _compared(test, field, target.kind)


def _compared(test: Compared, field: str, kind: Kind) -> Q:
    low, high = _low(test.operand, kind), _high(test.operand, kind)
    return {
        Sign.FROM: Q(**{f"{field}__gte": low}),
        Sign.UP_TO: Q(**{f"{field}__lte": high}),
        Sign.ABOVE: Q(**{f"{field}__gt": high}),
        Sign.BELOW: Q(**{f"{field}__lt": low}),
        Sign.IS: Q(**{f"{field}__gte": low, f"{field}__lte": high}),
    }[test.sign]


def _any_text(target: Target, lookup: str, text: str) -> Q:
    return reduce(or_, (Q(**{f"{field}__{lookup}": text}) for field in target.fields))


def _low(operand: Operand, kind: Kind) -> Any:
    """The lowest value meant, as its column holds it: dollars per token, whole counts, days."""
    if not isinstance(operand.low, Decimal):
        return operand.low
    return per_token(operand.low) if kind is Kind.PRICE else math.ceil(operand.low)


def _high(operand: Operand, kind: Kind) -> Any:
    if not isinstance(operand.high, Decimal):
        return operand.high
    return per_token(operand.high) if kind is Kind.PRICE else math.floor(operand.high)
