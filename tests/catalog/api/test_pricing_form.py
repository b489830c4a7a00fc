"""Rates as OpenRouter writes them: every component, tiers and hours as overrides, and what is not known."""

from datetime import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.api.pricing_form import KEYS, written
from catalog.exact import parse_amount
from catalog.pricing import BY_UNIT, Component, Condition, Rate

IN, OUT, CACHED = Component.INPUT, Component.OUTPUT, Component.CACHE_READ
LONG = Condition(over_prompt_tokens=128_000)
NIGHT = Condition(utc_start=time(16, 30), utc_end=time(0, 30))


def rate(component: Component, amount: str | None, condition: Condition = Condition()) -> Rate:  # noqa: B008
    return Rate(component, None if amount is None else Decimal(amount), condition)


@pytest.mark.parametrize(
    ("rates", "form", "unknown"),
    [
        ([], {"prompt": "-1", "completion": "-1"}, ["pricing.prompt", "pricing.completion"]),
        ([(IN, "5E-7"), (OUT, "0.0000015")], {"prompt": "0.0000005", "completion": "0.0000015"}, []),
        ([(IN, "0"), (OUT, "0.00")], {"prompt": "0", "completion": "0"}, []),
        ([(IN, "1"), (OUT, None)], {"prompt": "1", "completion": "-1"}, ["pricing.completion"]),
        (
            [(IN, "1"), (OUT, "2"), (CACHED, None)],
            {"prompt": "1", "completion": "2"},
            ["pricing.input_cache_read"],
        ),
        ([(IN, "1"), (IN, "3"), (OUT, "2")], {"prompt": "3", "completion": "2"}, []),
        (
            [(IN, "0.0000000208333333333333"), (OUT, "2"), (Component.WEB_SEARCH, "0.01"), (Component.IMAGE, "0.005")],
            {"prompt": "0.0000000208333333333333", "completion": "2", "web_search": "0.01", "image": "0.005"},
            [],
        ),
    ],
)
def test_usual_prices(rates, form, unknown):
    found = written(rate(*each) for each in rates)
    assert (found.form, found.unknown, found.elsewhere) == (form, unknown, [])


def test_every_component_has_a_key_of_its_own():
    assert len(set(KEYS.values())) == len(KEYS)
    assert set(KEYS) | BY_UNIT == set(Component)
    assert not set(KEYS) & BY_UNIT


def test_what_is_billed_by_the_page_keeps_the_form_and_says_so_beside_it():
    page, annotated = Component.PAGE, Component.ANNOTATED
    found = written(
        [rate(page, "9"), rate(page, "0.0040"), rate(annotated, None), rate(page, "0.002", Condition(batch=True))]
    )
    assert found.form == {"prompt": "-1", "completion": "-1"}
    assert (found.unknown, found.elsewhere) == (["pricing.prompt", "pricing.completion"], [])
    assert found.by_unit == [
        {"component": "page", "unit": "page", "amount_usd": "0.004", "applies": "always"},
        {"component": "annotated", "unit": "annotated page", "amount_usd": None, "applies": "always"},
        {"component": "page", "unit": "page", "amount_usd": "0.002", "applies": "batch only"},
    ]


@pytest.mark.parametrize(
    ("rates", "overrides"),
    [
        (
            [(IN, "2", LONG), (OUT, "4", LONG)],
            [{"min_prompt_tokens": 128_000, "prompt": "2", "completion": "4"}],
        ),
        ([(IN, "2", NIGHT)], [{"utc_start": 1630, "utc_end": 30, "prompt": "2"}]),
        (  # a later entry has the key already, so the price may not go into an earlier one
            [(IN, "2", LONG), (IN, "3", NIGHT), (IN, "4", LONG)],
            [
                {"min_prompt_tokens": 128_000, "prompt": "2"},
                {"utc_start": 1630, "utc_end": 30, "prompt": "3"},
                {"min_prompt_tokens": 128_000, "prompt": "4"},
            ],
        ),
        (  # what comes after a tier and always holds is what everybody pays
            [(IN, "2", LONG), (OUT, "9", LONG), (IN, "7")],
            [{"min_prompt_tokens": 128_000, "completion": "9"}],
        ),
        ([(IN, None, LONG)], [{"min_prompt_tokens": 128_000, "prompt": "-1"}]),
    ],
)
def test_tiers_and_hours(rates, overrides):
    found = written([rate(IN, "1"), rate(OUT, "1"), *(rate(*each) for each in rates)])
    assert found.form["overrides"] == overrides


def test_an_unknown_price_of_a_tier_is_named():
    found = written([rate(IN, "1"), rate(OUT, "1"), rate(OUT, None, LONG)])
    assert found.unknown == ["pricing.overrides.0.completion"]


def test_what_the_form_has_no_words_for_stays_out_of_it():
    found = written(
        [
            rate(IN, "1"),
            rate(OUT, "1"),
            rate(IN, "0.5", Condition(batch=True)),
            rate(OUT, "0.5", Condition(unknown="utc_days: monday")),
            rate(IN, "0.7", Condition(utc_start=time(1, 2, 3), utc_end=time(5))),
        ]
    )
    assert "overrides" not in found.form
    assert [(each["component"], each["amount_usd"], each["applies"]) for each in found.elsewhere] == [
        ("input", "0.5", "batch only"),
        ("output", "0.5", "only when: utc_days: monday, not applied here"),
        ("input", "0.7", "01:02 to 05:00 UTC"),
    ]


CONDITIONS = [Condition(), LONG, Condition(over_prompt_tokens=32_000), NIGHT]
RATES = st.builds(
    Rate,
    st.sampled_from([IN, OUT, CACHED]),
    st.integers(0, 99).map(lambda cents: Decimal(cents).scaleb(-8)),
    st.sampled_from(CONDITIONS),
)


@given(st.lists(RATES, max_size=12), st.sampled_from([0, 32_001, 128_001]), st.booleans())
def test_whoever_reads_it_as_openrouter_documents_it_pays_what_our_bill_says(rates, prompt_tokens, is_night):
    """An entry applies when all of its conditions hold; among those that apply later ones win, key by key."""
    form = written(rates).form
    paid = {key: value for key, value in form.items() if key != "overrides"}
    for entry in form.get("overrides", []):
        if prompt_tokens > entry.get("min_prompt_tokens", -1) and ("utc_start" not in entry or is_night):
            paid |= {key: value for key, value in entry.items() if key in KEYS.values()}
    ours: dict[str, Decimal] = {}
    for each in rates:
        condition = each.condition
        if prompt_tokens > (-1 if condition.over_prompt_tokens is None else condition.over_prompt_tokens) and (
            condition.utc_start is None or is_night
        ):
            ours[KEYS[each.component]] = each.amount
    assert {key: parse_amount(value) for key, value in paid.items() if value != "-1"} == ours
