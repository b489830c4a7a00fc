"""Filters as queries: on every value of a column the database finds exactly what the rule says."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.exact import per_million, per_token
from catalog.models import Span, WordSet
from catalog.table.columns import TARGETS
from catalog.table.conditions import condition
from catalog.table.expressions import fits, parse
from catalog.table.operands import Kind
from tests.factories import make_model

pytestmark = pytest.mark.django_db

CONTEXTS = [None, 1, 8_000, 128_000, 131_072, 131_073, 256_000, 262_144, 1_000_000, 1_048_576]
PRICES = [None, "0", "0.04", "0.1", "0.5", "2", "4.999999", "5", "8"]
DAYS = [None, "2024-12-31", "2025-01-01", "2025-12-01", "2025-12-31", "2026-03-31", "2026-04-01"]
FAMILIES = ["", "Mistral Large", "Large, the other", "Nemo 100%", "a_b"]
TERMS = {
    "context_length": [
        "128k",
        ">=128k",
        ">128k",
        "<1m",
        "<=256k",
        "8k..256k",
        "..8k",
        "1m..",
        "unknown",
        "0.0005k",
        ">0.9",
    ],
    "input_sort": ["free", "<0.5", ">=0.1", "0.1..2", "<=4.999999", ">4.999999", "2", "5..", "unknown"],
    "released_on": ["2025", ">=2025-12", "<2025", "2025-12-31..2026-03", ">2025-12", "unknown"],
    "family": ["large", '"mistral large"', "mistral large", "100%", "a_b", "axb", '"Large, the other"', "unknown"],
}


@pytest.fixture
def spans(db: None) -> list[Span]:
    """One span for every value of each column; the longest column gives their number."""
    empty = WordSet.objects.create(kind="reads", words="")
    rows = [
        Span(
            model=make_model(f"m{n}"),
            from_day=date.min,
            public_id=f"mistralai/m{n}",
            name=f"m{n}",
            vendor="mistralai",
            vendor_name="Mistral AI",
            status="active",
            family=FAMILIES[n % len(FAMILIES)],
            context_length=CONTEXTS[n % len(CONTEXTS)],
            input_sort=None if (price := PRICES[n % len(PRICES)]) is None else per_token(Decimal(price)),
            released_on=None if (day := DAYS[n % len(DAYS)]) is None else date.fromisoformat(day),
            reads=empty,
            writes=empty,
            parameters=empty,
        )
        for n in range(len(CONTEXTS))
    ]
    Span.objects.all().delete()
    return Span.objects.bulk_create(rows)


NAMES = {"context_length": "context", "input_sort": "input", "released_on": "released", "family": "family"}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_database_finds_what_the_rule_says(spans: list[Span], data: Any) -> None:
    field = data.draw(st.sampled_from(list(TERMS)))
    term = st.tuples(st.sampled_from(["", "", "!"]), st.sampled_from(TERMS[field])).map("".join)
    text = ", ".join(data.draw(st.lists(term, min_size=1, max_size=4)))
    target = TARGETS[NAMES[field]]
    expression = parse(text, target.kind)
    assert expression is not None
    expected = {span.pk for span in spans if fits(expression, _value(span, field, target.kind))}
    found = list(Span.objects.filter(condition(expression, target)).values_list("pk", flat=True))
    assert len(found) == len(set(found))
    assert set(found) == expected, text


def _value(span: Span, field: str, kind: Kind) -> Any:
    value = getattr(span, field)
    if value is None or kind in (Kind.TEXT, Kind.DAY):
        return value
    return per_million(value) if kind is Kind.PRICE else Decimal(value)
