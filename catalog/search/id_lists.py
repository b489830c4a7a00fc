"""A long list of ids as one parameter of a query: a hundred thousand placeholders are more than databases take."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import BigIntegerField, F, Q
from django.db.models.expressions import Combinable, Expression
from django.db.models.lookups import In

FEW = 200  # ids that are looked up one by one, through the index of their column
MANY = 5000  # ids from which on it is faster to look at every row and ask whether its id is among them


class IdList(Expression):
    """The ids as a subquery, to stand on the right of IN."""

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__(output_field=BigIntegerField())
        self.ids = ids

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        return "(SELECT value FROM json_each(%s))", [json.dumps(list(self.ids))]

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        return "(SELECT unnest(%s::bigint[]))", [list(self.ids)]


def among(column: str, ids: Sequence[int]) -> Q:
    """The rows whose `column` is one of the ids."""
    if len(ids) <= FEW:
        return Q(**{f"{column}__in": list(ids)})
    target: Combinable = F(column)
    if len(ids) > MANY:
        target = target + 0  # a sum has no index
    return Q(In(target, IdList(ids)))
